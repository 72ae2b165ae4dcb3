"""The course of one target: what was accepted, the path to the goal, and what was published elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

from ..wording import STAGE_WORDS, status_word
from .theme import ACCENT, INK_2, SEAL, SURFACE, Caption, axis, colour, figure, known, number_ticks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

MARGIN = {"l": 8, "r": 24, "t": 60, "b": 72}
HEIGHT = 400
RED = {"color": SEAL, "line": {"width": 2, "color": SEAL}}
# marks of published figures that measure something else than the target; its own definition has the filled star
OTHER_DEFINITIONS = ("x-thin-open", "triangle-up-open", "square-open", "cross-thin-open", "circle-open", "hash-open")


class Path(NamedTuple):
    """Corners (day, value) of the straight lines from the plan's start over checkpoints to the goal on its due date."""

    corners: Sequence[tuple[date, float]]
    goal: float | None
    due_on: date
    starts_on: date
    ends_on: date

    @property
    def last_on(self) -> date:
        return max(self.ends_on, self.due_on)


def quantity(frame: pd.DataFrame, path: Path, published: pd.DataFrame, caption: Caption, unit: str) -> go.Figure:
    """Rows of `path_frame` and `published_frame` over time, in one unit."""
    traces = [_way(path), *_goal(path), _accepted(frame, unit), *_published(published, unit)]
    top = max([0.0, *(value for trace in traces for value in trace.y if value is not None)])
    return figure(
        traces,
        caption,
        height=HEIGHT,
        margin=MARGIN,
        xaxis=_time(path),
        yaxis=axis(range=[0, top * 1.08 or 1], **number_ticks(top)),
    )


def milestone(frame: pd.DataFrame, path: Path, caption: Caption) -> go.Figure:
    """Stages quarter by quarter, and the planned date."""
    import plotly.graph_objects as go

    order = list(STAGE_WORDS)
    steps = go.Scatter(
        name=gettext("accepted stage"),
        x=frame["on"].tolist(),
        y=[order.index(stage) if stage else None for stage in frame["stage"]],
        mode="lines+markers",
        line={"shape": "hv", "color": ACCENT, "width": 2},
        marker=_marks(frame),
        customdata=_said(frame),
        hovertemplate="%{customdata[0]} · %{customdata[1]}<extra></extra>",
    )
    return figure(
        [steps],
        caption,
        height=HEIGHT - 120,
        margin=MARGIN | {"b": 8},
        xaxis=_time(path),
        yaxis=axis(range=[-0.3, 2.3], tickvals=[0, 1, 2], ticktext=[str(STAGE_WORDS[stage]) for stage in order]),
        shapes=[{"type": "line", "line": {"color": SEAL, "width": 1, "dash": "dot"}, **_at(path.due_on, y0=0, y1=1)}],
        annotations=[
            {"text": gettext("planned"), "showarrow": False, "xanchor": "right", "font": {"color": SEAL}}
            | {"x": path.due_on, "y": 1, "yref": "paper"}
        ],
        showlegend=False,
    )


def _at(on: date, **heights: int) -> dict:
    """An upright line through the whole plot on one day."""
    return {"x0": on, "x1": on, "yref": "paper", **heights}


def _time(path: Path) -> dict:
    """From the plan's start to its end, with room for a mark on the last day."""
    return axis(type="date", range=[path.starts_on, path.last_on + timedelta(days=20)], dtick="M6", tickformat="%Y-%m")


def _way(path: Path) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("path to the goal"),
        x=[on for on, _ in path.corners],
        y=[value for _, value in path.corners],
        mode="lines+markers",
        line={"color": INK_2, "width": 1, "dash": "dash"},
        marker={"symbol": "diamond-open", "size": [0, *[7] * max(len(path.corners) - 2, 0), 0], "color": INK_2},
        hoverinfo="skip",
    )


def _goal(path: Path) -> list:
    import plotly.graph_objects as go

    if path.goal is None:
        return []
    ends = [path.starts_on, path.last_on]
    line = {"color": SEAL, "width": 1}
    return [go.Scatter(name=gettext("goal"), x=ends, y=[path.goal] * 2, mode="lines", line=line, hoverinfo="skip")]


def _accepted(frame: pd.DataFrame, unit: str) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("accepted value (hollow: carried from an earlier quarter)"),
        x=frame["on"].tolist(),
        y=known(frame["value"]),
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker=_marks(frame),
        customdata=_said(frame),
        hovertemplate=f"%{{customdata[0]}} · %{{customdata[1]}}<br>%{{y:,}} {unit}<extra></extra>",
    )


def _said(frame: pd.DataFrame) -> list[list[str]]:
    """Quarter and status in words, for the hover text."""
    return [[row.quarter, status_word(row.status)] for row in frame.itertuples()]


def _marks(frame: pd.DataFrame) -> dict:
    """Filled with the status's colour; hollow where some figure was carried."""
    colours = [colour(status) for status in frame["status"]]
    return {
        "size": 8,
        "color": [SURFACE if stale else shade for stale, shade in zip(frame["stale"], colours, strict=True)],
        "line": {"width": 2, "color": colours},
    }


def _published(frame: pd.DataFrame, unit: str) -> list:
    """One trace and one symbol per definition, so that the legend says what each mark measures."""
    import plotly.graph_objects as go

    others = cycle(OTHER_DEFINITIONS)
    return [
        go.Scatter(
            name=gettext("published: %(measured)s") % {"measured": measured},
            x=group["on"].tolist(),
            y=group["value"].tolist(),
            mode="markers",
            marker={"symbol": "star" if match == "same" else next(others), "size": 10} | RED,
            customdata=group[["wording"]].values.tolist(),
            hovertemplate=f"{measured}<br>%{{customdata[0]}} %{{y:,}} {unit}<extra></extra>",
        )
        for (measured, match), group in frame.groupby(["measured", "match"], sort=False)
    ]
