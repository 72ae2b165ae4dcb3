"""What holds for every figure, goal and date."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from targets.rules import (
    Accumulation,
    Bound,
    Candidate,
    Checkpoint,
    CityValue,
    Combine,
    DoubtCode,
    Goal,
    Grading,
    GradingMethod,
    ReasonCode,
    Stage,
    Status,
    Version,
    city_value,
    doubts,
    effective,
    effective_path,
    forecast,
    grade,
    latest,
    met,
)

START = date(2020, 1, 1)
FIRST = 2020 * 4
BEST_FIRST = [Status.DONE, Status.AHEAD, Status.ON_TRACK, Status.BEHIND, Status.CRITICAL, Status.MISSED]
FALLING = [Bound.AT_MOST, Bound.LESS_THAN]
RISING = [Bound.REACH, Bound.AT_LEAST, Bound.MORE_THAN, Bound.ABOUT, Bound.RANGE]

numbers = st.decimals(-(10**12), 10**12, places=6)
# Small whole numbers meet each other, zero, and the corners of a goal far more often than large ones do.
small = st.integers(-3, 12).map(Decimal)
any_finite = st.one_of(
    small,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.builds(lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-99, 99), st.integers(-500, 500)),
    st.sampled_from([Decimal("9E+999999"), Decimal("-9E+999999"), Decimal("1E-999999"), Decimal("-0")]),
)
days = st.integers(-40, 160).map(lambda number: START + timedelta(days=number))
thresholds = st.lists(st.decimals(0, 2, places=2), min_size=3, max_size=3).map(
    lambda drawn: sorted(drawn, reverse=True)
)
gradings = st.builds(
    lambda method, bands, gap: Grading(method, *bands, gap),
    st.sampled_from(GradingMethod),
    st.just((Decimal("1.05"), Decimal("0.95"), Decimal("0.80"))) | thresholds,
    st.decimals(0, 100, places=1),
)


def goals(values, bounds=tuple(Bound)):
    checkpoints = st.builds(Checkpoint, days, st.none() | values, st.none() | st.sampled_from(Stage))
    return st.builds(
        Goal,
        bound=st.sampled_from(bounds),
        goal=st.none() | values,
        goal_upper=st.none() | values,
        tolerance=st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.5")]),
        baseline=st.none() | values,
        starts_on=st.just(START),
        due_on=days,
        aspirational=st.booleans(),
        checkpoints=st.lists(checkpoints, max_size=3).map(tuple),
    )


def versions():
    """The ledger's figures of one reporter: numbered without repeats, quarters and values at random."""
    value = st.none() | small
    rows = st.lists(st.tuples(st.integers(FIRST, FIRST + 6), value, value, value), max_size=12)
    return rows.map(
        lambda drawn: [
            Version(period, number, *parts, None, None) for number, (period, *parts) in enumerate(drawn, start=1)
        ]
    )


def city(value=None, stage=None):
    return CityValue(value, None, None, stage, None, int(value is not None), 1, 0)


def rank(goal, value, on, grading):
    return BEST_FIRST.index(grade(goal, city(value), on, grading, START).status)


@given(st.data(), gradings, days)
def test_a_higher_value_never_worsens_a_rising_targets_class(data, grading, on):
    values = data.draw(st.sampled_from([numbers, small]))
    goal = data.draw(goals(values, RISING))
    low, high = sorted([data.draw(values), data.draw(values)])
    assert rank(goal, high, on, grading) <= rank(goal, low, on, grading)


@given(st.data(), gradings, days)
def test_a_lower_value_never_worsens_a_falling_targets_class(data, grading, on):
    values = data.draw(st.sampled_from([numbers, small]))
    goal = data.draw(goals(values, FALLING))
    low, high = sorted([data.draw(values), data.draw(values)])
    assert rank(goal, low, on, grading) <= rank(goal, high, on, grading)


@given(goals(any_finite), any_finite | st.none(), st.none() | st.sampled_from(Stage), days, gradings)
def test_every_state_is_in_exactly_one_class_and_nothing_raises(goal, value, stage, on, grading):
    found = grade(goal, city(value, stage), on, grading, START + timedelta(days=30))
    assert isinstance(found.status, Status)
    assert isinstance(found.reason.code, ReasonCode)
    assert all(isinstance(text, str) for text in found.reason.params.values())
    for ratio in (found.completion, found.pace, found.elapsed):
        assert ratio is None or ratio.is_finite()


@given(goals(small, RISING + FALLING), small, days, gradings)
def test_met_is_done_whatever_the_date_and_done_is_met(goal, value, on, grading):
    assert (grade(goal, city(value), on, grading, START).status == Status.DONE) == met(goal, value)


@given(goals(small, RISING + FALLING), small, st.integers(0, 60), gradings)
def test_from_the_due_date_on_the_class_only_hangs_on_met(goal, value, after, grading):
    unmet = Status.BEHIND if goal.aspirational else Status.MISSED
    found = grade(goal, city(value), goal.due_on + timedelta(days=after), grading, START)
    assert found.status == (Status.DONE if met(goal, value) else unmet)


