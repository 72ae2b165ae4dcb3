"""What people do to a workbook between download and upload, and what is made of it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl.styles import Protection
from openpyxl.utils import get_column_letter

from reports.models import Workbook
from reports.services import workbooks
from reports.sheets.writing import PLACE
from tests.factories import person
from tests.reports.sheets.books import HIDDEN, OPEN, Book, codes, download, outcome, upload

State = Workbook.State


def row_of(found: Workbook, target: str) -> dict:
    return next(row for row in found.rows if row["name"].startswith(target + "/"))


def confirm(found: Workbook, by, now=OPEN) -> Workbook:
    workbooks.confirm(found.pk, by=by, at=now)
    found.refresh_from_db()
    return found


def test_what_was_downloaded_and_uploaded_again_changes_nothing(trip):
    found = trip.upload(trip.download())
    assert found.state == State.READY
    assert outcome(found) == {"stations": "unchanged", "share": "unchanged", "centre": "unchanged"}


def test_a_filled_workbook_is_previewed_and_saved_only_when_confirmed(trip, world):
    book = trip.download()
    book.type("stations", value=40, words="按计划推进")
    book.type("share", numerator=3, denominator=10).type("centre", stage="Done", actual_on=date(2021, 3, 31))
    found = trip.upload(book)
    assert outcome(found) == {"stations": "change", "share": "change", "centre": "change"}
    line = world.line(world.stations)
    assert (line.value, line.version) == (None, 1), "a preview changes nothing"
    found = confirm(found, world.reporter)
    assert (found.state, found.rows_done, found.rows_total) == (State.DONE, 3, 3)
    assert outcome(found) == {"stations": "saved", "share": "saved", "centre": "saved"}
    line, ratio, stage = (world.line(target) for target in (world.stations, world.share, world.centre))
    assert (line.value, line.words, line.entered_by) == (40, "按计划推进", world.reporter)
    assert (ratio.numerator, ratio.denominator, ratio.value) == (3, 10, 30)
    assert (stage.stage, stage.actual_on) == ("done", date(2021, 3, 31))


def test_saved_through_the_spreadsheets_door_with_its_doubts(trip, world, acting):
    from agencies.models import AuditEvent

    found = confirm(trip.upload(trip.download().type("stations", value=1_000_000)), world.reporter)
    event = AuditEvent.objects.get(action="entry.saved")
    assert (event.door, event.actor, event.after["value"]) == ("xlsx", world.reporter, "1000000")
    line = world.line(world.stations)
    assert line.doubts
    assert row_of(found, "stations")["doubts"] == line.doubts
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "workbook.uploaded", "workbook.confirmed", "entry.saved",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (12_000_000, "12000000"),
        (12_000_000.0, "12000000"),
        (0.1 + 0.2, "0.3"),
        (0, "0"),
        ("3.4万", "34000"),
        ("１，２００", "1200"),
        (" 1,200 \u3000", "1200"),
        ("７", "7"),
        (1234567890.123456, "1234567890.12346"),
    ],
)
def test_a_number_is_taken_as_it_is_shown(trip, typed, stored):
    assert row_of(trip.upload(trip.download().type("stations", value=typed)), "stations")["typed"]["value"] == stored


def test_a_percentage_is_taken_as_it_is_shown(trip):
    book = trip.download().type("stations", value=0.65)
    book.cell("stations", "value").number_format = "0.0%"
    assert row_of(trip.upload(book), "stations")["typed"]["value"] == "65"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (date(2021, 3, 5), "2021-03-05"),
        (datetime(2021, 3, 5, 14, 30), "2021-03-05"),
        ("2021-3-5", "2021-03-05"),
        ("2021年3月5日", "2021-03-05"),
        ("２０２１／３／５", "2021-03-05"),
        ("2021.03.05", "2021-03-05"),
        (44260, "2021-03-05"),
        ("20210305", "2021-03-05"),
    ],
)
def test_a_date_may_be_a_date_or_text(trip, typed, stored):
    found = trip.upload(trip.download().type("centre", stage="Done", actual_on=typed))
    row = row_of(found, "centre")
    assert (row["kind"], row["typed"]["actual_on"]) == ("change", stored)


@pytest.mark.parametrize("typed", ["done", "已完成", "Done", " DONE "])
def test_a_stage_may_be_in_any_language(trip, typed):
    assert row_of(trip.upload(trip.download().type("centre", stage=typed)), "centre")["typed"]["stage"] == "done"


@pytest.mark.parametrize(
    ("target", "typed", "why"),
    [
        ("stations", {"value": "about 40"}, "not_a_number"),
        ("stations", {"value": True}, "not_a_number"),
        ("stations", {"value": date(2021, 3, 4)}, "not_a_number"),
        ("stations", {"value": -1}, "negative"),
        ("stations", {"value": 1e300}, "not_a_number"),
        ("stations", {"value": 1e30}, "too_long"),
        ("stations", {"value": 0.0000001}, "too_precise"),
        ("stations", {"words": "长" * 2001}, "too_long_text"),
        ("stations", {"value": 3, "nothing_because": "无"}, "both_number_and_nothing"),
        ("share", {"numerator": 3}, "ratio_incomplete"),
        ("centre", {"stage": "almost"}, "not_a_stage"),
        ("centre", {"stage": "Done", "actual_on": "31 March"}, "not_a_date"),
        ("centre", {"stage": "Done", "actual_on": "44000"}, "not_a_date"),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused_by_the_same_rules(trip, target, typed, why):
    found = trip.upload(trip.download().type(target, **typed))
    row = row_of(found, target)
    assert row["kind"] == "refused"
    assert [fault[2]["why"] for fault in row["faults"]] == [why]
    assert row["faults"][0][0] in typed, "and the cell is known"


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_cell_is_refused_and_not_taken_for_an_empty_one(trip, acting, world, error):
    acting.save(world.line(world.stations), value="40")
    book = trip.download()
    book.cell("stations", "value").value = error
    book.cell("stations", "value").data_type = "e"
    found = trip.upload(book)
    assert (outcome(found)["stations"], codes(found)) == ("refused", ["row_error_value"])


def test_a_formula_is_refused_with_its_row(trip):
    found = trip.upload(trip.download().type("stations", value="=20+20", words="x"))
    row = row_of(found, "stations")
    assert (row["kind"], row["faults"][0][:2]) == ("refused", ["value", "row_formula"])
    assert outcome(found)["share"] == "unchanged"


def test_a_formula_outside_the_input_cells_is_nobodys_business(trip):
    book = trip.download()
    book.page.cell(book.rows()["stations"], 40).value = "=1+1"
    assert outcome(trip.upload(book))["stations"] == "unchanged"


def test_an_emptied_cell_is_shown_as_a_change_and_empties_on_confirmation(trip, acting, world):
    acting.save(world.line(world.stations), value="40")
    found = trip.upload(trip.download().type("stations", value=None))
    row = row_of(found, "stations")
    assert (row["kind"], row["before"]["value"], row["typed"]["value"]) == ("change", "40", "")
    confirm(found, world.reporter)
    assert world.line(world.stations).value is None


def test_a_true_zero_is_not_an_empty_cell(trip, world):
    found = trip.upload(trip.download().type("stations", value=0))
    assert outcome(found)["stations"] == "change"
    confirm(found, world.reporter)
    assert world.line(world.stations).value == 0


def test_blanks_are_nothing(trip):
    book = trip.download().type("stations", value="  ", words=" \u3000\n ")
    assert outcome(trip.upload(book))["stations"] == "unchanged"


def test_what_the_sheet_does_not_ask_for_is_refused(trip):
    found = trip.upload(trip.download().type("share", value=30))
    assert (outcome(found)["share"], codes(found)) == ("refused", ["row_not_asked"])


# --- the shape of the sheet -----------------------------------------------------------------------------------


def test_rows_may_be_in_any_order(trip):
    book = trip.download().type("stations", value=40)
    rows = [[cell.value for cell in book.page[number]] for number in range(5, book.page.max_row + 1)]
    for number, row in enumerate(reversed(rows), start=5):
        for place, value in enumerate(row, start=1):
            book.page.cell(number, place).value = value
    found = trip.upload(book)
    assert outcome(found) == {"centre": "unchanged", "share": "unchanged", "stations": "change"}


def test_columns_may_be_moved_hidden_and_added_and_the_sheet_renamed(trip):
    book = trip.download().type("stations", value=40, words="注")
    page = book.page
    page.insert_cols(3, amount=2)
    page.move_range(f"{get_column_letter(PLACE['words'] + 2)}1:{get_column_letter(PLACE['words'] + 2)}9", cols=20)
    page.insert_rows(1, amount=3)
    page.column_dimensions["M"].hidden = True
    page.title = "我的表"
    book.book.move_sheet(page, offset=1)
    row = row_of(trip.upload(book), "stations")
    assert (row["kind"], row["typed"]["value"], row["typed"]["words"]) == ("change", "40", "注")


def test_a_deleted_row_is_left_alone(trip, acting, world):
    acting.save(world.line(world.stations), value="40")
    book = trip.download()
    book.page.delete_rows(book.rows()["stations"])
    found = trip.upload(book)
    assert outcome(found) == {"share": "unchanged", "centre": "unchanged"}


def test_a_deleted_column_leaves_what_is_stored(trip, acting, world):
    acting.save(world.line(world.stations), value="40", words="原注")
    book = trip.download().type("stations", value=41)
    book.page.delete_cols(PLACE["words"])
    row = row_of(trip.upload(book), "stations")
    assert (row["kind"], row["typed"]["words"]) == ("change", "原注")


def test_a_column_that_stands_twice_makes_the_file_unusable(trip):
    book = trip.download()
    book.page.cell(HIDDEN, 30).value = "nib:value"
    assert trip.upload(book).fault == "sheet_column_twice"


def test_a_copied_sheet_makes_the_file_unusable(trip):
    book = trip.download()
    book.book.copy_worksheet(book.page)
    assert trip.upload(book).fault == "sheet_twice"


def test_a_line_that_stands_twice_is_refused_in_both_places(trip, world):
    book = trip.download().type("stations", value=40)
    number = book.rows()["stations"]
    for cell in book.page[number]:
        book.page.cell(20, cell.column).value = cell.value
    found = trip.upload(book)
    refused = [row for row in found.rows if row["kind"] == "refused"]
    assert [row["row"] for row in refused] == [number, 20]
    assert {row["faults"][0][1] for row in refused} == {"row_twice"}
    assert refused[0]["faults"][0][2]["rows"] == f"{number}, 20"


def test_an_added_row_is_refused_and_an_empty_one_ignored(trip):
    book = trip.download()
    book.page.cell(25, PLACE["value"]).value = 40
    book.page.cell(26, PLACE["target"]).value = "合计"
    found = trip.upload(book)
    assert codes(found) == ["row_without_key"]


@pytest.mark.parametrize("key", ["nonsense", "small/2021Q1/bureau/unheard-of/bureau#1.1~0123456789ab", "🙂" * 500])
def test_an_unknown_key_is_refused(trip, key):
    book = trip.download()
    book.page.cell(book.rows()["stations"], 1).value = key
    assert codes(trip.upload(book)) == ["row_unknown"]


def test_a_row_of_another_agency_or_quarter_is_refused(trip, world):
    foreign = download(world.packet(world.east), person("reporter", world.east))
    later = download(world.packet(period=1), world.reporter, now=world.periods[1].opens_at)
    book = trip.download()
    for number, other in ((20, foreign), (21, later)):
        book.page.cell(number, 1).value = next(
            value for (value,) in other.page.iter_rows(min_row=5, max_col=1, values_only=True) if "#" in str(value)
        )
        book.page.cell(number, PLACE["value"]).value = 99
    assert codes(trip.upload(book)) == ["row_foreign", "row_foreign"]


def test_the_workbook_of_another_packet_is_recognised(trip, world):
    east = person("reporter", world.east)
    found = trip.upload(download(world.packet(world.east), east))
    assert (found.state, found.fault) == (State.REFUSED, "sheet_other_packet")
    assert found.fault_params == {"agency": "east", "period": "2021Q1"}


def test_an_old_template_is_recognised(trip, monkeypatch):
    from reports.sheets import columns

    book = trip.download()
    monkeypatch.setattr(columns, "FORMAT", columns.FORMAT + 1)
    assert trip.upload(book).fault == "sheet_old_template"


@pytest.mark.parametrize("change", ["small/2021Q1/bureau:forged", "small/2021Q1/east", ""])
def test_a_forged_header_is_recognised(trip, change):
    book = trip.download()
    signed = book.page.cell(HIDDEN, 1).value
    book.page.cell(HIDDEN, 1).value = "nib-packet/1/" + change if change else signed[:-1] + "_"
    assert trip.upload(book).fault == "sheet_forged"


def test_a_workbook_without_the_hidden_row_is_not_ours(trip):
    book = trip.download()
    book.page.delete_rows(HIDDEN)
    assert trip.upload(book).fault == "sheet_not_ours"


def test_merged_cells_say_what_their_first_cell_says(trip):
    book = trip.download().type("stations", value=40)
    number = book.rows()["stations"]
    letter, after = get_column_letter(PLACE["words"]), get_column_letter(PLACE["nothing_because"])
    book.type("stations", words="合并")
    book.page.merge_cells(f"{letter}{number}:{after}{number}")
    row = row_of(trip.upload(book), "stations")
    assert (row["kind"], row["typed"]["words"], row["typed"]["nothing_because"]) == ("change", "合并", "")


# --- others were at it ----------------------------------------------------------------------------------------


def test_a_line_that_others_changed_is_a_conflict_that_shows_both(trip, acting, world):
    book = trip.download().type("stations", value=40)
    acting.save(world.line(world.stations), by=world.approver, value="35")
    found = trip.upload(book)
    row = row_of(found, "stations")
    assert (row["kind"], row["before"]["value"], row["typed"]["value"]) == ("conflict", "35", "40")
    assert codes(found) == ["version_conflict"]


def test_a_line_that_was_not_touched_in_the_sheet_keeps_what_others_entered(trip, acting, world):
    book = trip.download().type("share", numerator=3, denominator=10)
    acting.save(world.line(world.stations), by=world.approver, value="35")
    found = trip.upload(book)
    assert outcome(found) == {"stations": "kept", "share": "change", "centre": "unchanged"}
    confirm(found, world.reporter)
    assert world.line(world.stations).value == 35


def test_the_same_figure_from_two_sides_is_no_conflict(trip, acting, world):
    book = trip.download().type("stations", value=40)
    acting.save(world.line(world.stations), by=world.approver, value="40")
    assert outcome(trip.upload(book))["stations"] == "unchanged"


def test_a_conflict_between_preview_and_confirmation_is_reported_per_row(trip, acting, world):
    found = trip.upload(trip.download().type("stations", value=40).type("share", numerator=3, denominator=10))
    acting.save(world.line(world.stations), by=world.approver, value="35")
    found = confirm(found, world.reporter)
    assert outcome(found) == {"stations": "conflict", "share": "saved", "centre": "unchanged"}
    assert row_of(found, "stations")["before"]["value"] == "35", "theirs, as it stands now"
    assert world.line(world.stations).value == 35


def test_a_sheet_from_before_a_correction_does_not_fill_the_correction(trip, acting, world):
    book = trip.download().type("stations", value=41)
    acting.fill(trip.packet)
    acting.submit(trip.packet)
    acting.accept(trip.packet)
    acting.correct(world.line(world.stations))
    found = trip.upload(book)
    assert outcome(found)["stations"] == "conflict"


def test_submitted_lines_are_in_the_sheet_and_cannot_be_changed(acting, world):
    packet = acting.submitted()
    book = download(packet, world.reporter)
    assert book.cell("stations", "value").value == 10
    assert book.cell("stations", "value").protection.locked
    found = upload(packet, book.type("stations", value=11), world.reporter)
    assert (outcome(found)["stations"], codes(found)) == ("refused", ["already_submitted"])


def test_a_closed_window_is_answered_per_row(trip, world):
    from tests.factories import at

    found = trip.upload(trip.download().type("stations", value=40), now=at("2021-06-01"))
    assert (outcome(found)["stations"], codes(found)) == ("refused", ["closed"])


def test_taking_off_the_protection_gains_nothing(trip):
    book: Book = trip.download().type("stations", goal="1", unit="万个")
    book.page.protection.sheet = False
    book.cell("stations", "goal").protection = Protection(locked=False)
    assert outcome(trip.upload(book))["stations"] == "unchanged"
