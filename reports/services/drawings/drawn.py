"""What every drawing is asked and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext

from ...exports.tables import Table
from ...selectors.moment import Moment
from ...wording import minute, quarter_words

if TYPE_CHECKING:
    import plotly.graph_objects as go


class UnknownChart(LookupError):
    """There is no chart of that name in that plan."""


class Asked(NamedTuple):
    """`code` is what stands behind the kind in a chart's name; `number` the ledger number that it rests on.

    `params` are those parameters of the address that the kind takes, each with all its values.
    """

    moment: Moment
    code: str
    number: int
    params: Mapping[str, tuple[str, ...]]

    def param(self, name: str) -> str:
        """The last value of a parameter that is not repeated; empty where the address does not say it."""
        return self.params.get(name, ("",))[-1]


class Drawn(NamedTuple):
    """A figure with words in the active language, and the same data as a table."""

    figure: go.Figure
    table: Table


class Drawing(NamedTuple):
    """One kind of chart. `among` gives, for a code, the targets whose roll-up it rests on.

    `params`: what of the address it takes besides plan, quarter and moment. Kinds without a code are of a whole plan.
    """

    draw: Callable[[Asked], Drawn]
    among: Callable[[str], Q]
    has_code: bool = True
    params: tuple[str, ...] = ()


def basis_words(asked: Asked, *, narrow: bool = False) -> str:
    """Quarter, as known at, ledger number and source, for the line under a title."""
    moment = asked.moment
    known = gettext("now") if moment.is_now else minute(moment.known_at, moment.plan.time_zone)
    said = gettext("%(quarter)s, as known at: %(known)s (ledger #%(number)s)") % {
        "quarter": quarter_words(moment.period.ordinal),
        "known": known,
        "number": asked.number,
    }
    return (
        said
        + ("<br>" if narrow else " · ")
        + gettext("source: accepted reports, %(document)s") % {"document": moment.plan.document}
    )


def table_of(frame, headings: Mapping[str, str]) -> Table:
    """Some columns of a data frame as a table: {column: heading in the reader's language}."""
    rows = frame[list(headings)].astype(object).where(frame[list(headings)].notna(), None)
    return Table(list(headings.values()), rows.values.tolist())
