"""Two states of many targets: a dot for each, and a line between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from targets.units import in_chinese

from .theme import ACCENT, INK_2, RULE, SEAL, SURFACE, Caption, axis, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, FRAME = 22, 170  # pixels: one target, and what stands around them
LONGEST = 150  # percent of the goal: what is further out is drawn at the edge, and said in full on hover
LONGEST_NAME = 20  # Chinese characters; twice as many Latin ones


def dumbbells(frame: pd.DataFrame, caption: Caption, labels: tuple[str, str]) -> go.Figure:
    """Rows of `comparison_frame`, the first one on top. `labels` tell the two states apart."""
    names = [_label(name) for name in frame["name"]]
    return figure(
        [_lines(frame, names), _dots(frame, names, "before", labels), _dots(frame, names, "after", labels)],
        caption,
        height=FRAME + ROW * max(len(frame), 1),
        margin={"l": 8, "r": 24, "t": 92, "b": 48},
        xaxis=axis(ticksuffix="%", rangemode="tozero", side="top"),
        yaxis=axis(type="category", autorange="reversed", showgrid=True, gridcolor=RULE),
        showlegend=True,
    )


def _label(name: str) -> str:
    longest = LONGEST_NAME if in_chinese() else 2 * LONGEST_NAME
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _lines(frame: pd.DataFrame, names: list[str]) -> go.Scatter:
    """One trace for all lines, with a gap after each."""
    import plotly.graph_objects as go

    ends, at = [], []
    for name, before, after in zip(names, frame["before"], frame["after"], strict=True):
        ends += [round(min(before, LONGEST), 2), round(min(after, LONGEST), 2), None]
        at += [name, name, None]
    return go.Scatter(
        x=ends, y=at, mode="lines", line={"color": INK_2, "width": 1.5}, hoverinfo="skip", showlegend=False
    )


def _dots(frame: pd.DataFrame, names: list[str], side: str, labels: tuple[str, str]) -> go.Scatter:
    """The earlier state hollow, the later one full."""
    import plotly.graph_objects as go

    is_before = side == "before"
    hovered = frame[["name", f"status_{side}", f"value_{side}", "answers", side]]
    return go.Scatter(
        name=labels[0] if is_before else labels[1],
        mode="markers",
        x=frame[side].astype(float).clip(upper=LONGEST).round(2).tolist(),
        y=names,
        marker={
            "size": 9,
            "color": SURFACE if is_before else ACCENT,
            "line": {"color": SEAL if is_before else ACCENT, "width": 2},
        },
        customdata=hovered.values.tolist(),
        hovertemplate=_hover(labels[0] if is_before else labels[1]),
    )


def _hover(label: str) -> str:
    value, completion, answers = gettext("Value"), gettext("Completion"), gettext("Answers for it")
    return (
        f"%{{customdata[0]}} · {label}<br>%{{customdata[1]}}<br>{value}: %{{customdata[2]}}<br>"
        f"{completion}: %{{customdata[4]:.1f}}%<br>{answers}: %{{customdata[3]}}<extra></extra>"
    )
