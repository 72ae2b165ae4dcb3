"""A selection of many targets: how many stand in each class, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wording import status_word
from .theme import INK, SURFACE, Caption, axis, colour, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, AROUND = 34, 150  # pixels: one bar, and what stands around them
FEWEST_TO_WRITE = 0.04  # share of the longest bar from which a part has room for its number


def by_line(frame: pd.DataFrame, caption: Caption) -> go.Figure:
    """Rows of `tally_frame` as stacked bars, the first one on top, the worst class at the left."""
    import plotly.graph_objects as go

    longest = frame.sum(axis=1).max() if len(frame) else 0
    traces = [
        go.Bar(
            name=status_word(status),
            orientation="h",
            y=frame.index.tolist(),
            x=frame[status].tolist(),
            text=[str(number) if number > longest * FEWEST_TO_WRITE else "" for number in frame[status]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            marker={"color": colour(status), "line": {"color": SURFACE, "width": 1}},
            hovertemplate=f"%{{y}} · {status_word(status)}: %{{x}}<extra></extra>",
        )
        for status in frame.columns
    ]
    return figure(
        traces,
        caption,
        barmode="stack",
        bargap=0.3,
        height=AROUND + ROW * max(len(frame), 1),
        margin={"l": 8, "r": 16, "t": 76, "b": 70},
        xaxis=axis(tickformat=",d"),
        yaxis=axis(autorange="reversed", showgrid=False, tickfont={"color": INK}),
        showlegend=True,
        uniformtext={"mode": "hide", "minsize": 9},
    )
