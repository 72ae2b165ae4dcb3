"""One line by itself, and the correction of one that was accepted."""

from __future__ import annotations

from typing import Any

import pytest

from agencies.models import AuditEvent
from reports.models import Entry
from reports.services import evidence
from tests.api.conftest import Caller, connected
from tests.api.sending import ENTRIES, FILLED, PACKET, opened, put, says, submitting
from tests.factories import World, at
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB, Acting

pytestmark = pytest.mark.django_db
LINE = f"{ENTRIES}/stations/bureau"


@pytest.fixture(autouse=True)
def packet(world: World):
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def patch(caller: Caller, path: str = LINE, if_match: str | None = None, **fields: Any) -> Any:
    return caller("PATCH", path, fields, **({"if_match": if_match} if if_match is not None else {}))


def test_reading_entering_and_reading_again(bureau: Caller, world: World) -> None:
    before = bureau.get(LINE)
    assert (before.status_code, before.json()["value"], before.json()["version"]) == (200, None, 1)
    written = patch(bureau, value="40", words="含室外站")
    assert (written.status_code, written.json()["value"], written.json()["version"]) == (200, "40", 2)
    says(world.stations, world, value="40", words="含室外站")
    after = bureau.get(LINE)
    assert after.json() == written.json()
    assert after["ETag"] != before["ETag"]
    assert patch(bureau, words=None).json()["value"] == "40", "what is left out stays"
    says(world.stations, world, value="40")


def test_a_patch_that_changes_nothing_leaves_no_trace(bureau: Caller, world: World) -> None:
    patch(bureau, value="40")
    written = AuditEvent.objects.count()
    for fields in ({"value": "40"}, {"value": 40.0}, {}):
        assert patch(bureau, **fields).json()["version"] == 2
    assert AuditEvent.objects.count() == written


def test_a_line_of_a_district_goes_by_its_code(world: World) -> None:
    opened(world, world.east)
    east = connected(world.east)
    path = "/submissions/east/2021Q1/entries/posts/310101"
    assert patch(east, path, value="5").json()["district"] == "310101"
    for other in ("posts/310104", "posts/east", "stations/310101"):
        assert east.get(f"/submissions/east/2021Q1/entries/{other}").status_code == 404
        assert patch(east, f"/submissions/east/2021Q1/entries/{other}", value="5").status_code == 404


def test_304_for_who_has_it(bureau: Caller, world: World) -> None:
    tag = bureau.get(LINE)["ETag"]
    assert bureau.get(LINE, if_none_match=tag).status_code == 304
    patch(bureau, value="40")
    assert bureau.get(LINE, if_none_match=tag).status_code == 200


def _evidence(world: World, line: Entry) -> None:
    url = "https://example.org/a"
    evidence.add_link(line.pk, title="公示", url=url, by=world.reporter, at=at("2021-04-20"), door=WEB)


CHANGES = {
    "entered": lambda world, line: Acting(world).save(line, value="41"),
    "a doubt": lambda world, line: Entry.objects.filter(pk=line.pk).update(doubts=[["evidence_missing", {}]]),
    "evidence": _evidence,
    "a state": lambda world, line: Entry.objects.filter(pk=line.pk).update(state="retired"),
    "a deadline": lambda world, line: Entry.objects.filter(pk=line.pk).update(returned_until=at("2100-01-01")),
    "the unit": lambda world, line: type(line.assignment.target).objects.update(unit_en="poles"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_etag_changes_with_whatever_is_told(bureau: Caller, world: World, change: str) -> None:
    before = bureau.get(LINE)
    CHANGES[change](world, world.line(world.stations))
    after = bureau.get(LINE)
    assert after.json() != before.json()
    assert after["ETag"] != before["ETag"]
    assert bureau.get(LINE)["ETag"] == after["ETag"], "and stays as long as it does"


def test_if_match_refuses_what_somebody_else_changed(bureau: Caller, world: World) -> None:
    tag = bureau.get(LINE)["ETag"]
    Acting(world).save(world.line(world.stations), value="45")
    refused = patch(bureau, if_match=tag, value="41")
    assert (refused.status_code, refused.json()["code"]) == (412, "version_conflict")
    says(world.stations, world, value="45")
    assert patch(bureau, if_match=bureau.get(LINE)["ETag"], value="41").status_code == 200
    assert patch(bureau, if_match=tag, value="41").status_code == 200, "sent again: it says so already"
    says(world.stations, world, value="41")


def test_evidence_does_not_get_in_the_way_of_who_is_typing(bureau: Caller, world: World) -> None:
    tag = bureau.get(LINE)["ETag"]
    _evidence(world, world.line(world.stations))
    assert patch(bureau, if_match=tag, value="41").status_code == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("*", 200),
        ("", 200),
        ('"2-abcdef01"', 200),
        ('W/"2-abcdef01"', 200),  # a proxy that compressed the answer made it weak; the version is what counts
        ('"2"', 200),
        ("2", 200),
        ('"1-abcdef01", "2-abcdef01"', 200),
        ('"1-abcdef01","3-abcdef01"', 412),
        ('"1-abcdef01"', 412),
        ('"3-abcdef01"', 412),
        ('"02-abcdef01"', 412),
        ('"-2"', 412),
        ('"²-abcdef01"', 412),
        ('"abcdef01"', 412),
        ('""', 412),
        ("W/", 412),
        (",", 412),
        ("0", 412),
        ('"' + "9" * 5000 + '"', 412),
        ('"2.0-a"', 412),
    ],
)
def test_odd_values_of_if_match(bureau: Caller, world: World, sent: str, status: int) -> None:
    patch(bureau, value="40")
    assert patch(bureau, if_match=sent, value="41").status_code == status
    says(world.stations, world, value="41" if status == 200 else "40")


