"""How it goes: quarters, packets, the ledger, and what is rolled up from it. One file per noun."""

from .charts import StoredChart
from .ledger import Acceptance, Figure
from .periods import Extension, ReportingPeriod
from .progress import Progress, RollupState
from .submissions import Entry, Submission

__all__ = [
    "Acceptance",
    "Entry",
    "Extension",
    "Figure",
    "Progress",
    "ReportingPeriod",
    "RollupState",
    "StoredChart",
    "Submission",
]