@given(versions(), st.randoms(use_true_random=False))
def test_the_roll_up_does_not_hang_on_the_order_of_the_versions(listed, random):
    shuffled = list(listed)
    random.shuffle(shuffled)
    assert latest(shuffled) == latest(listed)


@given(versions())
def test_as_known_at_the_last_ledger_number_is_now(listed):
    last = max((version.acceptance for version in listed), default=0)
    assert latest(listed, last) == latest(listed, None) == latest(listed)


@given(versions(), st.integers(0, 13))
def test_as_known_at_is_what_now_was_then(listed, known):
    then = [version for version in listed if version.acceptance <= known]
    assert latest(listed, known) == latest(then)


@given(versions(), st.sampled_from(Accumulation))
def test_a_path_is_the_effective_figure_of_every_quarter(listed, accumulation):
    cells, periods = latest(listed), list(range(FIRST - 2, FIRST + 9))
    assert effective_path(cells, periods, accumulation) == [
        effective(cells, period, accumulation) for period in periods
    ]


@given(versions(), st.lists(st.integers(FIRST - 2, FIRST + 8), unique=True).map(sorted), st.sampled_from(Accumulation))
def test_a_path_may_leave_quarters_out(listed, periods, accumulation):
    cells = latest(listed)
    assert effective_path(cells, periods, accumulation) == [
        effective(cells, period, accumulation) for period in periods
    ]


@given(
    st.lists(versions(), max_size=4),
    st.sampled_from([Combine.SUM, Combine.MEAN, Combine.WEIGHTED, Combine.MIN, Combine.MAX]),
    st.sampled_from(Accumulation),
    st.randoms(use_true_random=False),
)
def test_the_city_value_does_not_hang_on_the_order_of_the_reporters(reporters, combine, accumulation, random):
    effectives = [effective(latest(listed), FIRST + 3, accumulation) for listed in reporters]
    shuffled = list(effectives)
    random.shuffle(shuffled)
    whole = city_value(effectives, combine)
    assert city_value(shuffled, combine) == whole
    assert 0 <= whole.stale <= whole.reported <= whole.reporters == len(reporters)


@given(versions())
def test_a_quarters_figure_never_hangs_on_later_quarters(listed):
    cells = latest(listed)
    for period in range(FIRST, FIRST + 7):
        past = [cell for cell in cells if cell.period <= period]
        for accumulation in Accumulation:
            assert effective(cells, period, accumulation) == effective(past, period, accumulation)


@settings(max_examples=60)
@given(st.lists(numbers, min_size=4, max_size=12), goals(numbers), st.booleans(), st.booleans())
def test_a_forecasts_band_holds_its_value_and_its_chance_is_one(values, goal, percent, never_falls):
    points = [(START + timedelta(days=91 * number), value) for number, value in enumerate(values)]
    found = forecast(points, goal, percent=percent, never_falls=never_falls)
    assert (found is None) == (goal.goal is None or goal.bound == Bound.MILESTONE)
    if found is not None:
        assert found.low <= found.value <= found.high
        assert 0 <= found.chance <= 1


@given(st.lists(small, min_size=4, max_size=8, unique=True), numbers, numbers)
def test_a_higher_goal_is_never_more_likely(values, first, second):
    low, high = sorted([first, second])
    points = [(START + timedelta(days=91 * number), value) for number, value in enumerate(values)]
    chances = [
        forecast(points, Goal(Bound.REACH, number, None, Decimal(0), None, START, date(2023, 1, 1), False, ())).chance
        for number in (low, high)
    ]
    assert chances[0] >= chances[1]


@given(
    st.lists(numbers | small, max_size=6),
    numbers | small | st.none(),
    goals(small),
    st.sampled_from(Accumulation),
    st.booleans(),
)
def test_doubts_never_raise_and_each_is_named_once(history, value, goal, accumulation, percent):
    found = doubts(
        Candidate(
            value=value,
            numerator=value,
            denominator=Decimal(1),
            accumulation=accumulation,
            goal=goal,
            unit_is_percent=percent,
            history=[(FIRST + number, figure) for number, figure in enumerate(history)],
            has_evidence=False,
            evidence_required=percent,
            district_sum=Decimal(3),
            is_lead_total=True,
        )
    )
    codes = [doubt.code for doubt in found]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(DoubtCode)


@given(st.lists(small, min_size=1, max_size=6))
def test_a_running_total_that_only_rises_is_never_said_to_fall(values):
    rising = sorted(values)
    for number, (_, value) in enumerate(pairwise(rising), start=1):
        history = [(FIRST + position, figure) for position, figure in enumerate(rising[:number])]
        goal = Goal(Bound.REACH, Decimal(12), None, Decimal(0), None, START, date(2022, 12, 31), False, ())
        raised = doubts(
            Candidate(value, None, None, Accumulation.RUNNING_TOTAL, goal, False, history, True, False, None, False)
        )
        assert "falls" not in [doubt.code for doubt in raised]
