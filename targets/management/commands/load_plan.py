"""Loads a plan pack."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from agencies.models import AuditEvent
from targets.management.reading import tell
from targets.packs import PackErrors, PlanPack, read_pack
from targets.services.changes import Changes
from targets.services.packs import load_pack


class Command(BaseCommand):
    """May be repeated: what is as the file says stays. What is wrong with the file is told all at once."""

    help = "Load a plan pack (YAML), or bring the database up to it; --check only says what is wrong with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--check", action="store_true", help="validate the file, write nothing")

    def handle(self, *args: Any, file: Path, check: bool, **options: Any) -> None:
        try:
            pack = read_pack(file)
        except PackErrors as errors:
            raise tell(self, errors) from None
        if check:
            self.stdout.write(f"{file} is a plan pack: {_contents(pack)}. Nothing was written.")
            return
        changes = load_pack(pack, at=timezone.now(), by=None, door=AuditEvent.Door.COMMAND)
        self._report(pack, changes)

    def _report(self, pack: PlanPack, changes: Changes) -> None:
        for key, (before, after) in changes.changed.items():
            self.stdout.write(f"changed {key}: {', '.join(sorted(before | after))}")
        for key in changes.retired:
            self.stdout.write(f"retired {key}")
        for key in changes.removed:
            self.stdout.write(f"removed {key}")
        for key in changes.kept:
            self.stdout.write(f"kept {key}, which the file no longer has, because a retired target rests on it")
        for code in changes.questions:
            self.stdout.write(f"asked whether to adjust target {code}: the file states other terms than those in force")
        self.stdout.write(
            f"{pack.plan.code}: {len(changes.created)} created, {len(changes.changed)} changed, "
            f"{len(changes.retired)} retired, {len(changes.questions)} questions, {changes.unchanged} unchanged."
        )


def _contents(pack: PlanPack) -> str:
    lines, tasks, targets = len(pack.lines), len(pack.tasks()), len(pack.targets())
    return f"{lines} lines, {tasks} tasks, {targets} targets, {len(pack.agencies)} agencies"
