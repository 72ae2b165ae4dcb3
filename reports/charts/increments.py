"""What each quarter added to one target, against what the path asked it to add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from .theme import ACCENT, INK, INK_2, SEAL, SURFACE, Caption, axis, figure, known, number_ticks, quarter_ticks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

HEIGHT = 280
PALE = "var(--forecast)"
BAR = 0.65  # of a quarter's width; what was needed goes a little beyond it on both sides


def increments(frame: pd.DataFrame, caption: Caption) -> go.Figure:
    """Rows of `increments_frame` as bars from zero, upwards and downwards."""
    traces = [_added(frame), _needed(frame)]
    values = [value for trace in traces for value in trace.y if value is not None]
    top, bottom = max([0.0, *values]), min([0.0, *values])
    room = (top - bottom) * 0.08 or 1.0
    return figure(
        traces,
        caption,
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 60, "b": 64},
        bargap=1 - BAR,
        meta={"narrow": {"margin": {"b": 84}}},
        xaxis=axis(
            tickfont={"size": 11},
            showgrid=False,
            range=[-0.6, len(frame) - 0.4],
            **quarter_ticks(frame["quarter"].tolist(), range(len(frame))),
        ),
        yaxis=axis(
            range=[bottom - room if bottom else 0, top + room],
            zeroline=True,
            zerolinecolor=INK_2,
            **number_ticks(top, bottom),
        ),
    )


def _added(frame: pd.DataFrame) -> go.Bar:
    """Pale, so that what was needed shows across; hollow where some reporter's figure was carried."""
    import plotly.graph_objects as go

    shades = [SEAL if added is not None and added < 0 else ACCENT for added in known(frame["added"])]
    fills = [SURFACE if partial else PALE for partial in frame["is_partial"]]
    return go.Bar(
        name=gettext("added in the quarter (hollow: some figures carried)"),
        x=list(range(len(frame))),
        y=known(frame["added"]),
        marker={"color": fills, "line": {"width": 1.5, "color": shades}},
        customdata=frame["said"].tolist(),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _needed(frame: pd.DataFrame) -> go.Scatter:
    """A stroke across each bar, as wide as the bar whatever the width of the screen."""
    import plotly.graph_objects as go

    reach = BAR / 2 + 0.05
    x, y = [], []
    for place, needed in enumerate(known(frame["needed"])):
        x += [place - reach, place + reach, None]
        y += [needed, needed, None]
    return go.Scatter(
        name=gettext("needed to keep to the path"),
        x=x,
        y=y,
        mode="lines",
        line={"width": 2.5, "color": INK},
        hoverinfo="skip",
    )
