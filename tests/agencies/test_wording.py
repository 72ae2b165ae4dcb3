"""Audit rows in words: every operation that the code records has some, every difference is readable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from agencies.querysets import ABOUT_MEMBERS, ABOUT_SYSTEMS
from agencies.roles import Scope
from agencies.wording import ACTIONS, SCOPES, Difference, differences, field_words

ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
RECORDERS = {"record", "event"}


def sources() -> Iterator[Path]:
    for app in ("agencies", "targets", "reports", "nib_tracker"):
        yield from (settings.BASE_DIR / app).rglob("*.py")


def recorded() -> dict[str, str]:
    """Where each operation is recorded: texts like "entry.saved" that go into a call in a module that writes audit
    rows. A text with a changing part stands as a pattern."""
    found = {}
    for path in sources():
        tree = ast.parse(path.read_text())
        names = {name for node in ast.walk(tree) if isinstance(node, ast.Call) and (name := _called(node))}
        if not names & {f"audit.{one}" for one in (*RECORDERS, "record_all")}:
            continue
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for given in (*call.args[:1], *(one.value for one in call.keywords if one.arg == "action")):
                if text := _action(given):
                    found[text] = str(path.relative_to(settings.BASE_DIR))
    return found


def _called(call: ast.Call) -> str:
    return ast.unparse(call.func) if isinstance(call.func, ast.Name | ast.Attribute) else ""


def _action(node: ast.expr) -> str:
    """The operation as a pattern; empty for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACTION.fullmatch(node.value):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(one.value) if isinstance(one, ast.Constant) else "[a-z_]+" for one in node.values]
        return pattern if re.match(r"[a-z_]+\\\.", pattern := "".join(parts)) else ""
    return ""


def test_every_recorded_operation_has_words():
    patterns = recorded()
    assert len(patterns) >= 8, "the search finds what it looks for"
    for pattern, where in patterns.items():
        assert any(re.fullmatch(pattern, action) for action in ACTIONS), f"{where} records {pattern}: add its words"


def test_no_words_for_an_operation_that_nothing_records():
    patterns = recorded()
    for action in ACTIONS:
        assert any(re.fullmatch(pattern, action) for pattern in patterns), f"nothing records {action}"


def test_operations_on_people_are_kept_from_other_readers():
    people = [action for action in ACTIONS if re.search("member|invit|person|people|password|session", action)]
    assert all(action.startswith(ABOUT_MEMBERS) for action in people), people


def test_operations_on_connected_systems_are_kept_from_other_readers():
    about = [action for action in ACTIONS if re.search("system|key", action)]
    assert about and all(action.startswith(ABOUT_SYSTEMS) for action in about), about


def test_every_scope_has_words():
    assert set(SCOPES) == set(Scope)


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"value": "3"}, {"value": "31234.50"}, ("Value", ["3"], ["31,234.50"])),
        ({"value": None}, {"value": "0"}, ("Value", ["—"], ["0"])),
        ({"value": "3"}, {}, ("Value", ["3"], None)),
        ({}, {"stage": "under_way"}, ("Stage", None, ["Under way"])),
        ({"value": "many"}, {"value": "1e3"}, ("Value", ["many"], ["1,000"])),
        (
            {"scopes": ["read"]},
            {"scopes": ["submit"]},
            (
                "What it may do",
                ["read the plan, progress, the ledger and the agency's own packets"],
                ["submit packets and take them back; have trusted lines accepted"],
            ),
        ),
        ({"networks": ["10.0.0.0/8"]}, {"networks": []}, ("Allowed networks", ["10.0.0.0/8"], ["—"])),
        ({}, {"lines": ["a", "b"]}, ("Lines of the packet", None, ["a", "b"])),
        ({"two_people": True}, {"two_people": False}, ("Needs two people", ["yes"], ["no"])),
        ({"until": None}, {"until": "2021-04-10T00:00:00+00:00"}, ("Until", ["—"], ["2021-04-10 08:00"])),
        ({"words": "T"}, {"words": "T10:00"}, ("Note", ["T"], ["T10:00"])),
        ({"target a": {"goal": "1"}}, {"changed": {"target a": {"goal": "2"}}}, ("target a · goal", ["1"], ["2"])),
    ],
)
def test_a_difference_in_words(english, before, after, expected):
    assert differences(before, after) == [Difference(*expected)]


def test_what_did_not_change_or_says_nothing_is_left_out(english):
    assert differences({"value": "3", "words": ""}, {"value": "3", "words": None}) == []
    assert differences({}, {"retired": [], "block": None}) == []


def test_a_field_without_words_shows_its_name(english):
    assert field_words("odd_field") == "Odd_field"
