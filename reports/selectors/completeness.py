"""Who has reported: agency by quarter, with the state of every packet as it was known at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from agencies.roles import Can
from targets.models import Assignment

from ..models import ReportingPeriod
from ..models.submissions import State
from ..rules.windows import Moments, Timeliness, timeliness
from ..wording import minute, quarter_words
from .moment import Moment
from .packet_states import Packet, packets_at

COLUMNS = 12  # quarters side by side
ROWS = 50  # agencies one under the other

# how a cell stands: the packet's state, or what the clock says of one that was not handed in
NOT_ASKED, OPEN_AGAIN = "not_asked", "reopened"
CELL_WORDS = {
    State.ACCEPTED.value: _("Accepted"),
    State.SUBMITTED.value: _("To be accepted"),
    State.RETURNED.value: _("Returned"),
    OPEN_AGAIN: _("Open again"),
    Timeliness.PENDING.value: _("Not submitted"),
    Timeliness.LATE.value: _("Late, not submitted"),
    Timeliness.OVERDUE.value: _("Overdue"),
    Timeliness.MISSING.value: _("Not handed in"),
    State.RETIRED.value: _("No longer asked for"),
    NOT_ASKED: _("Not asked"),
}


class Cell(NamedTuple):
    """One agency in one quarter. `code` is a key of CELL_WORDS; `title` says all of it in words.

    `is_late`: handed in after it was due. `is_due`: handed in, or should have been. `has_packet`: it has a page.
    """

    code: str
    title: str
    period: str
    is_late: bool = False
    is_due: bool = False
    is_on_time: bool = False
    has_packet: bool = False

    @property
    def word(self) -> str:
        return str(CELL_WORDS[self.code])

    @property
    def is_asked(self) -> bool:
        return self.code not in (NOT_ASKED, State.RETIRED.value)

    @property
    def is_accepted(self) -> bool:
        return self.code == State.ACCEPTED.value


class Row(NamedTuple):
    """One agency; `on_time` of `due` packets of the quarters shown were handed in in time."""

    code: str
    name: str
    short: str
    cells: tuple[Cell, ...]
    on_time: int
    due: int


class Column(NamedTuple):
    """One quarter, counted over all agencies that the reader may see: accepted and on time, of how many."""

    code: str
    words: str
    accepted: int
    on_time: int
    due: int
    asked: int


@dataclass(frozen=True)
class Matrix:
    """The rows and columns of one page. `agencies` counts all rows, `hidden` those that are not the reader's to see.

    `back` is how many pages of columns lie to the right; `has_earlier` whether there are quarters to the left.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    codes: tuple[str, ...]
    agencies: int
    hidden: int
    page: int
    pages: int
    back: int
    has_earlier: bool

    @property
    def legend(self) -> list[tuple[str, str]]:
        """(code, words) of what occurs."""
        return [(code, str(words)) for code, words in CELL_WORDS.items() if code in self.codes]

    @property
    def shown(self) -> Column:
        return self.columns[-1]


