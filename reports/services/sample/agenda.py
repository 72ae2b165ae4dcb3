"""What is to happen, in the order of its moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Act = Callable[[datetime], None]


class Agenda:
    """Acts and their moments. An act may add further ones; of the same moment the one added first comes first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._added = count()

    def add(self, at: datetime, act: Act) -> None:
        heappush(self._waiting, (at, next(self._added), act))

    def __iter__(self) -> Iterator[tuple[datetime, Act]]:
        while self._waiting:
            at, _, act = heappop(self._waiting)
            yield at, act
