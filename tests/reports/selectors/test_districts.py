"""One target by district: shares, ranking, contribution, and the sum against the lead's own figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.selectors.districts import ByDistrict, districts_of
from reports.selectors.moment import moment
from reports.selectors.plans import readable_plans
from reports.selectors.standings import standings
from reports.services import rollup
from reports.services.entries import Input
from targets.models import Assignment, Target
from targets.rules import AssignmentRole, Combine
from tests.factories import AgencyFactory, AssignmentFactory, DistrictFactory, TargetFactory, World, at
from tests.history import accepted

LATER = at("2024-01-01")


def shown(world: World, target: Target | None = None, *, known_at: str = "", period: str = "2021Q1") -> ByDistrict:
    rollup.roll_up()
    asked = moment({"period": period, "known_at": known_at}, readable_plans(world.supervisor), now=LATER)
    code = (target or world.posts).code
    (one,) = [one for one in standings(asked, world.supervisor) if one.code == code]
    return districts_of(one, asked, world.supervisor)


def report(world: World, **values: str) -> None:
    """What districts report for the posts, by the code of their agency."""
    for place, (code, value) in enumerate(values.items()):
        agency = Assignment.objects.get(target=world.posts, agency__code=code).agency
        accepted(world, world.posts, value, agency, now=at(f"2021-04-{10 + place}"))


def another(world: World, code: str, *, position: int, share: str | None = None, target: Target | None = None) -> None:
    district = DistrictFactory(code=f"31019{position}", position=100 + position)
    AssignmentFactory(
        target=target or world.posts, agency=AgencyFactory(code=code, district=district), district=district,
        role=AssignmentRole.DISTRICT, share=share and Decimal(share), position=10 + position,
    )  # fmt: skip


def names(found: ByDistrict) -> tuple[list[str], list[str]]:
    return [row.agency_code for row in found.graded], [row.agency_code for row in found.alone]


def test_each_is_held_against_its_share_and_has_its_part_of_the_sum(world: World) -> None:
    report(world, east="12", west="8")
    found = shown(world)
    west, east = found.graded
    assert (east.value, east.share, east.part) == (12, Decimal("0.5"), 20), "half of the goal of 40"
    assert (west.value, west.part, west.status, east.status) == (8, 20, "behind", "ahead")
    assert east.expected == west.expected
    assert round(east.pace, 2) == round(Decimal(12) / east.expected, 2)
    assert (east.contribution, west.contribution) == (Decimal("0.6"), Decimal("0.4"))
    assert (found.reported, found.has_shares, found.has_contributions) == (2, True, True)


def test_the_lowest_pace_stands_first_and_equal_ones_in_the_districts_order(world: World) -> None:
    another(world, "north", position=1, share="0.25")
    another(world, "south", position=2, share="0.25")
    another(world, "silent", position=3, share="0.1")
    another(world, "shareless", position=4)
    report(world, south="2", north="2", east="12", west="8", shareless="900")
    assert names(shown(world)) == (["north", "south", "west", "east", "silent"], ["shareless"]), (
        "4 of 10, 4 of 10, 8 of 20, 12 of 20; who has no figure after them; who has no share is compared with nobody"
    )


def test_without_any_share_values_stand_alone_in_the_districts_order(world: World) -> None:
    Assignment.objects.filter(target=world.posts).update(share=None)
    report(world, east="5", west="8")
    found = shown(world)
    assert names(found) == ([], ["east", "west"])
    assert [row.contribution_text for row in found.alone] == ["38.4%", "61.5%"], "of the city's number all the same"
    assert [(row.part, row.expected, row.pace, row.status) for row in found.alone] == [(None, None, None, "")] * 2
    assert all(tile.is_apart and not tile.status for tile in found.grid.tiles)


def test_an_unreported_district_has_no_value_and_no_part(world: World) -> None:
    report(world, east="12")
    found = shown(world)
    west = found.graded[-1]
    assert (west.agency_code, west.value, west.contribution, west.status) == ("west", None, None, "not_due")
    assert (found.reported, found.graded[0].contribution) == (1, 1)


def test_a_true_zero_contributes_nothing_and_no_city_value_has_no_parts(world: World) -> None:
    report(world, east="0", west="0")
    assert [row.contribution for row in shown(world).graded] == [None, None], "nothing over nothing is not 0 %"
    report(world, east="10")
    assert {row.agency_code: row.contribution for row in shown(world).graded} == {"east": 1, "west": 0}


def test_of_a_ratio_the_part_is_that_of_the_numerators(world: World) -> None:
    ratio = TargetFactory(code="ratio", is_ratio=True)
    another(world, "north", position=1, target=ratio)
    another(world, "south", position=2, target=ratio)
    for code, numerator in (("north", "30"), ("south", "10")):
        agency = Assignment.objects.get(target=ratio, agency__code=code).agency
        accepted(world, ratio, Input(numerator=numerator, denominator="50"), agency)
    rows = {row.agency_code: row for row in shown(world, ratio).graded}
    assert (rows["north"].contribution, rows["south"].contribution) == (Decimal("0.75"), Decimal("0.25"))
    assert (rows["north"].value, rows["north"].part) == (60, 60), "the goal of more than 60 % is everybody's"


def test_where_nothing_is_added_up_nobody_has_a_part(world: World) -> None:
    Target.objects.filter(pk=world.posts.pk).update(combine=Combine.MAX)
    report(world, east="12", west="8")
    found = shown(world)
    assert not found.has_contributions and found.difference is None


def test_the_leads_own_figure_is_set_against_the_sum(world: World) -> None:
    AssignmentFactory(target=world.posts, agency=world.bureau, counts=False, position=9)
    report(world, east="12", west="8")
    assert (shown(world).lead, shown(world).difference_text) == ("—", "—"), "the lead has said nothing yet"
    accepted(world, world.posts, "23", world.bureau)
    found = shown(world)
    assert (found.difference.total, found.difference.difference) == (20, 3)
    assert found.difference_text.endswith("(+15%)") and found.difference_text.startswith("+3")
    assert (found.difference.is_equal, found.difference.is_complete) == (False, True)
    assert [row.agency_code for row in found.rows] == ["west", "east"], "the lead is no district"


def test_a_target_that_no_district_reports_has_none(world: World) -> None:
    assert shown(world, world.stations) is None


def test_an_earlier_moment_has_the_figures_of_then(world: World) -> None:
    report(world, east="12", west="8")
    accepted(world, world.posts, "4", world.east, now=at("2021-06-01"))
    assert [row.agency_code for row in shown(world).graded] == ["east", "west"], "4 is now the lower one"
    then = shown(world, known_at="2021-05-01")
    assert {row.agency_code: row.value for row in then.graded} == {"east": 12, "west": 8}


def test_a_figure_that_is_carried_says_so(world: World) -> None:
    report(world, east="12", west="8")
    assert {row.is_stale for row in shown(world, period="2021Q2").graded} == {True}
    assert {row.is_stale for row in shown(world).graded} == {False}


@pytest.mark.parametrize(
    ("tiles", "is_placed"),
    [
        ([(1, 1), (2, 1)], True),
        ([(1, 1), (1, 1)], False),
        ([(1, 1), (None, None)], False),
        ([(None, None), (None, None)], False),
    ],
)
def test_tiles_stand_in_their_places_only_where_each_has_one(world: World, tiles: list, is_placed: bool) -> None:
    for agency, (column, row) in zip((world.east, world.west), tiles, strict=True):
        agency.district.tile_column, agency.district.tile_row = column, row
        agency.district.save()
    found = shown(world)
    assert found.grid.is_placed is is_placed
    assert [tile.district.code for tile in found.grid.tiles] == ["310101", "310104"], "in the districts' order"


def test_a_tile_says_in_words_what_it_shows(world: World) -> None:
    report(world, east="12", west="8")
    east = shown(world).grid.tiles[0]
    assert (east.value, east.status) == ("12", "ahead")
    assert east.title.startswith("310101区 · 12个 · ") and east.note in east.title


@pytest.mark.parametrize(
    ("zh", "short"),
    [("浦东新区", "浦东"), ("黄浦区", "黄浦"), ("东区", "东区"), ("雄安新区", "雄安"), ("某县", "某县")],
)
def test_the_short_name_of_a_district_leaves_the_word_district_away(zh: str, short: str) -> None:
    assert DistrictFactory.build(name_zh=zh).short_name == short