def matrix(moment: Moment, user: User, now: datetime, *, back: int = 0, page: int = 1) -> Matrix:
    """Agencies that report, in the plan's order, by the quarters up to the shown one. Three statements for now.

    `back` pages of quarters further back, and the `page`th page of agencies; both are brought into bounds.
    """
    quarters = [period for period in moment.periods if period.ordinal <= moment.period.ordinal]
    back = min(max(back, 0), (len(quarters) - 1) // COLUMNS)
    end = len(quarters) - back * COLUMNS
    shown = quarters[max(end - COLUMNS, 0) : end]
    everybody = list(_reporting(moment))
    agencies = _of_reader(everybody, user)
    cells = _cells(agencies, shown, moment, user, now)
    pages = max(-(-len(agencies) // ROWS), 1)
    page = min(max(page, 1), pages)
    rows = tuple(_row(agency, cells[agency.pk]) for agency in agencies[(page - 1) * ROWS : page * ROWS])
    by_column = zip(*(cells[agency.pk] for agency in agencies), strict=True) if agencies else [()] * len(shown)
    return Matrix(
        tuple(_column(period, column) for period, column in zip(shown, by_column, strict=True)),
        rows,
        tuple({cell.code for row in cells.values() for cell in row}),
        len(agencies),
        len(everybody) - len(agencies),
        page,
        pages,
        back,
        end > COLUMNS,
    )


def _reporting(moment: Moment) -> Iterable[Agency]:
    """Whoever reports in the plan, or did."""
    reporting = Assignment.objects.filter(target__plan=moment.plan, reports=True).order_by().values("agency")
    return Agency.objects.filter(pk__in=reporting)


def _of_reader(agencies: Sequence[Agency], user: User) -> list[Agency]:
    if user.can(Can.READ_ALL_PACKETS):
        return list(agencies)
    own = set(user.agencies_where(Can.READ_OWN_PACKETS))
    return [agency for agency in agencies if agency.pk in own]


def _cells(
    agencies: Sequence[Agency], quarters: Sequence[ReportingPeriod], moment: Moment, user: User, now: datetime
) -> dict[int, list[Cell]]:
    known = packets_at(moment, user, quarters)
    found = {(packet.agency, packet.period): packet for packet in known}
    at, zone = moment.known_at or now, moment.plan.time_zone
    return {
        agency.pk: [_cell(agency, period, found.get((agency.pk, period.pk)), at, zone) for period in quarters]
        for agency in agencies
    }


def _cell(agency: Agency, period: ReportingPeriod, packet: Packet | None, at: datetime, zone: str) -> Cell:
    if packet is None:
        return Cell(NOT_ASKED, _title(agency, period, NOT_ASKED), period.code)
    moments = Moments(period.opens_at, period.due_at, period.grace_until, period.closes_at, packet.extended_until)
    stands = timeliness(at, packet.submitted_at, moments)
    code = packet.state
    if code == State.DRAFT:
        code = stands.value if packet.submitted_at is None else OPEN_AGAIN
    is_late = packet.submitted_at is not None and stands == Timeliness.LATE
    return Cell(
        code,
        _title(agency, period, code, packet, is_late=is_late, zone=zone),
        period.code,
        is_late,
        is_due=code != State.RETIRED and (packet.submitted_at is not None or stands != Timeliness.PENDING),
        is_on_time=code != State.RETIRED and stands == Timeliness.ON_TIME,
        has_packet=True,
    )


def _title(
    agency: Agency,
    period: ReportingPeriod,
    code: str,
    packet: Packet | None = None,
    *,
    is_late: bool = False,
    zone: str = "",
) -> str:
    """ "Commission, Q1 2021: Accepted; handed in 2021-04-18 09:30, late"."""
    said = gettext("%(agency)s, %(quarter)s: %(state)s") % {
        "agency": agency.short_name,
        "quarter": quarter_words(period.ordinal),
        "state": CELL_WORDS[code],
    }
    if packet and packet.submitted_at:
        words = gettext("handed in %(at)s, late") if is_late else gettext("handed in %(at)s")
        said += gettext("; ") + words % {"at": minute(packet.submitted_at, zone)}
    if packet and packet.extended_until:
        said += gettext("; ") + gettext("extension until %(at)s") % {"at": minute(packet.extended_until, zone)}
    return said


def _row(agency: Agency, cells: Sequence[Cell]) -> Row:
    return Row(
        agency.code,
        agency.name,
        agency.short_name,
        tuple(cells),
        sum(cell.is_on_time for cell in cells),
        sum(cell.is_due for cell in cells),
    )


def _column(period: ReportingPeriod, cells: Sequence[Cell]) -> Column:
    return Column(
        period.code,
        quarter_words(period.ordinal),
        sum(cell.is_accepted for cell in cells),
        sum(cell.is_on_time for cell in cells),
        sum(cell.is_due for cell in cells),
        sum(cell.is_asked for cell in cells),
    )
