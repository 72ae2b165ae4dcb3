"""Webhooks of an agency: added, verified, changed, disabled, removed by who keeps them; events sent to them again."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from agencies.models import Agency, User
from agencies.roles import Can
from agencies.services import audit
from agencies.services.audit import Door

from ..models import Delivery, OutboxEvent, WebhookEndpoint
from ..rules import addresses
from ..rules.webhooks import OVERLAP
from ..selectors.webhooks import fault_words
from .locks import alone
from .outbox import TASK
from .posting import Answer, Message, judged, post
from .queueing import nudge

CHALLENGE = "endpoint.verify"  # the one event that goes to an endpoint before it is verified
MOST = 20  # webhooks of one agency
LOCK = 0x6E69_6205  # one verification at a time for each agency: each holds a thread of the web server
Kind, State, Why = OutboxEvent.Kind, Delivery.State, WebhookEndpoint.Why

# why something cannot be, by the code that a ValidationError carries
SENTENCES = {
    "url_malformed": gettext_noop("Write a whole address like https://host/path, in ASCII, of at most 500 characters."),
    "url_not_https": gettext_noop("Webhooks go to addresses that begin with https://."),
    "url_with_credentials": gettext_noop("An address for webhooks carries no user name and no password."),
    "url_port_refused": gettext_noop("Webhooks go to port 443 or to one from 1024 on that is not another service's."),
    "url_name_unknown": gettext_noop("The name in this address is not known to the network."),
    "url_not_public": gettext_noop("This address leads into a private network or to this machine itself."),
    "webhook_twice": gettext_noop("The agency has a webhook with this address already."),
    "too_many_webhooks": gettext_noop("The agency has as many webhooks as it may have."),
    "no_event": gettext_noop("Name at least one event, each one that there is."),
    "webhook_busy": gettext_noop("A webhook of this agency is being verified. Try again in ten seconds."),
    "webhook_not_verified": gettext_noop("The webhook did not answer its challenge."),
}


def fault(code: str, field: str = "", more: str = "") -> ValidationError:
    """What cannot be, with its code; about one field of what was sent, or about all of it."""
    error = ValidationError(" ".join(filter(None, [gettext(SENTENCES[code]), more])), code=code)
    return ValidationError({field: error}) if field else error


@transaction.atomic
def add(agency: Agency, *, url: str, events: Iterable[str], by: User, at: datetime, door: Door) -> WebhookEndpoint:
    """A new webhook, not verified yet; its secret is told this once. ValidationError for what cannot be."""
    if not by.can(Can.KEEP_WEBHOOKS, agency):
        raise PermissionDenied(gettext("Only approvers of the agency and the operator keep its webhooks."))
    endpoint = WebhookEndpoint(agency=agency, created_by=by, created_at=at, secret=_new_secret())
    endpoint.url, endpoint.events = _address(url), _events(events)
    Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    others = WebhookEndpoint.objects.filter(agency=agency)
    if others.count() >= MOST:
        raise fault("too_many_webhooks")
    _refuse_twice(endpoint)
    endpoint.save()
    _note("webhook.added", endpoint, by, at, door, after=facts(endpoint))
    return endpoint


@transaction.atomic
def change(
    endpoint_id: int,
    *,
    url: str | None = None,
    events: Iterable[str] | None = None,
    enabled: bool | None = None,
    by: User,
    at: datetime,
    door: Door,
) -> WebhookEndpoint:
    """Other events, another address (to be verified anew), or on and off; null leaves each as it is."""
    wanted = None if url is None else _address(url)  # asks the network: nothing is locked yet
    endpoint = _lock(endpoint_id, by)
    before = facts(endpoint)
    if wanted is not None and wanted != endpoint.url:
        endpoint.url, endpoint.verified_at = wanted, None
        _refuse_twice(endpoint)
    if events is not None:
        endpoint.events = _events(events)
    if enabled is not None and enabled == bool(endpoint.disabled_at):
        endpoint.disabled_at, endpoint.disabled_because = (None, "") if enabled else (at, Why.BY_HAND)
    if (after := facts(endpoint)) != before:
        endpoint.save()
        _note("webhook.changed", endpoint, by, at, door, before=before, after=after)
        nudge(TASK)
    return endpoint


def verify(endpoint_id: int, *, by: User, at: datetime, door: Door) -> WebhookEndpoint:
    """Sends the challenge, and waits for the answer that repeats it; then the webhook is verified and enabled.

    ValidationError where it is not answered, or while another one of the agency is being verified.
    """
    endpoint = _kept(by).get(pk=endpoint_id)
    challenge = secrets.token_urlsafe(32)
    with alone(LOCK, endpoint.agency_id) as mine:
        if not mine:
            raise fault("webhook_busy")
        answer = post(endpoint.url, _challenge(endpoint, challenge, at), at=at)
    if not _repeats(answer, challenge):
        raise fault("webhook_not_verified", more=_why(answer))
    return _verified(endpoint, by, at, door)


def _challenge(endpoint: WebhookEndpoint, challenge: str, at: datetime) -> Message:
    content = {"type": CHALLENGE, "timestamp": timezone.localtime(at).isoformat(), "data": {"challenge": challenge}}
    return Message(f"msg_{uuid4().hex}", json.dumps(content), secrets_of(endpoint, at))


def _repeats(answer: Answer, challenge: str) -> bool:
    """Whether a 2xx answer is the challenge, as text or as {"challenge": …}."""
    if answer.fault:
        return False
    text = answer.body.decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = text
    if isinstance(said, dict):
        said = said.get("challenge")
    return isinstance(said, str) and secrets.compare_digest(said.encode("utf-8", "replace"), challenge.encode())


def _why(answer: Answer) -> str:
    words = fault_words(answer.fault or Delivery.Fault.NOT_CONFIRMED, answer.status)
    return gettext("What was wrong: %(words)s.") % {"words": words}


@transaction.atomic
def _verified(sent: WebhookEndpoint, by: User, at: datetime, door: Door) -> WebhookEndpoint:
    """What waits for it goes out at once."""
    endpoint = _lock(sent.pk, by)
    if endpoint.url != sent.url:  # another address meanwhile: that one did not answer
        raise fault("webhook_not_verified")
    before = facts(endpoint)
    endpoint.verified_at, endpoint.disabled_at, endpoint.disabled_because = at, None, ""
    endpoint.save()
    endpoint.deliveries.filter(state=State.WAITING, next_at__gt=at).update(next_at=at)
    _note("webhook.verified", endpoint, by, at, door, before=before, after=facts(endpoint))
    nudge(TASK)
    return endpoint


@transaction.atomic
def rotate(endpoint_id: int, *, by: User, at: datetime, door: Door) -> WebhookEndpoint:
    """A new secret, told this once; for a day events are signed with the one before, too."""
    endpoint = _lock(endpoint_id, by)
    endpoint.previous_secret, endpoint.previous_until = endpoint.secret, at + OVERLAP
    endpoint.secret = _new_secret()
    endpoint.save()
    _note("webhook.secret_made", endpoint, by, at, door, after={"until": endpoint.previous_until.isoformat()})
    return endpoint


@transaction.atomic
def remove(endpoint_id: int, *, by: User, at: datetime, door: Door) -> None:
    """Takes a webhook away, with everything that waits for it."""
    endpoint = _kept(by).select_for_update(of=("self",)).get(pk=endpoint_id)  # waits for events that name it
    _note("webhook.removed", endpoint, by, at, door, before=facts(endpoint))
    endpoint.delete()


@transaction.atomic
def resend(delivery_id: int, *, by: User, at: datetime, door: Door) -> Delivery:
    """A dead letter (or what was delivered) goes out again, before everything later; what waits goes out now."""
    found = Delivery.objects.visible_to(by).values_list("endpoint_id", flat=True).get(pk=delivery_id)
    endpoint = _lock(found, by)
    delivery = endpoint.deliveries.select_for_update(of=("self",)).select_related("event").get(pk=delivery_id)
    if delivery.state != State.WAITING:
        delivery.state, delivery.attempts, delivery.delivered_at = State.WAITING, 0, None
    delivery.next_at = at
    delivery.save()
    _note("webhook.resent", endpoint, by, at, door, after={"event": delivery.event.message_id})
    nudge(TASK)
    return delivery


def secrets_of(endpoint: WebhookEndpoint, at: datetime) -> tuple[str, ...]:
    """What is signed with: the secret, and for a while after a rotation the one before."""
    is_kept = endpoint.previous_until is not None and at < endpoint.previous_until
    return (endpoint.secret, endpoint.previous_secret) if is_kept else (endpoint.secret,)


def facts(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """What a webhook is, for audit rows. The query of an address may be a secret of its receiver."""
    path, mark, _query = endpoint.url.partition("?")
    return {
        "url": f"{path}?…" if mark else path,
        "events": endpoint.events,
        "enabled": endpoint.disabled_at is None,
        "verified": endpoint.verified_at is not None,
    }


def _new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def _address(url: str) -> str:
    try:
        return judged(url.strip())[0].url
    except addresses.Refused as refused:
        raise fault(str(refused.fault), "url") from refused


def _events(named: Iterable[str]) -> list[str]:
    """In the order of the kinds, each once."""
    wanted = set(named)
    if not wanted or not wanted <= set(Kind.values):
        raise fault("no_event", "events")
    return [kind for kind in Kind.values if kind in wanted]


def _refuse_twice(endpoint: WebhookEndpoint) -> None:
    same = WebhookEndpoint.objects.filter(agency=endpoint.agency_id, url=endpoint.url)
    if same.exclude(pk=endpoint.pk).exists():
        raise fault("webhook_twice", "url")


def _kept(by: User):
    """The webhooks that the person keeps."""
    return WebhookEndpoint.objects.visible_to(by).select_related("agency")


def _lock(endpoint_id: int, by: User) -> WebhookEndpoint:
    """Locked without holding up an event that names it; DoesNotExist where the person does not keep it."""
    return _kept(by).select_for_update(of=("self",), no_key=True).get(pk=endpoint_id)


def _note(action: str, endpoint: WebhookEndpoint, by: User, at: datetime, door: Door, **what: dict[str, Any]) -> None:
    subject = f"{endpoint.agency.code}/{endpoint.key}"
    audit.record(action, subject, actor=by, at=at, door=door, agency=endpoint.agency, **what)