@pytest.mark.parametrize("body", ["[]", '"x"', "5", "null", "true", '[{"value": "1"}]'])
def test_a_body_that_is_no_object(bureau: Caller, world: World, body: str) -> None:
    response = bureau("PATCH", LINE, body)
    assert (response.status_code, response.json()["code"]) == (422, "bad_body")
    says(world.stations, world)


@pytest.mark.parametrize(
    ("fields", "code", "pointer"),
    [
        ({"target": "share"}, "field_unknown", "/target"),
        ({"version": 1}, "field_unknown", "/version"),
        ({"value": True}, "wrong_type", "/value"),
        ({"stage": "done"}, "field_not_asked", "/stage"),
        ({"a/b~c": "1"}, "field_unknown", "/a~1b~0c"),
        ({"value": "-1"}, "negative", "/value"),
    ],
)
def test_a_member_that_cannot_be_taken(bureau: Caller, world: World, fields, code: str, pointer: str) -> None:
    response = bureau("PATCH", LINE, fields)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert [fault["pointer"] for fault in response.json()["errors"]] == [pointer]
    says(world.stations, world)


def test_closed_lines_are_409(bureau: Caller, world: World, packet) -> None:
    put(bureau, *FILLED)
    acting = Acting(world)
    acting.submit(packet)
    refused = patch(bureau, value="41")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_submitted")
    assert patch(bureau, value="40").status_code == 200, "what is there already is no change"
    acting.accept(packet)
    refused = patch(bureau, value="41")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_accepted")


def test_of_another_agency_there_is_no_line(bureau: Caller, world: World) -> None:
    opened(world, world.east)
    path = "/submissions/east/2021Q1/entries/posts/310101"
    for answer in (bureau.get(path), patch(bureau, path, value="5")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# corrections


def correct(caller: Caller, reason: Any = "漏报一处", path: str = LINE) -> Any:
    return caller("POST", f"{path}/correction", {"reason": reason})


@pytest.fixture
def settled(world: World) -> None:
    accepted(world, world.stations, "40")


def test_a_correction_from_opening_to_the_ledger(bureau: Caller, world: World, settled: None) -> None:
    opened_line = correct(bureau)
    assert opened_line.status_code == 201
    told = opened_line.json()
    assert (told["state"], told["value"], told["correction_reason"]) == ("draft", None, "漏报一处")
    assert patch(bureau, if_match=opened_line["ETag"], value="44").json()["value"] == "44"
    assert submitting(world)("POST", f"{PACKET}/submit").json()["state"] == "submitted"
    Acting(world).accept(world.packet(), now=OPEN)
    newest = world.stations.figures.order_by("-acceptance_id").first()
    assert (newest.value, newest.reason, newest.entered_by) == (44, "漏报一处", bureau.system.user)


def test_taking_a_correction_back(bureau: Caller, world: World, settled: None) -> None:
    correct(bureau)
    patch(bureau, value="44")
    assert bureau("DELETE", f"{LINE}/correction").status_code == 204
    assert bureau.get(LINE).json()["value"] == "40"
    again = bureau("DELETE", f"{LINE}/correction")
    assert (again.status_code, again.json()["code"]) == (409, "already_accepted")
    actions = AuditEvent.objects.filter(action__startswith="correction.", actor=bureau.system.user)
    assert sorted(actions.values_list("action", flat=True)) == ["correction.opened", "correction.withdrawn"]


def test_what_the_office_asked_for_is_not_the_systems_to_drop(bureau: Caller, world: World, settled: None) -> None:
    Acting(world).correct(world.line(world.stations), by=world.supervisor)
    refused = bureau("DELETE", f"{LINE}/correction")
    assert (refused.status_code, refused.json()["code"]) == (409, "correction_of_others")
    refused = correct(bureau)
    assert (refused.status_code, refused.json()["code"]) == (409, "line_open")


def test_a_correction_that_was_handed_in_is_not_taken_back(bureau: Caller, world: World, settled: None) -> None:
    correct(bureau)
    patch(bureau, value="44")
    submitting(world)("POST", f"{PACKET}/submit")
    refused = bureau("DELETE", f"{LINE}/correction")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_submitted")


def test_what_was_not_accepted_has_no_correction(bureau: Caller, world: World) -> None:
    refused = bureau("DELETE", f"{LINE}/correction")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_correction")
    refused = correct(bureau)
    assert (refused.status_code, refused.json()["code"]) == (409, "line_open")
    assert Entry.objects.count() == 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": ""}, 422, "reason_missing"),
        ({"reason": "  "}, 422, "reason_missing"),
        ({}, 422, "reason_missing"),
        ({"reason": "字" * 2001}, 422, "too_long_text"),
        ({"reason": None}, 422, "bad_body"),
        ({"reason": 5}, 422, "bad_body"),
        ({"reason": "漏报\x00"}, 422, "bad_body"),
        ({"reason": "漏报", "value": "44"}, 422, "bad_body"),
        (["漏报"], 422, "bad_body"),
    ],
)
def test_a_correction_needs_its_reason(bureau: Caller, world: World, settled: None, body, status, code) -> None:
    refused = bureau("POST", f"{LINE}/correction", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    if code in ("reason_missing", "too_long_text"):
        assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/reason"]
    assert Entry.objects.filter(assignment__target=world.stations).count() == 1


def test_no_correction_in_another_agencys_packet(bureau: Caller, world: World) -> None:
    accepted(world, world.posts, "5", agency=world.east)
    path = "/submissions/east/2021Q1/entries/posts/310101"
    assert correct(bureau, path=path).status_code == 404
    assert bureau("DELETE", f"{path}/correction").status_code == 404
    assert Entry.objects.filter(submission__agency=world.east).count() == 1
