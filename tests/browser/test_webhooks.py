"""The webhooks of an agency in Chromium: from adding one to a dead letter that is sent again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from reports.models import Delivery, OutboxEvent, WebhookEndpoint
from reports.services import delivering, outbox
from reports.services.outbox import Event
from tests.browser.windows import Window
from tests.factories import World
from tests.reports.receiving import receiving

pytestmark = pytest.mark.browser

SIZES = [pytest.param((1440, "zh-hans"), id="desktop"), pytest.param((390, "en"), id="phone")]
PAGE = "/members/bureau/webhooks/"


@pytest.fixture(params=SIZES)
def window(request: pytest.FixtureRequest, shown: World, open_window: Callable[..., Window], settings) -> Window:
    """The approver's."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    width, language = request.param
    return open_window(shown.approver, width=width, language=language)


def test_from_adding_one_to_a_dead_letter_that_is_sent_again(window: Window) -> None:
    page = window.page
    with receiving() as receiver:
        window.open(PAGE)
        window.assert_good()
        page.click(".nothing-connected .primary")
        page.fill("#id_url", "http://127.0.0.1/x#y")
        page.press("#id_url", "Enter")
        page.wait_for_selector(".field-error")
        window.assert_good()  # with what was wrong
        page.fill("#id_url", f"{receiver.url}/{'a-long-path/' * 8}")
        for box in page.query_selector_all("[name=events]"):
            box.check()
        page.click("[type=submit].primary")
        page.wait_for_selector("#new-key")
        assert page.inner_text("#new-key") == WebhookEndpoint.objects.get().secret
        window.assert_good()
        page.click("[type=submit].primary")
        page.wait_for_selector(".message.success")
        happened = [Event(OutboxEvent.Kind.STATUS_CHANGED, None, f"small/stations-{n}", {"n": n}) for n in range(3)]
        outbox.emit(happened, at=timezone.now())
        failed = {"attempts": 8, "last_fault": "status", "last_status": 503, "last_at": timezone.now()}
        Delivery.objects.filter(event__subject="small/stations-0").update(state="dead", **failed)
        Delivery.objects.filter(event__subject="small/stations-1").update(**failed)
        window.open(PAGE)
        window.assert_good()
        page.click("form[action$='/resend/'] button")
        page.wait_for_selector(".message.success")
        delivering.deliver()
        assert [call.content["data"]["n"] for call in receiver.calls] == [0, 1, 2]
        page.click(".webhook .confirm .is-danger")
        window.assert_good()
        page.click("form[action$='/switch/'] button")
        page.wait_for_selector(".webhook .notice")
        window.assert_good()
    assert not [said for said in window.complaints if "422" not in said], window.complaints
