"""Workbooks: downloaded, uploaded, previewed, confirmed, saved.

A row in the state `reading` or `saving` is work to do; whoever gets the workbook's lock goes on where it stands, so a
message may be lost and a worker may be killed anywhere. Small workbooks are worked on within the request.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit

from ..models import Submission, Workbook
from ..rules.evidence import clean_title
from ..rules.windows import RefusalCode
from ..selectors.four_eyes import packet_key
from ..selectors.packets import deadline, last_moment, packet_lines
from ..sheets import guard, reading
from ..sheets.columns import Unusable
from ..sheets.marking import Mark, marked
from ..sheets.writing import Sheet, workbook
from ..wording import minute
from .entries import extended_until, why_closed
from .files import kept_with_its_row, remove_after_commit
from .locks import alone
from .queueing import nudge
from .refused import Refused
from .sheet_rows import XLSX, Comparison, Kind, save, sentence

logger = logging.getLogger(__name__)

State = Workbook.State
TASK = "reports.tasks.workbooks"
LOCK = 0x6E69_6203
READ_AT_ONCE = 2 * 2**20  # bytes when inflated: some thousand rows
SAVE_AT_ONCE = 300  # lines
MAX_MEGABYTES = guard.MAX_BYTES // guard.MEGABYTE
READ_BATCH, SAVE_BATCH = 1000, 100
KEPT_DAYS = 90  # a file is kept at least so long after its upload, what became of its rows for ever
FOLDER = "workbooks"  # where models/workbooks.py puts them, by month


def sheet(submission: Submission, *, reader: User, at: datetime) -> bytes:
    """The packet as a workbook; cells can be typed into where the reader may save the line now."""
    groups = packet_lines(submission)
    entries = [one.entry for group in groups for one in group.lines]
    extension, may_enter = extended_until(submission), reader.can(Can.ENTER, submission.agency_id)
    can_enter = {entry.pk for entry in entries if may_enter and not why_closed(entry, at, extension)}
    counted = submission.entries.order_by().values_list("assignment").annotate(Count("pk"))
    return workbook(Sheet(submission, groups, can_enter, dict(counted), _facts(submission, at)))


def _facts(submission: Submission, at: datetime) -> str:
    zone = submission.period.plan.time_zone
    facts = gettext("%(plan)s. Due %(due)s; can be entered until %(until)s. Downloaded %(at)s.") % {
        "plan": submission.period.plan.name,
        "due": last_moment(submission.period.due_at, zone),
        "until": last_moment(deadline(submission), zone),
        "at": minute(at, zone),
    }
    return f"{gettext('Sample data')} · {facts}" if submission.is_sample else facts


def receive(submission: Submission, upload: UploadedFile, *, by: User, at: datetime) -> Workbook:
    """Stores an uploaded file and reads it, at once or in the worker. Refused for what is no workbook of ours."""
    if not by.can(Can.ENTER, submission.agency_id):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    with _as_refusal():
        inflated = guard.recognise(upload, upload.size or 0)
    found = _store(submission, upload, by=by, at=at)
    _work(found, is_small=inflated <= READ_AT_ONCE, at=at)
    return found


@contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except Unusable as unusable:
        raise Refused(unusable.refusal.code, **unusable.refusal.params) from unusable


def _store(submission: Submission, upload: UploadedFile, *, by: User, at: datetime) -> Workbook:
    name = clean_title(upload.name or "workbook.xlsx")
    found = Workbook(submission=submission, uploaded_by=by, uploaded_at=at, changed_at=at, title=name)
    upload.seek(0)
    with kept_with_its_row(found.file):
        found.file.save(name, upload, save=False)  # under a generated name
        found.save()
        _record("workbook.uploaded", found, by=by, at=at)
    return found


def _work(found: Workbook, *, is_small: bool, at: datetime) -> None:
    if is_small:
        go_on(found.pk, at=at)
        found.refresh_from_db()
    else:
        nudge(TASK)


def go_on(workbook_id: int, *, at: datetime) -> None:
    """Reads or saves one workbook to its end, unless somebody else is at it; nothing where there is nothing to do."""
    with alone(LOCK, workbook_id) as mine:
        found = _with_packet().get(pk=workbook_id)
        if mine and found.state == State.READING:
            _read(found, at)
        elif mine and found.state == State.SAVING:
            while _save_batch(workbook_id, at):
                pass


def go_on_with_all(*, at: datetime) -> int:
    """Goes on with every workbook that waits for it; returns how many. One that fails does not keep the others."""
    waiting = list(Workbook.objects.filter(state__in=(State.READING, State.SAVING)).values_list("pk", flat=True))
    for workbook_id in waiting:
        try:
            go_on(workbook_id, at=at)
        except Exception:
            logger.exception("workbook %s failed; the next sweep tries again", workbook_id)
    return len(waiting)


def _with_packet():
    return Workbook.objects.select_related("submission__period__plan", "submission__agency", "uploaded_by")


def _read(found: Workbook, at: datetime) -> None:
    """From the file to the preview. Begun anew after a kill: nothing but the preview comes of it."""
    try:
        with found.file.open("rb") as file:
            rows = reading.read(file, found.submission)
    except (Unusable, FileNotFoundError) as error:
        fault = error.refusal if isinstance(error, Unusable) else Unusable(RefusalCode.SHEET_DAMAGED).refusal
        _note(found, State.READING, at, state=State.REFUSED, fault=fault.code, fault_params=fault.params)
        return
    comparison, done = Comparison(found.submission, rows), []
    for start in range(0, len(rows), READ_BATCH):
        done += comparison.of(rows[start : start + READ_BATCH], by=found.uploaded_by, at=at)
        if not _note(found, State.READING, at, rows_total=len(rows), rows_done=len(done)):
            return  # discarded meanwhile
    _note(found, State.READING, at, state=State.READY, rows=done)


@transaction.atomic
def _note(found: Workbook, during: State, at: datetime, **changes: Any) -> bool:
    """Writes how far it has come; False where it has left the state meanwhile."""
    locked = Workbook.objects.select_for_update().defer("rows").get(pk=found.pk)
    if locked.state != during:
        return False
    for name, value in {**changes, "changed_at": at}.items():
        setattr(locked, name, value)
    locked.save(update_fields=[*changes, "changed_at"])
    return True


@transaction.atomic
def _save_batch(workbook_id: int, at: datetime) -> bool:
    """Saves the next lines and notes it in the same transaction; whether there is more to save."""
    found = _with_packet().select_for_update(of=("self",)).get(pk=workbook_id)
    if found.state != State.SAVING:
        return False
    waiting = [row for row in found.rows if row["kind"] == Kind.CHANGE]
    batch = waiting[:SAVE_BATCH]
    save(found.submission, batch, by=found.uploaded_by, at=at)
    found.rows_done += len(batch)
    found.state = State.SAVING if len(waiting) > len(batch) else State.DONE
    found.changed_at = at
    found.save(update_fields=["rows", "rows_done", "state", "changed_at"])
    return found.state == State.SAVING


def confirm(workbook_id: int, *, by: User, at: datetime) -> Workbook:
    """Saves what the preview says would change, at once or in the worker. A second time it is refused."""
    found = _confirm(workbook_id, by=by, at=at)
    _work(found, is_small=found.rows_total <= SAVE_AT_ONCE, at=at)
    return found


@transaction.atomic
def _confirm(workbook_id: int, *, by: User, at: datetime) -> Workbook:
    found = _own(workbook_id, by, State.READY)
    if not by.can(Can.ENTER, found.submission.agency_id):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    changes = counts(found)[Kind.CHANGE]
    if not changes:
        raise Refused(RefusalCode.NOTHING_TO_DO)
    found.state, found.rows_total, found.rows_done, found.changed_at = State.SAVING, changes, 0, at
    found.save(update_fields=["state", "rows_total", "rows_done", "changed_at"])
    _record("workbook.confirmed", found, by=by, at=at)
    return found


@transaction.atomic
def discard(workbook_id: int, *, by: User, at: datetime) -> Workbook:
    """Forgets an uploaded workbook that was not confirmed, and its file."""
    found = _own(workbook_id, by, State.READING, State.READY)
    found.state, found.rows, found.changed_at = State.DISCARDED, [], at
    found.save(update_fields=["state", "rows", "changed_at"])
    remove_after_commit([found.file.name])
    _record("workbook.discarded", found, by=by, at=at)
    return found


def _own(workbook_id: int, by: User, *states: State) -> Workbook:
    found = _with_packet().select_for_update(of=("self",)).get(pk=workbook_id)
    if found.uploaded_by_id != by.pk:
        raise Refused(RefusalCode.WORKBOOK_OF_OTHERS)
    if found.state not in states:
        raise Refused(RefusalCode.WORKBOOK_NOT_READY)
    return found


def _record(action: str, found: Workbook, *, by: User, at: datetime) -> None:
    submission = found.submission
    audit.record(
        action, packet_key(submission), actor=by, at=at, door=XLSX, agency=submission.agency,
        after={"workbook": found.title, **{kind: number for kind, number in counts(found).items() if number}},
    )  # fmt: skip


def counts(found: Workbook) -> Counter[str]:
    """How many rows of each kind."""
    return Counter(row["kind"] for row in found.rows)


def marked_copy(found: Workbook) -> bytes:
    """The uploaded workbook with its refused cells marked, in the reader's language. Refused where it cannot be."""
    if found.state == State.DISCARDED:
        raise Refused(RefusalCode.WORKBOOK_FILE_GONE)
    marks = [
        Mark(row["row"], fault[0] or field, sentence(fault))
        for row in found.rows
        for fault in row["faults"]
        for field in _fields(row)
    ]
    try:
        with _as_refusal(), found.file.open("rb") as file:
            return marked(file, marks)
    except FileNotFoundError as error:
        raise Refused(RefusalCode.WORKBOOK_FILE_GONE) from error


def _fields(row: dict[str, Any]) -> list[str]:
    """Which cells a fault without a cell of its own is shown at: in a conflict those that differ, else the first."""
    if row["kind"] != Kind.CONFLICT:
        return [""]
    return [code for code, text in row["typed"].items() if text != row["before"][code]] or [""]


def forget_old_files(*, at: datetime) -> int:
    """Removes the files of months that ended long ago; what became of their rows stays. Returns how many."""
    before = f"{at - timedelta(days=KEPT_DAYS):%Y%m}"
    if not default_storage.exists(FOLDER):
        return 0
    months = [month for month in default_storage.listdir(FOLDER)[0] if month < before]
    files = [f"{FOLDER}/{month}/{name}" for month in months for name in default_storage.listdir(f"{FOLDER}/{month}")[1]]
    for path in [*files, *(f"{FOLDER}/{month}" for month in months)]:
        default_storage.delete(path)
    return len(files)
