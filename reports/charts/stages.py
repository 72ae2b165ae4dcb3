"""The course of one milestone: its stages quarter by quarter, and the days that were planned for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

from ..wording import STAGE_WORDS
from .paths import marks, narrow, time_axis
from .theme import ACCENT, INK_2, SEAL, Caption, axis, colour, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

MARGIN = {"l": 8, "r": 24, "t": 60, "b": 56}
HEIGHT = 280


class Planned(NamedTuple):
    """A milestone's days: checkpoints (day, stage, words), due dates given up, the one in force, the actual one."""

    checkpoints: Sequence[tuple[date, str]]
    due_before: Sequence[date]
    due_on: date
    actual_on: date | None
    starts_on: date
    ends_on: date

    @property
    def last_on(self) -> date:
        return max([self.ends_on, self.due_on, *self.due_before, *filter(None, [self.actual_on])])


def stages(frame: pd.DataFrame, planned: Planned, caption: Caption) -> go.Figure:
    """Stages quarter by quarter, checkpoints, the planned date and those before it, the actual date."""
    order = list(STAGE_WORDS)
    traces = [_stages(frame, order), *_checkpoints(planned, order), *_actual(planned)]
    return figure(
        traces,
        caption,
        height=HEIGHT,
        margin=MARGIN,
        xaxis=time_axis(planned.starts_on, planned.last_on),
        yaxis=axis(range=[-0.3, 2.4], tickvals=[0, 1, 2], ticktext=[str(STAGE_WORDS[stage]) for stage in order]),
        shapes=[*(_upright(on, INK_2) for on in planned.due_before), _upright(planned.due_on, SEAL)],
        annotations=[
            *(_beside(on, gettext("planned before"), INK_2) for on in planned.due_before),
            _beside(planned.due_on, gettext("planned"), SEAL),
        ],
        showlegend=True,
        meta={"narrow": narrow(planned.starts_on, planned.last_on, HEIGHT, MARGIN, len(traces))},
    )


def _stages(frame: pd.DataFrame, order: list) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("accepted stage"),
        x=frame["on"].tolist(),
        y=[order.index(stage) if stage else None for stage in frame["stage"]],
        mode="lines+markers",
        line={"shape": "hv", "color": ACCENT, "width": 2},
        marker=marks(frame),
        customdata=frame["said"].tolist(),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _checkpoints(planned: Planned, order: list) -> list:
    import plotly.graph_objects as go

    if not planned.checkpoints:
        return []
    return [
        go.Scatter(
            name=gettext("checkpoint"),
            x=[on for on, _ in planned.checkpoints],
            y=[order.index(stage) for _, stage in planned.checkpoints],
            mode="markers",
            marker={"symbol": "diamond-open", "size": 11, "color": INK_2, "line": {"width": 2}},
            hovertemplate=f"{gettext('checkpoint')} %{{x|%Y-%m-%d}}<extra></extra>",
        )
    ]


def _actual(planned: Planned) -> list:
    import plotly.graph_objects as go

    if planned.actual_on is None:
        return []
    return [
        go.Scatter(
            name=gettext("actual date"),
            x=[planned.actual_on],
            y=[2],
            mode="markers",
            marker={"symbol": "star", "size": 13, "color": colour("done")},
            hovertemplate=f"{gettext('actual date')} %{{x|%Y-%m-%d}}<extra></extra>",
        )
    ]


def _upright(on: date, shade: str) -> dict:
    """A line through the whole plot on one day."""
    line = {"color": shade, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": on, "x1": on, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _beside(on: date, text: str, shade: str) -> dict:
    place = {"x": on, "y": 1, "yref": "paper", "xanchor": "right", "showarrow": False}
    return {"text": text, "font": {"color": shade}} | place
