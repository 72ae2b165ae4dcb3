"""`/`: success and refusal, what it costs, and that it is never stale."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Membership
from agencies.roles import Role
from reports.models import RollupState, Submission
from reports.services import rollup
from tests.factories import AssignmentFactory, TargetFactory, World, at, person
from tests.history import accepted

from .conftest import QUARTER, text_of

STATEMENTS = 6  # person, roles with state, plans with quarters, trust, targets, progress
KEPT = 2  # person, roles with state


def test_it_says_what_lags_by_how_much_who_answers_and_since_when(reported: World, english: Client) -> None:
    page = text_of(english.get("/" + QUARTER))
    assert "1 of 4 targets lags." in page.replace("  ", " ")
    assert "Target stations Networks Far behind 35 stations / 49.4 stations 70.7% bureau Q1 2021" in page


def test_what_is_next_to_lag_fills_the_list(reported: World, english: Client) -> None:
    accepted(reported, reported.stations, "50", now=at("2021-05-21"))
    rollup.roll_up()
    page = text_of(english.get("/" + QUARTER))
    assert "Nothing lags in this quarter. On track, but with the lowest pace" in page
    assert "Target stations Networks On track 50 stations / 49.4 stations 101.1% bureau 2021-06-30" in page


def test_it_says_what_it_rests_on(reported: World, english: Client) -> None:
    page = text_of(english.get("/" + QUARTER))
    assert "Ledger #5" in page and "roll-up up to date" in page
    RollupState.objects.filter(target=reported.stations).update(ledger_number=None)
    assert "1 target waiting" in text_of(english.get("/" + QUARTER))
    RollupState.objects.filter(target=reported.stations).update(failed_at=at("2021-06-01"), error="boom")
    assert "The roll-up of 1 target failed" in text_of(english.get("/" + QUARTER))


def test_nobody_reads_without_signing_in(world: World, client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302 and response.url.startswith("/accounts/login/")


def test_who_may_not_read_is_told_so(world: World, client: Client) -> None:
    client.force_login(person(Role.REPORTER, world.bureau))
    Membership.objects.all().delete()
    response = client.get("/")
    assert response.status_code == 403 and "您的角色无权查看进度" in response.content.decode()


def test_the_operator_is_led_to_the_admin(world: World, client: Client) -> None:
    client.force_login(world.operator)
    assert client.get("/").url == "/admin/"
    assert client.get("/agencies/").status_code == 403, "who runs the system does not read its content"


def test_an_unknown_plan_is_not_found_in_words(world: World, english: Client) -> None:
    response = english.get("/?plan=large")
    assert response.status_code == 404 and "There is no plan “large”." in response.content.decode()


def test_without_a_plan_it_says_how_to_get_one(db: None, client: Client) -> None:
    client.force_login(person(Role.SUPERVISOR))
    response = client.get("/")
    assert response.status_code == 200 and "load_plan" in response.content.decode()


def test_an_address_that_cannot_be_used_is_answered_and_said(reported: World, english: Client) -> None:
    page = text_of(english.get("/?period=1999Q1"))
    assert "names a quarter that this plan does not have" in page
    assert "names a moment that cannot be read" in text_of(english.get("/?known_at=yesterday"))


@pytest.mark.parametrize(
    ("known_at", "is_read"),
    [
        ("0001-01-01", True),  # before anything was decided
        ("2021-05-01T00:00:00%2B23:59", True),  # further from UTC than PostgreSQL knows
        ("9999-12-31", False),
        ("9999-12-31T23:59:59-12:00", False),
        ("0001-01-01T00:00:00%2B14:00", False),
        ("%00", False),
        ("9" * 5000, False),
    ],
)
@pytest.mark.parametrize("address", ["/", "/targets/stations/", "/charts/target-stations.json"])
def test_moments_at_the_edge_of_the_calendar(
    reported: World, english: Client, address: str, known_at: str, is_read: bool
) -> None:
    response = english.get(f"{address}?known_at={known_at}")
    assert response.status_code == 200
    if not address.endswith(".json"):
        assert ("names a moment that cannot be read" not in text_of(response)) == is_read


@pytest.mark.parametrize("more", [0, 2])
def test_it_costs_six_statements_at_most_and_two_when_kept(
    reported: World, reader: Client, django_assert_num_queries, more: int
) -> None:
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=reported.stations.task, plan=reported.plan)
        AssignmentFactory(target=target, agency=reported.bureau)
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get("/" + QUARTER)
    with django_assert_num_queries(KEPT):
        reader.get("/" + QUARTER)


def test_as_known_at_shows_the_value_from_before_the_correction(reported: World, english: Client) -> None:
    now = text_of(english.get("/" + QUARTER))
    then = text_of(english.get("/" + QUARTER + "&known_at=2021-05-01"))
    assert "35 stations / 49.4" in now and "40 stations / 49.4" in then
    assert "As known at 2021-05-01 23:59 (ledger #4)" in then and "As known at 2021-05-01" not in now
    assert "40 stations / 49.4" in text_of(english.get("/" + QUARTER + "&known_at=4")), "by ledger number"


def test_a_kept_page_follows_every_acceptance_and_roll_up(reported: World, english: Client) -> None:
    assert "35 stations" in text_of(english.get("/" + QUARTER))
    accepted(reported, reported.stations, "45", now=at("2021-05-21"))
    assert "1 target waiting" in text_of(english.get("/" + QUARTER)), "accepted, not yet rolled up"
    rollup.roll_up()
    page = text_of(english.get("/" + QUARTER))
    assert "45 stations" in page and "up to date" in page


def test_a_kept_page_is_not_another_persons(reported: World, reader: Client) -> None:
    assert "Supervisor" in text_of(reader.get("/" + QUARTER))
    other = Client()
    other.force_login(reported.auditor)
    page = text_of(other.get("/" + QUARTER))
    assert "Auditor" in page and "Supervisor" not in page


def test_packets_are_counted_among_those_the_reader_may_see(reported: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    client.force_login(reported.supervisor)
    assert "Accepted 3 / 3" in text_of(client.get("/" + QUARTER))
    client.force_login(person(Role.REPORTER, reported.east))
    assert "Accepted 1 / 1" in text_of(client.get("/" + QUARTER))
    client.force_login(reported.plan_manager)
    assert "Packets of" not in text_of(client.get("/" + QUARTER))


def test_sample_data_is_said_to_be_sample_data(reported: World, reader: Client) -> None:
    assert "含样例数据" not in text_of(reader.get("/" + QUARTER))
    packet = Submission.objects.first()
    packet.is_sample, packet.version = True, packet.version + 1
    packet.save()
    assert "含样例数据" in text_of(reader.get("/" + QUARTER))
