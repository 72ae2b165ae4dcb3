"""The way of an uploaded workbook: read, confirmed, saved, each step once, whoever dies in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from agencies.models import AuditEvent
from reports.models import ReportingPeriod, Workbook
from reports.services import workbooks
from reports.services.packets import open_packets
from reports.services.refused import Refused
from tests.factories import AssignmentFactory, TargetFactory, at, person
from tests.reports.sheets.books import OPEN, codes, download, kinds, outcome, upload

State = Workbook.State


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    with translation.override("en"):
        yield


@pytest.fixture
def filled(world):
    """The bureau's packet with forty lines more, as a filled workbook that nobody has uploaded yet."""
    for number in range(40):
        AssignmentFactory(target=TargetFactory(code=f"more-{number:02}", position=9 + number), agency=world.bureau)
    open_packets(world.periods[0], at=OPEN, agencies=[world.bureau])
    book = download(world.packet(), world.reporter)
    for number, target in enumerate(book.rows()):
        if target.startswith("more"):
            book.type(target, value=number)
    return book


def refused(code: str, service, *args, **kwargs) -> None:
    with pytest.raises(Refused) as error:
        service(*args, **kwargs)
    assert error.value.refusal.code == code


def test_only_who_enters_may_upload(world):
    packet = world.packet()
    book = download(packet, world.reporter)
    for stranger in (world.supervisor, world.auditor, world.operator, person("reporter", world.east)):
        refused("not_your_agency", upload, packet, book, stranger)
    assert not Workbook.objects.exists()


def test_the_file_lies_under_a_generated_name(world):
    found = upload(
        world.packet(), download(world.packet(), world.reporter), world.reporter, name="../../etc/表\x00.xlsx"
    )
    assert found.title == "表.xlsx"
    assert found.file.name.startswith("workbooks/202104/")
    assert "表" not in found.file.name
    assert default_storage.exists(found.file.name)


def test_its_title_is_one_line_that_reads_as_it_is_stored(world):
    book = download(world.packet(), world.reporter)
    assert upload(world.packet(), book, world.reporter, name="a\r\nB \u202exslx.xlsx").title == "aB xslx.xlsx"


def test_what_was_stored_goes_when_its_row_cannot_be_written(world, filled, settings):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$; "
            "CREATE TRIGGER broken BEFORE INSERT ON reports_workbook FOR EACH ROW EXECUTE FUNCTION broken()"
        )
    with pytest.raises(DatabaseError, match="on fire"), transaction.atomic():
        upload(world.packet(), filled, world.reporter)
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_confirming_twice_saves_once(world, filled):
    found = upload(world.packet(), filled, world.reporter)
    workbooks.confirm(found.pk, by=world.reporter, at=OPEN)
    events = AuditEvent.objects.count()
    refused("workbook_not_ready", workbooks.confirm, found.pk, by=world.reporter, at=OPEN)
    assert AuditEvent.objects.count() == events


def test_only_who_uploaded_confirms_or_discards(world, filled):
    found = upload(world.packet(), filled, world.reporter)
    for service in (workbooks.confirm, workbooks.discard):
        refused("workbook_of_others", service, found.pk, by=world.approver, at=OPEN)


def test_who_has_left_the_agency_saves_nothing(world, filled):
    found = upload(world.packet(), filled, world.reporter)
    world.reporter.memberships.all().delete()
    left = type(world.reporter).objects.get(pk=world.reporter.pk)
    refused("not_your_agency", workbooks.confirm, found.pk, by=left, at=OPEN)


def test_nothing_to_save_is_refused(world):
    found = upload(world.packet(), download(world.packet(), world.reporter), world.reporter)
    refused("nothing_to_do", workbooks.confirm, found.pk, by=world.reporter, at=OPEN)


def test_a_discarded_workbook_is_gone_with_its_file(world, filled, django_capture_on_commit_callbacks):
    found = upload(world.packet(), filled, world.reporter)
    name = found.file.name
    with django_capture_on_commit_callbacks(execute=True):
        workbooks.discard(found.pk, by=world.reporter, at=OPEN)
    found.refresh_from_db()
    assert (found.state, found.rows) == (State.DISCARDED, [])
    refused("workbook_file_gone", workbooks.marked_copy, found)
    assert not default_storage.exists(name)
    refused("workbook_not_ready", workbooks.confirm, found.pk, by=world.reporter, at=OPEN)


@pytest.fixture
def _large(monkeypatch):
    """Everything counts as large: it goes to the worker."""
    monkeypatch.setattr(workbooks, "READ_AT_ONCE", 0)
    monkeypatch.setattr(workbooks, "SAVE_AT_ONCE", 0)
    monkeypatch.setattr(workbooks, "SAVE_BATCH", 15)


