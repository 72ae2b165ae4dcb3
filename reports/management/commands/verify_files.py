"""Recomputes the SHA-256 of every stored file of evidence."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports.management.progress_bar import progress_bar
from reports.models import Evidence
from reports.services import files

FAULTS = {
    "missing": "is missing or cannot be read",
    "changed": "is not what was added: its SHA-256 differs",
    "orphan": "belongs to nothing (left behind by something that was broken off; it can be removed)",
}


class Command(BaseCommand):
    """Ends with 1 where a file is missing or changed; files that belong to nothing are only named."""

    help = "Recompute the SHA-256 of every stored file and name those that are missing, changed or belong to nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        number = Evidence.objects.filter(kind=Evidence.Kind.FILE).count()
        broken = 0
        with progress_bar("Files", number) as advance:
            for found in files.verify(at=timezone.now(), advance=advance):
                title = f" ({found.title})" if found.title else ""
                self.stdout.write(f"{found.name}{title} {FAULTS[found.fault]}.")
                broken += found.fault != "orphan"
        if broken:
            raise CommandError(f"{broken} of {number} files do not hold. Restore them from the backup of FILES_ROOT.")
        self.stdout.write(f"The files hold: {number}.")
