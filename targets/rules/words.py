"""The words of the rules: every closed list of names that a target, a figure or a grade is described with.

The values are what the database, the plan pack and the API carry. Members are strings, so a stored string
may be passed wherever a member is asked for.
"""

from enum import StrEnum, auto


class Bound(StrEnum):
    """How the plan's sentence bounds its number."""

    REACH = auto()  # 达到、建成
    AT_LEAST = auto()  # 以上、不少于
    MORE_THAN = auto()  # 超过
    ABOUT = auto()  # 左右
    AT_MOST = auto()  # 不超过
    LESS_THAN = auto()  # 低于
    RANGE = auto()  # 40-100
    MILESTONE = auto()  # no number: done or not done


class Accumulation(StrEnum):
    """What one reported number means."""

    RUNNING_TOTAL = auto()  # 累计数: the total since the plan began
    PER_PERIOD = auto()  # 当期数: what the quarter added
    LEVEL = auto()  # 时点数: where it stood at the quarter's end


class Combine(StrEnum):
    """How the figures of several reporters make the city's number."""

    SUM = auto()
    MEAN = auto()
    WEIGHTED = auto()  # sum of numerators over sum of denominators
    MIN = auto()
    MAX = auto()
    LEAD = auto()  # the lead agency's figure alone counts


class Stage(StrEnum):
    """How far a milestone is, least advanced first."""

    NOT_STARTED = auto()
    UNDER_WAY = auto()
    DONE = auto()


class Status(StrEnum):
    """The class of a target on a date; every target is in exactly one."""

    DONE = auto()
    AHEAD = auto()
    ON_TRACK = auto()
    BEHIND = auto()
    CRITICAL = auto()
    MISSED = auto()
    NOT_DUE = auto()
    NO_DATA = auto()


class LineKind(StrEnum):
    """What a line of the plan is."""

    OBJECTIVE = auto()
    ACTION = auto()
    SAFEGUARD = auto()


class AssignmentRole(StrEnum):
    """As what an agency answers for a target."""

    LEAD = auto()
    PARTNER = auto()
    DISTRICT = auto()


class GradingMethod(StrEnum):
    """What a plan grades by."""

    PACE = auto()  # value against the value expected by now
    GAP = auto()  # percentage points between completion and elapsed time


class ReasonCode(StrEnum):
    """Why a target is in its class. The sentence of each is in targets/reasons.py."""

    NOT_DUE = auto()
    NO_DATA = auto()
    NO_VALUE = auto()
    MET = auto()
    MISSED = auto()
    MISSED_ASPIRATIONAL = auto()
    GOAL_UNKNOWN = auto()
    PACE_AHEAD = auto()
    PACE_ON_TRACK = auto()
    PACE_BEHIND = auto()
    PACE_CRITICAL = auto()
    GAP_ON_TRACK = auto()
    GAP_BEHIND = auto()
    GAP_CRITICAL = auto()
    NOTHING_EXPECTED = auto()
    WORSE_THAN_EXPECTED = auto()
    MILESTONE_DONE = auto()
    MILESTONE_DONE_UNDATED = auto()
    MILESTONE_DONE_LATE = auto()
    MILESTONE_MISSED = auto()
    MILESTONE_MISSED_ASPIRATIONAL = auto()
    MILESTONE_LATE = auto()
    MILESTONE_ON_TRACK = auto()
    MILESTONE_NOT_DUE = auto()


class DoubtCode(StrEnum):
    """What is doubtful about a figure at entry. The sentence of each is in targets/reasons.py."""

    FALLS = auto()
    JUMP = auto()
    SLIP_10000 = auto()
    SLIP_100 = auto()
    RETYPED = auto()
    RATIO_ABOVE_ONE = auto()
    FAR_ABOVE_GOAL = auto()
    EVIDENCE_MISSING = auto()
    DISTRICTS_DIFFER = auto()
