"""Figures from frames: marks, paths, scales, captions."""

from __future__ import annotations

import pytest
from django.utils import translation

from reports.charts.theme import Caption, number_ticks

CAPTION = Caption("5G", "2021Q3")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("language", "top", "ticks"),
    [
        ("zh-hans", 34000, ("0", "1万", "2万", "3万", "4万")),
        ("en", 34000, ("0", "10k", "20k", "30k", "40k")),
        ("zh-hans", 3e8, ("0", "1亿", "2亿", "3亿", "4亿")),
        ("en", 0, ("0",)),
        ("en", 4, ("0", "1", "2", "3", "4", "5")),
    ],
)
def test_axes_count_in_the_readers_scale(language: str, top: float, ticks: tuple[str, ...]) -> None:
    with translation.override(language):
        assert tuple(number_ticks(top)["ticktext"])[: len(ticks)] == ticks
