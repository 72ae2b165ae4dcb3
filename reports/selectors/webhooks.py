"""Webhooks as the API and their page show them: how they stand, what waits, what was given up."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from agencies.models import User

from ..models import Delivery, OutboxEvent, WebhookEndpoint

State = Delivery.State
MESSAGE = "msg_"


def endpoints(user: User) -> QuerySet[WebhookEndpoint]:
    """Those that the person keeps, each with how many events wait (`waiting`) and were given up (`dead`), when one was
    delivered last, and of the one that goes out next: when, and what the last attempt came to.
    """
    oldest = Delivery.objects.filter(endpoint=OuterRef("pk"), state=State.WAITING).order_by("event_id")
    return WebhookEndpoint.objects.visible_to(user).annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=State.WAITING)),
        dead=Count("deliveries", filter=Q(deliveries__state=State.DEAD)),
        last_delivered_at=Max("deliveries__delivered_at"),
        next_at=Subquery(oldest.values("next_at")[:1]),
        next_fault=Subquery(oldest.values("last_fault")[:1]),
        next_status=Subquery(oldest.values("last_status")[:1]),
    )


def dead_letters(user: User, agency: int, most: int) -> list[Delivery]:
    """The newest events that were given up for an agency's webhooks, each with `words`: why. One statement."""
    found = Delivery.objects.visible_to(user).filter(endpoint__agency=agency, state=State.DEAD)
    letters = list(found.select_related("event", "endpoint").order_by("-event_id", "endpoint_id")[:most])
    for letter in letters:
        letter.words = fault_words(letter.last_fault, letter.last_status)
    return letters


def endpoint(user: User, agency: int, key: str) -> WebhookEndpoint | None:
    """The one of an agency that an address names."""
    try:
        found = UUID(key)
    except ValueError:
        return None
    kept = WebhookEndpoint.objects.visible_to(user).select_related("agency")
    return kept.filter(agency=agency, key=found).first()


def deliveries(user: User, endpoint: WebhookEndpoint) -> QuerySet[Delivery]:
    """What became of each event for one webhook."""
    return Delivery.objects.visible_to(user).filter(endpoint=endpoint).select_related("event")


def delivery(user: User, endpoint: WebhookEndpoint, message: str) -> Delivery | None:
    """The one of a `webhook-id`."""
    try:
        key = UUID(hex=message.removeprefix(MESSAGE))
    except ValueError:
        return None
    return deliveries(user, endpoint).filter(event__key=key).first() if message == f"{MESSAGE}{key.hex}" else None


class WebhookRow(NamedTuple):
    """One webhook on its page: its events in words, and what is wrong with it, empty while nothing is."""

    endpoint: WebhookEndpoint
    events: list[str]
    trouble: str


def shown(user: User, agency: int) -> list[WebhookRow]:
    """The webhooks of an agency, in the order in which they were added. One statement."""
    found = endpoints(user).filter(agency=agency).select_related("created_by").order_by("pk")
    return [WebhookRow(one, [str(OutboxEvent.Kind(kind).label) for kind in one.events], _trouble(one)) for one in found]


def _trouble(one: WebhookEndpoint) -> str:
    if one.disabled_at:
        return str(one.get_disabled_because_display())
    return fault_words(one.next_fault, one.next_status) if one.next_fault else ""


def fault_words(fault: str, status: int | None) -> str:
    """What was wrong with an attempt, with the status where that is what was wrong."""
    words = str(Delivery.Fault(fault).label)
    if fault != Delivery.Fault.STATUS:
        return words
    return gettext("%(words)s (%(status)s)") % {"words": words, "status": status}
