"""Who reports, as an address names it: a district, or the natural key of one reporter within its target."""

from __future__ import annotations

from agencies.api import params
from agencies.models import Agency, District, User
from targets.api import named

from ..selectors.reporters import Scope

DISTRICT = params.code(
    "district",
    "For which this district answers (GB/T 2260 code): what is its own, and what those of its agencies answer for "
    "that are for no district in particular.",
)
SCOPE = params.code("scope", "Of one reporter: a district's code, or the code of an agency that reports for the city.")


def district(code: str) -> str:
    """The code itself, where there is such a district. One statement."""
    return named.ids("district", [code], District.objects.all())[0]


def scope(user: User, code: str) -> Scope:
    """At most two statements."""
    if District.objects.filter(code=code).exists():
        return Scope(code, district=code)
    (agency,) = named.ids("scope", [code], Agency.objects.visible_to(user))
    return Scope(code, agency=agency)
