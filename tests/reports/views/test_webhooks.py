"""`/members/…/webhooks/`: what the page says, what its buttons do, and that a secret is shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reports.models import Delivery, OutboxEvent, WebhookEndpoint
from reports.services import delivering, outbox
from reports.services.outbox import Event
from tests.reports.receiving import receiving

Kind = OutboxEvent.Kind
PAGE = "/members/bureau/webhooks/"
TYPED = {"url": "http://127.0.0.1:8080/hook", "events": ["packet.accepted", "status.changed"]}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{40,}")


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def approver(world, client: Client) -> Client:
    client.cookies["django_language"] = "en"
    client.force_login(world.approver)
    return client


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def added(client: Client, url: str = TYPED["url"]) -> WebhookEndpoint:
    answer = client.post(f"{PAGE}new/", TYPED | {"url": url})
    assert answer.status_code == 200, answer.content.decode()
    return WebhookEndpoint.objects.order_by("pk").last()


def text(client: Client, address: str = PAGE) -> str:
    """What stands on a page, without its tags."""
    page = client.get(address, follow=True).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]))


def messages(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_without_any_it_says_what_they_are_for(approver):
    page = text(approver)
    assert "need not ask again and again" in page and "Add a webhook" in page and "Dead letters" not in page


def test_adding_one_shows_its_secret_once_and_leads_to_verifying_it(approver, receiver):
    answer = approver.post(f"{PAGE}new/", TYPED | {"url": receiver.url})
    made = WebhookEndpoint.objects.get()
    assert SECRET.findall(answer.content.decode()) == [made.secret]
    assert "no-store" in answer["Cache-Control"]
    page = text(approver)
    assert not SECRET.search(page) and "Not verified yet" in page and "packet accepted, status changed" in page
    answer = approver.post(f"{PAGE}{made.key}/verify/", follow=True)
    assert messages(answer) == "The webhook is verified."
    assert "Not verified yet" not in text(approver)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "This field is required."),
        (TYPED | {"events": []}, "This field is required."),
        (TYPED | {"events": ["nonsense"]}, "Select a valid choice."),
        (TYPED | {"url": "nonsense"}, "Write a whole address"),
        (TYPED | {"url": "http://a\x00b/"}, "Null characters are not allowed."),
        (TYPED | {"url": "http://169.254.169.254/"}, "leads into a private network"),
        (TYPED | {"url": f"http://127.0.0.1/{'x' * 600}"}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(approver, typed, words):
    answer = approver.post(f"{PAGE}new/", typed)
    assert answer.status_code == 422 and not WebhookEndpoint.objects.exists()
    errors = re.findall(r'class="field-error"[^>]*>([^<]+)', answer.content.decode())
    assert any(words in error for error in errors), errors


def test_too_many_are_refused_above_the_form(approver, monkeypatch):
    from reports.services import webhooks

    monkeypatch.setattr(webhooks, "MOST", 0)
    answer = approver.post(f"{PAGE}new/", TYPED)
    assert answer.status_code == 422 and "as many webhooks as it may have" in answer.content.decode()


def test_a_change(approver):
    made = added(approver)
    page = approver.get(f"{PAGE}{made.key}/").content.decode()
    assert made.url in page and page.count("checked") == 2
    answer = approver.post(f"{PAGE}{made.key}/", {"url": made.url, "events": ["line.returned"]}, follow=True)
    made.refresh_from_db()
    assert made.events == ["line.returned"] and messages(answer) == "The webhook was changed."
    answer = approver.post(f"{PAGE}{made.key}/", {"url": "https://user@a.example/", "events": ["line.returned"]})
    assert answer.status_code == 422 and "no user name" in answer.content.decode()


def test_one_that_does_not_answer_is_told_with_the_reason(approver, receiver):
    receiver.repeats = False
    made = added(approver, receiver.url)
    answer = approver.post(f"{PAGE}{made.key}/verify/", follow=True)
    assert "did not answer its challenge" in messages(answer) and "without the challenge" in messages(answer)


def test_off_on_a_new_secret_and_removed(approver):
    made = added(approver)
    approver.post(f"{PAGE}{made.key}/switch/", {"enabled": "0"})
    assert "Disabled since" in text(approver) and "disabled by hand" in text(approver)
    approver.post(f"{PAGE}{made.key}/switch/", {"enabled": "1"})
    assert "Disabled since" not in text(approver)
    answer = approver.post(f"{PAGE}{made.key}/secret/").content.decode()
    assert SECRET.findall(answer) == [WebhookEndpoint.objects.get().secret] != [made.secret]
    assert approver.get(f"{PAGE}{made.key}/secret/").url == PAGE, "who comes back finds the list"
    approver.post(f"{PAGE}{made.key}/remove/")
    assert not WebhookEndpoint.objects.exists()
    assert approver.post(f"{PAGE}{made.key}/remove/").status_code == 404


def happened(*numbers: int) -> None:
    outbox.emit([Event(Kind.STATUS_CHANGED, None, f"small/t{n}", {"n": n}) for n in numbers], at=timezone.now())


def test_what_waits_and_why(approver, receiver):
    made = added(approver, receiver.url)
    approver.post(f"{PAGE}{made.key}/verify/")
    happened(1, 2)
    receiver.answers[:] = [503]
    delivering.deliver()
    page = text(approver)
    assert "2 · it did not answer with a 2xx status (503) · next attempt" in page


def test_a_dead_letter_is_shown_and_sent_again(approver, receiver):
    made = added(approver, receiver.url)
    approver.post(f"{PAGE}{made.key}/verify/")
    happened(1)
    Delivery.objects.update(state="dead", attempts=8, last_fault="status", last_status=500, last_at=timezone.now())
    page = approver.get(PAGE).content.decode()
    assert "small/t1" in page and "it did not answer with a 2xx status (500)" in page
    (address,) = re.findall(r'action="([^"]+/resend/)"', page)
    answer = approver.post(address, follow=True)
    assert messages(answer) == "The event is being sent again."
    delivering.deliver()
    assert [call.content["data"]["n"] for call in receiver.calls] == [1]
    assert "small/t1" not in text(approver)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_with_few_and_many(approver, django_assert_num_queries, rows):
    for number in range(rows):
        added(approver, f"http://127.0.0.1:8080/{number}")
    happened(*range(rows))
    Delivery.objects.update(state="dead", last_fault="too_old")
    approver.get(PAGE)
    with django_assert_num_queries(5):  # person, roles, agency, webhooks, dead letters
        page = approver.get(PAGE).content.decode()
    assert page.count("/resend/") == rows * rows


def test_of_many_dead_letters_the_newest_are_shown(approver):
    added(approver)
    happened(*range(101))
    Delivery.objects.update(state="dead", last_fault="too_old")
    page = approver.get(PAGE).content.decode()
    assert page.count("/resend/") == 100 and "The newest 100 are shown." in page
    assert "small/t100" in page and "small/t0<" not in page


def test_links_between_the_pages_of_an_agency(approver, world):
    for page in ("/members/bureau/", "/members/bureau/systems/"):
        assert f'href="{PAGE}"' in approver.get(page).content.decode()
    client = Client()
    client.force_login(world.operator)
    assert client.get(PAGE).status_code == 200


def test_what_was_delivered_last(approver, receiver):
    made = added(approver, receiver.url)
    approver.post(f"{PAGE}{made.key}/verify/")
    happened(1)
    delivering.deliver()
    Delivery.objects.update(delivered_at=timezone.now() - timedelta(days=1))
    yesterday = timezone.localtime(timezone.now() - timedelta(days=1))
    assert f"Last delivered {yesterday:%Y-%m-%d}" in text(approver)
