"""`manage.py seed_sample` and `manage.py sample_users`."""

from __future__ import annotations

import stat

import pytest
from django.core.management import CommandError, call_command

from agencies.models import User
from reports.models import Submission


@pytest.fixture(autouse=True)
def password_file(settings, tmp_path):
    settings.SAMPLE_PASSWORD_FILE = tmp_path / "secrets" / "sample_password"
    return settings.SAMPLE_PASSWORD_FILE


def test_it_writes_rolls_up_and_says_how_much(world, capsys):
    call_command("seed_sample", "--seed", "1")
    assert "Sample history of small: 2 quarters, 6 packets, " in capsys.readouterr().out
    assert world.stations.progress.count() == 2


def test_it_refuses_a_second_time(world):
    call_command("seed_sample")
    with pytest.raises(CommandError, match="written once"):
        call_command("seed_sample")


def test_it_refuses_a_public_installation_unless_told(world, settings):
    settings.HTTPS = True
    with pytest.raises(CommandError, match="--yes"):
        call_command("seed_sample")
    assert not Submission.objects.exists()
    call_command("seed_sample", "--yes")
    assert Submission.objects.exists()


def test_without_a_plan_it_says_how_to_load_one(db):
    with pytest.raises(CommandError, match="load_plan"):
        call_command("seed_sample")


def test_a_story_that_is_not_there(world):
    with pytest.raises(CommandError, match=r"no-such\.yaml"):
        call_command("seed_sample", "--story", "no-such.yaml")


def test_the_password_is_the_owners_alone_and_signs_in(world, password_file, capsys, client):
    call_command("seed_sample")
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    capsys.readouterr()
    call_command("sample_users")
    shown = capsys.readouterr().out
    password = password_file.read_text().strip()
    assert password in shown
    assert "sample-supervisor" in shown
    assert client.login(username="sample-bureau-reporter", password=password)


def test_a_lost_password_is_made_anew(world, password_file, capsys, client):
    call_command("seed_sample")
    password_file.unlink()
    with pytest.raises(CommandError, match="--new-password"):
        call_command("sample_users")
    call_command("sample_users", "--new-password")
    assert client.login(username="sample-auditor", password=password_file.read_text().strip())


def test_no_sample_people(world):
    with pytest.raises(CommandError, match="no sample people"):
        call_command("sample_users")
    assert User.objects.exists()
