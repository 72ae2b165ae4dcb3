"""`manage.py verify_files`."""

import os
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from reports.models import Evidence
from reports.services import evidence as services
from tests.reports.conftest import OPEN, WEB
from tests.reports.uploads import PNG, upload


@pytest.fixture
def pieces(world, files):
    entry = world.line(world.stations)
    for sent in (upload(), upload("图.png", PNG)):
        services.add_file(entry.pk, sent, by=world.reporter, at=OPEN, door=WEB)
    services.add_link(entry.pk, title="", url="https://a.cn/", by=world.reporter, at=OPEN, door=WEB)
    return list(Evidence.objects.filter(kind="file"))


def verify(capsys) -> str:
    call_command("verify_files")
    return capsys.readouterr().out


def broken(capsys) -> tuple[str, str]:
    with pytest.raises(CommandError) as caught:
        call_command("verify_files")
    return capsys.readouterr().out, str(caught.value)


def test_an_empty_store_holds(db, files, capsys):
    assert verify(capsys) == "The files hold: 0.\n"


def test_every_file_is_recomputed(pieces, capsys):
    assert verify(capsys) == "The files hold: 2.\n"


def test_a_changed_and_a_missing_file_are_named(pieces, files, capsys):
    (files / pieces[0].file.name).write_bytes(b"%PDF-1.7 other")
    (files / pieces[1].file.name).unlink()
    shown, error = broken(capsys)
    assert f"{pieces[0].file.name} (报告.pdf) is not what was added" in shown
    assert f"{pieces[1].file.name} (图.png) is missing" in shown
    assert error.startswith("2 of 2 files do not hold.")


def test_a_file_that_belongs_to_nothing_is_named_once_it_is_no_longer_in_transit(pieces, files, capsys):
    left = files / "evidence" / "202104" / "left"
    left.write_bytes(b"x")
    assert "left" not in verify(capsys)
    old = (timezone.now() - timedelta(hours=2)).timestamp()
    os.utime(left, (old, old))
    shown = verify(capsys)
    assert "evidence/202104/left belongs to nothing" in shown and "The files hold: 2." in shown
