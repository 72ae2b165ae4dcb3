"""How it goes: quarters, packets, the ledger, and what is rolled up from it. One file per noun."""

from .charts import StoredChart
from .checks import LedgerCheck
from .evidence import Evidence
from .ledger import Acceptance, Figure
from .periods import Extension, ReportingPeriod
from .progress import Progress, RollupState
from .pushes import Push
from .reminders import Reminder
from .submissions import Entry, Submission
from .webhooks import Delivery, OutboxEvent, WebhookEndpoint
from .workbooks import Workbook

__all__ = [
    "Acceptance",
    "Delivery",
    "Entry",
    "Evidence",
    "Extension",
    "Figure",
    "LedgerCheck",
    "OutboxEvent",
    "Progress",
    "Push",
    "Reminder",
    "ReportingPeriod",
    "RollupState",
    "StoredChart",
    "Submission",
    "WebhookEndpoint",
    "Workbook",
]
