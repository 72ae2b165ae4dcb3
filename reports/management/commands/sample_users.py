"""Shows how to sign in as the people of the sample history."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from agencies.models import User
from agencies.roles import AGENCY_ROLES
from reports.services.sample import read_story
from reports.services.sample.people import sample_people, set_password

from .seed_sample import STORY


class Command(BaseCommand):
    """One agency, one district and the offices; the other agencies' names follow the same pattern."""

    help = "Print the sign-ins of the sample people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-password", action="store_true", help="make a new password for all of them")

    def handle(self, *args: Any, new_password: bool, **options: Any) -> None:
        people = sample_people()
        if not people:
            raise CommandError("There are no sample people here. `manage.py seed_sample` makes them.")
        path = settings.SAMPLE_PASSWORD_FILE
        if new_password:
            path.unlink(missing_ok=True)
            set_password(path)
        if not path.exists():
            raise CommandError(f"{path} is gone. Make a new password with `manage.py sample_users --new-password`.")
        shown = frozenset(read_story(settings.BASE_DIR / STORY).shown)
        with translation.override("en"):  # like everything that commands and the launcher say
            for user in (user for user in people if _is_shown(user, shown)):
                self.stdout.write(f"  {user.username:<32}{_rights(user)}")
        self.stdout.write(f"  Password of all of them: {path.read_text().strip()}")
        self.stdout.write("  Every other agency that reports: sample-<agency>-reporter, sample-<agency>-approver")


def _is_shown(user: User, shown: frozenset[str]) -> bool:
    """Everybody of the offices, and of the agencies only the named ones."""
    memberships = user.memberships.all()
    return all(one.role not in AGENCY_ROLES or one.agency.code in shown for one in memberships)


def _rights(user: User) -> str:
    return ", ".join(
        " of ".join(filter(None, (membership.get_role_display(), membership.agency and membership.agency.short_name)))
        for membership in user.memberships.all()
    )
