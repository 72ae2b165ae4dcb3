"""Plotly figures kept ready: built after a roll-up, or when first asked for; told apart by what they rest on."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation

from targets.models import Plan, Target

from ..exports.tables import Table
from ..models import StoredChart
from ..selectors.charts import Rolled, rolled
from ..selectors.moment import Moment, NoPlan, moment
from .drawing import UnknownChart, draw, drawing_of
from .drawings.drawn import Drawing

logger = logging.getLogger(__name__)

MOST_TARGETS = 40  # charts of more targets than an acceptance touches (a rebuild) are built when they are asked for
KEPT_FOR = 3600  # seconds that a chart of an earlier "as known at" stays in Redis
Asking = Mapping[str, Sequence[str]]  # parameters of an address, each with all its values

__all__ = ["Chart", "UnknownChart", "build_first_charts", "chart", "chart_table"]


class Chart(NamedTuple):
    """JSON text of a Plotly figure, and the digest that names it."""

    etag: str
    body: str


def chart(shown: Moment, name: str, language: str, params: Asking | None = None) -> Chart:
    """The figure of that name at a moment, in the active language. UnknownChart for a name that there is not.

    `params` are the address's, several values each; of them count those that the kind of chart takes.
    """
    drawing, code = drawing_of(name)
    asked = _taken(drawing, params)
    state = rolled(shown, drawing.among(code))
    if shown.is_now and not asked:
        return _stored(shown, name, language, state)
    return _cached(shown, name, language, asked, _basis(shown, state) if shown.is_now else shown.basis)


def chart_table(shown: Moment, name: str, params: Asking) -> Table:
    """The data behind the figure of that name; UnknownChart likewise. Drawn when asked for, never kept."""
    drawing, code = drawing_of(name)
    number = rolled(shown, drawing.among(code)).number if shown.is_now else shown.number
    return draw(shown, name, number, _taken(drawing, params)).table


def _taken(drawing: Drawing, params: Asking | None) -> dict[str, tuple[str, ...]]:
    said = {name: tuple(filter(None, (params or {}).get(name, ()))) for name in drawing.params}
    return {name: values for name, values in said.items() if values}


def _basis(shown: Moment, state: Rolled) -> str:
    text = f"{drawing_version()}:{shown.plan.revision}:{state.mark}"
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache
def drawing_version() -> str:
    """Changes with the code that draws and with the words, so that an upgraded installation shows no old figure."""
    here = Path(__file__).resolve().parents[1]
    code = [here / "wording.py", *(here / "services").glob("drawing*/*.py"), *(here / "services").glob("drawing.py")]
    code += [path for part in ("charts", "frames", "selectors") for path in (here / part).glob("*.py")]
    messages = [path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("django.po")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted([*code, *messages]))).hexdigest()[:16]


def _stored(shown: Moment, name: str, language: str, state: Rolled) -> Chart:
    key = f"{shown.plan.code}/{shown.period.code}/{language}/{name}"
    basis = _basis(shown, state)
    held = StoredChart.objects.filter(key=key).values_list("basis", "etag", "body").first()
    if held and held[0] == basis:
        return Chart(*held[1:])
    made = _draw(shown, name, state.number, {})
    StoredChart.objects.update_or_create(
        key=key,
        defaults={
            "basis": basis,
            "ledger_number": state.number,
            "etag": made.etag,
            "body": made.body,
            "built_at": timezone.now(),
        },
    )
    return made


def _cached(shown: Moment, name: str, language: str, asked: dict[str, tuple[str, ...]], basis: str) -> Chart:
    """An earlier moment does not change, nor does a basis; what the address asks besides is not worth a row."""
    text = repr((drawing_version(), shown.basis, basis, language, name, sorted(asked.items())))
    key = f"chart:{hashlib.sha256(text.encode()).hexdigest()}"
    held = cache.get(key)
    if held is None:
        held = tuple(_draw(shown, name, shown.number, asked))
        cache.set(key, held, KEPT_FOR)
    return Chart(*held)


def _draw(shown: Moment, name: str, number: int, asked: dict[str, tuple[str, ...]]) -> Chart:
    figure = draw(shown, name, number, asked).figure
    body = json.dumps(figure.to_plotly_json(), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return Chart(hashlib.sha256(body.encode()).hexdigest()[:32], body)


def _plain(value: object) -> object:
    """Days, and what pandas makes of numbers, as JSON has them."""
    return value.isoformat() if hasattr(value, "isoformat") else value.tolist()


def build_first_charts(touched: Iterable[int]) -> int:
    """Builds what the first pages need after a roll-up, in every language; returns how many were looked at.

    Overview and lines of each plan's usual quarter, and the touched targets' own; what is current is left alone.
    A chart that cannot be built is logged and stops no other: its page says so when it is asked for.
    """
    looked_at = 0
    for plan, names in _wanted(touched):
        try:
            shown = moment({}, [plan], now=timezone.now())
        except NoPlan:
            continue
        for language, _ in settings.LANGUAGES:
            with translation.override(language):
                for name in names:
                    _build(shown, name, language)
                    looked_at += 1
    return looked_at


def _build(shown: Moment, name: str, language: str) -> None:
    try:
        chart(shown, name, language)
    except Exception:
        logger.exception("chart %s of %s could not be built", name, shown.plan.code)


def _wanted(touched: Iterable[int]) -> Iterator[tuple[Plan, list[str]]]:
    ids = list(touched)
    for plan in Plan.objects.filter(targets__in=ids).distinct():
        rows = list(Target.objects.filter(plan=plan, pk__in=ids).values_list("code", "task__line__code"))
        lines = sorted({line for _, line in rows})
        own = [f"target-{code}" for code, _ in rows] if len(rows) <= MOST_TARGETS else []
        yield plan, ["overview", *(f"line-{line}" for line in lines), *own]
