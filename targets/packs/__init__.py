"""Plan packs: a plan as a YAML file. `read_pack` and `write_pack`; docs/plan-pack.md documents the shape.

Pure: nothing here knows the database. source (YAML with line numbers) → schema (shape) and checks (references)
→ reading; writing is the way back.
"""

from .errors import PackError, PackErrors
from .reading import read_pack
from .schema import (
    Access,
    Agency,
    Assignment,
    Checkpoint,
    Citation,
    Clause,
    Convenor,
    District,
    Grading,
    Group,
    Issuer,
    Line,
    Named,
    PlanHead,
    PlanPack,
    Sentence,
    ShortNamed,
    Target,
    Task,
    Tile,
    Unit,
    UnitName,
    Windows,
    WorkingGroup,
)
from .writing import decimal_text, write_pack

__all__ = [
    "Access",
    "Agency",
    "Assignment",
    "Checkpoint",
    "Citation",
    "Clause",
    "Convenor",
    "District",
    "Grading",
    "Group",
    "Issuer",
    "Line",
    "Named",
    "PackError",
    "PackErrors",
    "PlanHead",
    "PlanPack",
    "Sentence",
    "ShortNamed",
    "Target",
    "Task",
    "Tile",
    "Unit",
    "UnitName",
    "Windows",
    "WorkingGroup",
    "decimal_text",
    "read_pack",
    "write_pack",
]
