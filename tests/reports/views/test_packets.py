"""The packet pages, as a browser without scripts uses them: who sees what, entering, submitting."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agencies.roles import Role
from reports.models import Entry, Submission
from tests.factories import person
from tests.reports.pages import PAGE, fields, text

PAGE_STATEMENTS = 18


def typed(browse, world, user=None, **changes: str):
    """Opens the page, types into the stations' line, and sends the whole form."""
    entry = world.line(world.stations)
    sent = fields(browse(user or world.reporter))
    sent |= {f"line-{entry.pk}-{name}": value for name, value in changes.items()}
    return browse(user or world.reporter, data=sent | {"action": "save"})


@pytest.mark.parametrize(
    ("who", "seen", "saved"),
    [
        ("reporter", 200, 302),
        ("approver", 200, 302),
        ("supervisor", 200, 403),
        ("auditor", 200, 403),
        ("plan_manager", 404, 404),
        ("operator", 404, 404),
        ("stranger", 404, 404),
    ],
)
def test_who_sees_a_packet_and_who_may_save_it(world, packet, browse, who, seen, saved):
    user = person(Role.REPORTER, world.east) if who == "stranger" else getattr(world, who)
    assert browse(user).status_code == seen
    assert browse(user, data={"action": "save"}).status_code == saved


def test_signing_in_comes_first(world, packet, client):
    assert client.get(PAGE).headers["location"].startswith("/accounts/login/")


def test_a_packet_that_is_not_there(world, packet, browse):
    for address in ("/packets/bureau/2021Q2/", "/packets/nobody/2021Q1/", f"{PAGE}?plan=other"):
        assert browse(world.reporter, address).status_code == 404


def test_an_address_that_cannot_be_used(world, packet, browse):
    assert browse(world.reporter, f"{PAGE}?plan=%00").status_code == 404
    assert browse(world.reporter, "/packets/?plan=other").status_code == 404
    for query in ("period=%00", "period=2021Q9", "state=%00", "state=lost"):
        shown = browse(world.reporter, f"/packets/?{query}")
        assert (shown.status_code, "bureau" in text(shown)) == (200, True), query


def test_the_page_says_what_a_number_means(world, packet, browse):
    shown = text(browse(world.reporter))
    for words in ("新建100个基站", "running total since the plan began", "unit: stations", "Newly built since"):
        assert words in shown
    assert "expected by now: 49.4 stations" in shown


def test_a_number_is_taken_as_people_write_it_and_shown_back(world, packet, browse):
    response = typed(browse, world, value="3.4万", words="情况说明")
    assert response.status_code == 302
    assert world.line(world.stations).value == 34000
    shown = text(browse(world.reporter))
    assert "1 line saved." in shown
    assert "Stored: 34,000 stations" in shown
    assert "far above the goal" in shown


def test_a_bad_value_stands_beside_its_field_with_all_that_was_typed(world, packet, browse):
    entry = world.line(world.stations)
    response = typed(browse, world, value="about 5", words="还在核对")
    assert response.status_code == 422
    assert "“about 5” cannot be stored (not a number)" in text(response)
    kept = fields(response)
    assert (kept[f"line-{entry.pk}-value"], kept[f"line-{entry.pk}-words"]) == ("about 5", "还在核对")
    assert world.line(world.stations).value is None


def test_a_bad_line_does_not_keep_the_others_from_being_saved(world, packet, browse):
    centre = world.line(world.centre)
    response = typed(browse, world, value="x")
    sent = fields(response) | {f"line-{centre.pk}-stage": "done", f"line-{centre.pk}-actual_on": "2021-03-30"}
    response = browse(world.reporter, data=sent)
    assert response.status_code == 422
    assert world.line(world.centre).stage == "done"
    assert "1 line saved." in text(response)


def test_a_conflict_shows_both_values_and_a_second_save_decides(world, packet, browse, acting):
    entry = world.line(world.stations)
    mine = fields(browse(world.reporter)) | {f"line-{entry.pk}-value": "6"}
    acting.save(entry, by=world.approver, value="5")
    response = browse(world.reporter, data=mine)
    assert response.status_code == 422
    shown = text(response)
    assert "Approver-Bureau saved this line at 2021-04-10 12:00" in shown
    assert "Stored: 5 stations" in shown
    assert "Theirs (Approver-Bureau) Mine this quarter's value 5 this quarter's value 6" in shown, "both, side by side"
    assert fields(response)[f"line-{entry.pk}-value"] == "6"
    assert world.line(world.stations).value == 5
    assert browse(world.reporter, data=fields(response)).status_code == 302
    assert world.line(world.stations).value == 6


def test_two_people_in_different_lines_do_not_disturb_each_other(world, packet, browse, acting):
    share = world.line(world.share)
    mine = fields(browse(world.reporter)) | {
        f"line-{share.pk}-numerator": "3", f"line-{share.pk}-denominator": "4",
    }  # fmt: skip
    acting.save(world.line(world.stations), by=world.approver, value="5")
    assert browse(world.reporter, data=mine).status_code == 302
    assert (world.line(world.stations).value, world.line(world.share).value) == (5, 75)


def test_saving_what_the_page_showed_changes_nothing(world, packet, browse, acting):
    acting.save(world.line(world.stations), value="12.5", words="第一行\n第二行")
    before = list(Entry.objects.order_by("pk").values_list("version", flat=True))
    sent = fields(browse(world.reporter))
    browse(world.reporter, data={name: value.replace("\n", "\r\n") for name, value in sent.items()})
    assert list(Entry.objects.order_by("pk").values_list("version", flat=True)) == before


def test_a_true_zero_stays_a_zero(world, packet, browse):
    typed(browse, world, value="0")
    assert fields(browse(world.reporter))[f"line-{world.line(world.stations).pk}-value"] == "0"


