"""What a value may be: the same sentences by the web form, the workbook and the API, and no digit lost on the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from reports.api.refusals import VALUES
from reports.refusals import WHY, words
from reports.rules.windows import Refusal
from reports.services.entries import Input, Line, save_lines
from reports.services.refused import Refused
from targets.rules import Stage
from tests.api.conftest import Caller
from tests.api.sending import ENTRIES, FILLED, answered, content, opened, outcomes, put, says, submitting
from tests.factories import World
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB, Acting
from tests.reports.sheets.books import download, upload

pytestmark = pytest.mark.django_db
TOMORROW = (date.today() + timedelta(days=2)).isoformat()


@pytest.fixture(autouse=True)
def packet(world: World):
    """The bureau's first packet, which can be entered today."""
    return opened(world)


# target, what is sent, code, field; every code of a value stands here at least once
WRONG = [
    ("stations", {"value": "forty"}, "not_a_number", "value"),
    ("stations", {"value": "4\x000"}, "not_a_number", "value"),
    ("stations", {"value": "1\ud8000"}, "not_a_number", "value"),
    ("stations", {"value": "NaN"}, "not_a_number", "value"),
    ("stations", {"value": "Infinity"}, "not_a_number", "value"),
    ("stations", {"value": "1e3"}, "not_a_number", "value"),  # a text is what a person could have typed
    ("stations", {"value": "0x10"}, "not_a_number", "value"),
    ("stations", {"value": "1,20"}, "not_a_number", "value"),
    ("stations", {"value": "1" * 19}, "too_long", "value"),
    ("stations", {"value": "0." + "0" * 50 + "1"}, "too_long", "value"),
    ("stations", {"value": "0.1234567"}, "too_precise", "value"),
    ("stations", {"value": "-1"}, "negative", "value"),
    ("share", {"numerator": "-1", "denominator": "2"}, "negative", "numerator"),
    ("share", {"numerator": "1"}, "ratio_incomplete", "numerator"),
    ("share", {"denominator": "1"}, "ratio_incomplete", "numerator"),
    ("share", {"numerator": "1", "denominator": "0"}, "denominator_not_positive", "denominator"),
    ("share", {"numerator": "9" * 18, "denominator": "0.000001"}, "too_long", "numerator"),
    ("centre", {"stage": "finished"}, "not_a_stage", "stage"),
    ("centre", {"stage": "DONE"}, "not_a_stage", "stage"),
    ("centre", {"stage": "done", "actual_on": "31.3.2021"}, "not_a_date", "actual_on"),
    ("centre", {"stage": "done", "actual_on": "2021-02-30"}, "not_a_date", "actual_on"),
    ("centre", {"stage": "begun", "actual_on": "2021-03-31"}, "not_a_stage", "stage"),
    ("centre", {"stage": "under_way", "actual_on": "2021-03-31"}, "date_without_done", "actual_on"),
    ("centre", {"stage": "done", "actual_on": TOMORROW}, "in_the_future", "actual_on"),
    ("stations", {"value": "1", "nothing_because": "无新增"}, "both_number_and_nothing", "nothing_because"),
    ("stations", {"value": "1", "words": "字" * 2001}, "too_long_text", "words"),
    ("stations", {"nothing_because": "字" * 2001}, "too_long_text", "nothing_because"),
    ("stations", {"value": "1", "explanation": "字" * 2001}, "too_long_text", "explanation"),
]
OF_A_CORRECTION = "correction_without_number"


def test_every_code_of_a_value_is_tried() -> None:
    assert {code for _target, _typed, code, _field in WRONG} | {OF_A_CORRECTION} == set(VALUES)
    assert set(VALUES) <= set(WHY)


@pytest.mark.parametrize(("target", "typed", "code", "field"), WRONG)
def test_a_value_that_cannot_be_stored(bureau: Caller, world: World, target, typed, code, field) -> None:
    (told,) = answered(put(bureau, {"target": target} | typed))
    assert (told["outcome"], told["code"], told["field"]) == ("rejected", code, field)
    assert told["words"].isascii() is False or told["words"].isprintable()
    says(getattr(world, target), world)
    response = bureau("PATCH", f"{ENTRIES}/{target}/bureau", typed)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert [(fault["pointer"], fault["words"]) for fault in response.json()["errors"]] == [(f"/{field}", told["words"])]
    says(getattr(world, target), world)


def test_a_correction_needs_its_number(bureau: Caller, world: World) -> None:
    accepted(world, world.stations, "40")
    Acting(world).correct(world.line(world.stations))
    (told,) = answered(put(bureau, {"target": "stations", "nothing_because": "无新增"}))
    assert (told["code"], told["field"]) == (OF_A_CORRECTION, "nothing_because")


def by_service(world: World, target: str, typed: dict[str, str]) -> str:
    """The sentence with which the service of the web form refuses."""
    line = world.line(getattr(world, target))
    (saved,) = save_lines(line.submission_id, [Line(line.pk, Input.of(typed), 1)], by=world.reporter, at=OPEN, door=WEB)
    return str(saved) if isinstance(saved, Refused) else ""


