"""`/webhooks`: where the caller's agency is told of what happens, and what became of telling it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api import codes, params
from agencies.api.codes import Code
from agencies.api.idempotency import once
from agencies.api.paging import rows_of
from agencies.api.problems import Fault, Problem
from agencies.api.rendering import JsonRenderer
from agencies.api.schema import Operation
from agencies.api.views import ApiView, ListView, tagged
from agencies.roles import Scope

from ..models import Delivery, OutboxEvent, WebhookEndpoint
from ..selectors import webhooks as reads
from ..services import webhooks
from .packets import API, nothing

TAG = "webhooks"
STATUS = {"webhook_busy": 409}  # of codes that are not about what was sent
codes.register({code: Code(STATUS.get(code, 422), words) for code, words in webhooks.SENTENCES.items()})
OF_AN_ADDRESS = tuple(code for code in webhooks.SENTENCES if code.startswith("url_"))


class WebhookRow(serializers.Serializer):
    """One address that is told of events."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(OutboxEvent.Kind.values))
    state = serializers.ChoiceField(
        ["unverified", "active", "disabled"], help_text="Nothing is sent unless it is active."
    )
    disabled_because = serializers.ChoiceField(WebhookEndpoint.Why.values, allow_null=True)
    created_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    waiting = serializers.IntegerField(help_text="Events that wait to be sent.")
    dead = serializers.IntegerField(help_text="Dead letters: events that were given up.")
    last_delivered_at = serializers.DateTimeField(allow_null=True)


class WebhookMade(WebhookRow):
    """A new webhook with its secret, which is told this once."""

    secret = serializers.CharField(help_text="`whsec_…`: checks the signatures.")


class SecretMade(serializers.Serializer):
    """A new secret, which is told this once."""

    secret = serializers.CharField(help_text="`whsec_…`: checks the signatures.")
    previous_until = serializers.DateTimeField(help_text="Until then the secret before signs, too.")


class WebhookIn(serializers.Serializer):
    """A webhook to be added."""

    url = serializers.CharField(max_length=500, help_text="`https://…`, without user name and password.")
    events = serializers.ListField(child=serializers.ChoiceField(OutboxEvent.Kind.values), min_length=1)


class WebhookChange(serializers.Serializer):
    """What is to be otherwise; what is left out stays."""

    url = serializers.CharField(required=False, max_length=500, help_text="Another address is verified anew.")
    events = serializers.ListField(required=False, child=serializers.ChoiceField(OutboxEvent.Kind.values), min_length=1)
    enabled = serializers.BooleanField(required=False, help_text="While it is false nothing is sent or put aside.")


class DeliveryRow(serializers.Serializer):
    """What became of one event for one webhook."""

    id = serializers.CharField(help_text="The `webhook-id` with which it is sent, the same at every attempt.")
    type = serializers.ChoiceField(OutboxEvent.Kind.values)
    subject = serializers.CharField(help_text="Natural key of what it is about.")
    timestamp = serializers.DateTimeField(help_text="When it happened.")
    state = serializers.ChoiceField(Delivery.State.values)
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True, help_text="When a waiting one is tried next, at the earliest.")
    last_at = serializers.DateTimeField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True, help_text="HTTP status of the last answer.")
    last_fault = serializers.ChoiceField(Delivery.Fault.values, allow_null=True)
    last_words = serializers.CharField(allow_null=True, help_text="The same in words.")
    delivered_at = serializers.DateTimeField(allow_null=True)


MADE = {
    "id": "0b6f3e4e-6f7e-4c0e-9d3b-6a3f4f0f6a11", "url": "https://data.pudong.example.cn/nib",
    "events": ["line.returned", "packet.accepted"], "state": "unverified", "disabled_because": None,
    "created_at": "2021-04-10T09:30:00+08:00", "verified_at": None, "disabled_at": None,
    "waiting": 0, "dead": 0, "last_delivered_at": None, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD1nW0r1Jx0lE=",
}  # fmt: skip
ADDED = (
    OpenApiExample("Two events", {name: MADE[name] for name in ("url", "events")}, request_only=True),
    OpenApiExample("Added, to be verified", MADE, response_only=True, status_codes=["201"]),
)


