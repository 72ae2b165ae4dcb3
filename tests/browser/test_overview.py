"""The first page in a real browser: its first screen stands whole, in both languages, with the chart drawn."""

from __future__ import annotations

import pytest

from reports.models import Submission
from reports.services import rollup
from tests.factories import AgencyFactory, AssignmentFactory, LineFactory, TargetFactory, TaskFactory, World, at
from tests.history import accepted

pytestmark = pytest.mark.browser

PAGE = "/?plan=small&period=2021Q2"
FOLD = 900
# all of one plan's lines, as many quantities as the plan of Shanghai has, and what lags
LINES, QUANTITIES = 6, 31


@pytest.fixture
def full(shown: World) -> World:
    """As much on the first page as there can be: six lines, 31 quantities, every kind of attention."""
    tasks = [TaskFactory(line=_line(shown, place)) for place in range(LINES - 1)]
    for place in range(QUANTITIES - 3):
        names = {"name_en": f"A long name of a target, number {place}", "name_zh": f"名称很长的指标第{place}项"}
        target = TargetFactory(code=f"more-{place}", task=tasks[place % len(tasks)], plan=shown.plan, **names)
        AssignmentFactory(target=target, agency=shown.bureau)
    for place in range(8):
        accepted(shown, shown.plan.targets.get(code=f"more-{place}"), "55", now=at("2021-05-21"))
    for place in range(5):
        period = shown.periods[1]
        Submission.objects.create(agency=AgencyFactory(code=f"late-{place}"), period=period, created_at=period.opens_at)
    Submission.objects.update(is_sample=True)
    rollup.roll_up()
    return shown


def _line(world: World, place: int):
    names = {"name_en": f"Action {place}", "short_en": f"New actions {place}", "short_zh": f"新行动{place}"}
    return LineFactory(code=f"line-{place}", position=place + 2, plan=world.plan, **names)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nothing_of_the_first_screen_lies_below_the_fold(full: World, visit, language: str) -> None:
    visitor = visit(1440)
    visitor.page.context.add_cookies([{"name": "django_language", "value": language, "url": visitor.address}])
    visitor.open(PAGE)
    assert visitor.charts_drawn() >= 1
    visitor.page.evaluate("scrollTo(0, 0)")
    assert visitor.page.locator(".notice-sample").is_visible()
    parts = {
        "counts": ".tally",
        "lines": "[aria-labelledby=lines]",
        "completeness": "[aria-labelledby=completeness]",
        "chart": ".bullets .main-svg",
        "attention": ".attention",
    }
    for name, selector in parts.items():
        box = visitor.page.locator(selector).first.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= FOLD, f"{name} ends at {box['y'] + box['height']:.0f}"
    assert visitor.complaints == []


def test_the_parts_stand_side_by_side_in_two_columns_or_under_each_other(visit) -> None:
    def columns(width: int) -> int:
        visitor = visit(width)
        visitor.open(PAGE)
        visitor.charts_drawn()
        boxes = [
            visitor.page.locator(part).bounding_box() for part in (".attention", ".side", ".first-screen > .bullets")
        ]
        tops = {round(box["y"]) for box in boxes}
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
        return 4 - len(tops)

    assert [columns(width) for width in (1440, 1024, 390)] == [3, 2, 1]


def test_without_a_script_the_table_stands_where_the_chart_would(visit) -> None:
    visitor = visit(script=False)
    visitor.open(PAGE)
    assert not visitor.page.is_visible(".first-screen > .bullets")
    table = visitor.page.locator(".numbers table")
    assert table.is_visible() and table.bounding_box()["y"] < FOLD
    assert "35" in table.inner_text()


def test_a_bar_leads_to_its_target(visit) -> None:
    visitor = visit()
    visitor.open(PAGE)
    visitor.charts_drawn()
    bar = visitor.page.locator(".bullets .bars .point path").first.bounding_box()
    with visitor.page.expect_navigation():
        visitor.page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    assert "/targets/" in visitor.page.url and "period=2021Q2" in visitor.page.url
