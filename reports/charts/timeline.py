"""Milestones: when each was planned, and when it was reached."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from targets.units import in_chinese

from .theme import INK_2, RULE_STRONG, SEAL, SURFACE, Caption, axis, colour, figure

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, FRAME = 19, 130  # pixels: one milestone, and what stands around them
LONGEST_NAME, NARROW_NAME = 18, 11  # Chinese characters, on a narrow screen; twice as many Latin ones


def timeline(frame: pd.DataFrame, caption: Caption, span: tuple[date, date], shown_on: date) -> go.Figure:
    """Rows of `timeline_frame`, the first one on top, between the first and last day of the plan.

    `shown_on` is the last day of the shown quarter: what stands right of it is still to come.
    """
    places = list(range(len(frame)))
    return figure(
        [_ways(frame, places), _planned(frame, places), *_states(frame, places)],
        caption,
        height=FRAME + ROW * max(len(frame), 1),
        margin={"l": 8, "r": 24, "t": 76, "b": 44},
        xaxis=_days(span, dtick="M6", tickformat="%Y-%m"),
        yaxis=_milestones(frame, LONGEST_NAME),
        meta={
            "narrow": {
                "xaxis": _days(span, dtick="M12", tickformat="%Y", tickangle=0),
                "yaxis": _milestones(frame, NARROW_NAME),
            }
        },
        shapes=[_today(shown_on)],
        hovermode="closest",
    )  # fmt: skip


def _days(span: tuple[date, date], **ticks: object) -> dict:
    return axis(type="date", range=list(span), side="top", **ticks)


def _milestones(frame: pd.DataFrame, longest: int) -> dict:
    return axis(
        tickmode="array",
        tickvals=list(range(len(frame))),
        ticktext=[_short(name, longest) for name in frame["name"]],
        range=[len(frame) - 0.4, -0.6],
        showgrid=False,
        tickfont={"size": 11, "color": INK_2},
    )


def _short(name: str, longest: int) -> str:
    longest = longest if in_chinese() else 2 * longest
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _today(on: date) -> dict:
    line = {"color": SEAL, "width": 1, "dash": "dot"}
    return {"type": "line", "x0": on, "x1": on, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _ways(frame: pd.DataFrame, places: list[int]) -> go.Scatter:
    """From the planned to the actual day of each that was reached."""
    import plotly.graph_objects as go

    x, y = [], []
    for place, row in zip(places, frame.itertuples(), strict=True):
        if row.actual_on is not None:
            x += [row.planned_on, row.actual_on, None]
            y += [place, place, None]
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": RULE_STRONG, "width": 2}, hoverinfo="skip", showlegend=False
    )


def _planned(frame: pd.DataFrame, places: list[int]) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("planned"),
        mode="markers",
        x=frame["planned_on"].tolist(),
        y=places,
        marker={"symbol": "line-ns", "size": 12, "line": {"width": 2, "color": INK_2}, "color": INK_2},
        customdata=_said(frame),
        hovertemplate=_hover(),
    )


def _states(frame: pd.DataFrame, places: list[int]) -> list:
    """What was reached on its actual day; what was not, on its planned day, hollow, in the colour of its class."""
    import plotly.graph_objects as go

    traces = []
    for reached, name, symbol in ((True, gettext("reached"), "circle"), (False, gettext("still open"), "circle-open")):
        rows = [
            (place, row.actual_on or row.planned_on, row.status, said)
            for place, row, said in zip(places, frame.itertuples(), _said(frame), strict=True)
            if (row.actual_on is not None) is reached
        ]
        shades = [colour(status) for _, _, status, _ in rows]
        traces.append(
            go.Scatter(
                name=name,
                mode="markers",
                x=[on for _, on, _, _ in rows],
                y=[place for place, *_ in rows],
                marker={
                    "symbol": symbol, "size": 9, "color": shades,
                    "line": {"width": 1 if reached else 2, "color": SURFACE if reached else shades},
                },
                customdata=[said for *_, said in rows],
                hovertemplate=_hover(),
            )
        )  # fmt: skip
    return traces


def _said(frame: pd.DataFrame) -> list[list[str]]:
    return [
        [
            row.name, row.status_text, row.stage, str(row.planned_on), str(row.actual_on or "—"), row.answers,
            "—" if row.number is None else f"#{row.number}",
        ]
        for row in frame.itertuples(index=False)
    ]  # fmt: skip


def _hover() -> str:
    words = (gettext("Planned"), gettext("Actual"), gettext("Answers for it"), gettext("Ledger"))
    lines = "<br>".join(f"{word}: %{{customdata[{place}]}}" for place, word in enumerate(words, start=3))
    return f"%{{customdata[0]}}<br>%{{customdata[1]}} · %{{customdata[2]}}<br>{lines}<extra></extra>"
