"""How it goes: quarters, packets, the ledger, and what is rolled up from it. One file per noun."""

from .charts import StoredChart
from .checks import LedgerCheck
from .evidence import Evidence
from .ledger import Acceptance, Figure
from .periods import Extension, ReportingPeriod
from .progress import Progress, RollupState
from .reminders import Reminder
from .submissions import Entry, Submission
from .workbooks import Workbook

__all__ = [
    "Acceptance",
    "Entry",
    "Evidence",
    "Extension",
    "Figure",
    "LedgerCheck",
    "Progress",
    "Reminder",
    "ReportingPeriod",
    "RollupState",
    "StoredChart",
    "Submission",
    "Workbook",
]
