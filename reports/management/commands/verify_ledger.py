"""Recomputes every block of the ledger."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.management.progress_bar import progress_bar
from reports.models import Acceptance
from reports.services import ledger
from reports.wording import LEDGER_FAULTS


def noted_head(text: str) -> tuple[int, str]:
    """ "12:9f3a…" -> (12, "9f3a…")."""
    match = re.fullmatch(r"(\d+):([0-9a-f]{64})", text)
    if match is None:
        raise ArgumentTypeError(f"{text!r} is not NUMBER:HASH with the hash's 64 hexadecimal digits")
    return int(match[1]), match[2]


class Command(BaseCommand):
    """Ends with 1 and names the first block that does not hold, if there is one."""

    help = "Recompute the whole ledger and name the first block that does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=noted_head,
            metavar="NUMBER:HASH",
            help="a block noted earlier: finds a ledger that was cut off or written anew as a whole",
        )

    def handle(self, *args: Any, head: tuple[int, str] | None, **options: Any) -> None:
        with progress_bar("Blocks", Acceptance.objects.count()) as advance:
            broken = ledger.verify(advance=advance, head=head)
        if broken is not None:
            raise CommandError(f"Block {broken.number} does not hold: {LEDGER_FAULTS[broken.fault]}.")
        newest = Acceptance.objects.order_by("-number").first()
        if newest is None:
            self.stdout.write("The ledger holds. It is empty.")
        else:
            self.stdout.write(f"The ledger holds: {newest.number} blocks. Head: {newest.number}:{newest.hash}")
