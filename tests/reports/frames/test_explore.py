"""Counts of a selection by line or quarter."""

from __future__ import annotations

from reports.frames.explore import tally_frame

COUNTED = [("b", "done", 2), ("a", "done", 1), ("a", "behind", 3), ("a", "", 9), ("c", "", 4)]


def test_groups_and_classes_stand_in_their_orders_and_in_words() -> None:
    frame = tally_frame(COUNTED, {"a": "A", "b": "B", "c": "C"}, ["missed", "behind", "done"])
    assert (list(frame.index), list(frame.columns)) == (["A", "B"], ["behind", "done"])
    assert frame.values.tolist() == [[3, 1], [0, 2]], "what is not graded is in no class"


def test_parts_of_one_group_add_up() -> None:
    frame = tally_frame([("a", "done", 1), ("a", "done", 2)], {"a": "A"}, ["done"])
    assert frame.loc["A", "done"] == 3


def test_nothing_is_an_empty_frame() -> None:
    assert tally_frame([], {"a": "A"}, ["done"]).empty
