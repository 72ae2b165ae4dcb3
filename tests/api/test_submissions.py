"""Packets: reading them, handing them in, taking them back. Accepting is nobody's here but the office's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse

from agencies.models import AuditEvent
from agencies.roles import CAPABILITIES, Can, Role, Scope
from reports.models import Acceptance, Extension, Submission
from tests.api.conftest import Caller, connected
from tests.api.sending import FILLED, PACKET, opened, put, submitting
from tests.factories import AgencyFactory, AssignmentFactory, DistrictFactory, World, at, person
from tests.reports.conftest import Acting
from tests.routes import routes

pytestmark = pytest.mark.django_db
LIST = "/submissions"


@pytest.fixture
def packet(world: World) -> Submission:
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def packets(answer: Any) -> list[tuple[str, str, str]]:
    return [(row["agency"], row["period"], row["state"]) for row in answer.json()["results"]]


def test_a_packet_as_it_is_told(bureau: Caller, world: World, packet: Submission) -> None:
    put(bureau, FILLED[0])
    told = bureau.get(PACKET).json()
    assert told == {
        "plan": "small", "agency": "bureau", "period": "2021Q1", "state": "draft",
        "opens_at": "2021-04-01T00:00:00+08:00", "due_at": "2021-04-16T00:00:00+08:00",
        "closes_at": "2021-05-01T00:00:00+08:00", "extended_until": "2100-01-01T00:00:00+08:00",
        "submitted_at": None, "is_late": False, "lines": 3, "missing": 2, "doubtful": 0, "returned": 0,
        "is_sample": False,
    }  # fmt: skip
    assert bureau.get(LIST).json() == {"results": [told], "next": None}


def test_the_etag_of_a_packet_follows_its_lines(bureau: Caller, packet: Submission) -> None:
    tag = bureau.get(PACKET)["ETag"]
    assert bureau.get(PACKET, if_none_match=tag).status_code == 304
    put(bureau, FILLED[0])
    assert bureau.get(PACKET, if_none_match=tag).status_code == 200


def test_one_sees_ones_own_packets(bureau: Caller, world: World, packet: Submission) -> None:
    opened(world, world.east)
    world.packet(period=1)
    assert packets(bureau.get(LIST)) == [("bureau", "2021Q1", "draft"), ("bureau", "2021Q2", "draft")]
    assert packets(connected(world.east).get(LIST)) == [("east", "2021Q1", "draft")]
    assert packets(connected(world.west).get(LIST)) == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("east/2021Q1", "There is no such packet, or this key may not know of it."),
        ("west/2021Q1", "There is no such packet, or this key may not know of it."),
        ("bureau/2021q1", "There is no quarter “2021q1”; quarters are written like 2021Q3."),
        ("nobody/2021Q1", "There is no agency “nobody”."),
    ],
)
def test_a_packet_that_is_not_there_tells_what_is_wrong(
    bureau: Caller, packet: Submission, world: World, path, said
) -> None:
    """East has a packet, west has none: who may see neither is told the same of both."""
    opened(world, world.east)
    refused = bureau.get(f"{LIST}/{path}")
    assert (refused.status_code, refused.json()["detail"]) == (404, said)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?period=2021Q2", ["2021Q2"]),
        ("?state=accepted", ["2021Q1"]),
        ("?state=draft", ["2021Q2"]),
        ("?state=draft&period=2021Q1", []),
        ("?plan=small", ["2021Q1", "2021Q2"]),
        ("?agency=bureau", ["2021Q1", "2021Q2"]),
        ("?agency=east", []),
    ],
)
def test_filters(bureau: Caller, world: World, query: str, found: list[str]) -> None:
    acting = Acting(world)
    acting.accept(acting.submitted())
    world.packet(period=1)
    assert [row["period"] for row in bureau.get(LIST + query).json()["results"]] == found


@pytest.mark.parametrize("query", ["plan=large", "period=2021Q3", "agency=nobody", "state=done", "quarter=2021Q1"])
def test_a_filter_that_names_nothing_is_refused(bureau: Caller, packet: Submission, query: str) -> None:
    refused = bureau.get(f"{LIST}?{query}")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter")
    assert refused.json()["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"


def test_page_by_page(bureau: Caller, world: World, packet: Submission) -> None:
    world.packet(period=1)
    first = bureau.get(f"{LIST}?limit=1&fields=period").json()
    assert first["results"] == [{"period": "2021Q1"}]
    second = bureau.get(first["next"].partition("/api/v1")[2]).json()
    assert second == {"results": [{"period": "2021Q2"}], "next": None}


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_one_number_of_statements(world, number, django_assert_num_queries) -> None:
    caller = connected(world.bureau)
    for place, period in enumerate(world.periods[:number]):
        assert world.packet(period=place).period == period
    caller.get(LIST)
    with django_assert_num_queries(4):
        assert len(caller.get(LIST).json()["results"]) == min(number, 2)


def filled(world: World) -> None:
    put(connected(world.bureau, name="数据平台"), *FILLED)


def test_handing_in(world: World, packet: Submission) -> None:
    filled(world)
    submitter = submitting(world)
    told = submitter("POST", f"{PACKET}/submit")
    assert (told.status_code, told.json()["state"], told.json()["is_late"]) == (200, "submitted", True)
    assert told.json()["submitted_at"] is not None
    assert told.json() == submitter.get(PACKET).json()
    event = AuditEvent.objects.get(action="submission.submitted")
    assert (event.actor, event.door, event.agency) == (submitter.system.user, "api", world.bureau)
    packet.refresh_from_db()
    assert packet.submitted_by == submitter.system.user
    again = submitter("POST", f"{PACKET}/submit")
    assert (again.status_code, again.json()["code"]) == (409, "already_submitted")


def test_taking_back(world: World, packet: Submission) -> None:
    filled(world)
    submitter = submitting(world)
    refused = submitter("POST", f"{PACKET}/withdraw")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_submitted")
    submitter("POST", f"{PACKET}/submit")
    told = submitter("POST", f"{PACKET}/withdraw")
    assert (told.status_code, told.json()["state"], told.json()["submitted_at"]) == (200, "draft", None)
    submitter("POST", f"{PACKET}/submit")
    Acting(world).give_back(packet, entries=[world.line(world.stations).pk], until=at("2100-01-01"))
    refused = submitter("POST", f"{PACKET}/withdraw")
    assert (refused.status_code, refused.json()["code"]) == (409, "decided_since")


def test_lines_that_say_nothing(world: World, packet: Submission) -> None:
    put(connected(world.bureau, name="数据平台"), FILLED[0])
    refused = submitting(world)("POST", f"{PACKET}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "lines_empty")
    assert {one["pointer"]: one["code"] for one in refused.json()["errors"]} == dict.fromkeys(
        ("/entries/share/bureau", "/entries/centre/bureau"), "lines_empty"
    )
    assert [one["words"].partition(".")[0] for one in refused.json()["errors"]] == [
        "Lines without a figure: Target share", "Lines without a figure: Target centre",
    ]  # fmt: skip
    assert refused.json()["detail"] == (
        "Lines without a figure: Target share、Target centre. Enter the figure, or say why there is nothing to report."
    )
    packet.refresh_from_db()
    assert packet.state == "draft"


def test_who_entered_every_line_does_not_hand_it_in_alone(bureau: Caller, world: World, packet: Submission) -> None:
    put(bureau, *FILLED)
    refused = bureau("POST", f"{PACKET}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "two_people")
    world.bureau.two_people = False
    world.bureau.save()
    assert bureau("POST", f"{PACKET}/submit").json()["state"] == "submitted"


@pytest.mark.parametrize("act", ["submit", "withdraw", "accept-trusted"])
def test_who_may_not(world: World, packet: Submission, act: str) -> None:
    filled(world)
    for scopes in ([Scope.READ], [Scope.READ, Scope.WRITE_ENTRIES, Scope.WEBHOOKS]):
        refused = connected(world.bureau, scopes, name=str(scopes))("POST", f"{PACKET}/{act}")
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    refused = submitting(world, world.east)("POST", f"{PACKET}/{act}")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    packet.refresh_from_db()
    assert packet.state == "draft"


def test_outside_the_window(world: World, packet: Submission) -> None:
    filled(world)
    submitter = submitting(world)
    Extension.objects.update(until=at("2021-06-01"))
    refused = submitter("POST", f"{PACKET}/submit")
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")


@pytest.mark.parametrize("body", ['{"force": true}', "[1]", '"x"', "1", "true", "null", '{"version": 1}'])
def test_a_body_that_says_something_is_not_left_unread(world: World, packet: Submission, body: str) -> None:
    filled(world)
    refused = submitting(world)("POST", f"{PACKET}/submit", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_body")
    packet.refresh_from_db()
    assert packet.state == "draft"


@pytest.mark.parametrize("body", [None, "{}"])
def test_a_body_that_says_nothing_is_none(world: World, packet: Submission, body: str | None) -> None:
    filled(world)
    assert submitting(world)("POST", f"{PACKET}/submit", body).status_code == 200


# review stays with people


def test_no_scope_lets_a_system_decide() -> None:
    systems = {role for role in Role if role.startswith("system_")}
    assert len(systems) == len(Scope)
    for role in systems:
        assert not CAPABILITIES[role] & {Can.REVIEW, Can.EXTEND, Can.MANAGE_PLAN, Can.READ_ALL_PACKETS, Can.OPERATE}


def writing() -> list[tuple[str, str, Callable[..., Any]]]:
    """(route, method, view) of every call of the API that may change something."""
    found = []
    for name, route in routes().items():
        view = _view(name)
        if name.startswith("api_") and view is not None:
            methods = {"post", "put", "patch", "delete"} & set(view.cls.operations or ()) or {
                method for method in ("post", "put", "patch", "delete") if hasattr(view.cls, method)
            }
            found += [(route.name, method.upper(), view) for method in sorted(methods)]
    return found


def _view(name: str) -> Any:
    for pattern in _patterns(get_resolver().url_patterns):
        if pattern.name == name:
            return pattern.callback if hasattr(pattern.callback, "cls") else None
    return None


def _patterns(patterns: list) -> Any:
    for one in patterns:
        if isinstance(one, URLPattern):
            yield one
        else:
            yield from _patterns(one.url_patterns)


VALUES = {
    "agency": "bureau", "period": "2021Q1", "target": "stations", "scope": "bureau", "piece": 1,
    "webhook": "00000000-0000-0000-0000-000000000000", "message": "none", "key": "00000000-0000-0000-0000-000000000000",
}  # fmt: skip


def test_no_call_of_a_system_accepts_a_figure(world: World, packet: Submission) -> None:
    """Every call that may change something, on a packet that waits for the office: none adds to the ledger."""
    filled(world)
    submitter, everything = submitting(world), connected(world.bureau, name="全权")
    submitter("POST", f"{PACKET}/submit")
    tried = set()
    for name, method, _call in writing():
        parts = {part: VALUES[part] for part in routes()[name].parts}
        path = reverse(name, kwargs=parts).removeprefix("/api/v1")
        everything(method, path, {"action": "accept", "state": "accepted", "accept": True})
        everything(method, path)
        tried.add(name)
    assert {"api_submit", "api_withdraw", "api_accept_trusted", "api_entries", "api_entry", "api_evidence"} <= tried
    assert Acceptance.objects.count() == 0
    assert not AuditEvent.objects.filter(action="submission.accepted").exists()


def test_a_bureau_with_districts_of_its_own_sees_one_packet(world: World) -> None:
    """A packet is an agency's: lines of several districts stand in it side by side."""
    agency = AgencyFactory(code="area")
    for code in ("310101", "310104"):
        AssignmentFactory(target=world.posts, agency=agency, district=DistrictFactory(code=code), counts=False)
    packet = opened(world, agency)
    person("reporter", agency)
    caller = connected(agency)
    assert packets(caller.get(LIST)) == [("area", "2021Q1", "draft")]
    lines = caller.get("/submissions/area/2021Q1/entries").json()["results"]
    assert [(row["target"], row["district"]) for row in lines] == [("posts", "310101"), ("posts", "310104")]
    assert packet.entries.count() == 2
