"""What: a plan and its targets. One file per noun."""

from .adjustment import AdjustmentQuestion
from .assignment import Assignment
from .commitment import Checkpoint, Commitment
from .group import Convenor, WorkingGroup
from .plan import ActionLine, Clause, Plan, ResponsibleUnit, Task
from .published import PublishedFigure
from .target import Citation, Target

__all__ = [
    "ActionLine",
    "AdjustmentQuestion",
    "Assignment",
    "Checkpoint",
    "Citation",
    "Clause",
    "Commitment",
    "Convenor",
    "Plan",
    "PublishedFigure",
    "ResponsibleUnit",
    "Target",
    "Task",
    "WorkingGroup",
]