def told(row: WebhookEndpoint) -> dict[str, Any]:
    """A webhook as `WebhookRow` describes it."""
    return {
        "id": str(row.key),
        "url": row.url,
        "events": row.events,
        "state": row.state,
        "disabled_because": row.disabled_because or None,
        "created_at": _moment(row.created_at),
        "verified_at": _moment(row.verified_at),
        "disabled_at": _moment(row.disabled_at),
        "waiting": row.waiting,
        "dead": row.dead,
        "last_delivered_at": _moment(row.last_delivered_at),
    }


def delivery_told(row: Delivery) -> dict[str, Any]:
    """What became of an event as `DeliveryRow` describes it."""
    return {
        "id": row.event.message_id,
        "type": row.event.kind,
        "subject": row.event.subject,
        "timestamp": _moment(row.event.at),
        "state": row.state,
        "attempts": row.attempts,
        "next_at": _moment(row.next_at) if row.state == Delivery.State.WAITING else None,
        "last_at": _moment(row.last_at),
        "last_status": row.last_status,
        "last_fault": row.last_fault or None,
        "last_words": row.get_last_fault_display() or None,
        "delivered_at": _moment(row.delivered_at),
    }


def _moment(at: Any) -> str | None:
    return timezone.localtime(at).isoformat() if at else None


class _Keeping:
    """What services refuse as problems: about a member of the body, or about the call as a whole."""

    def known(self, error: Exception) -> Exception:
        if isinstance(error, ObjectDoesNotExist):
            return Http404(_("There is no such webhook."))
        if not isinstance(error, ValidationError):
            return error
        if not hasattr(error, "error_dict"):
            return Problem(error.code, " ".join(error.messages))
        faults = [
            Fault(f"/{field}", one.code, " ".join(one.messages))
            for field, found in error.error_dict.items()
            for one in found
        ]
        return Problem("bad_body", faults[0].words, faults=faults)

    @property
    def act(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now(), "door": API}

    def found(self) -> WebhookEndpoint:
        """The webhook that the address names; 404 for one that the caller does not keep."""
        found = reads.endpoints(self.request.user).filter(key=self.kwargs["webhook"]).first()
        if found is None:
            raise Http404(_("There is no such webhook."))
        return found


class WebhookList(_Keeping, ListView):
    row = WebhookRow
    renderer_classes = (JsonRenderer,)
    operations = {
        "GET": Operation("list_webhooks", "Webhooks", Scope.WEBHOOKS, {200: rows_of(WebhookRow)}, tag=TAG),
        "POST": Operation(
            "add_webhook",
            "Add a webhook",
            Scope.WEBHOOKS,
            {201: WebhookMade},
            body={"application/json": WebhookIn},
            refusals=(*OF_AN_ADDRESS, "no_event", "webhook_twice", "too_many_webhooks"),
            words="For the agency of the caller. Its secret is told this once. Nothing but the challenge is sent to it "
            "until it is verified; what happens from now on waits until then.",
            tag=TAG,
            examples=ADDED,
            headers={201: ["Location"]},
        ),
    }

    def takes_of(self, method: str) -> Sequence[params.Param]:
        return () if method == "POST" else self.takes

    def rows(self) -> QuerySet:
        return reads.endpoints(self.request.user)

    def told(self, rows: list[WebhookEndpoint]) -> list[dict[str, Any]]:
        return [told(row) for row in rows]

    @once
    def post(self, request: Request) -> Response:
        sent = _members(request, {"url": _text, "events": _texts}, needed=("url", "events"))
        made = webhooks.add(request.auth.agency, **sent, **self.act)
        row = reads.endpoints(request.user).get(pk=made.pk)
        headers = {"Location": request.build_absolute_uri(reverse("api_webhook", args=[made.key]))}
        return Response({**told(row), "secret": made.secret}, status=201, headers=headers)


class WebhookDetail(_Keeping, ApiView):
    operations = {
        "GET": Operation("read_webhook", "One webhook", Scope.WEBHOOKS, {200: WebhookRow}, tag=TAG),
        "PATCH": Operation(
            "change_webhook",
            "Change a webhook",
            Scope.WEBHOOKS,
            {200: WebhookRow},
            body={"application/json": WebhookChange},
            refusals=(*OF_AN_ADDRESS, "no_event", "webhook_twice"),
            words="One that answered 410 is disabled and has to be verified again.",
            tag=TAG,
        ),
        "DELETE": Operation(
            "remove_webhook",
            "Remove a webhook",
            Scope.WEBHOOKS,
            {204: None},
            words="With everything that waits for it.",
            tag=TAG,
        ),
    }

    def get(self, request: Request, webhook: Any) -> Response:
        return tagged(request, told(self.found()))

    @once
    def patch(self, request: Request, webhook: Any) -> Response:
        sent = _members(request, {"url": _text, "events": _texts, "enabled": _yes_or_no})
        webhooks.change(self.found().pk, **sent, **self.act)
        return Response(told(self.found()))

    @once
    def delete(self, request: Request, webhook: Any) -> Response:
        nothing(request)
        webhooks.remove(self.found().pk, **self.act)
        return Response(status=204)


