"""Rules 1 and 2: the effective figure of a reporter, and the city's value made of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from targets.rules.words import Accumulation, Combine, Stage

ZERO = Decimal(0)
STAGES_IN_ORDER = (Stage.NOT_STARTED, Stage.UNDER_WAY, Stage.DONE)


class Version(NamedTuple):
    """One accepted figure of one reporter for one quarter. A quarter is numbered year * 4 + quarter - 1.

    No two versions of one reporter's quarter carry the same acceptance. A figure without value and stage
    withdraws the quarter: it is null, never zero.
    """

    period: int
    acceptance: int
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: Stage | None
    actual_on: date | None


class Effective(NamedTuple):
    """What a reporter is taken to stand at in a quarter: the fields of its figure, and whether that is stale.

    `period` is the quarter the figure was reported for. For per_period figures the numbers are sums up to the
    quarter and `acceptance` is the highest ledger number among the summed.
    """

    period: int
    acceptance: int
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: Stage | None
    actual_on: date | None
    stale: bool


class CityValue(NamedTuple):
    """The number or stage that the counting reporters make together, and how many of how many it rests on.

    `stale` counts those of the reported whose figure is carried from an earlier quarter. `numerator` and
    `denominator` are sums for `weighted`, the lead's own for `lead`, null otherwise.
    """

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: Stage | None
    actual_on: date | None
    reported: int
    reporters: int
    stale: int


def latest(versions: Iterable[Version], known: int | None = None) -> list[Version]:
    """The latest version of each quarter among those accepted up to ledger number `known` (all when None).

    Takes the versions of one reporter in any order; returns them by quarter.
    """
    by_period: dict[int, Version] = {}
    for version in versions:
        if known is not None and version.acceptance > known:
            continue
        held = by_period.get(version.period)
        if held is None or version.acceptance > held.acceptance:
            by_period[version.period] = version
    return [by_period[period] for period in sorted(by_period)]


def effective(cells: Sequence[Version], period: int, accumulation: Accumulation) -> Effective | None:
    """The effective figure for `period` out of one reporter's latest versions; None where it has none.

    `cells` is a result of `latest`.
    """
    past = [cell for cell in cells if cell.period <= period]
    if not past:
        return None
    stale = past[-1].period < period
    if accumulation == Accumulation.PER_PERIOD:
        return Effective(*_running_sums(past)[-1], stale)
    return Effective(*past[-1], stale)


def effective_path(
    cells: Sequence[Version], periods: Sequence[int], accumulation: Accumulation
) -> list[Effective | None]:
    """What `effective` gives for each of the ascending `periods`, in one pass over both."""
    if accumulation == Accumulation.PER_PERIOD:
        cells = _running_sums(cells)
    path: list[Effective | None] = []
    make = Effective._make  # cheaper than a call by fields, and a roll-up's time goes here
    taken, count = 0, len(cells)
    current: Effective | None = None
    for period in periods:
        reached = taken
        while reached < count and cells[reached].period <= period:
            reached += 1
        if reached > taken:
            taken = reached
            cell = cells[taken - 1]
            current = make((*cell, cell.period < period))
        elif current is not None and not current.stale:
            # From here on the figure is carried: one object serves every quarter until the next figure.
            current = make((*cells[taken - 1], True))
        path.append(current)
    return path


def city_value(
    effectives: Sequence[Effective | None], combine: Combine, *, ratio_scale: Decimal = Decimal(1)
) -> CityValue:
    """The city's value: one item per counting assignment, None for one without a figure.

    For `lead` the caller passes the lead's item alone; of several the first with a figure counts. `weighted`
    is `ratio_scale` (100 for percent) times the sum of numerators over that of denominators, null over zero.
    """
    given = [item for item in effectives if item is not None]
    staged = [item for item in given if item.stage is not None]
    if staged:
        return _city_stage(staged, len(effectives))
    if combine == Combine.WEIGHTED:
        return _city_ratio(given, len(effectives), ratio_scale)
    counted = [item for item in given if item.value is not None]
    if combine == Combine.LEAD:
        return _city_lead(counted[:1], len(effectives))
    values = [item.value for item in counted if item.value is not None]
    stale = sum([item.stale for item in counted])
    return CityValue(_combined(values, combine), None, None, None, None, len(counted), len(effectives), stale)


def _running_sums(cells: Sequence[Version]) -> list[Version]:
    """Each figure with the sums of the numbers up to its quarter and the highest ledger number among them."""
    sums: list[Version] = []
    acceptance = 0
    value = numerator = denominator = None
    for cell in cells:
        acceptance = max(acceptance, cell.acceptance)
        value = _plus(value, cell.value)
        numerator = _plus(numerator, cell.numerator)
        denominator = _plus(denominator, cell.denominator)
        total = (cell.period, acceptance, value, numerator, denominator, cell.stage, cell.actual_on)
        sums.append(Version(*total))
    return sums


def _plus(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    if left is None:
        return right
    return left if right is None else left + right


def _combined(values: Sequence[Decimal], combine: Combine) -> Decimal | None:
    if len(values) < 2:
        return values[0] if values else None
    if combine == Combine.MIN:
        return min(values)
    if combine == Combine.MAX:
        return max(values)
    total = sum(values, ZERO)
    return total / len(values) if combine == Combine.MEAN else total


def _city_lead(counted: Sequence[Effective], reporters: int) -> CityValue:
    if not counted:
        return CityValue(None, None, None, None, None, 0, reporters, 0)
    lead = counted[0]
    return CityValue(lead.value, lead.numerator, lead.denominator, None, None, 1, reporters, int(lead.stale))


def _city_ratio(given: Sequence[Effective], reporters: int, ratio_scale: Decimal) -> CityValue:
    numerator = denominator = ZERO
    reported = stale = 0
    for item in given:
        if item.numerator is not None and item.denominator is not None:
            numerator += item.numerator
            denominator += item.denominator
            reported += 1
            stale += item.stale
    if not reported:
        return CityValue(None, None, None, None, None, 0, reporters, 0)
    value = ratio_scale * numerator / denominator if denominator else None
    return CityValue(value, numerator, denominator, None, None, reported, reporters, stale)


def _city_stage(staged: Sequence[Effective], reporters: int) -> CityValue:
    stage = min([item.stage for item in staged if item.stage is not None], key=STAGES_IN_ORDER.index)
    if stage == Stage.DONE and len(staged) < reporters:
        stage = Stage.UNDER_WAY  # those who have not reported may not be done
    # The day it was done is the day the last one was; before that there is none.
    dates = [item.actual_on for item in staged if item.actual_on is not None] if stage == Stage.DONE else []
    actual_on = max(dates, default=None)
    stale = sum([item.stale for item in staged])
    return CityValue(None, None, None, stage, actual_on, len(staged), reporters, stale)