@pytest.mark.usefixtures("_large")
def test_a_large_workbook_is_read_and_saved_by_the_worker(world, filled, django_capture_on_commit_callbacks):
    from celery import current_app

    from reports.tasks import workbooks as task

    ReportingPeriod.objects.update(closes_at=at("2100-01-01"))  # the task works at its own moment
    current_app.control.purge()
    with django_capture_on_commit_callbacks(execute=True):
        found = upload(world.packet(), filled, world.reporter)
    assert found.state == State.READING
    task()
    found.refresh_from_db()
    assert (found.state, found.rows_done, found.rows_total) == (State.READY, 43, 43)
    with django_capture_on_commit_callbacks(execute=True):
        workbooks.confirm(found.pk, by=world.reporter, at=OPEN)
    assert current_app.control.purge() == 2, "one message each"
    task()
    found.refresh_from_db()
    assert (found.state, found.rows_done, found.rows_total) == (State.DONE, 40, 40)
    assert world.packet().entries.filter(value__isnull=False).count() == 40


@pytest.mark.usefixtures("_large")
def test_what_a_killed_worker_left_is_finished_and_nothing_is_saved_twice(world, filled):
    found = upload(world.packet(), filled, world.reporter)
    workbooks.go_on(found.pk, at=OPEN)
    workbooks.confirm(found.pk, by=world.reporter, at=OPEN)
    assert workbooks._save_batch(found.pk, OPEN), "one batch, then the kill"
    found.refresh_from_db()
    assert (found.state, found.rows_done) == (State.SAVING, 15)
    assert AuditEvent.objects.filter(action="entry.saved").count() == 15
    assert workbooks.go_on_with_all(at=OPEN) == 1
    found.refresh_from_db()
    assert (found.state, found.rows_done) == (State.DONE, 40)
    assert AuditEvent.objects.filter(action="entry.saved").count() == 40
    assert workbooks.go_on_with_all(at=OPEN) == 0


@pytest.mark.usefixtures("_large")
def test_a_workbook_discarded_while_it_is_read_stays_discarded(world, filled):
    found = upload(world.packet(), filled, world.reporter)
    before = Workbook.objects.select_related("submission__period__plan", "submission__agency").get(pk=found.pk)
    workbooks.discard(found.pk, by=world.reporter, at=OPEN)
    workbooks._read(before, OPEN)
    found.refresh_from_db()
    assert (found.state, found.rows) == (State.DISCARDED, [])


def test_a_lost_file_is_answered(world, filled, monkeypatch):
    monkeypatch.setattr(workbooks, "READ_AT_ONCE", 0)
    found = upload(world.packet(), filled, world.reporter)
    default_storage.delete(found.file.name)
    workbooks.go_on(found.pk, at=OPEN)
    found.refresh_from_db()
    assert (found.state, found.fault) == (State.REFUSED, "sheet_damaged")


def test_a_correction_withdrawn_after_the_preview_is_reported(world, acting):
    from reports.services.corrections import withdraw_correction
    from tests.reports.conftest import WEB

    packet = acting.submitted()
    acting.accept(packet)
    correction = acting.correct(world.line(world.stations))
    found = upload(packet, download(packet, world.reporter).type("stations", value=12), world.reporter)
    assert outcome(found)["stations"] == "change"
    withdraw_correction(correction.pk, by=world.reporter, at=OPEN, door=WEB)
    workbooks.confirm(found.pk, by=world.reporter, at=OPEN)
    found.refresh_from_db()
    assert (outcome(found)["stations"], codes(found)) == ("refused", ["row_gone"])


def test_old_files_go_and_what_became_of_the_rows_stays(world, filled):
    found = upload(world.packet(), filled, world.reporter)
    assert workbooks.forget_old_files(at=OPEN + timedelta(days=90)) == 0
    assert workbooks.forget_old_files(at=OPEN + timedelta(days=90 + 31)) == 1, "in April, kept until the end of July"
    assert not default_storage.exists(found.file.name)
    found.refresh_from_db()
    assert len(list(kinds(found))) == 43
    refused("workbook_file_gone", workbooks.marked_copy, found)
    assert workbooks.forget_old_files(at=OPEN + timedelta(days=200)) == 0


def test_a_preview_leaves_no_trace_in_the_audit_log(world, filled):
    upload(world.packet(), filled, world.reporter)
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["workbook.uploaded"]


def test_the_number_of_statements_does_not_grow_with_the_rows(world, filled):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(book) -> int:
        with CaptureQueriesContext(connection) as captured:
            found = upload(world.packet(), book, world.reporter)
            workbooks.confirm(found.pk, by=world.reporter, at=OPEN)
        return len([one for one in captured if not one["sql"].startswith(("UPDATE", "SAVEPOINT", "RELEASE"))])

    one = statements(download(world.packet(), world.reporter).type("stations", value=1))
    assert statements(filled) == one
