"""The shape of a plan pack: one model per mapping of the YAML file. docs/plan-pack.md documents it.

Field order is key order. A field that equals its default is left out of the file, every other one is written.
What one scalar may be: values.py.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, model_validator

from agencies.roles import SYSTEM_ROLES, Role
from targets.rules import Accumulation, AssignmentRole, Bound, Combine, GradingMethod, LineKind, Stage

from .values import (
    AgencyKind,
    Code,
    Day,
    DistrictCode,
    Flag,
    Fraction,
    Name,
    Number,
    Points,
    Quarter,
    Ratio,
    Short,
    Text,
    TileNumber,
    Whole,
    Zone,
    at_most,
    refuse,
    stored_as,
)

NAME_OR_OPEN = "should be a name as written in the text, or {open: …} for one that stands for no agency"


class PackModel(BaseModel):
    """One mapping of the file. Unknown keys are errors; models never change after reading.

    `always_written` are the keys that may be left out on reading, but are written even where they say the default.
    """

    always_written: ClassVar[frozenset[str]] = frozenset()
    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(PackModel):
    """A name in both languages."""

    zh: Name
    en: Name


class ShortNamed(PackModel):
    """A short name in both languages."""

    zh: Short
    en: Short


class Issuer(PackModel):
    """Who issued the document."""

    zh: Annotated[Text, at_most(200)]
    en: Annotated[Text, at_most(200)]


class Sentence(PackModel):
    """A passage in both languages."""

    zh: Text
    en: Text


class UnitName(PackModel):
    """The unit of a quantity: 个, stations."""

    zh: Annotated[Text, at_most(30)]
    en: Short


class Grading(PackModel):
    """How the plan grades: thresholds of pace are ratios, `gap_behind` is in percentage points."""

    method: GradingMethod
    ahead: Ratio
    on_track: Ratio
    behind: Ratio
    gap_behind: Points


class Windows(PackModel):
    """When a quarter can be entered, in days after its last day; reminders in days before and after the due date."""

    always_written = frozenset({"remind_before_days", "remind_after_days"})

    opens_after_days: Whole
    due_after_days: Whole
    grace_days: Whole
    closes_after_days: Whole
    remind_before_days: Whole = 5
    remind_after_days: Whole = 1


RoleOfPeople = StrEnum("RoleOfPeople", {role.name: role for role in Role if role not in SYSTEM_ROLES})


class Access(PackModel):
    """How people get in: roles that need a second factor to sign in."""

    second_factor_roles: tuple[RoleOfPeople, ...]


class PlanHead(PackModel):
    """The document: its number, issuer, span, first and last reported quarter."""

    always_written = frozenset({"access"})

    code: Code
    document: Annotated[Text, at_most(100)]
    name: Named
    issuer: Issuer
    issued_on: Day
    starts_on: Day
    ends_on: Day
    first_period: Quarter
    last_period: Quarter
    time_zone: Zone
    grading: Grading
    windows: Windows
    access: Access = Access(second_factor_roles=())


class Tile(PackModel):
    """A place in the grid of tiles that stands for a map of the districts, counted from its upper left corner."""

    column: TileNumber
    row: TileNumber


class District(PackModel):
    """One district under its GB/T 2260 code; file order is display order."""

    code: DistrictCode
    name: Named
    tile: Tile | None = None


class Agency(PackModel):
    """One body. `short` is what the text calls it, `aliases` are its other spellings there."""

    code: Code
    short: Short
    short_en: Short
    name: Named
    kind: AgencyKind
    district: DistrictCode | None = None
    aliases: tuple[Text, ...] = ()


class Group(PackModel):
    """A collective name of the text (各区政府) and the agencies that it stands for."""

    code: Code
    name: Named
    members: tuple[Code, ...]


class Unit(PackModel):
    """One name of a list, as written. `open` marks a name that stands for no agency in particular (有关区政府)."""

    words: Annotated[Text, at_most(100)]
    open: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"words": value}
        if isinstance(value, dict) and set(value) == {"open"}:
            return {"words": value["open"], "open": True}
        if isinstance(value, dict) and "words" in value:
            return value
        raise refuse(NAME_OR_OPEN)


class Clause(PackModel):
    """The smallest passage with its own list of units, in its exact words, without the task's heading."""

    number: Whole
    text: Text
    units: tuple[Unit, ...] = ()
    open_list: Short | None = None


class Citation(PackModel):
    """Where the plan says it: a clause (`task.number`) and its exact words."""

    clause: str
    words: Text


class Checkpoint(PackModel):
    """Where a target should stand at the end of a day: a value, or the stage of a milestone."""

    on: Day
    value: Number | None = None
    stage: Stage | None = None


class Assignment(PackModel):
    """Who answers: names as written in the clause's list. `share` is each one's fraction of the goal. What a system
    reports for a `trusted` one can be accepted without a person, where nothing about it is doubtful.
    """

    role: AssignmentRole
    units: tuple[Annotated[Text, at_most(100)], ...]
    reports: Flag
    counts: Flag
    share: Fraction | None = None
    trusted: Flag = False


class Target(PackModel):
    """One commitment. A milestone has no goal, unit, baseline or accumulation."""

    code: Code
    name: Named
    bound: Bound
    aspirational: Flag = False
    goal: Number | None = None
    goal_upper: Number | None = None
    tolerance: Annotated[Fraction, stored_as(1, 4)] | None = None
    baseline: Number | None = None
    unit: UnitName | None = None
    due_on: Day
    accumulation: Accumulation | None = None
    combine: Combine
    evidence_required: Flag = False
    measures: Sentence
    citations: tuple[Citation, ...]
    checkpoints: tuple[Checkpoint, ...] = ()
    assignments: tuple[Assignment, ...]


class Task(PackModel):
    """One numbered item of a line; `name.zh` is its heading in the text."""

    code: Code
    number: Whole
    name: Named
    clauses: tuple[Clause, ...]
    targets: tuple[Target, ...] = ()


class Line(PackModel):
    """The objectives, one of the actions, or the safeguards."""

    code: Code
    kind: LineKind
    name: Named
    short: ShortNamed
    tasks: tuple[Task, ...]


class Convenor(PackModel):
    """One convenor of a working group, with the office held when the plan was issued."""

    name: Short
    title: Annotated[Text, at_most(200)]


class WorkingGroup(PackModel):
    """One group of the annex; `lines` are the codes of the lines that it leads."""

    code: Code
    number: Whole
    name: Named
    duty: Sentence
    lines: tuple[Code, ...] = ()
    convenors: tuple[Convenor, ...]
    units: tuple[Unit, ...]
    open_list: Short | None = None


class PlanPack(PackModel):
    """A whole plan as data."""

    plan: PlanHead
    districts: tuple[District, ...] = ()
    agencies: tuple[Agency, ...]
    groups: tuple[Group, ...] = ()
    lines: tuple[Line, ...]
    working_groups: tuple[WorkingGroup, ...] = ()

    def tasks(self) -> list[Task]:
        """Every task, in the order of the text."""
        return [task for line in self.lines for task in line.tasks]

    def targets(self) -> list[Target]:
        """Every target, in the order of the tasks in which they live."""
        return [target for task in self.tasks() for target in task.targets]
