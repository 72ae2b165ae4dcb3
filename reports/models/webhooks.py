"""Webhooks: where an agency's systems are told of what happens, what happened, and what became of telling it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User

from ..querysets import DeliveryQuerySet, WebhookEndpointQuerySet


class WebhookEndpoint(models.Model):
    """One address of an agency's system that is told of events. `key` names it in addresses.

    `secret` (`whsec_…`, 256 random bits) signs what is sent, so that it has to be readable here; it is shown once, and
    who can read the database can sign. After a rotation `previous_secret` signs too until `previous_until`. `events`
    are those that it wants, of `OutboxEvent.Kind`. Nothing but the challenge is sent before `verified_at`; another
    address has to be verified anew. What happens meanwhile waits; while it is disabled nothing is put aside for it.
    """

    class Why(models.TextChoices):
        """Why it is disabled."""

        BY_HAND = "by_hand", _("disabled by hand")
        GONE = "gone", _("it answered that it is gone (410)")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="webhooks", verbose_name=_("agency"))
    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(max_length=100)
    previous_secret = models.CharField(max_length=100, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    events = models.JSONField(_("events"), default=list)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))
    created_at = models.DateTimeField(_("added at"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    disabled_at = models.DateTimeField(_("disabled at"), null=True, blank=True)
    disabled_because = models.CharField(_("disabled because"), max_length=10, choices=Why.choices, blank=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["agency", "pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(fields=["agency", "url"], name="webhookendpoint_address_once_per_agency"),
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_because="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_because="")),
                name="webhookendpoint_disabled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def state(self) -> str:
        """disabled, unverified or active."""
        return "disabled" if self.disabled_at else "active" if self.verified_at else "unverified"


class OutboxEvent(models.Model):
    """One thing that happened and that somebody asked to be told of; written in the transaction in which it happened.

    `agency`: whose endpoints are told; null: everybody's. `subject` is the natural key of what it is about. `data` is
    what is told, besides kind and time. `key` makes the `webhook-id`, the same in every attempt and for every receiver.
    """

    class Kind(models.TextChoices):
        WINDOW_OPENED = "window.opened", _("window opened")
        LINE_RETURNED = "line.returned", _("lines returned")
        PACKET_ACCEPTED = "packet.accepted", _("packet accepted")
        STATUS_CHANGED = "status.changed", _("status changed")
        ADJUSTMENT_DECIDED = "adjustment.decided", _("adjustment decided")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("agency")
    )
    subject = models.CharField(_("subject"), max_length=200)
    data = models.JSONField(_("content"))
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event of the outbox")
        verbose_name_plural = _("events of the outbox")
        constraints = [
            # the row itself says that it was told: it is never purged
            models.UniqueConstraint(
                fields=["subject"], condition=Q(kind="window.opened"), name="outboxevent_window_opens_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def message_id(self) -> str:
        """The `webhook-id`."""
        return f"msg_{self.key.hex}"


class Delivery(models.Model):
    """One event for one endpoint. Waiting ones go out in the order of their events, whatever each has to wait for.

    `next_at` is when a waiting one may be tried (again). `last_status` is what the receiver answered at the last
    attempt, null where it did not answer; `last_fault` is what was wrong with that, empty while nothing was.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("dead letter")

    class Fault(models.TextChoices):
        STATUS = "status", _("it did not answer with a 2xx status")
        NAME_UNKNOWN = "name_unknown", _("its name is not known to the network")
        ADDRESS_REFUSED = "address_refused", _("its name leads to an address that is not allowed here")
        NO_CONNECTION = "no_connection", _("no connection could be made")
        TLS = "tls", _("its certificate does not hold, or TLS failed")
        TOO_SLOW = "too_slow", _("it did not answer in time")
        BROKEN_ANSWER = "broken_answer", _("what it answered is not HTTP")
        NOT_CONFIRMED = "not_confirmed", _("it answered without the challenge")
        GONE = "gone", _("it answered that it is gone (410)")
        TOO_OLD = "too_old", _("it waited for 30 days")

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"), db_index=False
    )
    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="deliveries", verbose_name=_("event"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    last_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(_("last status"), null=True, blank=True)
    last_fault = models.CharField(_("what was wrong"), max_length=20, choices=Fault.choices, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["endpoint", "event"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="delivery_once_per_endpoint"),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
                name="delivery_delivered_has_a_moment",
            ),
            models.CheckConstraint(condition=~Q(state="dead") | ~Q(last_fault=""), name="delivery_dead_has_a_reason"),
        ]
        indexes = [
            # few at any time, and looked through every few seconds
            models.Index(fields=["endpoint", "event"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["delivered_at"], condition=Q(state="delivered"), name="delivery_delivered"),
            models.Index(fields=["event"], condition=Q(state="dead"), name="delivery_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.endpoint_id}"
