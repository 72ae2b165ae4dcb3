"""The first person of an installation: an operator, who adds the others in the admin."""

from __future__ import annotations

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from agencies.models import User
from agencies.roles import Role
from agencies.services.people import add_person


class Command(BaseCommand):
    """Rights come from roles alone, so that the person `createsuperuser` makes may do nothing."""

    help = "Add an operator, who can sign in and add other people; asks for the password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the name that others see")

    def handle(self, *args: Any, username: str, name: str, **options: Any) -> None:
        if User.objects.filter(username=username, system__isnull=False).exists():
            raise CommandError(f"{username} is the account of a connected system, not of a person.")
        wanted = User(username=username, display_name=name)
        is_new = not User.objects.filter(username=username).exists()
        password = getpass("Password: ") if is_new else None
        try:
            if password is not None:
                wanted.clean_fields(exclude=["password"])
                validate_password(password, wanted)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        password_hash = None if password is None else make_password(password)
        add_person(username, display_name=name, roles=[(Role.OPERATOR, None)], password_hash=password_hash)
        self.stdout.write(f"{username} is an operator.")