class WebhookVerify(_Keeping, ApiView):
    operations = {
        "POST": Operation(
            "verify_webhook",
            "Verify a webhook",
            Scope.WEBHOOKS,
            {200: WebhookRow},
            refusals=("webhook_busy", "webhook_not_verified"),
            words="Sends it the event `endpoint.verify` and waits for up to ten seconds: it has to answer with a 2xx "
            'status and the challenge, as text or as `{"challenge": "…"}`. A disabled one is enabled by it.',
            tag=TAG,
        ),
    }

    @once
    def post(self, request: Request, webhook: Any) -> Response:
        nothing(request)
        webhooks.verify(self.found().pk, **self.act)
        return Response(told(self.found()))


class WebhookSecret(_Keeping, ApiView):
    operations = {
        "POST": Operation(
            "rotate_webhook_secret",
            "Make a new secret",
            Scope.WEBHOOKS,
            {200: SecretMade},
            words="For 24 hours events are signed with the secret before, too: `webhook-signature` has two signatures.",
            tag=TAG,
        ),
    }

    @once
    def post(self, request: Request, webhook: Any) -> Response:
        nothing(request)
        made = webhooks.rotate(self.found().pk, **self.act)
        return Response({"secret": made.secret, "previous_until": _moment(made.previous_until)})


class DeliveryList(_Keeping, ListView):
    row = DeliveryRow
    renderer_classes = (JsonRenderer,)
    order = ("-event_id",)
    filters = (params.choice("state", "In this state.", Delivery.State.values),)
    operations = {
        "GET": Operation(
            "list_deliveries",
            "What became of each event",
            Scope.WEBHOOKS,
            {200: rows_of(DeliveryRow)},
            words="The newest first. What was delivered is kept for 30 days, dead letters for 90.",
            tag=TAG,
        ),
    }

    def rows(self) -> QuerySet:
        found = reads.deliveries(self.request.user, self.found())
        return found.filter(state=self.wanted["state"]) if self.wanted["state"] else found

    def told(self, rows: list[Delivery]) -> list[dict[str, Any]]:
        return [delivery_told(row) for row in rows]


class DeliveryResend(_Keeping, ApiView):
    operations = {
        "POST": Operation(
            "resend_delivery",
            "Send an event again",
            Scope.WEBHOOKS,
            {200: DeliveryRow},
            words="A dead letter, or one that was delivered, goes out again with the same `webhook-id`, before every "
            "later one that waits. One that waits is tried now.",
            tag=TAG,
        ),
    }

    @once
    def post(self, request: Request, webhook: Any, message: str) -> Response:
        nothing(request)
        asked = reads.delivery(request.user, self.found(), message)
        if asked is None:
            raise Http404(_("There is no such event for this webhook."))
        return Response(delivery_told(webhooks.resend(asked.pk, **self.act)))


def _members(request: Request, known: Mapping[str, Any], needed: Sequence[str] = ()) -> dict[str, Any]:
    """The members of a JSON object, each checked by its kind. Problem with every one that cannot be used."""
    body = request.data
    if not isinstance(body, dict):
        raise Problem("bad_body", _("Send a JSON object."))
    faults = [_fault(name, _("There is no member “%(name)s” here.")) for name in body if name not in known]
    faults += [_fault(name, _("The member “%(name)s” is missing.")) for name in needed if name not in body]
    faults += [
        _fault(name, _("The member “%(name)s” has a value of the wrong kind."))
        for name, is_right in known.items()
        if name in body and not is_right(body[name])
    ]
    if faults:
        raise Problem("bad_body", faults[0].words, faults=faults)
    return dict(body)


def _fault(name: str, sentence: str) -> Fault:
    return Fault(f"/{name[:60].replace('~', '~0').replace('/', '~1')}", "bad_body", sentence % {"name": name[:60]})


def _text(value: Any) -> bool:
    return type(value) is str  # a number is a text of another kind


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 100 and all(map(_text, value))


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)
