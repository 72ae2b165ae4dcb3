"""The Celery application: `celery -A nib_tracker worker`, `celery -A nib_tracker beat`."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nib_tracker.settings")

app = Celery("nib_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

FIRST = (
    "reports.tasks.heartbeat",
    "reports.tasks.open_windows",
    "reports.tasks.sweep",
    "reports.tasks.remind",
)


@worker_ready.connect
def begin_at_once(**_: object) -> None:
    """What beat would only ask for after its first interval: a worker that starts is ready and catches up now."""
    for task in FIRST:
        app.send_task(task, expires=60)
