"""The targets of each lead agency by status: as long as they are many, so that no share stands without its base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..wording import status_word
from .theme import SURFACE, Caption, axis, colour, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, FRAME = 22, 150  # pixels: one agency, and what stands around them


def agencies(frame: pd.DataFrame, caption: Caption, statuses: Sequence[str], addresses: list[str]) -> go.Figure:
    """Rows of `agency_frame`, the first one on top; `addresses` lead from each bar to its agency's page."""
    import plotly.graph_objects as go

    traces = [
        go.Bar(
            name=status_word(status),
            orientation="h",
            y=frame["agency"].tolist(),
            x=frame[status].tolist(),
            marker={"color": colour(status), "line": {"color": SURFACE, "width": 1}},
            text=[number or "" for number in frame[status]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            customdata=frame[["led", "lagging"]].values.tolist(),
            hovertemplate=f"%{{y}}<br>{status_word(status)}: %{{x}} / %{{customdata[0]}}<extra></extra>",
            meta={"addresses": addresses},
        )
        for status in statuses
        if len(frame) and frame[status].any()
    ]
    return figure(
        traces,
        caption,
        barmode="stack",
        bargap=0.3,
        height=FRAME + ROW * max(len(frame), 1),
        margin={"l": 8, "r": 24, "t": 76, "b": 56},
        xaxis=axis(side="top", rangemode="tozero"),
        yaxis=axis(type="category", autorange="reversed", showgrid=False),
        uniformtext={"minsize": 9, "mode": "hide"},
    )
