"""Rows written by COPY are the rows that were given."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agencies.models import AuditEvent
from agencies.services import audit
from agencies.services.audit import Door

pytestmark = pytest.mark.django_db
ODD = [
    "", " ", "a\rb", "a\nb", "a\r\nb", "\r", "\t", "\\", "\\N", "\\.", "\\r", '"', '""', '"a', "a,b", "'", "NULL",
    "None", "字😀", "\u2028", "\x1f", "a\\\r\n\\.\r\nb", "=1+1",
]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_every_text_comes_back_as_it_was_written(order: int) -> None:
    now = timezone.now()
    events = [
        audit.event("entry.saved", f"{text}x", actor=None, at=now, door=Door.API, before={"words": text}, reason=text)
        for text in ODD[::order]
    ]
    assert audit.record_all(events) == len(ODD)
    rows = AuditEvent.objects.order_by("pk")
    assert [row.reason for row in rows] == ODD[::order]
    assert [row.subject for row in rows] == [f"{text}x" for text in ODD[::order]]
    assert [row.before for row in rows] == [{"words": text} for text in ODD[::order]]
    assert {(row.actor_id, row.agency_id, row.at) for row in rows} == {(None, None, now)}, "nothing is nothing"


def test_no_rows_are_no_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert audit.record_all([]) == 0
