"""`manage.py verify_ledger`."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection


@pytest.fixture
def two_blocks(acting):
    packet = acting.submitted()
    lines = list(packet.entries.all())
    first = acting.accept(packet, entries=[lines[0].pk])
    return first, acting.accept(packet)


def verify(capsys, *arguments: str) -> str:
    call_command("verify_ledger", *arguments)
    return capsys.readouterr().out


def test_an_empty_ledger_holds(db, capsys):
    assert "empty" in verify(capsys)


def test_it_tells_how_many_blocks_and_the_head_to_note(two_blocks, capsys):
    _, head = two_blocks
    shown = verify(capsys)
    assert "2 blocks" in shown
    noted = re.search(r"2:[0-9a-f]{64}", shown)[0]
    assert noted == f"2:{head.hash}"
    assert "holds" in verify(capsys, "--head", noted)


def test_an_altered_figure_is_named_by_its_block(two_blocks):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_figure DISABLE TRIGGER reports_figure_append_only")
        cursor.execute("UPDATE reports_figure SET words = 'x' WHERE acceptance_id = 2")
    with pytest.raises(CommandError, match="Block 2 does not hold: its content"):
        call_command("verify_ledger")


def test_a_head_that_is_gone_is_told(two_blocks):
    with pytest.raises(CommandError, match="Block 3 does not hold: it is not the block that was noted"):
        call_command("verify_ledger", "--head", f"3:{'0' * 64}")


def test_a_head_that_is_mistyped_is_told():
    with pytest.raises(CommandError, match="NUMBER:HASH"):
        call_command("verify_ledger", "--head", "3")
