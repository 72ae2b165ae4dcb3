"""Quantified targets in one figure: completion as a bar, what is expected by now as a tick, the goal as a line.

The status is told by a mark of its own before the number, not by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

from targets.rules import Status

from ..wording import NOTHING, STATUS_ORDER, status_word
from .theme import FONT, INK, INK_2, RULE_STRONG, Caption, axis, colour, figure, known

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ROW, ABOVE, BELOW, RIGHT = 17, 68, 28, 56  # pixels: one bar, and what stands around them all
LONGEST, NUMBERS_AT = 120, 122  # percent of the goal: a longer bar is cut; the numbers stand right of all bars
WIDE, LATIN = 11.2, 5.9  # pixels of one character at size 11
NAMES, NARROW_NAMES, LINES, GAP = 216, 104, 84, 8  # pixels at most: of a name, on a narrow screen, of a line's name
IN_A_ROW = 3  # marks that are explained in one row on a narrow screen
EXPECTED = "┃"
MARKS = {
    Status.MISSED: "×",
    Status.CRITICAL: "▼",
    Status.BEHIND: "↓",
    Status.NO_DATA: "○",
    Status.ON_TRACK: "→",
    Status.AHEAD: "↑",
    Status.DONE: "✓",
    Status.NOT_DUE: "◇",
}


class Side(NamedTuple):
    """What stands left of the bars: the names, cut to fit, and the lines with their first row."""

    names: list[str]
    lines: list[tuple[int, str]]
    width: float

    @property
    def left(self) -> float:
        return self.width + max([_width(text) for _, text in self.lines], default=0) + 2 * GAP


def bullets(frame: pd.DataFrame, caption: Caption, addresses: list[str], quarter: str) -> go.Figure:
    """Rows of `bullet_frame`, the first one on top; `addresses` lead from each bar to its target's page."""
    side, narrow, explained = _side(frame, NAMES), _side(frame, NARROW_NAMES), _explained(frame)
    pointed = {"customdata": _hovers(frame, quarter), "hovertemplate": "%{customdata}<extra></extra>",
               "meta": {"addresses": addresses}}  # fmt: skip
    return figure(
        [_bars(frame, pointed), _ticks(frame), _numbers(frame, pointed)],
        caption,
        barmode="overlay",
        bargap=0.35,
        height=ABOVE + BELOW + ROW * max(len(frame), 1),
        margin={"l": side.left, "r": RIGHT, "t": ABOVE, "b": BELOW},
        xaxis=_scale(20),
        yaxis=_rows(side),
        shapes=[_goal_line(), *_dividers(side)],
        annotations=[*_lines(side), _legend("   ".join(explained), side.left)],
        showlegend=False,
        meta={"narrow": _narrow(narrow, explained)},
    )


def _side(frame: pd.DataFrame, widest: float) -> Side:
    names = [_cut(name, widest) for name in frame["name"]]
    of_rows = list(frame["line"])
    firsts = [row for row, line in enumerate(of_rows) if row == 0 or line != of_rows[row - 1]]
    lines = [(row, _cut(of_rows[row], LINES)) for row in firsts]
    return Side(names, lines, max([_width(name) for name in names], default=0))


def _width(text: str) -> float:
    return sum(WIDE if ord(character) > 0x2E7F else LATIN for character in text)


def _cut(text: str, widest: float) -> str:
    """A name that fits, or its beginning."""
    kept = text
    while _width(kept) > widest:
        kept = kept[:-1]
    return text if kept == text else kept[:-1].rstrip() + "…"


def _scale(step: int) -> dict:
    values = list(range(0, LONGEST + 1, step))
    return axis(
        range=[0, NUMBERS_AT], tickvals=values, ticktext=[f"{value}%" for value in values], side="top",
        automargin=False, tickfont={"size": 10, "color": INK_2},
    )  # fmt: skip


def _rows(side: Side) -> dict:
    rows = list(range(len(side.names)))
    return axis(
        range=[len(rows) - 0.5, -0.5], tickvals=rows, ticktext=side.names, showgrid=False, automargin=False,
        tickfont={"size": 11, "color": INK},
    )  # fmt: skip


