"""Natural keys that an address names, as rows.

A key that names nothing is refused (`bad_parameter`): a night job with a slip of the pen would take an empty list for
"nothing reported".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agencies.api import params
from agencies.api.problems import Problem, bad_parameter
from agencies.models import Agency, User

from ..models import ActionLine, Plan, Target, Task


class Key(NamedTuple):
    """One parameter that names rows. `lookup` leads to them from the rows of the list; `rows` gives those that may be
    named; `plan` leads from these to their plan, where their codes are told apart by it.
    """

    name: str
    lookup: str
    rows: Callable[[User], QuerySet]
    plan: str = ""


def plans(lookup: str) -> Key:
    return Key("plan", lookup, Plan.objects.visible_to)


def lines(lookup: str) -> Key:
    return Key("line", lookup, lambda user: ActionLine.objects.filter(plan__in=Plan.objects.visible_to(user)), "plan")


def tasks(lookup: str) -> Key:
    seen = "line__plan__in"
    return Key("task", lookup, lambda user: Task.objects.filter(**{seen: Plan.objects.visible_to(user)}), "line__plan")


def targets(lookup: str) -> Key:
    return Key("target", lookup, Target.objects.visible_to, "plan")


def agencies(lookup: str) -> Key:
    return Key("agency", lookup, Agency.objects.visible_to)


def narrowed(
    rows: QuerySet, user: User, wanted: Mapping[str, Any], keys: Sequence[Key], plans: Collection[Any] | None = None
) -> QuerySet:
    """The rows that the keys of the address name; one statement for each key that was sent. The plan stands first."""
    named = ids_of(user, wanted, keys, plans)
    return rows.filter(**{f"{key.lookup}__in": named[key.name] for key in keys if key.name in named})


def ids_of(
    user: User, wanted: Mapping[str, Any], keys: Sequence[Key], plans: Collection[Any] | None = None
) -> dict[str, list[Any]]:
    """Ids by parameter, of those that were sent. Codes that the plan tells apart are looked for in the named one, or in
    these `plans`.
    """
    found: dict[str, list[Any]] = {}
    for key in keys:
        sent = wanted[key.name]
        if not sent:
            continue
        rows, among = key.rows(user), found.get("plan", plans)
        if key.plan and among is not None:
            rows = rows.filter(**{f"{key.plan}__in": among})
        found[key.name] = ids(key.name, [sent] if isinstance(sent, str) else sent, rows)
    return found


def ids(name: str, codes: Collection[str], rows: QuerySet) -> list[Any]:
    """Ids of the rows that codes name; Problem for a code that names none. One statement."""
    pairs = list(rows.filter(code__in=set(codes)).order_by().values_list("code", "pk"))
    if missing := sorted(set(codes) - {code for code, _pk in pairs}):
        raise unknown(name, missing[0])
    return [pk for _code, pk in pairs]


def unknown(name: str, sent: str) -> Problem:
    """A natural key that names nothing."""
    return bad_parameter(name, _("%(name)s: there is no “%(value)s”.") % {"name": name, "value": sent})


def either(name: str, words: str) -> params.Param:
    """`true`, `false`, or both where it is left out."""
    return params.yes_or_no(name, words)._replace(shape={"type": "boolean"}, default=None)


def only(rows: QuerySet, asked: bool | None, **condition: Any) -> QuerySet:
    """Rows for which a condition holds, or does not hold, or both."""
    if asked is None:
        return rows
    return rows.filter(**condition) if asked else rows.exclude(**condition)


PLAN = params.code(
    "plan", "Of this plan (its code). A code that names nothing is refused, here and in every other filter."
)
LINE = params.code("line", "Of this action line (its code).")
TASK = params.code("task", "Of this task (its code).")
TARGET = params.code("target", "Of this target (its code).")
AGENCY = params.code("agency", "Of this agency (its code).")