def by_form(world: World, client: Client, target: str, typed: dict[str, str]) -> str:
    """The page that the form comes back with."""
    line = world.line(getattr(world, target))
    client.force_login(world.reporter)
    client.cookies["django_language"] = "en"
    sent = {f"line-{line.pk}-{name}": text for name, text in ({"version": 1, "shown": "{}"} | typed).items()}
    return client.post(f"/packets/bureau/2021Q1/{line.pk}/save/", sent).content.decode()


def by_workbook(world: World, target: str, typed: dict[str, str]) -> list[str]:
    """The sentences that an uploaded workbook is answered with."""
    book = download(world.packet(), world.reporter).type(target, **typed)
    read = upload(world.packet(), book, world.reporter)
    return [str(words(Refusal(fault[1], fault[2]))) for row in read.rows for fault in row["faults"]]


SAME = [
    ("stations", {"value": "forty"}),
    ("stations", {"value": "1111111111111111111"}),
    ("stations", {"value": "0.1234567"}),
    ("stations", {"value": "-1"}),
    ("share", {"numerator": "1"}),
    ("share", {"numerator": "1", "denominator": "0"}),
    ("centre", {"stage": "done", "actual_on": "2021-02-30"}),
    ("centre", {"stage": "done", "actual_on": TOMORROW}),
    ("stations", {"value": "1", "nothing_because": "none"}),
    ("stations", {"value": "1", "words": "x" * 2001}),
]


@pytest.mark.parametrize(("target", "typed"), SAME)
def test_every_door_refuses_with_the_same_sentence(
    bureau: Caller, world: World, client: Client, settings: Any, tmp_path: Any, target: str, typed: dict[str, str]
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with translation.override("en"):
        (told,) = answered(put(bureau, {"target": target} | typed))
        sentence = told["words"]
        assert by_service(world, target, typed) == sentence
        assert by_workbook(world, target, typed) == [sentence]
    assert sentence in by_form(world, client, target, typed).replace("&#x27;", "'")


def test_closed_lines_are_refused_with_the_same_sentence(bureau, world, packet, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    put(bureau, *FILLED)
    acting = Acting(world)
    acting.submit(packet)
    typed = {"value": "41"}
    with translation.override("en"):
        (told,) = answered(put(bureau, {"target": "stations"} | typed))
        assert by_service(world, "stations", typed) == told["words"]
        assert by_workbook(world, "stations", typed) == [told["words"]]


# as it stands in the JSON document, what is stored; null: refused with the code
NUMBERS = [
    ("1.10", "1.1"),
    ("1e3", "1000"),
    ("1E+3", "1000"),
    ("25e-1", "2.5"),
    ("0", "0"),
    ("-0", "0"),
    ("-0.0", "0"),
    ("0e400", "0"),
    ("0.000001", "0.000001"),
    ("1e-6", "0.000001"),
    ("12345678901234567.123456", "12345678901234567.123456"),
    ("999999999999999999.999999", "999999999999999999.999999"),
    ("0.1", "0.1"),
    ("9007199254740993", "9007199254740993"),  # what a double cannot hold
    ("1" + "0" * 17, "1" + "0" * 17),
    ("1.50e1", "15"),
    ('"3.4万"', "34000"),
    ('"1,200"', "1200"),
    ('"１２"', "12"),
    ('" 12 "', "12"),
    ('""', None),
    ("null", None),
]
REFUSED = [
    ("1e18", "too_long"),
    ("1e400", "too_long"),
    ("1e99999999999999999999999", "too_long"),
    ("-1e99999999999999999999999", "too_long"),
    ("1e-7", "too_precise"),
    ("1e-400", "too_precise"),
    ("1e-99999999999999999999999", "too_precise"),
    ("-1", "negative"),
    ("-1e2", "negative"),
    ("1" * 30, "too_long"),
    ("0." + "1" * 30, "too_precise"),
    ("1" * 5000, "too_long"),
    ("1." + "0" * 5000 + "e2", "too_long"),
    ("-1e-400", "too_precise"),
]


def sent(caller: Caller, number: str) -> Any:
    """The number as it stands in the document, untouched by any library."""
    return caller("PUT", ENTRIES, f'{{"rows": [{{"target": "stations", "value": {number}}}]}}')


@pytest.mark.parametrize(("number", "stored"), NUMBERS)
def test_a_number_keeps_every_digit(bureau: Caller, world: World, number: str, stored: str | None) -> None:
    assert outcomes(sent(bureau, number)) == ["created" if stored else "unchanged"]
    assert content(world.line(world.stations))["value"] == stored
    assert bureau.get(f"{ENTRIES}/stations/bureau").json()["value"] == stored
    assert outcomes(sent(bureau, number)) == ["unchanged"]


@pytest.mark.parametrize(("number", "code"), REFUSED)
def test_a_number_that_would_lose_digits_is_refused(bureau: Caller, world: World, number: str, code: str) -> None:
    (told,) = answered(sent(bureau, number))
    assert told["code"] == code, told["words"]
    says(world.stations, world)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "0x1", "1_000"])
