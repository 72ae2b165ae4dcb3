"""The course of one quantity: what was accepted, the path to the goal, the forecast, what was published elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

from .theme import ACCENT, INK_2, SEAL, SURFACE, Caption, axis, colour, figure, known, number_ticks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

MARGIN = {"l": 8, "r": 24, "t": 60, "b": 72}
HEIGHT = 400
BAND = "var(--forecast)"
ROOM = timedelta(days=20)  # right of the last day, for a mark on it
RED = {"color": SEAL, "line": {"width": 2, "color": SEAL}}
FURTHEST = 1.5  # times what else is drawn: how far a wide forecast may stretch the axis
# by whether a published figure measures what the target does
MARKS = {"same": "star", "near": "triangle-up-open", "different": "x-thin-open"}


class Path(NamedTuple):
    """Corners (day, value) of the straight lines from the plan's start over checkpoints to the goal on its due date.

    `goals` and `uppers` are the corners of the goal (of the upper one of a range) as it was in force over time.
    """

    corners: Sequence[tuple[date, float]]
    goals: Sequence[tuple[date, float]]
    uppers: Sequence[tuple[date, float]]
    due_on: date
    starts_on: date
    ends_on: date

    @property
    def last_on(self) -> date:
        return max(self.ends_on, self.due_on)


class Ahead(NamedTuple):
    """A forecast: from the last point that it rests on to the due date, with its 80 % band.

    `meets_on` is the day on which the value would come to `bar`, from where on the goal is met; null for never.
    """

    last_on: date
    last: float
    due_on: date
    value: float
    low: float
    high: float
    meets_on: date | None
    bar: float
    said: str


def quantity(
    frame: pd.DataFrame, path: Path, published: pd.DataFrame, caption: Caption, unit: str, *, ahead: Ahead | None = None
) -> go.Figure:
    """Rows of `path_frame` and `published_frame` over time, in one unit."""
    drawn = [_way(path, unit), *_goal(path), _accepted(frame), *_published(published, unit)]
    bottom, top = _reach(drawn, ahead)
    coming = _ahead(ahead, path) if ahead else []
    return figure(
        [*coming, *drawn],
        caption,
        height=HEIGHT,
        margin=MARGIN,
        xaxis=time_axis(path.starts_on, path.last_on),
        meta={"narrow": narrow(path.starts_on, path.last_on, HEIGHT, MARGIN, len(drawn) + len(coming))},
        yaxis=axis(range=[bottom, top * 1.08 or 1], **number_ticks(top, bottom)),
    )


def _reach(drawn: Sequence, ahead: Ahead | None) -> tuple[float, float]:
    """The lowest and highest of what is drawn, and of a forecast what does not squeeze the rest."""
    values = [value for trace in drawn if trace.visible is None for value in trace.y if value is not None]
    if ahead:
        values.append(ahead.value)
    bottom, top = min([0.0, *values]), max([0.0, *values])
    return (
        (max(min(bottom, ahead.low), bottom - top), max(top, min(ahead.high, top * FURTHEST)))
        if ahead
        else (
            bottom,
            top,
        )
    )


def time_axis(starts_on: date, last_on: date) -> dict:
    """From the plan's start to its end, with room for a mark on the last day."""
    return axis(type="date", range=[starts_on, last_on + ROOM], dtick="M6", tickformat="%Y-%m")


def narrow(starts_on: date, last_on: date, height: int, margin: dict, entries: int) -> dict:
    """On a narrow screen: a tick a year, and room for a legend of one entry below the other."""
    below = 44 + 19 * entries
    return {
        "height": height + below - margin["b"],
        "margin": {"b": below, "r": 8},
        "xaxis": time_axis(starts_on, last_on) | {"dtick": "M12"},
    }


def _way(path: Path, unit: str) -> go.Scatter:
    import plotly.graph_objects as go

    between = max(len(path.corners) - 2, 0)
    return go.Scatter(
        name=gettext("path to the goal") if not between else gettext("path to the goal (diamonds: checkpoints)"),
        x=[on for on, _ in path.corners],
        y=[value for _, value in path.corners],
        mode="lines+markers",
        line={"color": INK_2, "width": 1, "dash": "dash"},
        marker={"symbol": "diamond-open", "size": [0, *[8] * between, 0], "color": INK_2},
        legendrank=2,
        hovertemplate=f"{gettext('checkpoint')} %{{x|%Y-%m-%d}}: %{{y:,}} {unit}<extra></extra>",
    )


