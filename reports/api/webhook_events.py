"""What webhooks carry: every event with its members and an example, for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiWebhook

from targets.rules import Status

from ..services.webhooks import CHALLENGE, Kind

STATUSES = [str(one) for one in Status]
Shape = Mapping[str, Any]


def _text(words: str, **more: Any) -> Shape:
    return {"type": "string", "description": words, **more}


def _or_null(words: str, **more: Any) -> Shape:
    return {"type": ["string", "null"], "description": words, **more}


PLAN = _text("Code of the plan.")
PERIOD = _text("Quarter, for example 2021Q3.")
AGENCY = _text("Code of the agency.")
TARGET = _text("Code of the target.")
DISTRICT = _or_null("GB/T 2260 code of the district; null for the whole city.")
URL = _text("Address in this API that says more.", format="uri")
NUMBER = "Decimal string; null: not known, which is never zero."
HEADERS = {
    "webhook-id": "Names the event: the same at every attempt. What was seen already is answered 2xx and dropped.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970. Older than five minutes: not from us.",
    "webhook-signature": "`v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body`; two after a rotation.",
}
ANSWERS = {
    "2XX": {"description": "It arrived."},
    "410": {"description": "Nothing more is wanted: the webhook is disabled."},
    "default": {"description": "It is sent again, later and later; so it is where no answer comes within 10 seconds."},
}


def _object(members: Mapping[str, Shape]) -> Shape:
    return {"type": "object", "properties": dict(members), "required": list(members)}


def _webhook(event: str, summary: str, words: str, members: Mapping[str, Shape], example: Shape) -> OpenApiWebhook:
    """`members` and `example` are those of `data`."""
    kind = str(event)  # a plain text, as documents can hold
    schema = _object(
        {
            "type": {"type": "string", "const": kind},
            "timestamp": _text("When it happened.", format="date-time"),
            "data": _object(members),
        }
    )
    told = {"type": kind, "timestamp": "2021-04-10T09:30:00+08:00", "data": example}
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": meaning}
        for name, meaning in HEADERS.items()
    ]
    operation = {
        "operationId": f"on_{kind.replace('.', '_')}",
        "summary": summary,
        "description": words,
        "tags": ["webhooks"],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": told}}},
        "responses": ANSWERS,
    }
    return OpenApiWebhook(kind, {"post": operation})


WINDOW_OPENED = _webhook(
    Kind.WINDOW_OPENED,
    "A quarter can be entered",
    "Once for each quarter, to every webhook that asks for it.",
    {
        "plan": PLAN,
        "period": PERIOD,
        "opens_at": _text("Since when.", format="date-time"),
        "due_at": _text("What is handed in later is late.", format="date-time"),
        "closes_at": _text("From when on nothing can be entered.", format="date-time"),
        "url": URL,
    },
    {
        "plan": "shanghai-2020-27", "period": "2021Q1", "opens_at": "2021-04-01T00:00:00+08:00",
        "due_at": "2021-04-16T00:00:00+08:00", "closes_at": "2021-05-01T00:00:00+08:00",
        "url": "https://nib.example.gov.cn/api/v1/periods?plan=shanghai-2020-27",
    },
)  # fmt: skip
LINE_RETURNED = _webhook(
    Kind.LINE_RETURNED,
    "Lines were sent back",
    "To the agency's own webhooks: the supervision office returned lines of its packet.",
    {
        "plan": PLAN,
        "period": PERIOD,
        "agency": AGENCY,
        "until": _text("Until when they can be entered again.", format="date-time"),
        "lines": {
            "type": "array",
            "items": _object({"target": TARGET, "district": DISTRICT, "reason": _text("Why, in the office's words.")}),
        },
        "url": URL,
    },
    {
        "plan": "shanghai-2020-27", "period": "2021Q1", "agency": "pudong-gov",
        "until": "2021-04-20T00:00:00+08:00",
        "lines": [{"target": "5g-base-stations", "district": "310115", "reason": "与上季度不一致，请核实"}],
        "url": "https://nib.example.gov.cn/api/v1/submissions/pudong-gov/2021Q1?plan=shanghai-2020-27",
    },
)  # fmt: skip
PACKET_ACCEPTED = _webhook(
    Kind.PACKET_ACCEPTED,
    "Lines were accepted",
    "To the agency's own webhooks: lines of its packet became a block of the ledger. `state` is that of the packet: "
    "`accepted` once no line of it is open.",
    {
        "plan": PLAN,
        "period": PERIOD,
        "agency": AGENCY,
        "state": _text("State of the packet."),
        "block": {"type": "integer", "description": "Number of the block in the ledger."},
        "lines": {"type": "array", "items": _object({"target": TARGET, "district": DISTRICT})},
        "url": URL,
    },
    {
        "plan": "shanghai-2020-27", "period": "2021Q1", "agency": "pudong-gov", "state": "accepted", "block": 349,
        "lines": [{"target": "5g-base-stations", "district": "310115"}],
        "url": "https://nib.example.gov.cn/api/v1/acceptances/349",
    },
)  # fmt: skip
STATUS_CHANGED = _webhook(
    Kind.STATUS_CHANGED,
    "A target is in another class",
    "To every webhook that asks for it: a roll-up put the city's progress of a target into another class, in the "
    "newest quarter whose window has opened. What a correction changes in earlier quarters is read at `progress`.",
    {
        "plan": PLAN,
        "target": TARGET,
        "period": PERIOD,
        "was": _text("The class before.", enum=STATUSES),
        "status": _text("The class now.", enum=STATUSES),
        "value": _or_null(f"The city's value. {NUMBER}"),
        "completion": _or_null(f"Part of the way to the goal. {NUMBER}"),
        "pace": _or_null(f"Part of the way that was expected by then. {NUMBER}"),
        "url": URL,
    },
    {
        "plan": "shanghai-2020-27", "target": "5g-base-stations", "period": "2021Q1", "was": "on_track",
        "status": "behind", "value": "12800", "completion": "0.376471", "pace": "0.91",
        "url": "https://nib.example.gov.cn/api/v1/progress?plan=shanghai-2020-27&period=2021Q1&target=5g-base-stations",
    },
)  # fmt: skip
ADJUSTMENT_DECIDED = _webhook(
    Kind.ADJUSTMENT_DECIDED,
    "An adjustment was decided on",
    "To every webhook that asks for it: the plan office adopted or declined other terms of a target.",
    {
        "plan": PLAN,
        "target": TARGET,
        "answer": _text("What was decided.", enum=["adopted", "declined"]),
        "asked": {"type": "object", "description": "The terms that were asked for, as texts."},
        "in_force": {"type": "object", "description": "The same terms as they stood before."},
        "in_force_from": _or_null("From which day a new goal or due date holds; null: there is none.", format="date"),
        "decision": _text("The document or the minutes that it rests on."),
        "url": URL,
    },
    {
        "plan": "shanghai-2020-27", "target": "5g-base-stations", "answer": "adopted", "asked": {"goal": "36000"},
        "in_force": {"goal": "34000"}, "in_force_from": "2021-04-10", "decision": "市府〔2021〕8号",
        "url": "https://nib.example.gov.cn/api/v1/targets/shanghai-2020-27/5g-base-stations",
    },
)  # fmt: skip
VERIFY = _webhook(
    CHALLENGE,
    "Whose address is this?",
    "Sent once each time that a webhook is verified, and never again: answer with a 2xx status and the challenge, as "
    'text or as `{"challenge": "…"}`.',
    {"challenge": _text("To be repeated.")},
    {"challenge": "q0aYt3mWbq8eV0m3T8x9Zb1m0l0nS6b2sE5zv4bQf1c"},
)
EVENTS = (WINDOW_OPENED, LINE_RETURNED, PACKET_ACCEPTED, STATUS_CHANGED, ADJUSTMENT_DECIDED, VERIFY)
