"""The rules of progress: pure functions that only need the standard library; every moment is passed in.

| rule | what it says | module |
|---|---|---|
| 1 | effective figure of a reporter | effective |
| 2 | city value | effective |
| 3 | expected value on a date, elapsed share | goals |
| 4 | completion and pace | goals |
| 5 | met | goals |
| 6 | status and its reason | grading |
| 7 | forecast | forecast |
| 8 | doubts at entry | doubts |
| 9 | as known at: the `known` argument of `latest` | effective |
"""

from targets.rules.doubts import Candidate, Doubt, doubts
from targets.rules.effective import (
    CityValue,
    Effective,
    Version,
    city_value,
    effective,
    effective_path,
    latest,
)
from targets.rules.forecast import Forecast, forecast
from targets.rules.goals import Checkpoint, Goal, bar, completion, elapsed, expected, is_falling, met, pace
from targets.rules.grading import Grade, Grading, Reason, grade
from targets.rules.words import (
    Accumulation,
    AssignmentRole,
    Bound,
    Combine,
    DoubtCode,
    GradingMethod,
    LineKind,
    ReasonCode,
    Stage,
    Status,
)

__all__ = [
    "Accumulation",
    "AssignmentRole",
    "Bound",
    "Candidate",
    "Checkpoint",
    "CityValue",
    "Combine",
    "Doubt",
    "DoubtCode",
    "Effective",
    "Forecast",
    "Goal",
    "Grade",
    "Grading",
    "GradingMethod",
    "LineKind",
    "Reason",
    "ReasonCode",
    "Stage",
    "Status",
    "Version",
    "bar",
    "city_value",
    "completion",
    "doubts",
    "effective",
    "effective_path",
    "elapsed",
    "expected",
    "forecast",
    "grade",
    "is_falling",
    "latest",
    "met",
    "pace",
]
