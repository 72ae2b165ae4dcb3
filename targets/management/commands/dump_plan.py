"""Writes a plan as a plan pack."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from targets.management.reading import plan_named
from targets.packs import write_pack
from targets.selectors.packs import plan_pack


class Command(BaseCommand):
    """With the commitments in force today, and without what is retired."""

    help = "Write the plan CODE as a plan pack (YAML) to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE")

    def handle(self, *args: Any, code: str, **options: Any) -> None:
        plan = plan_named(code)
        self.stdout.write(write_pack(plan_pack(plan, timezone.localdate())), ending="")
