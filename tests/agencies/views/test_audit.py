"""The audit log on screen: who reads what of it, in which words, page by page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import AuditEvent
from agencies.selectors.audit import PAGE
from agencies.services import audit
from reports.models import Submission
from tests.factories import World, at, person, small_plan
from tests.reports.conftest import WEB, Acting

PACKET = "small/2021Q1/bureau"


@pytest.fixture
def world(db) -> World:
    return small_plan()


@pytest.fixture
def acting(world) -> Acting:
    return Acting(world)


@pytest.fixture
def read(client: Client):
    """Opens the log as somebody, in English; returns what a reader sees of the page's main part."""
    client.cookies["django_language"] = "en"

    def read(user, query: str = "", status: int = 200) -> str:
        client.force_login(user)
        response = client.get(f"/audit/{query}")
        assert response.status_code == status
        main = response.content.decode().partition("<main")[2].partition("</main>")[0]
        table = main.partition("<section")[2] or main
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", table)))

    return read


def some(number: int, **facts) -> None:
    facts = {"actor": None, "at": timezone.now(), "door": WEB} | facts
    audit.record_all([audit.event("plan.loaded", f"plan-{one}", **facts) for one in range(number)])


class TestWhoReads:
    @pytest.mark.parametrize("who", ["auditor", "supervisor", "reporter", "approver"])
    def test_the_events_of_a_packet(self, world, acting, read, who):
        acting.submitted()
        assert "submitted the packet" in read(getattr(world, who))

    @pytest.mark.parametrize("who", ["plan_manager", "operator"])
    def test_nobody_else_opens_the_page(self, world, read, who):
        read(getattr(world, who), status=403)

    def test_no_foreign_agencys_events(self, world, acting, read):
        acting.submitted()
        assert "Nothing has been recorded yet." in read(person("reporter", world.east))

    def test_what_concerns_no_agency_is_the_auditors(self, world, read):
        some(1)
        assert "plan-0" in read(world.auditor)
        assert "plan-0" not in read(world.supervisor)
        assert "plan-0" not in read(world.approver)

    def test_an_agencys_members_are_read_by_who_keeps_them(self, world, read):
        audit.record(
            "membership.ended", "bureau/anna", actor=None, at=timezone.now(), door=WEB, agency=world.bureau,
        )  # fmt: skip
        assert "anna" in read(world.approver)
        assert "anna" in read(world.auditor)
        assert "anna" not in read(world.reporter)
        assert "anna" not in read(world.supervisor)

    def test_the_menu_leads_there_for_who_may_read_it(self, world, client):
        for who, is_shown in (("auditor", True), ("supervisor", True), ("reporter", True), ("plan_manager", False)):
            client.force_login(getattr(world, who))
            assert ('href="/audit/"' in client.get("/").content.decode()) == is_shown, who


class TestWords:
    def test_a_saved_line(self, world, acting, read):
        line = acting.save(world.line(world.stations), value="31234.5", words="含室外站")
        acting.save(line, value="31500", words="含室外站", version=line.version)
        shown = read(world.auditor)
        assert "Target stations · Small plan · Q1 2021 · bureau" in shown
        assert "Reporter-Bureau reporter-bureau" in shown
        assert "saved a line web page" in shown
        assert re.search(r"Value before: 31,234\.5 → after: 31,500", shown), shown
        assert shown.count("含室外站") == 1, "a field that did not change is no difference"

    def test_a_moment_is_in_shanghai(self, world, read):
        some(1, at=at("2021-04-10 00:30"))
        assert "2021-04-10 00:30:00" in read(world.auditor)

    def test_lines_and_states_are_in_words(self, world, acting, read):
        acting.give_back(acting.submitted(), reason="请核实口径")
        shown = read(world.auditor, "?action=submission.returned")
        assert "State after: returned" in shown
        assert "Lines of the packet after: Target stations Target share Target centre" in shown
        assert "Target stations: 请核实口径" in shown
        assert "Until after: 2021-05-20 12:00" in shown

    def test_a_correction_shows_the_figure_that_it_is_about(self, world, acting, read):
        acting.accept(acting.submitted())
        acting.correct(world.line(world.stations), reason="漏报一处")
        shown = read(world.auditor, "?action=correction.opened")
        assert "Value before: 10" in shown
        assert "after:" not in shown

    def test_an_operation_without_words_shows_its_code(self, world, read):
        audit.record("odd.thing", "a/b/c", actor=None, at=timezone.now(), door=WEB, before={"x": [1, None]})
        shown = read(world.auditor)
        assert "odd.thing" in shown
        assert "the system" in shown

    def test_subjects_lead_to_their_pages(self, world, acting, client):
        acting.save(world.line(world.stations), value="3")
        some(1)
        audit.record("adjustment.adopted", "small/stations", actor=None, at=timezone.now(), door=WEB)
        client.force_login(world.auditor)
        html = client.get("/audit/").content.decode()
        assert 'href="/packets/bureau/2021Q1/?plan=small"' in html
        assert 'href="/targets/stations/?plan=small"' in html
        assert "plan-0/" not in html, "what no page shows is not linked"

    def test_content_of_people_is_escaped(self, world, acting, client):
        acting.save(world.line(world.stations), value="3", words="<script>alert(1)</script>")
        client.force_login(world.auditor)
        html = client.get("/audit/").content.decode()
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html

    @pytest.mark.parametrize("content", [{"lines": 7}, {"lines": {"a": "b"}}, [], "text", 5, {"": None}])
    def test_odd_content_is_shown_too(self, world, read, content):
        some(1)
        AuditEvent.objects.bulk_create(
            [AuditEvent(at=timezone.now(), door=WEB, action="plan.loaded", subject="x", before=content, after=content)]
        )
        assert "loaded a plan pack" in read(world.auditor)


