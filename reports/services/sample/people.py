"""The people of the sample history, and the one password of their accounts."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from agencies.models import Agency, User
from agencies.roles import Role
from agencies.services.people import add_person

PREFIX = "sample-"
OFFICE = {
    "supervisor": (Role.SUPERVISOR, "督查员甲（样例）"),
    "supervisor-2": (Role.SUPERVISOR, "督查员乙（样例）"),
    "plan-manager": (Role.PLAN_MANAGER, "方案管理员（样例）"),
    "auditor": (Role.AUDITOR, "审计员（样例）"),
    "operator": (Role.OPERATOR, "运维员（样例）"),
}


class Staff(NamedTuple):
    """Who enters and who submits for one agency."""

    reporter: User
    approver: User


def add_office(password_hash: str) -> dict[str, User]:
    """Everybody who belongs to no agency, by the end of the username."""
    return {
        name: add_person(PREFIX + name, display_name=shown, roles=[(role, None)], password_hash=password_hash)
        for name, (role, shown) in OFFICE.items()
    }


def add_staff(agency: Agency, password_hash: str) -> Staff:
    """A reporter and an approver."""
    words = {Role.REPORTER: "填报员", Role.APPROVER: "审核人"}
    return Staff(
        *(
            add_person(
                f"{PREFIX}{agency.code}-{role}",
                display_name=f"{agency.short_name_zh}{shown}（样例）",
                roles=[(role, agency)],
                password_hash=password_hash,
            )
            for role, shown in words.items()
        )
    )


def sample_people() -> list[User]:
    return list(User.objects.filter(username__startswith=PREFIX).order_by("pk").prefetch_related("memberships__agency"))


def password(path: Path) -> str:
    """The password of all sample accounts of this installation: made at the first call, in a file of mode 0600."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # beside and renamed: a kill in between leaves no empty password
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(9) + "\n")
        part.replace(path)
    return path.read_text().strip()


def set_password(path: Path) -> None:
    """Gives the password of the file to every sample account: for a file that was lost and made anew."""
    hashed = make_password(password(path))
    for user in sample_people():
        user.password = hashed
        user.save(update_fields=["password"])
