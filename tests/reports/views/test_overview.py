"""`/`: success and refusal, what it costs, and that it is never stale."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Membership
from agencies.roles import Role
from reports.models import ReportingPeriod, RollupState, Submission
from reports.services import rollup
from reports.views import reading
from tests.factories import AgencyFactory, AssignmentFactory, TargetFactory, World, at, person
from tests.history import accepted
from tests.reports.conftest import Acting

from .conftest import QUARTER, text_of

STATEMENTS = 6  # person, roles with state, plans with quarters, trust, targets, packets to see
KEPT = 2  # person, roles with state


def test_it_says_what_lags_by_how_much_who_answers_and_since_when(reported: World, english: Client) -> None:
    page = text_of(english.get("/" + QUARTER))
    assert "1 of 4 targets lags." in page.replace("  ", " ")
    assert "Target stations Far behind 70.7% bureau since Q1 2021" in page
    assert "Target stations Far behind 70.7% 35 stations 49.4 stations 100 stations 35.0% bureau Q1 2021 #5" in page


def test_where_nothing_lags_it_says_so_and_the_slowest_come_first(reported: World, english: Client) -> None:
    accepted(reported, reported.stations, "50", now=at("2021-05-21"))
    rollup.roll_up()
    page = text_of(english.get("/" + QUARTER))
    assert "None of the 4 targets lags." in page and "Nothing lags in this quarter." in page
    assert "Target stations On track 101.1% 50 stations 49.4 stations" in page, "as the table says"


def test_the_second_quarter_says_what_changed(reported: World, english: Client) -> None:
    page = text_of(english.get("/?plan=small&period=2021Q2"))
    assert "3 of 4 targets lag. 2 of them did not a quarter ago." in page.replace("  ", " ")
    assert "3 Missed +3 worse than in Q1 2021" in page and "0 Far behind \u22121 better than in Q1 2021" in page
    assert "Newly behind All 2 Target posts Missed 50.0% east , west was On track" in page


def test_the_first_quarter_has_none_before_it(reported: World, english: Client) -> None:
    page = text_of(english.get("/" + QUARTER))
    assert "The plan's first quarter has none before it." in page.replace("&#x27;", "'").replace("’", "'")
    assert "than in" not in page and "a quarter ago" not in page


def test_every_list_leads_to_all_of_it(reported: World, english: Client) -> None:
    html = english.get("/" + QUARTER).content.decode()
    assert (
        f'href="/explore/{QUARTER.replace("&", "&amp;")}&amp;status=missed&amp;status=critical&amp;status=behind"'
        in html
    )
    assert f'href="/explore/{QUARTER.replace("&", "&amp;")}&amp;status=done"' in html, "each count is a door"
    assert f'href="/quarter/{QUARTER.replace("&", "&amp;")}"' in html


def test_without_a_figure_it_says_what_to_do_next(world: World, english: Client) -> None:
    rollup.roll_up()
    page = text_of(english.get("/" + QUARTER))
    assert "4 targets, and no figure so far." in page
    assert "Q1 2021 can be entered from 2021-04-01 00:00 and is due 2021-04-15." in page
    assert "The supervision office accepts them" in page and "data-chart" not in page


def test_without_a_target_it_says_how_to_load_them(world: World, english: Client) -> None:
    world.plan.targets.update(retired_on=at("2020-01-01").date())
    assert "load_plan" in text_of(english.get("/" + QUARTER))


@pytest.fixture
def doubtful(reported: World) -> World:
    """The bureau's second packet is entered, with one unexplained doubt; of the east nothing came."""
    reported.packet(reported.east, 1)
    acting = Acting(reported)
    ReportingPeriod.objects.filter(code="2021Q2").update(closes_at=at("2040-01-01"))
    acting.save(reported.line(reported.stations, period=1), value="99999", now=at("2021-07-02"))
    return reported