def test_submitting_saves_first_and_a_refusal_keeps_what_was_saved(world, packet, browse):
    entry = world.line(world.stations)
    sent = fields(browse(world.approver)) | {f"line-{entry.pk}-value": "5", "action": "submit"}
    browse(world.approver, data=sent)
    assert world.line(world.stations).value == 5
    shown = text(browse(world.approver))
    assert "Lines without a figure: " in shown
    packet.refresh_from_db()
    assert packet.state == "draft"


def test_a_full_packet_is_submitted(world, packet, browse, acting):
    acting.fill(packet)
    browse(world.approver, data=fields(browse(world.approver)) | {"action": "submit"})
    packet.refresh_from_db()
    assert (packet.state, packet.submitted_by) == ("submitted", world.approver)
    shown = browse(world.approver)
    assert "The packet was submitted" in text(shown)
    assert fields(shown) == {}


def test_nothing_is_submitted_that_its_approver_did_not_see(world, packet, browse, acting):
    acting.fill(packet)
    sent = fields(browse(world.approver)) | {"action": "submit"}
    entry = world.line(world.stations)
    acting.save(entry, now=timezone.now(), value="11")
    browse(world.approver, data=sent)
    packet.refresh_from_db()
    assert packet.state == "draft"
    shown = text(browse(world.approver))
    assert "somebody else changed lines in the meantime: Target stations" in shown
    browse(world.approver, data=fields(browse(world.approver)) | {"action": "submit"})
    packet.refresh_from_db()
    assert packet.state == "submitted", "once the change was seen"


def test_a_reporter_is_offered_no_button_that_is_not_theirs(world, packet, browse):
    assert "Save and submit" not in text(browse(world.reporter))
    assert "Save and submit" in text(browse(world.approver))


def test_a_closed_quarter_shows_why_and_has_no_fields(world, browse):
    world.packet()
    response = browse(world.reporter)
    assert "its window closed on 2021-05-01 00:00" in text(response)
    assert fields(response) == {}


def test_a_line_of_another_packet_is_not_reachable(world, packet, browse):
    foreign = world.line(world.posts, world.east)
    sent = {f"line-{foreign.pk}-value": "5", f"line-{foreign.pk}-version": "1", f"line-{foreign.pk}-shown": "{}"}
    browse(world.reporter, data=sent)
    assert world.line(world.posts, world.east).value is None


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 30, "1.5"])
def test_a_tampered_version_is_a_conflict_not_an_error(world, packet, browse, nonsense):
    assert typed(browse, world, value="5", version=nonsense, shown="[]").status_code == 422
    assert world.line(world.stations).value is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("address", [PAGE, "/packets/"])
def test_pages_are_marked_with_their_language(world, packet, client, language, address):
    client.force_login(world.reporter)
    client.cookies["django_language"] = language
    assert f'<html lang="{language}">' in client.get(address).content.decode()


class TestList:
    def test_an_agency_sees_its_own_packets_of_all_quarters(self, world, packet, browse):
        world.packet(period=1)
        world.packet(world.east)
        response = browse(world.reporter, "/packets/")
        assert [(row.agency.code, row.period.code) for row in response.context["rows"]] == [
            ("bureau", "2021Q2"),
            ("bureau", "2021Q1"),
        ]

    def test_the_office_sees_the_quarter_that_is_open(self, world, packet, browse):
        world.packet(period=1)
        world.packet(world.east)
        response = browse(world.supervisor, "/packets/")
        assert {row.agency.code for row in response.context["rows"]} == {"bureau", "east"}
        assert response.context["period"] == "2021Q1"

    @pytest.mark.parametrize(
        ("query", "number"),
        [("?period=all", 3), ("?period=2021Q2", 1), ("?state=submitted", 1), ("?period=all&state=returned", 0)],
    )
    def test_filters(self, world, packet, browse, acting, query, number):
        acting.fill(packet)
        acting.submit(packet)
        world.packet(period=1)
        world.packet(world.east)
        assert len(browse(world.supervisor, f"/packets/{query}").context["rows"]) == number

    def test_each_row_tells_how_its_lines_stand(self, world, packet, browse, acting):
        acting.save(world.line(world.stations), value="5")
        (row,) = browse(world.reporter, "/packets/").context["rows"]
        assert (row.lines, row.missing, row.doubtful, row.returned) == (3, 2, 0, 0)

    @pytest.mark.parametrize("who", ["plan_manager", "operator"])
    def test_others_have_no_list(self, world, packet, browse, who):
        assert browse(getattr(world, who), "/packets/").status_code == 403

    @pytest.mark.parametrize("number", [1, 3])
    def test_statements_do_not_grow_with_the_rows(self, world, packet, client, django_assert_num_queries, number):
        for agency in (world.east, world.west)[: number - 1]:
            world.packet(agency)
        client.force_login(world.supervisor)
        with django_assert_num_queries(4):
            assert len(client.get("/packets/?period=all").context["rows"]) == number


@pytest.mark.parametrize("number", [1, 3])
def test_statements_of_the_page_do_not_grow_with_its_lines(world, packet, client, django_assert_num_queries, number):
    keep = packet.entries.order_by("pk").values_list("pk", flat=True)[:number]
    packet.entries.exclude(pk__in=list(keep)).delete()
    client.force_login(world.reporter)
    with django_assert_num_queries(PAGE_STATEMENTS):
        assert client.get(PAGE).status_code == 200


def test_sample_data_is_marked(world, packet, browse):
    Submission.objects.filter(pk=packet.pk).update(is_sample=True)
    assert "Sample data" in text(browse(world.reporter))
    assert "Sample" in text(browse(world.reporter, "/packets/"))
