"""One target by district."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext

from ...charts import districts
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.districts import district_frame
from ...selectors.districts import ByDistrict, districts_of
from ...selectors.standings import standings
from ...wording import quarter_words
from .drawn import Asked, Drawn, UnknownChart, basis_words


def target(asked: Asked) -> Drawn:
    found = standings(asked.moment, None, among=Q(code=asked.code))
    by_district = districts_of(found[0], asked.moment, None) if found else None
    if by_district is None or found[0].is_milestone:
        raise UnknownChart(asked.code)
    one = by_district.standing
    said = gettext("by district; at the right the pace") if by_district.graded else gettext("by district")
    drawn = districts.districts(
        district_frame(by_district.rows),
        Caption(
            gettext("%(name)s (%(unit)s)") % {"name": one.name, "unit": one.unit},
            f"{said}<br>{basis_words(asked, narrow=True)}",
        ),
        quarter_words(asked.moment.period.ordinal),
    )
    return Drawn(drawn, _table(by_district))


def _table(found: ByDistrict) -> Table:
    """With all digits; ratios plain."""
    headings = [
        gettext("District code"),
        gettext("District"),
        gettext("Agency"),
        gettext("Value"),
        gettext("Share of the goal"),
        gettext("Expected by now"),
        gettext("Its part of the goal"),
        gettext("Pace"),
        gettext("Status"),
        gettext("Part of the city's number"),
        gettext("Ledger"),
    ]
    rows = [
        [
            row.district.code,
            row.district.name,
            row.agency,
            row.value,
            row.share,
            row.expected,
            row.part,
            row.pace,
            row.status_text,
            row.contribution,
            row.number,
        ]
        for row in found.rows
    ]
    return Table(headings, rows)
