"""A line that saves itself, and the lines that others saved: what is answered, and what is refused how."""

from __future__ import annotations

import pytest

from agencies.roles import Role
from reports.models import Entry
from tests.factories import person
from tests.reports.pages import PAGE, fields, text


@pytest.fixture
def save(world, browse):
    """Sends one line as the page's script does."""

    def save(target, by=None, entry=None, seen=None, **typed: str):
        user, line = by or world.reporter, entry or world.line(target)
        sent = {name: value for name, value in (seen or {}).items() if name.startswith(f"line-{line.pk}-")}
        sent |= {f"line-{line.pk}-version": sent.get(f"line-{line.pk}-version", str(line.version))}
        sent |= {f"line-{line.pk}-{name}": value for name, value in typed.items()}
        return browse(user, f"{PAGE}{line.pk}/save/", sent)

    return save


def changes(browse, user, packet, *seen: Entry):
    since = "~".join([str(packet.version), *(f"{entry.pk}.{entry.version}" for entry in seen)])
    return browse(user, f"{PAGE}changes/?since={since}")


class TestSaving:
    def test_the_answer_says_what_is_stored_by_whom_and_what_changed(self, world, packet, save):
        response = save(world.stations, value="3.4万")
        assert (response.status_code, response.headers["X-Packet-Lines"]) == (200, "lines")
        shown = text(response)
        for words in ("Stored: 34,000 stations", "by Reporter-Bureau", "far above the goal", "1 of 3 lines filled"):
            assert words in shown
        assert 'data-version="2"' in response.content.decode()
        assert fields(response) == {}, "a field that somebody may be typing in is never replaced"

    def test_a_ratio_is_shown_with_its_parts(self, world, packet, save):
        assert "Stored: 75.0% (3/4)" in text(save(world.share, numerator="3", denominator="4"))

    def test_what_cannot_be_stored_is_refused_in_words(self, world, packet, save):
        response = save(world.stations, value="5", nothing_because="未安排")
        assert response.status_code == 422
        assert "a figure and “nothing to report” exclude each other" in text(response)
        assert not world.line(world.stations).is_filled

    @pytest.mark.parametrize("name", ["value", "stage", "actual_on", "words", "nothing_because", "explanation"])
    def test_half_a_character_in_what_the_page_showed_is_left_out(self, world, packet, save, name):
        """JSON can carry what neither the database nor an answer can."""
        target = world.centre if name in ("stage", "actual_on") else world.stations
        changed = {"explanation": "x"} if name == "words" else {"words": "x"}
        assert save(target, shown=f'{{"{name}": "\\ud800"}}', **changed).status_code == 200
        assert getattr(world.line(target), name) in (None, "")

    def test_a_conflict_shows_both_and_saves_nothing(self, world, packet, save, acting):
        old = world.line(world.stations)
        acting.save(old, by=world.approver, value="5")
        response = save(world.stations, entry=old, value="6", shown="{}")
        assert response.status_code == 409
        assert "Theirs (Approver-Bureau) Mine this quarter's value 5 this quarter's value 6" in text(response)
        assert world.line(world.stations).value == 5

    def test_sending_the_same_again_is_no_conflict(self, world, packet, save):
        old = world.line(world.stations)
        assert save(world.stations, entry=old, value="5", shown="{}").status_code == 200
        assert save(world.stations, entry=old, value="5", shown="{}").status_code == 200
        assert world.line(world.stations).version == 2

    def test_a_closed_quarter_is_refused(self, world, save):
        world.packet()
        response = save(world.stations, value="5")
        assert response.status_code == 422
        assert "its window closed on" in text(response)

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("reporter", 200), ("approver", 200), ("supervisor", 403), ("auditor", 403), ("plan_manager", 404),
            ("operator", 404), ("stranger", 404),
        ],
    )  # fmt: skip
    def test_who_may_save(self, world, packet, save, who, status):
        user = person(Role.REPORTER, world.east) if who == "stranger" else getattr(world, who)
        assert save(world.stations, by=user, value="5").status_code == status
        assert world.line(world.stations).is_filled == (status == 200)

    def test_a_line_that_is_not_of_this_packet(self, world, packet, save, browse):
        assert save(world.posts, entry=world.line(world.posts, world.east), value="5").status_code == 404
        assert browse(world.reporter, f"{PAGE}{10**30}/save/", {"x": "1"}).status_code == 404

    @pytest.mark.parametrize("typed", [{"value": "\x00"}, {"version": "9" * 40}, {"shown": "["}, {"words": "\x00"}])
    def test_nonsense_is_answered(self, world, packet, save, typed):
        assert save(world.stations, **typed).status_code in (200, 409, 422)

    def test_it_is_for_posts_only(self, world, packet, browse):
        assert browse(world.reporter, f"{PAGE}{world.line(world.stations).pk}/save/").status_code == 405


class TestChanges:
    def test_nothing_new_is_told_in_few_statements(self, world, packet, browse, client, django_assert_num_queries):
        lines = list(packet.entries.all())
        assert changes(browse, world.reporter, packet, *lines).status_code == 204
        with django_assert_num_queries(4):
            since = "~".join([str(packet.version), *(f"{entry.pk}.{entry.version}" for entry in lines)])
            client.get(f"{PAGE}changes/?since={since}")

    def test_only_what_somebody_else_saved_comes(self, world, packet, browse, acting):
        seen = [world.line(target) for target in (world.stations, world.share)]
        acting.save(seen[0], by=world.approver, value="5")
        stale = Entry(pk=seen[0].pk, version=1)
        html = changes(browse, world.reporter, packet, stale, seen[1]).content.decode()
        assert f'id="answer-{seen[0].pk}"' in html
        assert f'id="answer-{seen[1].pk}"' not in html
        assert "&quot;value&quot;: &quot;5&quot;" in html, "the texts for the fields come with it"

    def test_a_packet_that_moved_on_is_told(self, world, packet, browse, acting):
        acting.fill(packet)
        seen = packet.version
        acting.submit(packet)
        packet.version = seen
        response = changes(browse, world.reporter, packet, world.line(world.stations))
        assert "This packet has moved on" in text(response)

    @pytest.mark.parametrize("since", ["", "x", "1~", "1~2", "1~2.x", "%00", "9" * 30, f"1~{10**18 - 1}.1"])
    def test_nonsense_is_answered(self, world, packet, browse, since):
        assert browse(world.reporter, f"{PAGE}changes/?since={since}").status_code in (200, 204, 400)

    @pytest.mark.parametrize(
        ("who", "status"),
        [("reporter", 204), ("supervisor", 204), ("auditor", 204), ("plan_manager", 404), ("operator", 404)],
    )
    def test_who_may_see_them(self, world, packet, browse, who, status):
        assert changes(browse, getattr(world, who), packet).status_code == status


def test_who_was_signed_out_is_led_to_signing_in_and_nothing_is_answered_as_ours(world, packet, client):
    for response in (client.post(f"{PAGE}1/save/"), client.get(f"{PAGE}changes/?since=1")):
        assert response.headers["location"].startswith("/accounts/login/")
        assert "X-Packet-Lines" not in response.headers