class TestPages:
    def test_newest_first_fifty_a_page(self, world, read):
        some(PAGE + 2)
        shown = read(world.auditor)
        assert shown.index(f"plan-{PAGE + 1} ") < shown.index(f"plan-{PAGE} ")
        assert "plan-2 " in shown and "plan-1 " not in shown

    def test_the_next_page_goes_on_where_the_first_ended(self, world, client):
        some(PAGE + 2)
        client.force_login(world.auditor)
        older = client.get("/audit/?door=web").context["older"]
        some(3)  # what is written meanwhile moves nothing
        rows = client.get(f"/audit/{older}").context["rows"]
        assert [row.event.subject for row in rows] == ["plan-1", "plan-0"]
        assert older.startswith("?door=web&before=")

    def test_a_full_last_page_has_no_next(self, world, client):
        some(PAGE)
        client.force_login(world.auditor)
        assert client.get("/audit/").context["older"] == ""

    @pytest.mark.parametrize("rows", [1, 3])
    def test_as_many_statements_for_one_row_as_for_three(self, world, acting, client, rows, django_assert_num_queries):
        line = world.line(world.stations)
        for number in range(rows):
            line = acting.save(line, value=str(number), version=line.version)
        client.force_login(world.auditor)
        # person, roles, agencies to choose from, rows, and the names of agencies, districts, plans, targets
        with django_assert_num_queries(8):
            assert len(client.get("/audit/").context["rows"]) == rows


class TestFilter:
    @pytest.fixture
    def quarter(self, world, acting) -> Submission:
        packet = acting.submitted()
        acting.fill(world.packet(world.east), by=person("reporter", world.east))
        return packet

    def keys(self, client, world, query: str) -> set[str]:
        client.force_login(world.auditor)
        response = client.get(f"/audit/{query}")
        assert response.context["complaints"] == []
        return {row.event.subject for row in response.context["rows"]}

    def test_by_subject_in_whole_parts(self, world, quarter, client):
        found = self.keys(client, world, f"?subject={PACKET}")
        assert PACKET in found and f"{PACKET}/stations/bureau" in found
        assert not any("east" in key for key in found)
        assert self.keys(client, world, "?subject=small/2021Q1/bur") == set()
        assert self.keys(client, world, f"?subject={PACKET}/stations/") == {f"{PACKET}/stations/bureau"}

    @pytest.mark.parametrize("who", ["reporter-bureau", "reporter-BUREAU"])
    def test_by_person(self, world, quarter, client, who):
        assert PACKET not in (found := self.keys(client, world, f"?person={who}"))
        assert len(found) == 3

    def test_by_agency_operation_and_door(self, world, quarter, client):
        assert self.keys(client, world, "?agency=east") == {"small/2021Q1/east/posts/310101"}
        assert self.keys(client, world, "?action=submission.submitted") == {PACKET}
        assert self.keys(client, world, "?door=xlsx") == set()

    @pytest.mark.parametrize(
        ("query", "number"),
        [("?from=2021-04-10", 1), ("?from=2021-04-11", 0), ("?to=2021-04-10", 1), ("?to=2021-04-09", 0)],
    )
    @pytest.mark.parametrize("moment", ["2021-04-10 00:00", "2021-04-10 23:59"])
    def test_by_whole_days_of_shanghai(self, world, client, query, number, moment):
        some(1, at=at(moment))
        assert len(self.keys(client, world, query)) == number

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("?agency=nowhere", "There is no agency “nowhere” to choose"),
            ("?action=x.y", "There is no operation “x.y”"),
            ("?door=window", "There is no door “window”"),
            ("?from=yesterday", "The day “yesterday” cannot be read"),
            ("?to=0001-01-01", "The day “0001-01-01” cannot be read"),
            ("?to=9999-12-31", "cannot be read"),
            ("?from=2021-05-01&to=2021-04-01", "The first day lies after the last"),
            ("?before=first", "The page “first” is not there"),
            (f"?before={10**19}", "is not there"),
            ("?before=-1", "is not there"),
            ("?before=٣", "is not there"),
            ("?subject=%00", "cannot be looked for"),
            (f"?person={'x' * 201}", "cannot be looked for"),
        ],
    )
    def test_what_cannot_be_used_is_told_and_left_out(self, world, client, query, words):
        some(1)
        client.cookies["django_language"] = "en"
        client.force_login(world.auditor)
        response = client.get(f"/audit/{query}")
        assert response.status_code == 200
        assert len(response.context["complaints"]) == 1
        assert words in unescape(response.content.decode())
        assert len(response.context["rows"]) == 1

    def test_agency_staff_cannot_choose_another_agency(self, world, quarter, client):
        client.force_login(world.reporter)
        response = client.get("/audit/?agency=east")
        assert len(response.context["complaints"]) == 1
        assert {row.event.agency.code for row in response.context["rows"]} == {"bureau"}

    def test_nothing_found_is_said(self, world, quarter, read):
        assert "No operation matches." in read(world.auditor, "?person=nobody")
