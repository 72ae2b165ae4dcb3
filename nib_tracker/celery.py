"""The Celery application: `celery -A nib_tracker worker`, `celery -A nib_tracker beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nib_tracker.settings")

app = Celery("nib_tracker")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
