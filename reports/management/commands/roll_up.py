"""Brings Progress up to date with the ledger."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.management.progress_bar import progress_bar
from reports.models import RollupState
from reports.services import rollup
from targets.models import Plan


class Command(BaseCommand):
    """Does in this process what the worker does by itself. A killed rebuild is finished by the worker's sweep."""

    help = "Roll up what the ledger has news of; --rebuild computes every target anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="compute every target anew")
        parser.add_argument("--plan", metavar="CODE", help="with --rebuild: the targets of this plan only")

    def handle(self, *args: Any, rebuild: bool, plan: str | None, **options: Any) -> None:
        if plan and not rebuild:
            raise CommandError("--plan goes with --rebuild: what waits is always rolled up for every plan.")
        if rebuild:
            rollup.ask_for_rebuild(_plan(plan) if plan else None)
        waiting = sum(len(rollup.waiting(one)) for one in Plan.objects.all())
        with progress_bar("Targets", waiting) as advance:
            done = rollup.roll_up(advance=advance)
        self._report(waiting, done)

    def _report(self, waiting: int, done: list[int]) -> None:
        failed = RollupState.objects.filter(failed_at__isnull=False).select_related("target")
        for state in failed:
            self.stderr.write(f"{state.target.code}: {state.error}")
        if failed:
            raise CommandError(f"{len(failed)} targets could not be rolled up; the others are up to date.")
        if waiting and not done:
            self.stdout.write("Another roll-up is at work; it takes these targets as well.")
        else:
            self.stdout.write(f"Rolled up: {len(done)} targets, as of block {rollup.head_number()}.")


def _plan(code: str) -> Plan:
    try:
        return Plan.objects.get(code=code)
    except Plan.DoesNotExist:
        known = ", ".join(Plan.objects.values_list("code", flat=True)) or "none"
        raise CommandError(f"There is no plan {code!r}. Plans: {known}.") from None