def _narrow(side: Side, explained: list[str]) -> dict:
    """Less room for names, none for the lines' own, and the marks explained in several rows."""
    rows = ["   ".join(explained[start : start + IN_A_ROW]) for start in range(0, len(explained), IN_A_ROW)]
    left = side.width + GAP
    return {
        "font": {"family": FONT, "size": 10, "color": INK},
        "xaxis": _scale(50),
        "yaxis": _rows(side),
        "margin": {"l": left, "b": BELOW + 15 * (len(rows) - 1)},
        "annotations": [_legend("<br>".join(rows), left)],
    }


def _explained(frame: pd.DataFrame) -> list[str]:
    """What the tick and each mark that occurs stand for."""
    met = [status for status in STATUS_ORDER if (frame["status"] == status.value).any()]
    return [f"{EXPECTED} {gettext('expected by now')}", *(f"{MARKS[status]} {status_word(status)}" for status in met)]


def _legend(text: str, left: float) -> dict:
    return {
        "text": text, "xref": "paper", "x": 0, "xanchor": "left", "xshift": -left, "align": "left",
        "yref": "paper", "y": 0, "yanchor": "top", "yshift": -6, "showarrow": False,
        "font": {"size": 11, "color": INK_2},
    }  # fmt: skip


def _bars(frame: pd.DataFrame, pointed: dict) -> go.Bar:
    import plotly.graph_objects as go

    return go.Bar(
        name=gettext("completion"),
        orientation="h",
        y=list(range(len(frame))),
        x=known(frame["completion"].clip(upper=LONGEST).round(2)),
        marker={"color": [colour(status) for status in frame["status"]]},
        **pointed,
    )


def _ticks(frame: pd.DataFrame) -> go.Scatter:
    import plotly.graph_objects as go

    return go.Scatter(
        name=gettext("expected by now"),
        mode="markers",
        y=list(range(len(frame))),
        x=known(frame["expected"].clip(upper=LONGEST).round(2)),
        marker={"symbol": "line-ns", "size": 10, "line": {"width": 2, "color": INK}, "color": INK},
        hoverinfo="skip",
    )


def _numbers(frame: pd.DataFrame, pointed: dict) -> go.Scatter:
    """The status's mark and the completion; a dash where there is no figure."""
    import plotly.graph_objects as go

    said = [NOTHING if number is None else f"{number:.1f}%" for number in known(frame["completion"])]
    return go.Scatter(
        mode="text",
        y=list(range(len(frame))),
        x=[NUMBERS_AT] * len(frame),
        text=[f"{MARKS[Status(status)]} {number}" for status, number in zip(frame["status"], said, strict=True)],
        textposition="middle right",
        cliponaxis=False,
        textfont={"size": 11, "color": [f"var(--status-{status})" for status in frame["status"]]},
        **pointed,
    )


def _goal_line() -> dict:
    return {"type": "line", "x0": 100, "x1": 100, "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": INK_2, "width": 1}}  # fmt: skip


def _dividers(side: Side) -> list[dict]:
    """A hairline above the first row of each line, from the names to the numbers."""
    found = []
    for row, _ in side.lines:
        level = {"type": "line", "y0": row - 0.5, "y1": row - 0.5, "line": {"color": RULE_STRONG, "width": 1}}
        found.append(level | {"xref": "paper", "x0": 0, "x1": 1, "layer": "below"})
        found.append(level | {"xref": "paper", "xsizemode": "pixel", "xanchor": 0, "x0": -side.left, "x1": 0})
    return found


def _lines(side: Side) -> list[dict]:
    return [
        {
            "text": text, "xref": "paper", "x": 0, "xanchor": "left", "xshift": -side.left, "y": row,
            "showarrow": False, "font": {"size": 11, "color": INK_2},
        }
        for row, text in side.lines
    ]  # fmt: skip


def _hovers(frame: pd.DataFrame, quarter: str) -> list[str]:
    """What is said of each target when it is pointed at."""
    rows = zip(frame.itertuples(), known(frame["version"]), strict=True)
    return ["<br>".join(_said(row, version, quarter)) for row, version in rows]


def _said(row, version: int | None, quarter: str) -> list[str]:
    pairs = (
        (gettext("Value"), row.value_text),
        (gettext("Expected by now"), row.expected_text),
        (gettext("Goal"), row.goal_text),
        (gettext("Answers for it"), row.answers or NOTHING),
        (gettext("Quarter"), f"{quarter} ({gettext('carried from an earlier quarter')})" if row.stale else quarter),
        (gettext("Ledger"), NOTHING if version is None else f"#{version}"),
    )
    return [f"{row.name} · {row.status_text}", *(f"{word}: {said}" for word, said in pairs)]
