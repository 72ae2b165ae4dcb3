"""People and their roles."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.db import transaction

from ..models import Agency, Membership, User
from ..roles import Role


@transaction.atomic
def add_person(
    username: str, *, display_name: str, roles: Iterable[tuple[Role, Agency | None]], password_hash: str | None = None
) -> User:
    """Adds one person with their roles; one who is there already gets the roles that are missing.

    `password_hash` is what `make_password` gives; without it the person cannot sign in by password.
    """
    user, _ = User.objects.get_or_create(
        username=username,
        defaults={"display_name": display_name, "password": password_hash or make_password(None)},
    )
    for role, agency in roles:
        Membership.objects.get_or_create(user=user, role=role, agency=agency)
    return user