def _goal(path: Path) -> list:
    """The goal as it was in force: a step on the day of each change."""
    return (
        [
            _step(gettext("goal"), path.goals, path.last_on),
            *([_step(gettext("upper goal"), path.uppers, path.last_on, dash="dot")] if path.uppers else []),
        ]
        if path.goals
        else []
    )


def _step(name: str, corners: Sequence[tuple[date, float]], last_on: date, dash: str = "solid") -> go.Scatter:
    import plotly.graph_objects as go

    days, values = zip(*corners, strict=True)
    return go.Scatter(
        name=name,
        x=[*days, last_on],
        y=[*values, values[-1]],
        mode="lines",
        line={"color": SEAL, "width": 1, "shape": "hv", "dash": dash},
        legendrank=3,
        hoverinfo="skip",
    )


def _accepted(frame: pd.DataFrame) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("accepted value (hollow: some figure carried)"),
        x=frame["on"].tolist(),
        y=known(frame["value"]),
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker=marks(frame),
        legendrank=1,
        customdata=frame["said"].tolist(),
        hovertemplate="%{customdata}<extra></extra>",
    )


def marks(frame: pd.DataFrame) -> dict:
    """Filled with the status's colour; hollow where some figure was carried."""
    colours = [colour(status) for status in frame["status"]]
    return {
        "size": 8,
        "color": [SURFACE if stale else shade for stale, shade in zip(frame["stale"], colours, strict=True)],
        "line": {"width": 2, "color": colours},
    }


def _ahead(ahead: Ahead, path: Path) -> list:
    """The band below everything else, the middle line, and the day on which the goal would be met."""
    is_met = ahead.meets_on is not None and ahead.last_on < ahead.meets_on <= path.last_on + ROOM
    corners = {ahead.last_on: ahead.last, ahead.due_on: ahead.value}
    if is_met:  # a damped trend does not run straight: the line goes through the day as well
        corners = {ahead.meets_on: ahead.bar} | corners
    return [_band(ahead), _forecast(ahead, sorted(corners.items())), *([_met(ahead)] if is_met else [])]


def _band(ahead: Ahead) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("8 of 10 outcomes"),
        x=[ahead.last_on, ahead.due_on, ahead.due_on, ahead.last_on],
        y=[ahead.last, ahead.high, ahead.low, ahead.last],
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=BAND,
        legendrank=5,
        hoverinfo="skip",
    )


def _forecast(ahead: Ahead, corners: Sequence[tuple[date, float]]) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("forecast"),
        x=[on for on, _ in corners],
        y=[value for _, value in corners],
        mode="lines+markers",
        line={"color": ACCENT, "width": 1.5, "dash": "dash"},
        marker={
            "size": [7 if on == ahead.due_on else 0 for on, _ in corners],
            "color": ACCENT,
            "symbol": "circle-open",
        },
        legendrank=4,
        customdata=[ahead.said] * len(corners),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _met(ahead: Ahead) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("goal would be met"),
        x=[ahead.meets_on],
        y=[ahead.bar],
        mode="markers",
        marker={"symbol": "circle-cross-open", "size": 11, "color": ACCENT, "line": {"width": 1.5}},
        legendrank=6,
        customdata=[ahead.said],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _published(frame: pd.DataFrame, unit: str) -> list:
    """One trace and one mark per kind of definition; each mark says what it measures when it is pointed at.

    What measures something else is switched on in the legend: beside the target's own numbers it would mislead.
    """
    import plotly.graph_objects as go

    names = {
        "same": gettext("published, the target's own definition"),
        "near": gettext("published, a near definition"),
        "different": gettext("published, another definition"),
    }
    return [
        go.Scatter(
            name=names[match],
            x=group["on"].tolist(),
            y=group["value"].tolist(),
            mode="markers",
            legendrank=7,
            visible="legendonly" if match == "different" else None,
            marker={"symbol": MARKS[match], "size": 10} | RED,
            customdata=group[["measured", "wording"]].values.tolist(),
            hovertemplate=f"%{{x|%Y-%m-%d}}<br>%{{customdata[0]}}<br>%{{customdata[1]}} %{{y:,}} {unit}<extra></extra>",
        )
        for match, group in frame.groupby("match", sort=False)
    ]
