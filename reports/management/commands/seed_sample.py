"""Writes a made-up history of a plan, for trying the product."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.management.progress_bar import progress_bar
from reports.rules.periods import quarter_ordinal
from reports.services import rollup
from reports.services.charts import build_first_charts
from reports.services.sample import AlreadySeeded, Story, Summary, read_story, seed
from reports.services.sample.people import password
from targets.models import Plan

STORY = "fixtures/sample_story.yaml"


class Command(BaseCommand):
    """The history goes through the services that people use, in its own moments, and is marked as sample data."""

    help = "Write a made-up history of a plan, marked as sample data. Once; it cannot be taken back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same number gives the same ledger")
        parser.add_argument("--plan", metavar="CODE", help="the plan; may be left out while there is only one")
        parser.add_argument("--story", type=Path, default=settings.BASE_DIR / STORY, help=f"default: {STORY}")
        parser.add_argument("--yes", action="store_true", help="write it even into a public installation")

    def handle(self, *args: Any, seed: int, plan: str | None, story: Path, yes: bool, **options: Any) -> None:
        if settings.HTTPS and not yes:
            raise CommandError("HTTPS is on: this looks like a public installation. Add --yes to write sample data.")
        chosen, told = _plan(plan), _story(story)
        summary = self._seed(chosen, told, seed)
        targets = rollup.roll_up()
        build_first_charts(targets)
        self.stdout.write(
            f"Sample history of {chosen.code}: {summary.quarters} quarters, {summary.packets} packets, "
            f"{summary.blocks} blocks; {len(targets)} targets rolled up."
        )

    def _seed(self, plan: Plan, story: Story, number: int) -> Summary:
        quarters = quarter_ordinal(plan.last_period) - quarter_ordinal(plan.first_period) + 1
        with progress_bar("Quarters", quarters) as advance:
            try:
                word = password(settings.SAMPLE_PASSWORD_FILE)
                return seed(plan, story, number, password=word, advance=advance)
            except AlreadySeeded:
                raise CommandError(
                    f"The plan {plan.code} has packets already: a sample history is written once, into an empty plan."
                ) from None


def _plan(code: str | None) -> Plan:
    plans = Plan.objects.filter(code=code) if code else Plan.objects.all()
    if len(plans) == 1:
        return plans[0]
    known = ", ".join(Plan.objects.values_list("code", flat=True)) or "none; load one with `manage.py load_plan FILE`"
    raise CommandError(f"Name one plan with --plan CODE. Plans: {known}.")


def _story(path: Path) -> Story:
    try:
        return read_story(path)
    except (OSError, ValueError) as error:
        raise CommandError(str(error)) from error
