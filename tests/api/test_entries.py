"""Thousands of lines at once: each row is answered by itself, and nothing is ever replaced wholesale."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import AuditEvent
from agencies.roles import Scope
from reports.services.packets import open_packets
from tests.api.conftest import Caller, connected
from tests.api.sending import ENTRIES, answered, contents, opened, outcomes, put, says, with_districts
from tests.factories import AssignmentFactory, TargetFactory, World, at, person
from tests.reports.conftest import Acting

pytestmark = pytest.mark.django_db
STATIONS = {"target": "stations", "value": "40"}
SHARE = {"target": "share", "numerator": "3", "denominator": "10"}
CENTRE = {"target": "centre", "stage": "under_way"}


@pytest.fixture(autouse=True)
def packet(world: World):
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def test_every_row_is_answered_by_its_place(bureau: Caller, world: World) -> None:
    put(bureau, STATIONS, SHARE)
    sent = [{"target": "nothing", "value": "1"}, STATIONS, SHARE | {"numerator": "4"}, CENTRE]
    response = put(bureau, *sent)
    assert response.json()["counts"] == {"created": 1, "changed": 1, "unchanged": 1, "rejected": 1}
    assert [(row["index"], row["target"], row["outcome"], row["version"]) for row in answered(response)] == [
        (0, "nothing", "rejected", None),
        (1, "stations", "unchanged", 2),
        (2, "share", "changed", 3),
        (3, "centre", "created", 2),
    ]
    assert answered(response)[0] == {
        "index": 0, "target": "nothing", "district": None, "outcome": "rejected", "version": None,
        "code": "line_unknown", "field": None, "words": "The packet has no such line (nothing).", "doubts": [],
    }  # fmt: skip
    says(world.stations, world, value="40")
    says(world.share, world, value="40", numerator="4", denominator="10")
    says(world.centre, world, stage="under_way")


def test_the_same_as_csv(bureau: Caller, world: World) -> None:
    sent = "target,value,numerator,denominator,stage,words\r\n"
    sent += 'stations,"1,200",,,,"室外，\n含站"\r\nshare,,3,10,,\r\ncentre,,,,under_way,\r\nstations2,1,,,,\r\n'
    response = bureau("PUT", ENTRIES, "\ufeff" + sent, content_type="text/csv; charset=utf-8")
    assert outcomes(response) == ["created", "created", "created", "line_unknown"]
    says(world.stations, world, value="1200", words="室外，\n含站")
    says(world.share, world, value="30", numerator="3", denominator="10")
    says(world.centre, world, stage="under_way")


def test_an_empty_cell_of_csv_is_nothing_and_a_column_that_is_left_out_stays(bureau: Caller, world: World) -> None:
    put(bureau, STATIONS | {"words": "含室外站"})
    outcome = outcomes(bureau("PUT", ENTRIES, "target,value\nstations,\n", content_type="text/csv"))
    assert outcome == ["changed"]
    says(world.stations, world, words="含室外站")


def test_a_true_zero_is_a_zero(bureau: Caller, world: World) -> None:
    assert outcomes(put(bureau, {"target": "stations", "value": "0"})) == ["created"]
    says(world.stations, world, value="0")
    assert outcomes(put(bureau, {"target": "stations", "value": 0})) == ["unchanged"]
    assert outcomes(put(bureau, {"target": "stations", "value": "1"})) == ["changed"], "it said zero, not nothing"
    assert outcomes(put(bureau, {"target": "stations", "value": 0.0})) == ["changed"]
    says(world.stations, world, value="0")


def test_null_is_nothing_reported(bureau: Caller, world: World) -> None:
    assert outcomes(put(bureau, {"target": "stations", "value": None})) == ["unchanged"]
    put(bureau, STATIONS)
    assert outcomes(put(bureau, {"target": "stations", "value": None})) == ["changed"]
    says(world.stations, world)
    assert outcomes(put(bureau, {"target": "stations", "value": None, "nothing_because": "无新增"})) == ["created"]
    says(world.stations, world, nothing_because="无新增")


def test_a_member_that_is_left_out_stays(bureau: Caller, world: World) -> None:
    put(bureau, STATIONS | {"words": "含室外站"})
    assert outcomes(put(bureau, {"target": "stations", "value": "41"})) == ["changed"]
    says(world.stations, world, value="41", words="含室外站")
    assert outcomes(put(bureau, {"target": "stations", "words": None})) == ["changed"]
    says(world.stations, world, value="41")
    assert outcomes(put(bureau, {"target": "stations"})) == ["unchanged"]
    says(world.stations, world, value="41")


def test_a_row_that_is_left_out_stays(bureau: Caller, packet) -> None:
    put(bureau, STATIONS, SHARE, CENTRE)
    before = contents(packet)
    assert outcomes(put(bureau, {"target": "stations", "value": "41"})) == ["changed"]
    before["stations bureau"]["value"] = "41"
    assert contents(packet) == before
    assert answered(put(bureau)) == [], "no rows at all are no error, and delete nothing"
    assert contents(packet) == before


def test_sending_it_again_ends_in_the_same_state(bureau: Caller, world: World, packet) -> None:
    acting, sent = Acting(world), [STATIONS, SHARE, CENTRE]
    put(bureau, *sent)
    versions = _versions(packet)
    assert outcomes(put(bureau, *sent)) == ["unchanged"] * 3
    assert _versions(packet) == versions
    acting.submit(packet)
    assert outcomes(put(bureau, *sent)) == ["unchanged"] * 3, "submitted meanwhile: what was sent is there"
    acting.accept(packet)
    assert outcomes(put(bureau, *sent)) == ["unchanged"] * 3, "accepted meanwhile: likewise"
    assert contents(packet)["stations bureau"]["value"] == "40"


def _versions(packet) -> list[int]:
    return list(packet.entries.order_by("pk").values_list("version", flat=True))


def test_something_else_after_submission_and_after_acceptance_is_rejected(bureau: Caller, world: World, packet) -> None:
    put(bureau, STATIONS, SHARE, CENTRE)
    acting, other = Acting(world), {"target": "stations", "value": "41"}
    acting.submit(packet)
    assert outcomes(put(bureau, other)) == ["already_submitted"]
    acting.accept(packet)
    assert outcomes(put(bureau, STATIONS | {"words": "补记"})) == ["already_accepted"]
    assert outcomes(put(bureau, {"target": "stations", "value": "x"})) == ["already_accepted"]
    (row,) = answered(put(bureau, other))
    assert (row["code"], row["words"]) == (
        "already_accepted", "This has been accepted. To change it, ask for a correction.",
    )  # fmt: skip
    says(world.stations, world, value="40")


def test_an_open_correction_is_what_is_entered(bureau: Caller, world: World, packet) -> None:
    put(bureau, STATIONS, SHARE, CENTRE)
    acting = Acting(world)
    acting.submit(packet)
    acting.accept(packet)
    acting.correct(world.line(world.stations))
    assert outcomes(put(bureau, {"target": "stations", "value": "44"})) == ["created"]
    says(world.stations, world, value="44")
    old = packet.entries.get(assignment__target=world.stations, state="accepted")
    assert old.value == 40, "the accepted line is as it was"


@pytest.mark.parametrize(
    ("district", "expected"),
    [("310101", "created"), ("310104", "created"), (None, "district_needed"), ("", "district_needed"),
     ("310105", "line_unknown"), ("东城区", "line_unknown"), ("bureau", "line_unknown")],
)  # fmt: skip
def test_a_target_of_several_districts_needs_the_district(bureau, world, packet, district, expected) -> None:
    with_districts(world, city=False)
    open_packets(packet.period, at=packet.period.opens_at, agencies=[world.bureau])
    response = put(bureau, {"target": "cameras", "district": district, "value": "7"})
    assert outcomes(response) == [expected]
    said = {name: line["value"] for name, line in contents(packet).items() if "cameras" in name}
    hit = {f"cameras {district}": "7"} if expected == "created" else {}
    assert said == {"cameras 310101": None, "cameras 310104": None} | hit
    if expected == "district_needed":
        (row,) = answered(response)
        assert (row["field"], row["words"]) == (
            "district",
            "The packet has several lines for the target cameras; name the district (310101, 310104).",
        )


def test_without_a_district_the_city_is_meant_where_there_is_such_a_line(bureau, world, packet) -> None:
    with_districts(world, city=True)
    open_packets(packet.period, at=packet.period.opens_at, agencies=[world.bureau])
    sent = [{"target": "cameras", "value": "9"}, {"target": "cameras", "district": "310104", "value": "4"}]
    assert [row["district"] for row in answered(put(bureau, *sent))] == [None, "310104"]
    said = {name: line["value"] for name, line in contents(packet).items() if "cameras" in name}
    assert said == {"cameras bureau": "9", "cameras 310101": None, "cameras 310104": "4"}


def test_the_district_may_be_left_out_where_there_is_one_line(world: World) -> None:
    packet, east = opened(world, world.east), connected(world.east)
    body = {"rows": [{"target": "posts", "value": "5"}]}
    (row,) = answered(east("PUT", "/submissions/east/2021Q1/entries", body))
    assert (row["outcome"], row["district"]) == ("created", "310101")
    assert contents(packet)["posts 310101"]["value"] == "5"


def test_null_for_what_a_target_does_not_ask_for_is_taken(bureau: Caller, world: World) -> None:
    sent = dict.fromkeys(("value", "numerator", "denominator", "stage", "actual_on", "words", "explanation"))
    assert outcomes(put(bureau, sent | STATIONS, sent | SHARE, sent | CENTRE)) == ["created"] * 3
    says(world.share, world, value="30", numerator="3", denominator="10")


def test_a_version_that_was_read_guards_a_row(bureau: Caller, world: World) -> None:
    assert outcomes(put(bureau, STATIONS | {"version": 1})) == ["created"]
    Acting(world).save(world.line(world.stations), value="45", now=at("2021-04-20"))
    response = put(bureau, {"target": "stations", "value": "41", "version": 2})
    assert outcomes(response) == ["version_conflict"]
    (told,) = response.json()["rows"]
    assert (told["version"], told["doubts"]) == (3, []), "which version to read, and nothing of what was not saved"
    says(world.stations, world, value="45")
    assert outcomes(put(bureau, {"target": "stations", "value": "45", "version": 2})) == ["unchanged"]
    assert outcomes(put(bureau, {"target": "stations", "value": "41", "version": "3"})) == ["changed"]
    assert outcomes(put(bureau, {"target": "stations", "value": "42", "version": None})) == ["changed"]


def test_all_or_nothing(bureau: Caller, packet) -> None:
    sent = [STATIONS, {"target": "share", "numerator": "-3", "denominator": "0"}, {"target": "nothing"}]
    before, written = contents(packet), AuditEvent.objects.count()
    response = put(bureau, *sent, query="?atomic=true")
    assert (response.status_code, response.json()["code"]) == (422, "rows_rejected")
    assert response.json()["detail"] == (
        "2 of 3 rows were rejected; nothing was saved, as all or nothing was asked for."
    )
    assert [(fault["pointer"], fault["code"]) for fault in response.json()["errors"]] == [
        ("/rows/1/numerator", "negative"),
        ("/rows/2", "line_unknown"),
    ]
    assert (contents(packet), AuditEvent.objects.count()) == (before, written)
    response = put(bureau, STATIONS, SHARE, query="?atomic=true")
    assert (response.json()["atomic"], outcomes(response)) == (True, ["created", "created"])


def test_a_dry_run_changes_nothing_and_answers_what_saving_answers(bureau: Caller, packet) -> None:
    put(bureau, SHARE)
    sent = [
        STATIONS, SHARE, CENTRE | {"stage": "begun"}, {"target": "nothing"},
        {"target": "stations", "district": "310101"},
    ]  # fmt: skip
    before = contents(packet), _versions(packet), AuditEvent.objects.count()
    dry = put(bureau, *sent, query="?dry_run=true")
    assert (contents(packet), _versions(packet), AuditEvent.objects.count()) == before
    saved = put(bureau, *sent)
    assert answered(dry) == answered(saved)
    assert dry.json() | {"dry_run": False} == saved.json()
    assert outcomes(saved) == ["created", "unchanged", "not_a_stage", "line_unknown", "line_unknown"]


def test_a_dry_run_of_all_or_nothing_is_refused_as_saving_would_be(bureau: Caller, packet) -> None:
    sent = [STATIONS, {"target": "nothing"}]
    dry, saved = (put(bureau, *sent, query=f"?atomic=true{more}").json() for more in ("&dry_run=true", ""))
    assert dry | {"instance": ""} == saved | {"instance": ""}
    assert contents(packet)["stations bureau"]["value"] is None


def test_another_agencys_packet_is_not_there(bureau: Caller, world: World) -> None:
    packet = opened(world, world.east)
    for path in ("east/2021Q1", "west/2021Q1", "bureau/2021Q2", "nobody/2021Q1"):
        response = bureau("PUT", f"/submissions/{path}/entries", {"rows": [{"target": "posts", "value": "5"}]})
        assert (response.status_code, response.json()["code"]) == (404, "not_found"), path
    assert contents(packet)["posts 310101"]["value"] is None


def test_ones_own_packet_without_the_scope_is_forbidden(world: World, packet) -> None:
    for scopes in ([Scope.READ], [Scope.SUBMIT], [Scope.READ, Scope.SUBMIT, Scope.WEBHOOKS]):
        response = put(connected(world.bureau, scopes, name=str(scopes)), STATIONS)
        assert (response.status_code, response.json()["code"]) == (403, "scope_missing"), scopes
    assert contents(packet)["stations bureau"]["value"] is None


def test_one_audit_row_for_each_line_that_changed(world: World, bureau: Caller) -> None:
    put(bureau, STATIONS)
    written = AuditEvent.objects.count()
    put(bureau, STATIONS, SHARE, CENTRE | {"stage": "begun"}, {"target": "nothing"})
    put(bureau, {"target": "stations", "value": "41", "words": "含“室外”\\\t站\r\n"})
    first, second = AuditEvent.objects.order_by("pk")[written:]
    assert (first.action, first.subject) == ("entry.saved", "small/2021Q1/bureau/share/bureau")
    assert (second.actor, second.door, second.agency) == (bureau.system.user, "api", world.bureau)
    assert second.actor.system_name == "数据平台"
    assert (second.before["value"], second.after["value"]) == ("40", "41")
    assert (second.before["words"], second.after["words"]) == ("", "含“室外”\\\t站")
    line = world.line(world.stations)
    assert (line.entered_by, line.entered_at, line.words) == (bureau.system.user, second.at, "含“室外”\\\t站")


@pytest.fixture
def many(world: World, packet):
    """The names of a hundred more targets of the bureau, each with a line."""
    codes = [f"more-{number:04}" for number in range(100)]
    for place, code in enumerate(codes):
        AssignmentFactory(target=TargetFactory(code=code, position=10 + place), agency=world.bureau)
    open_packets(packet.period, at=packet.period.opens_at, agencies=[world.bureau])
    return codes


@pytest.mark.parametrize("number", [1, 10, 100])
def test_one_number_of_statements_for_any_number_of_rows(bureau: Caller, many: list[str], number: int) -> None:
    sent = [{"target": code, "value": str(place)} for place, code in enumerate(many[:number])]
    put(bureau, {"target": "stations"})  # the key was seen, and what is read once per process is read
    with CaptureQueriesContext(connection) as captured:
        response = put(bureau, *sent)
    assert outcomes(response) == ["created"] * number
    assert len(captured) == 18, "\n".join(one["sql"][:150] for one in captured)


def test_the_lines_can_be_read_as_they_were_sent(bureau: Caller, world: World, packet) -> None:
    put(bureau, STATIONS | {"words": "-含室外站"}, SHARE, CENTRE)
    listed = {row["target"]: row for row in bureau.get(ENTRIES).json()["results"]}
    assert listed["share"] == {
        "target": "share", "district": None, "scope": "bureau", "state": "draft", "version": 2, "unit": "%",
        "accumulation": "level", "value": "30", "numerator": "3", "denominator": "10", "stage": None,
        "actual_on": None, "words": "", "nothing_because": "", "doubts": [], "explanation": "",
        "correction_reason": "", "return_reason": "", "returned_until": None, "evidence": 0,
    }  # fmt: skip
    assert (listed["centre"]["stage"], listed["centre"]["accumulation"]) == ("under_way", None)
    table = list(csv.DictReader(io.StringIO(bureau.get(ENTRIES, accept="text/csv").content.decode())))
    assert [(row["target"], row["value"], row["numerator"]) for row in table] == [
        ("stations", "40", ""), ("share", "30", "3"), ("centre", "", ""),
    ]  # fmt: skip
    chosen = bureau.get(f"{ENTRIES}?target=share&target=centre&state=draft").json()["results"]
    assert [row["target"] for row in chosen] == ["share", "centre"]
    assert bureau.get(f"{ENTRIES}?state=accepted").json()["results"] == []
    for query in ("target=nothing", "target=stations&target=nothing", "state=done", "value=40"):
        refused = bureau.get(f"{ENTRIES}?{query}")
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter"), query


@pytest.mark.parametrize("number", [1, 3, 100])
def test_the_list_takes_one_number_of_statements(
    bureau, world, packet, many, number, django_assert_num_queries
) -> None:
    packet.entries.exclude(pk__in=list(packet.entries.order_by("pk").values_list("pk", flat=True)[:number])).delete()
    bureau.get(ENTRIES)
    with django_assert_num_queries(4):
        assert len(bureau.get(ENTRIES).json()["results"]) == number


def test_who_reads_alone_cannot_write_with_the_other_method(world: World) -> None:
    reader = connected(world.bureau, [Scope.READ])
    assert reader.get(ENTRIES).status_code == 200
    assert connected(world.bureau, [Scope.WRITE_ENTRIES], name="写").get(ENTRIES).status_code == 403
    for method in ("POST", "PATCH", "DELETE"):
        assert reader(method, ENTRIES, {"rows": [STATIONS]}).status_code == 405


def test_people_and_systems_take_turns(bureau: Caller, world: World, packet) -> None:
    """A figure of a person is one that a system finds there, and the other way round."""
    acting = Acting(world)
    acting.save(world.line(world.stations), by=person("reporter", world.bureau), value="40", now=at("2021-04-20"))
    assert outcomes(put(bureau, STATIONS)) == ["unchanged"]
    assert world.line(world.stations).entered_by == world.reporter, "nobody takes over what they did not change"
