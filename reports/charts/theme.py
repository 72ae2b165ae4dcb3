"""The one theme of all figures. Colours are names of the pages' custom properties; the page puts in their values."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from targets.units import in_chinese

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

INK, INK_2, RULE, RULE_STRONG, SURFACE, ACCENT, SEAL = (
    f"var(--{name})" for name in ("ink", "ink-2", "rule", "rule-strong", "surface", "accent", "seal")
)
MOST_QUARTERS = 16  # named below an axis; of more only the years are
FONT = "Source Han Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, system-ui, sans-serif"


class Caption(NamedTuple):
    """What a figure says of itself: title, and a line with unit, quarter, as known at and source."""

    title: str
    basis: str


def colour(status: str) -> str:
    """Of an area or a mark; words have darker ones. Told apart with every kind of colour vision."""
    return f"var(--fill-{status})"


def figure(traces: list, caption: Caption, **layout: object) -> go.Figure:
    """A figure in the theme, with its caption."""
    import plotly.graph_objects as go

    made = go.Figure(traces)
    made.update_layout(
        template="none",
        font={"family": FONT, "size": 12, "color": INK},
        paper_bgcolor=SURFACE,
        plot_bgcolor=SURFACE,
        title={
            "text": caption.title,
            "font": {"size": 14},
            # markup such as <b> or <sub> would become style attributes, which the pages' policy forbids
            "subtitle": {"text": caption.basis, "font": {"size": 11, "color": INK_2}},
            "x": 0,
            "xanchor": "left",
            "yref": "container",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 8},
        },
        hoverlabel={"bgcolor": SURFACE, "bordercolor": INK_2, "font": {"family": FONT, "color": INK, "size": 12}},
        hovermode="closest",
        dragmode=False,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "font": {"color": INK_2}},
        separators=".,",
    )
    made.update_layout(**layout)
    return made


def axis(**settings: object) -> dict:
    """A quiet axis: hairline grid, no zooming."""
    return {
        "gridcolor": RULE,
        "linecolor": RULE,
        "zeroline": False,
        "tickfont": {"color": INK_2},
        "title": {"font": {"color": INK_2, "size": 12}},
        "fixedrange": True,
        "automargin": True,
    } | settings


def known(values: pd.Series) -> list:
    """A column as a list, with None where nothing is known: JSON has no NaN."""
    return values.astype(object).where(values.notna(), None).tolist()


def quarter_ticks(codes: Sequence[str], places: Sequence) -> dict:
    """Ticks for quarters such as 2021Q3: Q3, with the year below the first one of each year; of many only the years."""
    firsts = [place == 0 or code[:4] != codes[place - 1][:4] for place, code in enumerate(codes)]
    if len(codes) > MOST_QUARTERS:
        shown = [(place, code[:4]) for place, code, is_first in zip(places, codes, firsts, strict=True) if is_first]
    else:
        years = [f"<br>{code[:4]}" if is_first else "" for code, is_first in zip(codes, firsts, strict=True)]
        shown = [(place, code[4:] + year) for place, code, year in zip(places, codes, years, strict=True)]
    return {
        "tickmode": "array",
        "tickvals": [place for place, _ in shown],
        "ticktext": [words for _, words in shown],
        "tickangle": 0,
    }


def number_ticks(top: float, bottom: float = 0) -> dict:
    """Ticks from `bottom` over 0 to `top` in the reader's scale: 1万, 2万, … in Chinese, 10k, 20k, … in English."""
    step = _step(max(top, -bottom))
    values = [step * place for place in range(floor(bottom / step), int(top / step) + 2)]
    return {"tickmode": "array", "tickvals": values, "ticktext": [_scaled(value) for value in values]}


def _step(top: float) -> float:
    import math

    rough = max(top, 1e-6) / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)


def _scaled(value: float) -> str:
    scales = ((1e8, "亿"), (1e4, "万")) if in_chinese() else ((1e9, "G"), (1e6, "M"), (1e3, "k"))
    for scale, word in scales:
        if abs(value) >= scale:
            return f"{value / scale:,.10g}{word}"
    return f"{value:,.10g}"
