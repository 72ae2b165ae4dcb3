"""What a sample history tells: read from YAML, by the natural keys of a plan. Everything in it is optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ...rules.periods import quarter_ordinal


class Course(NamedTuple):
    """How one target goes. `values` by quarter ordinal; `places` decimals; `steps`: jumps instead of slopes.

    A milestone: under way from the quarter `under_way`, done on the day `done_on` (null: not within the plan).
    """

    values: dict[int, Decimal] = {}
    places: int = 0
    steps: bool = False
    denominator: int = 1_000_000
    under_way: int | None = None
    done_on: date | None = None


class Fall(NamedTuple):
    """A running total that falls by `by` in a quarter and stays lower."""

    target: str
    agency: str
    quarter: int
    by: Decimal


class Slip(NamedTuple):
    """A number typed 10 000 times too small, returned and entered again."""

    target: str
    agency: str
    quarter: int


class Correction(NamedTuple):
    """A figure accepted wrong by a factor, and corrected on a later day."""

    target: str
    agency: str
    quarter: int
    factor: Decimal
    found_on: date
    reason: str


@dataclass(frozen=True)
class Story:
    """Quarters are ordinals; agencies and targets natural keys."""

    courses: Mapping[str, Course] = field(default_factory=dict)
    never: frozenset[str] = frozenset()
    silent: frozenset[tuple[str, int]] = frozenset()
    late: frozenset[tuple[str, int]] = frozenset()
    falls: tuple[Fall, ...] = ()
    slips: tuple[Slip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    last_quarter: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()

    def slip(self, target: str, agency: str, quarter: int) -> bool:
        return Slip(target, agency, quarter) in self.slips

    def correction(self, target: str, agency: str, quarter: int) -> Correction | None:
        wanted = (target, agency, quarter)
        return next((one for one in self.corrections if one[:3] == wanted), None)


def read_story(path: Path) -> Story:
    """OSError or ValueError when the file cannot be read as a story."""
    try:
        told = yaml.safe_load(path.read_text()) or {}
        return _story(told)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"{path} is not a sample story: {error!r}") from error


def _story(told: dict[str, Any]) -> Story:
    return Story(
        courses={code: _course(course) for code, course in told.get("targets", {}).items()},
        never=frozenset(told.get("never", ())),
        silent=_quarters_of(told.get("silent", {})),
        late=_quarters_of(told.get("late", {})),
        falls=tuple(Fall(*_where(one), Decimal(str(one["by"]))) for one in told.get("falls", ())),
        slips=tuple(Slip(*_where(one)) for one in told.get("slips", ())),
        corrections=tuple(_correction(one) for one in told.get("corrections", ())),
        last_quarter={agency: state for state, named in told.get("last_quarter", {}).items() for agency in named},
        shown=tuple(told.get("shown", ())),
    )


def _course(told: dict[str, Any]) -> Course:
    stages = told.get("stages", {})
    return Course(
        values={quarter_ordinal(quarter): Decimal(str(value)) for quarter, value in told.get("values", {}).items()},
        places=told.get("places", 0),
        steps=told.get("steps", False),
        denominator=told.get("denominator", 1_000_000),
        under_way=quarter_ordinal(stages["under_way"]) if stages else None,
        done_on=stages.get("done_on"),
    )


def _quarters_of(told: dict[str, list[str]]) -> frozenset[tuple[str, int]]:
    return frozenset((agency, quarter_ordinal(one)) for agency, quarters in told.items() for one in quarters)


def _where(told: dict[str, Any]) -> tuple[str, str, int]:
    return told["target"], told["agency"], quarter_ordinal(told["quarter"])


def _correction(told: dict[str, Any]) -> Correction:
    return Correction(*_where(told), Decimal(str(told["factor"])), told["found_on"], told["reason"])
