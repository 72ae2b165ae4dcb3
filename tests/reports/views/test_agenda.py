"""What waits for a person, on the list of packets and in the navigation."""

from reports.models import ReportingPeriod
from tests.factories import at
from tests.reports.pages import text


def test_the_list_tells_agency_staff_what_waits_and_links_to_it(world, packet, browse):
    response = browse(world.reporter, "/packets/")
    assert "Waits for you 1 Q1 2021 · bureau 3 of 3 lines missing · was due on 2021-04-15" in text(response)
    assert '<a href="/packets/bureau/2021Q1/?plan=small">Q1 2021 · bureau</a>' in response.content.decode()
    assert '<span class="count"' in response.content.decode()


def test_nothing_waits_once_it_is_submitted(world, packet, browse, acting):
    acting.fill(packet)
    acting.submit(packet)
    response = browse(world.reporter, "/packets/")
    assert "Waits for you" not in text(response)
    assert '<span class="count"' not in response.content.decode()


def test_the_office_has_no_such_list(world, packet, browse):
    assert "Waits for you" not in text(browse(world.supervisor, "/packets/"))


def test_a_row_says_what_came_of_its_due_date(world, packet, browse):
    assert "Late" in text(browse(world.supervisor, "/packets/")), "its extension runs"
    packet.period.extensions.all().delete()
    assert "Not handed in" in text(browse(world.supervisor, "/packets/?period=all"))
    ReportingPeriod.objects.filter(pk=packet.period_id).update(closes_at=at("2100-01-01"))
    assert "Overdue" in text(browse(world.supervisor, "/packets/?period=all"))


def test_the_overview_says_that_packets_were_not_handed_in_once_nobody_can(world, packet, browse):
    assert "Not submitted 1" in text(browse(world.supervisor, "/?period=2021Q1"))
    packet.period.extensions.all().delete()
    assert "Not handed in 1" in text(browse(world.supervisor, "/?period=2021Q1"))


def test_a_packet_that_is_asked_for_no_more_is_not_counted(world, packet, browse):
    packet.state = "retired"
    packet.version += 1
    packet.save()
    assert "Not submitted" not in text(browse(world.supervisor, "/?period=2021Q1"))
