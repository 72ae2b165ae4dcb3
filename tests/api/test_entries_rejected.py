"""Rows that cannot be saved: each is named with its code and field, and changes nothing."""

from __future__ import annotations

import pytest

from reports.models import Submission
from tests.api.conftest import Caller
from tests.api.sending import ENTRIES, FILLED, answered, contents, opened, outcomes, put, says
from tests.factories import World

pytestmark = pytest.mark.django_db
STATIONS, SHARE, _CENTRE = FILLED


@pytest.fixture(autouse=True)
def packet(world: World) -> Submission:
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def test_rows_for_one_line_reject_each_other(bureau: Caller, world: World) -> None:
    sent = [STATIONS, SHARE, {"target": "stations", "value": "50"}, STATIONS | {"district": "bureau"}]
    response = put(bureau, *sent)
    assert outcomes(response) == ["row_twice", "created", "row_twice", "row_twice"]
    assert answered(response)[0]["words"] == "This line is named more than once (rows 0, 2, 3). Keep one of them."
    says(world.stations, world)


def test_a_version_for_all_rows_at_once_is_refused_and_not_overlooked(bureau: Caller, packet) -> None:
    before = contents(packet)
    refused = put(bureau, STATIONS, if_match='"1"')
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "If-Match")
    assert contents(packet) == before


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ({"target": "stations", "district": "310101", "value": "1"}, "line_unknown", None),
        ({"target": "posts", "value": "1"}, "line_unknown", None),  # of other agencies
        ({"target": "sta\x00tions", "value": "1"}, "line_unknown", None),
        ({"target": "stations\ud800", "value": "1"}, "line_unknown", None),
        ({"target": "stations", "values": "1"}, "field_unknown", "values"),
        ({"target": "stations", "corrects": "1"}, "field_unknown", "corrects"),
        ({"target": "stations", "correction_reason": "x"}, "field_unknown", "correction_reason"),
        ({"target": "stations", "state": "accepted"}, "field_unknown", "state"),
        ({"target": "stations", "a\x00/~\udfff": "1"}, "field_unknown", "a\ufffd/~?"),
        ({"target": "stations", "stage": "done"}, "field_not_asked", "stage"),
        ({"target": "stations", "numerator": "1"}, "field_not_asked", "numerator"),
        ({"target": "share", "value": "30"}, "field_not_asked", "value"),
        ({"target": "centre", "value": "1"}, "field_not_asked", "value"),
        ({"target": "stations", "value": True}, "wrong_type", "value"),
        ({"target": "stations", "value": ["1"]}, "wrong_type", "value"),
        ({"target": "stations", "value": {"a": 1}}, "wrong_type", "value"),
        ({"target": "stations", "words": 5}, "wrong_type", "words"),
        ({"target": "centre", "actual_on": 20210331}, "wrong_type", "actual_on"),
        ({"target": 5, "value": "1"}, "wrong_type", "target"),
        ({"target": "", "value": "1"}, "target_missing", "target"),
        ({"value": "1"}, "target_missing", "target"),
        ({"target": "stations", "district": 310101}, "wrong_type", "district"),
        ({"target": "stations", "district": False}, "wrong_type", "district"),
        ({"target": "stations", "value": "1", "version": "one"}, "wrong_type", "version"),
        ({"target": "stations", "value": "1", "version": 1.5}, "wrong_type", "version"),
        ({"target": "stations", "value": "1", "version": -1}, "wrong_type", "version"),
        ({"target": "stations", "value": "1", "version": 99999999999}, "wrong_type", "version"),
        ({"target": "stations", "value": "1", "version": 2**31}, "wrong_type", "version"),
        ("stations", "wrong_type", None),
        (None, "wrong_type", None),
        ([], "wrong_type", None),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_named_with_its_field(bureau, packet, row, code, field) -> None:
    before = contents(packet)
    (told,) = answered(put(bureau, row))
    assert (told["outcome"], told["code"], told["field"]) == ("rejected", code, field)
    assert told["words"]
    assert contents(packet) == before
    (same,) = put(bureau, row, query="?atomic=true").json()["errors"]
    pointer = "/rows/0" + (f"/{field.replace('~', '~0').replace('/', '~1')}" if field else "")
    assert (same["code"], same["pointer"]) == (code, pointer)


def test_what_was_sent_is_told_again_where_the_rest_of_the_row_cannot_be_used(bureau: Caller, packet) -> None:
    (told,) = answered(put(bureau, {"target": "stations", "district": 310101, "value": "1"}))
    assert (told["target"], told["district"], told["version"]) == ("stations", None, None)


@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [
        ("", "bad_body", "The body is empty."),
        ("\ufeff", "bad_csv", "The file is empty"),
        (
            "target;value\nstations;1\n",
            "bad_csv",
            "no column “target”, but: target;value. Columns are separated by commas.",
        ),
        ("指标,数值\nstations,1\n", "bad_csv", "no column “target”, but: 指标, 数值."),
    ],
)
def test_a_csv_file_of_another_kind_is_told_as_such(bureau: Caller, packet, sent: str, code: str, said: str) -> None:
    before = contents(packet)
    refused = bureau("PUT", ENTRIES, sent, content_type="text/csv")
    assert refused.json()["code"] == code
    assert said in refused.json()["detail"]
    assert contents(packet) == before
