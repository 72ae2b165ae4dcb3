"""Plans, targets and quarters by their natural keys, in the reader's language; see agencies.naming."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..models import Plan, Target
from ..reasons import quarter_words


def plan_names(keys: Collection[str]) -> Mapping[str, str]:
    return {plan.code: plan.name for plan in Plan.objects.filter(code__in=keys)}


def target_names(keys: Collection[str]) -> Mapping[str, str]:
    """Keys are plan/target."""
    plans, codes = zip(*(key.split("/", 1) for key in keys), strict=True)
    found = Target.objects.filter(plan__code__in=plans, code__in=codes).select_related("plan")
    return {f"{target.plan.code}/{target.code}": target.name for target in found}


def quarter_names(keys: Collection[str]) -> Mapping[str, str]:
    return {key: quarter_words(key) for key in keys}
