"""What the commands of this app share: naming a plan, and telling what is wrong with a file."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from ..models import Plan
from ..packs import PackErrors


def plan_named(code: str | None) -> Plan:
    """The plan with a code; without one, the only plan there is."""
    codes = list(Plan.objects.values_list("code", flat=True))
    if code is None and len(codes) == 1:
        return Plan.objects.get()
    if code is None:
        raise CommandError(f"There are {len(codes)} plans; name one with --plan. Plans: {', '.join(codes) or 'none'}.")
    if code not in codes:
        raise CommandError(f"There is no plan {code!r}. Plans: {', '.join(codes) or 'none'}.")
    return Plan.objects.get(code=code)


def tell(command: BaseCommand, errors: PackErrors) -> CommandError:
    """Writes one line for each error; returns what the command ends with."""
    for error in errors.errors:
        command.stderr.write(str(error))
    count = len(errors.errors)
    return CommandError(f"{count} {'error' if count == 1 else 'errors'}; nothing was loaded.")