def test_what_is_no_json_number_is_no_json(bureau: Caller, literal: str) -> None:
    response = sent(bureau, literal)
    assert (response.status_code, response.json()["code"]) == (400, "bad_json")


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_can_be_sent(bureau: Caller, world: World, stage: Stage) -> None:
    assert outcomes(put(bureau, {"target": "centre", "stage": str(stage)})) == ["created"]
    says(world.centre, world, stage=str(stage))


def test_a_date_goes_with_done_and_stays_when_it_is_left_out(bureau: Caller, world: World) -> None:
    done = {"target": "centre", "stage": "done", "actual_on": "2021-03-31"}
    assert outcomes(put(bureau, done)) == ["created"]
    assert outcomes(put(bureau, {"target": "centre", "stage": "under_way"})) == ["date_without_done"]
    assert outcomes(put(bureau, {"target": "centre", "stage": "under_way", "actual_on": None})) == ["changed"]
    says(world.centre, world, stage="under_way")


def test_half_of_a_ratio_changes_with_the_other_half_as_it_stands(bureau: Caller, world: World) -> None:
    put(bureau, {"target": "share", "numerator": "3", "denominator": "10"})
    assert outcomes(put(bureau, {"target": "share", "numerator": 4})) == ["changed"]
    says(world.share, world, value="40", numerator="4", denominator="10")
    assert outcomes(put(bureau, {"target": "share", "denominator": None})) == ["ratio_incomplete"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("  含室外站 ", "含室外站"),
        ("a\r\n\tb\\c\"d'e", "a\r\n\tb\\c\"d'e"),
        ("\\N", "\\N"),
        ("\\.", "\\."),
        ("a\rb", "a\rb"),
        ("😀字", "😀字"),
        ("半\ud83d", "半?"),
        ("a\x00b", "a\ufffdb"),
        ("字" * 2000, "字" * 2000),
        ("<script>&", "<script>&"),
        ("=1+1", "=1+1"),
    ],
)
def test_words_come_back_as_they_were_sent(bureau: Caller, world: World, sent: str, stored: str) -> None:
    row = {"target": "stations", "value": "1", "words": sent}
    assert outcomes(put(bureau, row)) == ["created"]
    says(world.stations, world, value="1", words=stored)
    assert bureau.get(f"{ENTRIES}/stations/bureau").json()["words"] == stored
    assert outcomes(put(bureau, row)) == ["unchanged"]


# doubts

ZH, EN = "累计数下降：本期15，2021年一季度为40。", "The running total falls: 15, after 40 in Q1 2021."


@pytest.mark.parametrize(("language", "words"), [("en", EN), ("zh", ZH), ("zh-CN,en;q=0.5", ZH), ("fr", ZH)])
def test_doubts_are_told_in_the_callers_language(bureau: Caller, world: World, language: str, words: str) -> None:
    accepted(world, world.stations, "40")
    opened(world, period=1)
    body = {"rows": [{"target": "stations", "value": "15"}]}
    response = bureau("PUT", "/submissions/bureau/2021Q2/entries", body, accept_language=language)
    (row,) = answered(response)
    assert (row["outcome"], [doubt["code"] for doubt in row["doubts"]]) == ("created", ["falls"])
    assert row["doubts"][0]["words"] == words
    (again,) = answered(bureau("PUT", "/submissions/bureau/2021Q2/entries", body, accept_language=language))
    assert (again["outcome"], again["doubts"]) == ("unchanged", row["doubts"])
    read = bureau.get("/submissions/bureau/2021Q2/entries/stations/bureau", accept_language=language).json()
    assert read["doubts"] == row["doubts"]


def test_an_explanation_answers_a_doubt(bureau: Caller, world: World) -> None:
    world.stations.evidence_required = True
    world.stations.save()
    (row,) = answered(put(bureau, {"target": "stations", "value": "15"}))
    assert [doubt["code"] for doubt in row["doubts"]] == ["evidence_missing"]
    put(bureau, *FILLED[1:])
    submitter = submitting(world)
    submitted = submitter("POST", "/submissions/bureau/2021Q1/submit")
    assert (submitted.status_code, submitted.json()["code"]) == (409, "doubts_unexplained")
    (row,) = answered(put(bureau, {"target": "stations", "explanation": "材料随后补交"}))
    assert [doubt["code"] for doubt in row["doubts"]] == ["evidence_missing"], "the doubt stays, and is explained"
    submitted = submitter("POST", "/submissions/bureau/2021Q1/submit")
    assert submitted.status_code == 200, submitted.json()


def test_a_rejected_row_is_told_in_the_callers_language(bureau: Caller, world: World) -> None:
    (row,) = answered(put(bureau, {"target": "stations", "value": "-3"}, accept_language="zh"))
    assert row["words"] == "本期数值：“-3”无法保存（不得为负数）。"
