"""Wiring of nib_tracker: settings, urls, Celery, launcher."""

from .celery import app as celery_app

__all__ = ["celery_app"]
