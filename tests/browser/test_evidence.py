"""Evidence in the browser: files go as soon as they are chosen, refusals stand in place, nothing is reloaded."""

from __future__ import annotations

import pytest

from reports.models import Evidence
from reports.services.periods import extend
from tests.factories import World, at
from tests.reports.conftest import WEB
from tests.reports.uploads import PDF

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("files")]


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def line(shown: World, visit, client, live_server):
    """The evidence of the stations' line of a quarter that can be entered, in front of the reporter."""
    packet = shown.packet(period=1)
    extend(
        packet.period, shown.bureau, until=at("2100-01-01 00:00"), reason="测试", by=shown.supervisor,
        at=at("2021-08-01"), door=WEB,
    )  # fmt: skip
    client.force_login(shown.reporter)
    window = visit(390)
    cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": "en"}
    window.page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )
    window.open("/packets/bureau/2021Q2/")
    window.page.on("dialog", lambda dialog: dialog.accept())
    place = window.page.locator(f"#evidence-{shown.line(shown.stations, period=1).pk}")
    place.locator(".evidence-add > summary").click()
    return window, place


def choose(place, *files: tuple[str, bytes]) -> None:
    sent = [{"name": name, "mimeType": "application/pdf", "buffer": content} for name, content in files]
    place.locator("input[type=file]").set_input_files(sent)


def test_files_and_links_come_and_go_without_a_reload(line):
    window, place = line
    window.page.evaluate("window.kept = true")
    choose(place, ("验收报告.pdf", PDF), ("假.pdf", b"MZ"))
    place.locator(".pieces a").wait_for()
    assert place.locator(".refusal:visible").all_inner_texts() == [
        "“假.pdf” was not added: its content is not what the ending of its name says."
    ]
    place.locator("input[name=url]").fill("https://www.sh.gov.cn/a")
    place.get_by_role("button", name="Add link").click()
    place.locator(".pieces li").nth(1).wait_for()
    assert "www.sh.gov.cn" in place.locator(".pieces li").nth(1).inner_text()
    with window.page.expect_download() as download:
        place.locator(".pieces a").first.click()
    assert download.value.suggested_filename == "验收报告.pdf"
    place.get_by_role("button", name="Remove 验收报告.pdf").click()
    place.locator(".pieces li").nth(1).wait_for(state="detached")
    assert list(Evidence.objects.values_list("kind", flat=True)) == ["link"]
    assert window.page.evaluate("window.kept"), "the page was not loaded again"
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing beside a narrow screen"
    assert [told for told in window.complaints if "422" not in told] == []


def test_what_is_too_large_is_told_before_it_is_sent(line, tmp_path):
    window, place = line
    sizes = {"大.pdf": 20 * 1024 * 1024 + 1, "a.pdf": 15 * 1024 * 1024, "b.pdf": 15 * 1024 * 1024}
    large, *halves = [tmp_path / name for name in sizes]  # on disk: so many bytes take a minute through the driver
    for path in (large, *halves):
        path.write_bytes(PDF.ljust(sizes[path.name], b"\n"))
    place.locator("input[type=file]").set_input_files(large)
    place.get_by_text("A file may have at most 20 MB: 大.pdf").wait_for()
    place.locator("input[type=file]").set_input_files(halves)
    place.get_by_text("Together that is more than 25 MB.").wait_for()
    assert not Evidence.objects.exists() and window.complaints == []


def test_a_lost_sign_in_is_said_and_no_sign_in_page_lands_in_the_line(line):
    window, place = line
    window.page.context.clear_cookies(name="sessionid")
    choose(place, ("验收报告.pdf", PDF))
    place.get_by_text("Nothing was added: the connection or the sign-in was lost.").first.wait_for()
    assert place.locator("input[type=password]").count() == 0 and not Evidence.objects.exists()
