"""How many targets stood in each class, quarter by quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..wording import status_word
from .theme import SURFACE, Caption, axis, colour, figure, quarter_ticks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def history(frame: pd.DataFrame, caption: Caption) -> go.Figure:
    """Rows of `history_frame` as stacked columns, the worst class at the bottom."""
    import plotly.graph_objects as go

    quarters = frame.index.tolist()
    traces = [
        go.Bar(
            name=status_word(status),
            x=quarters,
            y=frame[status].tolist(),
            marker={"color": colour(status), "line": {"color": SURFACE, "width": 1}},
            hovertemplate=f"%{{x}} · {status_word(status)}: %{{y}}<extra></extra>",
        )
        for status in frame.columns
    ]
    return figure(
        traces,
        caption,
        barmode="stack",
        bargap=0.25,
        height=360,
        margin={"l": 8, "r": 8, "t": 68, "b": 76},
        meta={"narrow": {"margin": {"b": 116}}},
        showlegend=True,
        xaxis=axis(type="category", tickfont={"size": 10}, showgrid=False, **quarter_ticks(quarters, quarters)),
        yaxis=axis(),
    )
