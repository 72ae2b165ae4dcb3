"""Pages of a list: a cursor names the last row that was given, so that rows which come or go shift nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from . import params
from .problems import Fault, Problem

USUAL, MOST = 100, 1000
CURSOR = params.Param(
    "cursor",
    "Where the page begins: taken from `next` of the page before.",
    shape={"type": "string", "maxLength": 2000},
)
LIMIT = params.whole_number("limit", f"Rows on a page, {USUAL} unless told.", least=1, most=MOST)


class Page(NamedTuple):
    """Rows of one page, and the address of the next one; empty on the last."""

    rows: list[Any]
    next: str


def page(request: Request, rows: QuerySet, order: Sequence[str], wanted: dict[str, Any], key: Any = None) -> Page:
    """One page in a stable order: `order` names fields that are unique together, `-` before one that falls.

    `key` takes a row to the values of these fields; by default its attributes (or members, of a dict) of that name.
    """
    names = [name.removeprefix("-") for name in order]
    key = key or (lambda row: [_value(row, name) for name in names])
    limit = wanted["limit"] or USUAL
    if wanted["cursor"]:
        rows = rows.filter(_after(order, opened(request, wanted["cursor"], len(order))))
    found = list(rows.order_by(*order)[: limit + 1])
    return Page(found[:limit], next_address(request, key(found[limit - 1])) if len(found) > limit else "")


def page_of(request: Request, rows: Sequence[Any], wanted: dict[str, Any], key: Any) -> Page:
    """One page of rows that stand in memory in their order; `key` takes a row to what is unique about it."""
    limit, begin = wanted["limit"] or USUAL, 0
    if wanted["cursor"]:
        last = opened(request, wanted["cursor"], 1)
        places = (place for place, row in enumerate(rows, start=1) if key(row) == last[0])
        begin = next(places, len(rows))
    found = list(rows[begin : begin + limit])
    more = begin + limit < len(rows)
    return Page(found, next_address(request, [key(found[-1])]) if more and found else "")


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    return reduce(getattr, name.split("__"), row)


def _after(order: Sequence[str], last: Sequence[Any]) -> Q:
    """Rows behind `last`: behind it in the first field, or level in it and behind in the second, and so on."""
    parts = []
    for place, name in enumerate(order):
        level = {earlier.removeprefix("-"): last[at] for at, earlier in enumerate(order[:place])}
        behind = {f"{name.removeprefix('-')}__{'lt' if name.startswith('-') else 'gt'}": last[place]}
        parts.append(Q(**level, **behind))
    return reduce(or_, parts)


def opened(request: Request, cursor: str, size: int) -> list[Any]:
    """The values in a cursor. It is signed for its list: nobody has to check what a forged one would do."""
    try:
        values = signing.loads(cursor, salt=_salt(request))
    except (signing.BadSignature, ValueError) as error:
        sentence = _("This cursor was not given out by this list. Begin again without one.")
        raise Problem("bad_cursor", sentence, faults=[Fault("?cursor", "bad_cursor", sentence)]) from error
    if len(values) != size:
        raise Problem("bad_cursor")
    return values


def next_address(request: Request, last: Sequence[Any]) -> str:
    """The address of this list from behind `last` on."""
    told = [str(one) if isinstance(one, date | datetime) else one for one in last]
    query = [(name, value) for name, values in request.query_params.lists() for value in values if name != "cursor"]
    cursor = signing.dumps(told, salt=_salt(request), compress=True)
    return request.build_absolute_uri(f"{request.path}?{urlencode([*query, ('cursor', cursor)])}")


def _salt(request: Request) -> str:
    return f"api.cursor:{request.path}"


def rows_of(row: type[serializers.Serializer]) -> serializers.Serializer:
    """How the document tells of one page of rows."""
    noun = row.__name__.removesuffix("Row")
    members = {
        "results": row(many=True, partial=True),  # `fields` may leave members out
        "next": serializers.CharField(allow_null=True, help_text="Address of the next page; null on the last."),
    }
    return type(f"{noun}Page", (serializers.Serializer,), {"__doc__": f"One page: {row.__doc__}", **members})()
