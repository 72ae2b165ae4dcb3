"""The bullet chart: bars, ticks, marks and numbers, names that fit, and what pointing at a row says."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest
from django.utils import translation

from reports.charts import bullets
from reports.charts.theme import Caption
from reports.frames.bullets import COLUMNS
from targets.rules import Status

CAPTION = Caption("5G", "2021Q3")
ROWS = [
    ("a", "A" * 90, "Networks", "done", "Done", 450.0, 100.0, 4.5, "90", "20", "20", "SHEITC", 12, False),
    ("b", "B", "Networks", "behind", "Behind", 0.0, 40.0, 0.0, "0", "8", "20", "SHEITC", 13, True),
    ("c", "C", "Terminals", "no_data", "No data", None, None, None, "—", "—", "20", "", None, False),
]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def frame(rows: list[tuple]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.astype({"completion": float, "expected": float, "version": "Int64"})


def drawn(rows: list[tuple] = ROWS) -> go.Figure:
    addresses = [f"/targets/{row[0]}/" for row in rows]
    return bullets.bullets(frame(rows), CAPTION, addresses, "Q3 2021")


def test_a_bar_far_beyond_the_goal_is_cut_and_says_its_number() -> None:
    bars, ticks, numbers = drawn().data
    assert list(bars.x) == [bullets.LONGEST, 0.0, None]
    assert list(numbers.text) == ["✓ 450.0%", "↓ 0.0%", "○ —"]
    assert list(ticks.x) == [100.0, 40.0, None], "nothing is drawn where nothing is expected"


def test_every_class_has_a_mark_of_its_own_and_those_that_occur_are_explained() -> None:
    assert set(bullets.MARKS) == set(Status) and len(set(bullets.MARKS.values())) == len(Status)
    legend = drawn().layout.annotations[-1].text
    assert legend == "┃ expected by now   ↓ Behind   ○ No data   ✓ Done", "worst first"


def test_pointing_at_a_row_says_status_agency_quarter_and_version_and_leads_to_its_page() -> None:
    bars, _, numbers = drawn().data
    for trace in (bars, numbers):
        assert list(trace.meta["addresses"])[1] == "/targets/b/"
        assert trace.customdata[1] == (
            "B · Behind<br>Value: 0<br>Expected by now: 8<br>Goal: 20<br>Answers for it: SHEITC"
            "<br>Quarter: Q3 2021 (carried from an earlier quarter)<br>Ledger: #13"
        )
    assert bars.customdata[2].endswith("Answers for it: —<br>Quarter: Q3 2021<br>Ledger: —")


def test_names_are_cut_to_the_room_they_have() -> None:
    figure = drawn()
    wide, narrow = figure.layout.yaxis.ticktext[0], figure.layout.meta["narrow"]["yaxis"]["ticktext"][0]
    assert wide.endswith("…") and narrow.endswith("…") and len(narrow) < len(wide) < 90
    assert figure.layout.yaxis.ticktext[1] == "B"
    assert figure.layout.margin.l > figure.layout.meta["narrow"]["margin"]["l"]


def test_targets_of_one_name_keep_a_row_each() -> None:
    figure = drawn([ROWS[1], ("d", *ROWS[1][1:])])
    assert list(figure.data[0].y) == [0, 1], "rows are numbered; names are only written beside them"


def test_lines_stand_beside_their_first_row_and_rows_have_one_height() -> None:
    figure = drawn()
    lines = [(one.text, one.y) for one in figure.layout.annotations[:-1]]
    assert lines == [("Networks", 0), ("Terminals", 2)]
    more = drawn(ROWS * 2).layout.height - figure.layout.height
    assert more == len(ROWS) * bullets.ROW


def test_an_empty_frame_can_be_drawn() -> None:
    assert drawn([]).layout.height > 0
