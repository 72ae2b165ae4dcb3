"""A correction that is withdrawn while somebody else's request about it is on its way."""

from __future__ import annotations

import time
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test import Client

from reports.services import corrections
from tests.factories import at, small_plan
from tests.reports.conftest import OPEN, WEB, Acting
from tests.reports.pages import PAGE


def waits() -> bool:
    """Whether somebody has seen what is here and waits for a lock on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", ["{}/save/", "{}/correction/withdraw/", "{}/correction/", "{}/evidence/", ""])
def test_the_line_is_not_there_any_more(page):
    world = small_plan()
    acting = Acting(world)
    acting.accept(acting.submitted(), now=at("2021-04-11"))
    line = acting.correct(world.line(world.stations))
    typed = {f"line-{line.pk}-version": "1", f"line-{line.pk}-value": "7", "url": "https://a.cn", "reason": "x"}
    client, answers = Client(), []
    client.force_login(world.approver)
    client.get(PAGE)  # the first page takes long

    def send():
        answers.append(client.post(PAGE + page.format(line.pk), typed).status_code)
        connection.close()

    sender = Thread(target=send)
    with transaction.atomic():
        corrections.withdraw_correction(line.pk, by=world.reporter, at=OPEN, door=WEB)
        sender.start()
        until = time.monotonic() + 30
        while not waits() and time.monotonic() < until:
            time.sleep(0.05)
    sender.join()
    assert answers == [404]
