"""Every quantified target in one figure: completion as a bar, what is expected by now as a tick, the goal as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from targets.units import in_chinese

from .theme import FONT, INK, INK_2, RULE, Caption, axis, colour, figure, known

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, FRAME = 21, 160  # pixels: one bar, and what stands around them
LONGEST, NUMBERS_AT = 120, 122  # percent of the goal: a longer bar is cut; the numbers stand right of all bars
LONGEST_NAME = 20  # Chinese characters; twice as many Latin ones
HOVERED = ["name", "status_text", "value_text", "expected_text", "goal_text", "answers"]


def bullets(frame: pd.DataFrame, caption: Caption, addresses: list[str]) -> go.Figure:
    """Rows of `bullet_frame`, the first one on top; `addresses` lead from each bar to its target's page."""
    names = [_label(line, name) for line, name in zip(frame["line"], frame["name"], strict=True)]
    return figure(
        [_bars(frame, names, addresses), _ticks(frame, names), _numbers(frame, names)],
        caption,
        barmode="overlay",
        bargap=0.45,
        height=FRAME + ROW * max(len(frame), 1),
        margin={"l": 8, "r": 56, "t": 92, "b": 40},
        xaxis=_scale(20),
        yaxis=axis(type="multicategory", autorange="reversed", dividercolor=RULE, showdividers=True, showgrid=False),
        shapes=[_goal_line()],
        showlegend=True,
        meta={"narrow": {"font": {"family": FONT, "size": 9, "color": INK}, "xaxis": _scale(50)}},
    )


def _scale(step: int) -> dict:
    return axis(range=[0, NUMBERS_AT], dtick=step, ticksuffix="%", side="top")


def _label(line: str, name: str) -> tuple[str, str]:
    longest = LONGEST_NAME if in_chinese() else 2 * LONGEST_NAME
    return line, name if len(name) <= longest else name[: longest - 1] + "…"


def _bars(frame: pd.DataFrame, names: list[tuple[str, str]], addresses: list[str]) -> go.Bar:
    import plotly.graph_objects as go

    return go.Bar(
        name=gettext("completion"),
        orientation="h",
        y=_two_levels(names),
        x=frame["completion"].clip(upper=LONGEST).round(2).tolist(),
        marker={"color": [colour(status) for status in frame["status"]]},
        customdata=frame[HOVERED].values.tolist(),
        hovertemplate=_hover(),
        meta={"addresses": addresses},
    )


def _ticks(frame: pd.DataFrame, names: list[tuple[str, str]]) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("expected by now"),
        mode="markers",
        y=_two_levels(names),
        x=known(frame["expected"].clip(upper=LONGEST).round(2)),
        marker={"symbol": "line-ns", "size": 11, "line": {"width": 2, "color": INK}, "color": INK},
        hoverinfo="skip",
    )


def _numbers(frame: pd.DataFrame, names: list[tuple[str, str]]) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        mode="text",
        y=_two_levels(names),
        x=[NUMBERS_AT] * len(frame),
        text=[f"{completion:.1f}%" for completion in frame["completion"]],
        textposition="middle right",
        cliponaxis=False,
        textfont={"size": 11, "color": INK_2},
        hoverinfo="skip",
        showlegend=False,
    )


def _goal_line() -> dict:
    return {
        "type": "line",
        "x0": 100,
        "x1": 100,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": INK_2, "width": 1},
    }


def _two_levels(names: list[tuple[str, str]]) -> list[list[str]]:
    return [[line for line, _ in names], [name for _, name in names]]


def _hover() -> str:
    rows = (
        (gettext("Value"), 2),
        (gettext("Expected by now"), 3),
        (gettext("Goal"), 4),
        (gettext("Answers for it"), 5),
    )
    lines = "<br>".join(f"{word}: %{{customdata[{place}]}}" for word, place in rows)
    return f"%{{customdata[0]}} · %{{customdata[1]}}<br>{lines}<extra></extra>"
