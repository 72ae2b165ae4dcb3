"""Rule 7: where a target will stand on its due date, how sure that is, and when the goal would be met."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from targets.rules import Bound, Goal, forecast, met

QUARTER_ENDS = [date(2020, 3, 31), date(2020, 6, 30), date(2020, 9, 30), date(2020, 12, 31),
                date(2021, 3, 31), date(2021, 6, 30), date(2021, 9, 30), date(2021, 12, 31)]  # fmt: skip
START = date(2020, 1, 1)
YEAR_LATER = date(2022, 12, 31)


def goal(number="100", bound=Bound.REACH, due_on=YEAR_LATER):
    number = None if number is None else Decimal(number)
    return Goal(bound, number, None, Decimal("0.05"), None, date(2020, 1, 1), due_on, False, ())


def points(*values):
    """The values at the last quarter ends up to the end of 2021."""
    return list(zip(QUARTER_ENDS[-len(values) :], map(Decimal, values), strict=True))


def even(start, step, count=6):
    """Points exactly on a straight line in days, `step` a quarter of 91.3125 days."""
    first = date(2021, 12, 31) - timedelta(days=91 * (count - 1))
    return [(first + timedelta(days=91 * number), Decimal(start) + Decimal(step) * number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_below_four_points_there_is_none(count):
    assert forecast(points("10", "20", "30")[:count], goal()) is None


def test_four_points_are_enough():
    assert forecast(points("10", "20", "30", "40"), goal()).points == 4


@pytest.mark.parametrize("without", [goal(None), goal(None, Bound.MILESTONE)])
def test_a_goal_without_a_number_has_none(without):
    assert forecast(points("10", "20", "30", "40"), without) is None


def test_a_straight_history_goes_on_ever_more_slowly():
    found = forecast(even(10, 5), goal("100"))
    # 35 on 2021-12-31, then 5 a 91 days times 0.9 + 0.81 + ... over 365 / 91.3125 quarters
    steps = 9 * (1 - 0.9 ** (365 / 91.3125))
    assert float(found.value) == pytest.approx(35 + 5 * 91.3125 / 91 * steps, abs=0.001)
    assert (found.method, found.points) == ("damped_trend", 4)


def test_even_a_straight_history_is_not_certain_to_go_on():
    found = forecast(even(10, 5), goal("100"))
    assert found.low < found.value < found.high


def test_a_history_that_never_moved_has_no_band():
    found = forecast(points("40", "40", "40", "40"), goal("100"))
    assert found.low == found.value == found.high == 40


def test_only_the_last_four_points_count():
    recent = points("40", "45", "50", "57")
    old = [(date(2019, 3, 31), Decimal(5000)), (date(2019, 6, 30), Decimal(-700))]
    assert forecast(old + recent, goal()) == forecast(recent, goal())


def test_points_may_come_in_any_order():
    history = points("30", "33", "41", "45", "52", "55")
    assert forecast(history[::-1], goal()) == forecast(history, goal())


def test_one_odd_quarter_does_not_turn_the_trend():
    clean, odd = points("10", "20", "30", "40", "50", "60"), points("10", "20", "30", "95", "50", "60")
    difference = forecast(odd, goal("200")).value - forecast(clean, goal("200")).value
    assert abs(difference) < 1, "a least-squares line of these four would be off by more than 10"


def test_the_band_holds_the_value_and_widens_with_the_distance():
    history = points("10", "22", "28", "41", "48", "61")
    widths = []
    for due in (date(2022, 3, 31), date(2022, 12, 31), date(2023, 12, 31)):
        found = forecast(history, goal("500", due_on=due))
        assert found.low < found.value < found.high
        widths.append(found.high - found.low)
    assert widths == sorted(widths) and widths[0] < widths[1] < widths[2]


def test_the_band_is_wider_for_an_uneven_history():
    calm, wild = points("10", "21", "29", "40", "51", "60"), points("10", "35", "29", "65", "44", "60")
    width = {
        name: found.high - found.low
        for name, found in {"calm": forecast(calm, goal()), "wild": forecast(wild, goal())}.items()
    }
    assert width["wild"] > 3 * width["calm"]


def test_a_step_over_four_quarters_is_less_odd_than_the_same_step_in_one():
    def width(quarters):
        history = [(START + timedelta(days=91 * n), Decimal(0)) for n in range(5)]
        history.append((START + timedelta(days=91 * quarters), Decimal(20)))
        found = forecast(history, goal(due_on=history[-1][0] + timedelta(days=182)))
        return found.high - found.low

    assert width(8) < width(5)


def test_the_chance_is_one_half_where_the_value_is_the_goal_and_one_tenth_at_the_bands_end():
    history = points("10", "22", "28", "41", "48", "61")
    found = forecast(history, goal("500"))
    chances = {name: forecast(history, goal(str(getattr(found, name)))).chance for name in ("low", "value", "high")}
    assert chances == {"low": Decimal("0.9"), "value": Decimal("0.5"), "high": Decimal("0.1")}


def test_the_chance_of_a_falling_target_is_that_of_being_low_enough():
    history = points("90", "78", "72", "59", "52", "39")
    found = forecast(history, goal("1", Bound.AT_MOST))
    low, high = str(found.low), str(found.high)
    assert forecast(history, goal(low, Bound.AT_MOST)).chance == Decimal("0.1")
    assert forecast(history, goal(high, Bound.AT_MOST)).chance == Decimal("0.9")


@pytest.mark.parametrize(
    ("history", "number", "bound"),
    [
        (even(10, 5), "50", Bound.REACH),
        (even(10, 5), "50", Bound.ABOUT),
        (even(10, 5), "50", Bound.MORE_THAN),
        (even(60, -5), "20", Bound.AT_MOST),
        (points("10", "22", "28", "41", "48", "61"), "90", Bound.AT_LEAST),
    ],
)
def test_the_goal_is_met_on_the_first_day_whose_forecast_meets_it(history, number, bound):
    on = forecast(history, goal(number, bound)).meets_on
    before = on - timedelta(days=1)
    then, day_before = (forecast(history, goal(number, bound, due_on=day)).value for day in (on, before))
    assert met(goal(number, bound), then)
    assert not met(goal(number, bound), day_before)


def test_a_trend_that_fades_away_below_the_goal_never_meets_it():
    assert forecast(even(10, 5), goal("80")).meets_on is not None
    assert forecast(even(10, 5), goal("81")).meets_on is None, "35 and nine more steps of 5 are 80"


@pytest.mark.parametrize(
    ("history", "target"),
    [
        (even(60, -5), goal("100")),
        (even(10, 5), goal("5", Bound.AT_MOST)),
        (points("40", "40", "40", "40"), goal("100")),
    ],
)
def test_a_trend_that_leads_away_never_meets_the_goal(history, target):
    found = forecast(history, target)
    assert (found.meets_on, found.chance) == (None, 0)


@pytest.mark.parametrize(("last", "bound"), [("40", Bound.MORE_THAN), ("60", Bound.LESS_THAN)])
def test_a_trend_that_touches_a_strict_goal_and_leads_away_never_meets_it(last, bound):
    found = forecast(points("50", "50", "50", last), goal(last, bound))
    assert found.meets_on is None
    assert found.chance < Decimal("0.5")


def test_a_goal_a_hundred_years_away_is_never_met():
    assert forecast(even("0", "0.001"), goal("1000000")).meets_on is None


def test_more_than_is_met_the_day_after_the_trend_touches_the_goal():
    flat = points("40", "50", "50", "50")
    assert forecast(flat, goal("50")).meets_on is not None
    assert forecast(flat, goal("50", Bound.MORE_THAN)).meets_on != forecast(flat, goal("50")).meets_on


def test_a_goal_already_met_names_the_day_it_was_first_met_for_good():
    found = forecast(points("10", "55", "40", "52", "61"), goal("50"))
    assert found.meets_on == date(2021, 9, 30)


def test_a_goal_met_long_ago_looks_beyond_the_last_four_points():
    found = forecast(points("10", "60", "61", "62", "63", "64", "65", "66"), goal("50"))
    assert found.meets_on == date(2020, 6, 30)


def test_percentages_stay_within_0_and_100():
    found = forecast(points("60", "75", "80", "95"), goal("90"), percent=True)
    assert found.value == found.high == 100
    falling = forecast(points("40", "25", "20", "5"), goal("1", Bound.AT_MOST), percent=True)
    assert falling.value == falling.low == 0


def test_a_percentage_can_never_exceed_100():
    found = forecast(points("60", "75", "80", "95"), goal("100", Bound.MORE_THAN), percent=True)
    assert (found.chance, found.meets_on) == (0, None)
    assert forecast(points("60", "75", "80", "95"), goal("100"), percent=True).chance > Decimal("0.5")


def test_a_running_total_never_falls():
    history = points("10", "40", "38", "36", "34", "33")
    assert forecast(history, goal(), never_falls=False).low < 33
    found = forecast(history, goal(), never_falls=True)
    assert found.low == found.value == 33 < found.high


def test_a_running_total_with_falls_behind_it_may_still_rise():
    history = even(40, -2)
    assert forecast(history, goal(), never_falls=False).high < 30
    assert forecast(history, goal(), never_falls=True).high > 31, "a falling trend is no trend of a running total"


def test_a_running_total_that_has_met_its_goal_keeps_it():
    assert forecast(points("10", "90", "95", "101"), goal(), never_falls=True).chance == 1


@pytest.mark.parametrize(("value", "chance"), [("100", 1), ("99", 0)])
def test_after_the_due_date_the_last_figure_is_the_answer(value, chance):
    found = forecast(points("10", "40", "70", value), goal(due_on=date(2021, 12, 31)))
    assert (found.value, found.low, found.high, found.chance) == (Decimal(value),) * 3 + (chance,)


def test_a_missing_quarter_counts_for_its_time():
    gap = [point for point in even(10, 5, 7) if point[1] != 30]
    assert forecast(gap, goal()).value == forecast(even(10, 5, 7), goal()).value