def test_overdue_packets_and_doubts_lead_to_their_packets(doubtful: World, english: Client) -> None:
    response = english.get("/" + QUARTER)
    page = text_of(response)
    assert "Overdue packets All 2 bureau Q2 2021 Overdue · due 2021-07-15" in page
    assert "Doubts without an explanation All 1 bureau Q2 2021 1 line · since 2021-07-02" in page
    assert 'href="/packets/bureau/2021Q2/?plan=small"' in response.content.decode()


def test_agency_staff_see_their_own_packets_and_doubts_only(doubtful: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    client.force_login(person(Role.REPORTER, doubtful.east))
    page = text_of(client.get("/" + QUARTER))
    assert "Overdue packets All 1 east Q2 2021" in page and "Every doubt raised at entry is explained." in page
    client.force_login(doubtful.plan_manager)
    page = text_of(client.get("/" + QUARTER))
    assert "Overdue packets" not in page and "Doubts" not in page, "who reads no packets is told nothing of them"


def test_an_earlier_moment_leaves_out_what_is_of_today(doubtful: World, english: Client) -> None:
    page = text_of(english.get("/" + QUARTER + "&known_at=2021-05-01"))
    assert "They are not kept as they were at an earlier moment." in page
    assert "Overdue · due" not in page and "Packets are shown as they are today." in page


def test_a_kept_page_follows_doubts_in_lines_that_are_being_entered(doubtful: World, english: Client) -> None:
    assert "1 line · since" in text_of(english.get("/" + QUARTER))
    line = doubtful.line(doubtful.stations, period=1)
    Acting(doubtful).save(line, value="99999", explanation="集中验收", now=at("2021-07-03"))
    assert "Every doubt raised at entry is explained." in text_of(english.get("/" + QUARTER))


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


@pytest.mark.parametrize("more", [0, 12])
def test_it_costs_six_statements_at_most_and_two_when_kept(
    reported: World, reader: Client, django_assert_num_queries, more: int
) -> None:
    """Lagging targets, and packets that nobody handed in."""
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=reported.stations.task, plan=reported.plan)
        AssignmentFactory(target=target, agency=reported.bureau)
        accepted(reported, target, "1", now=at("2021-05-21"))
        late = AgencyFactory(code=f"late-{number}")
        Submission.objects.create(agency=late, period=reported.periods[0], created_at=at("2021-04-01"))
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get("/" + QUARTER)
    with django_assert_num_queries(KEPT):
        reader.get("/" + QUARTER)


def test_as_known_at_shows_the_value_from_before_the_correction(reported: World, english: Client) -> None:
    now = text_of(english.get("/" + QUARTER))
    then = text_of(english.get("/" + QUARTER + "&known_at=2021-05-01"))
    assert "35 stations 49.4 stations" in now and "40 stations 49.4 stations" in then
    assert "As known at 2021-05-01 23:59 (ledger #4)" in then and "As known at 2021-05-01" not in now
    assert "40 stations 49.4 stations" in text_of(english.get("/" + QUARTER + "&known_at=4")), "by ledger number"


def test_a_kept_page_follows_every_acceptance_and_roll_up(reported: World, english: Client) -> None:
    assert "35 stations" in text_of(english.get("/" + QUARTER))
    accepted(reported, reported.stations, "45", now=at("2021-05-21"))
    assert "1 target waiting" in text_of(english.get("/" + QUARTER)), "accepted, not yet rolled up"
    rollup.roll_up()
    page = text_of(english.get("/" + QUARTER))
    assert "45 stations" in page and "up to date" in page


@pytest.mark.parametrize(
    ("more", "seconds"),
    [("", reading.KEPT_FOR), ("&known_at=2021-05-01", reading.KEPT_BRIEFLY), ("&known_at=x", reading.KEPT_BRIEFLY)],
)
def test_what_there_is_no_end_of_is_kept_briefly(
    reported: World, reader: Client, monkeypatch, more: str, seconds: int
) -> None:
    kept = []
    monkeypatch.setattr(reading.cache, "set", lambda key, page, timeout: kept.append(timeout))
    reader.get("/" + QUARTER + more)
    assert kept == [seconds]


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
