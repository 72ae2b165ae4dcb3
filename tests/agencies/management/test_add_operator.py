"""`manage.py add_operator`: an installation without sample people has somebody who can get in."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agencies.management.commands import add_operator
from agencies.models import User
from agencies.roles import Can, Role
from tests.factories import person


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    return lambda password: monkeypatch.setattr(add_operator, "getpass", lambda prompt: password)


def test_the_operator_signs_in_and_opens_the_admin(db: None, typed, client: Client) -> None:
    typed("long enough to guess")
    call_command("add_operator", "wang", "--name", "王")
    assert client.login(username="wang", password="long enough to guess")
    assert client.get("/admin/agencies/user/add/").status_code == 200


@pytest.mark.parametrize(("username", "password"), [("wang", "short"), ("王 !", "long enough to guess")])
def test_what_cannot_be_used_adds_nobody(db: None, typed, username: str, password: str) -> None:
    typed(password)
    with pytest.raises(CommandError):
        call_command("add_operator", username)
    assert not User.objects.exists()


def test_somebody_who_is_there_gets_the_role_and_keeps_the_password(db: None) -> None:
    auditor = person(Role.AUDITOR)
    call_command("add_operator", auditor.username)
    found = User.objects.get()
    assert (found.password, found.can(Can.OPERATE), found.can(Can.READ_AUDIT)) == (auditor.password, True, True)
