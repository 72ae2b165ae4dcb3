"""One target by district: values as bars against each district's own share of the goal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from ..wording import status_word
from .theme import INK, INK_2, SEAL, Caption, axis, colour, figure, known, number_ticks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, FRAME = 22, 182  # pixels: one bar, and what stands around them
ROOM = 1.04  # the numbers stand right of the longest bar or mark
HOVERED = ["name", "status_text", "value_text", "expected_text", "part_text", "agency", "number"]


def districts(frame: pd.DataFrame, caption: Caption, quarter: str) -> go.Figure:
    """Rows of `district_frame`, the first one on top; `quarter` in words. Those without a status stand alone."""
    graded, alone = frame[frame["status"] != ""], frame[frame["status"] == ""]
    top = float(frame[["value", "expected", "part"]].max().max() or 0)
    top = top if top > 0 else 1.0
    traces = [_bars(rows, status_word(status), quarter) for status, rows in graded.groupby("status", sort=False)]
    if len(alone):
        traces.append(_bars(alone, gettext("value alone: no share of the goal"), quarter))
    if len(graded):
        traces.append(_marks(graded, "expected", gettext("expected of it by now"), INK, 13))
        traces.append(_marks(graded, "part", gettext("its part of the goal"), SEAL, 17))
    return figure(
        [*traces, _numbers(frame, top * ROOM)],
        caption,
        barmode="overlay",
        bargap=0.4,
        height=FRAME + ROW * max(len(frame), 1),
        margin={"l": 8, "r": 84, "t": 108, "b": 48},
        xaxis=axis(range=[0, top * ROOM], side="top", **number_ticks(top)),
        yaxis=axis(
            type="category",
            categoryorder="array",
            categoryarray=frame["name"].tolist(),
            autorange="reversed",
            showgrid=False,
        ),
        showlegend=True,
    )


def _bars(frame: pd.DataFrame, name: str, quarter: str) -> go.Bar:
    """In the colour of the status; pale where the figure is carried from an earlier quarter."""
    import plotly.graph_objects as go

    colours = [colour(status or "not_due") for status in frame["status"]]
    return go.Bar(
        name=name,
        orientation="h",
        y=frame["name"].tolist(),
        x=known(frame["value"]),
        marker={
            "color": colours,
            "opacity": [0.45 if stale else 1 for stale in frame["is_stale"]],
            "line": {"width": [1.5 if stale else 0 for stale in frame["is_stale"]], "color": colours},
        },
        customdata=frame[HOVERED].values.tolist(),
        hovertemplate=_hover(quarter),
    )


def _marks(frame: pd.DataFrame, column: str, name: str, shade: str, size: int) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=name,
        mode="markers",
        y=frame["name"].tolist(),
        x=known(frame[column]),
        marker={"symbol": "line-ns", "size": size, "line": {"width": 2, "color": shade}, "color": shade},
        hoverinfo="skip",
    )


def _numbers(frame: pd.DataFrame, place: float) -> go.Scatter:
    """The pace; the value where there is none."""
    import plotly.graph_objects as go

    return go.Scatter(
        mode="text",
        y=frame["name"].tolist(),
        x=[place] * len(frame),
        text=[row.pace_text if row.status else row.value_text for row in frame.itertuples()],
        textposition="middle right",
        cliponaxis=False,
        textfont={"size": 11, "color": INK_2},
        hoverinfo="skip",
        showlegend=False,
    )


def _hover(quarter: str) -> str:
    rows = (
        (gettext("Value"), 2),
        (gettext("Expected by now"), 3),
        (gettext("Its part of the goal"), 4),
        (gettext("Answers for it"), 5),
    )
    lines = "<br>".join(f"{word}: %{{customdata[{place}]}}" for word, place in rows)
    said = gettext("Ledger")
    return f"%{{customdata[0]}} · %{{customdata[1]}}<br>{lines}<br>{quarter} · {said} %{{customdata[6]}}<extra></extra>"
