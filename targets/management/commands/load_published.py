"""Loads published figures."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agencies.models import AuditEvent
from targets.management.reading import plan_named, tell
from targets.packs import PackErrors
from targets.services.published import load_published


class Command(BaseCommand):
    """May be repeated. What is wrong with the file is told all at once, each with its row."""

    help = "Load figures that were made public elsewhere (CSV); they are shown beside progress, never part of it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--plan", metavar="CODE", help="whose targets the file names (needed with several plans)")

    def handle(self, *args: Any, file: Path, plan: str | None, **options: Any) -> None:
        try:
            changes = load_published(file, plan_named(plan), at=timezone.now(), by=None, door=AuditEvent.Door.COMMAND)
        except PackErrors as errors:
            raise tell(self, errors) from None
        self.stdout.write(
            f"Published figures: {len(changes.created)} created, {len(changes.changed)} changed, "
            f"{changes.unchanged} unchanged."
        )
