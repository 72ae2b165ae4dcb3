"""Adding and removing evidence: what is taken, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import hashlib
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.models import AuditEvent
from agencies.roles import Role
from reports.models import Entry, Evidence, Submission
from reports.models.submissions import State
from reports.rules.evidence import MAX_FILE_MB, MAX_PIECES, MEGABYTE
from reports.selectors.doubts import doubts_of
from reports.services import evidence as services
from reports.services.corrections import withdraw_correction
from reports.services.entries import is_changeable
from reports.services.refused import Refused
from targets.models import Target
from tests.factories import at, person, small_plan
from tests.reports.conftest import OPEN, WEB, Acting
from tests.reports.uploads import PDF, PNG, compound, named, package, upload

pytestmark = pytest.mark.usefixtures("files")


def add(world, entry, sent=None, by=None, now=OPEN) -> Evidence:
    return services.add_file(entry.pk, sent or upload(), by=by or world.reporter, at=now, door=WEB)


def link(world, entry, url="https://www.sh.gov.cn/a", title="公示", by=None, now=OPEN) -> Evidence:
    return services.add_link(entry.pk, title=title, url=url, by=by or world.reporter, at=now, door=WEB)


def remove(world, piece, by=None, now=OPEN) -> Entry:
    return services.remove(piece.pk, by=by or world.reporter, at=now, door=WEB)


def stored(files) -> list[bytes]:
    return [path.read_bytes() for path in sorted(files.rglob("*")) if path.is_file()]


def refused(code, function, *args, why=None, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught, transaction.atomic():
        function(*args, **kwargs)
    assert caught.value.refusal.code == code, str(caught.value)
    assert why is None or caught.value.refusal.params["why"] == why
    assert str(caught.value)
    return caught.value


def test_a_file_is_kept_under_a_generated_name_with_what_it_is(world, files):
    piece = add(world, world.line(world.stations))
    piece.refresh_from_db()
    assert (piece.title, piece.size, piece.media_type) == ("报告.pdf", len(PDF), "application/pdf")
    assert piece.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (piece.added_by, piece.added_at) == (world.reporter, OPEN)
    assert stored(files) == [PDF]
    assert "报告" not in piece.file.name and "pdf" not in piece.file.name
    assert (files / piece.file.name).stat().st_mode & 0o777 == 0o600


def test_a_large_file_comes_whole_through_a_temporary_one(world, files):
    from django.core.files.uploadedfile import TemporaryUploadedFile

    sent = TemporaryUploadedFile("大.pdf", "application/pdf", 0, None)
    content = PDF + bytes(3 * MEGABYTE)
    sent.write(content)
    sent.size = len(content)
    piece = add(world, world.line(world.stations), sent)
    sent.close()  # as the request does at its end
    assert piece.sha256 == hashlib.sha256(content).hexdigest()
    assert stored(files) == [content]


def test_a_link_is_called_by_its_host_unless_it_has_a_title(world):
    entry = world.line(world.stations)
    assert link(world, entry).title == "公示"
    assert link(world, entry, "HTTPS://Www.Sh.Gov.Cn/b", title=" \u202e").title == "www.sh.gov.cn"
    assert list(entry.evidence.values_list("url", flat=True)) == ["https://www.sh.gov.cn/a", "https://Www.Sh.Gov.Cn/b"]


def test_who_did_what_is_on_record(world):
    entry = world.line(world.stations)
    remove(world, add(world, entry), by=world.approver)
    added, removed = AuditEvent.objects.filter(action__startswith="evidence.").order_by("pk")
    facts = {"title": "报告.pdf", "sha256": hashlib.sha256(PDF).hexdigest()}
    assert (added.action, added.actor, added.after, added.before) == ("evidence.added", world.reporter, facts, {})
    assert (removed.action, removed.actor, removed.before) == ("evidence.removed", world.approver, facts)
    assert added.subject == removed.subject == "small/2021Q1/bureau/stations/bureau"
    assert added.agency == removed.agency == world.bureau


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("空.pdf", b"", "file_empty"),
        ("a.zip", package("docx"), "file_type"),
        ("a.svg", b"<svg/>", "file_type"),
        ("a.xlsm", package("xlsx"), "file_type"),
        ("a.pdf", b"MZ" + bytes(60), "file_content"),
        ("a.pdf", b"<html>%PDF-1.7", "file_content"),
        ("a.docx", package("docm"), "file_macros"),
        ("a.doc", compound("WordDocument", "Macros"), "file_macros"),
        ("a.xlsx", compound("EncryptedPackage"), "file_locked"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_why(world, files, name, content, why):
    entry = world.line(world.stations)
    add(world, entry)
    caught = refused("file_refused", add, world, entry, upload(name, content), why=why)
    assert name in str(caught)
    assert entry.evidence.count() == 1 and stored(files) == [PDF]
    assert AuditEvent.objects.filter(action="evidence.added").count() == 1


@pytest.mark.parametrize("name", ["../../../tmp/x.pdf", "/etc/x.pdf", "a\x00/x.pdf", "\u202ex.pdf", "..\\x.pdf"])
def test_a_name_is_never_a_path(world, files, name):
    piece = add(world, world.line(world.stations), named(name))
    assert piece.title == "x.pdf"
    assert [path.parent.parent for path in files.rglob("*") if path.is_file()] == [files / "evidence"]


def test_a_name_of_300_characters_keeps_its_ending(world):
    piece = add(world, world.line(world.stations), named("长" * 296 + ".pdf"))
    assert piece.title == "长" * 196 + ".pdf"


def test_the_largest_file_and_one_byte_more(world, files):
    entry = world.line(world.stations)
    most = PDF.ljust(MAX_FILE_MB * MEGABYTE, b"\n")
    caught = refused("file_too_large", add, world, entry, upload("大.pdf", most + b"\n"))
    assert "20 MB" in str(caught) and stored(files) == []
    assert add(world, entry, upload("大.pdf", most)).size == MAX_FILE_MB * MEGABYTE


def test_the_last_piece_and_one_more(world, files):
    entry = world.line(world.stations)
    for number in range(MAX_PIECES - 1):
        link(world, entry, f"https://a.cn/{number}")
    last = add(world, entry)
    refused("too_many_pieces", add, world, entry, upload("b.png", PNG))
    caught = refused("too_many_pieces", link, world, entry, "https://a.cn/x")
    assert str(MAX_PIECES) in str(caught)
    assert entry.evidence.count() == MAX_PIECES and stored(files) == [PDF]
    remove(world, last)
    add(world, entry, upload("b.png", PNG))


def test_the_same_twice_on_a_line_is_refused_and_on_another_line_taken(world, files):
    entry, other = world.line(world.stations), world.line(world.centre)
    add(world, entry)
    link(world, entry)
    refused("file_refused", add, world, entry, upload("另名.pdf"), why="file_twice")
    refused("link_refused", link, world, entry, "HTTPS://www.sh.gov.cn/a", why="link_twice")
    add(world, other)
    link(world, other)
    assert stored(files) == [PDF, PDF]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("javascript:alert(1)", "link_scheme"),
        ("https://a:b@c.cn/", "link_credentials"),
        ("https://c.cn/" + "x" * 1000, "link_too_long"),
        ("https://c.cn/\x00", "link_unfit"),
        ("https://", "link_host"),
    ],
)
def test_a_link_that_cannot_be_taken_is_refused_with_why(world, url, why):
    entry = world.line(world.stations)
    refused("link_refused", link, world, entry, url, why=why)
    assert not entry.evidence.exists()


def everything(world, entry, piece, code, **kwargs) -> None:
    """All three ways are closed, and nothing has changed."""
    before = list(Evidence.objects.values_list("pk", flat=True))
    refused(code, add, world, entry, upload("b.png", PNG), **kwargs)
    refused(code, link, world, entry, "https://b.cn/", **kwargs)
    refused(code, remove, world, piece, **kwargs)
    assert list(Evidence.objects.values_list("pk", flat=True)) == before


def test_only_who_enters_the_agencys_figures_while_its_window_is_open(world, acting, files):
    packet = world.packet()
    entry = world.line(world.stations)
    piece = add(world, entry)
    for somebody in (world.supervisor, world.auditor, world.operator, person(Role.REPORTER, world.east)):
        everything(world, entry, piece, "not_your_agency", by=somebody)
    everything(world, entry, piece, "not_opened", now=at("2021-03-31 23:59"))
    everything(world, entry, piece, "closed", now=at("2021-05-01 00:00"))
    acting.fill(packet)
    acting.submit(packet)
    everything(world, entry, piece, "already_submitted")
    acting.give_back(packet, entries=[entry.pk])
    remove(world, link(world, entry, now=at("2021-05-19")), now=at("2021-05-19"))
    acting.submit(packet)
    acting.accept(packet)
    everything(world, entry, piece, "already_accepted")
    assert entry.evidence.get() == piece


def test_a_line_that_is_no_longer_asked_for_keeps_what_it_has(world):
    entry = world.line(world.stations)
    piece = link(world, entry)
    Entry.objects.filter(pk=entry.pk).update(state=State.RETIRED)
    everything(world, entry, piece, "line_retired")


def test_whether_a_line_can_be_changed_is_told_beforehand(world, acting):
    entry = world.line(world.stations)
    assert is_changeable(entry, by=world.reporter, at=OPEN)
    assert not is_changeable(entry, by=world.supervisor, at=OPEN)
    assert not is_changeable(entry, by=world.reporter, at=at("2021-05-01 00:00"))


def test_a_removed_file_goes_when_that_is_committed(world, files, django_capture_on_commit_callbacks):
    piece = add(world, world.line(world.stations))
    with django_capture_on_commit_callbacks(execute=True):
        remove(world, piece)
        assert stored(files) == [PDF], "not before: a roll-back must find it"
    assert stored(files) == [] and not Evidence.objects.exists()


def test_what_was_stored_goes_when_its_row_cannot_be_written(world, files, monkeypatch):
    entry = world.line(world.stations)

    def fail(self, *args, **kwargs):
        raise IntegrityError("boom")

    monkeypatch.setattr(Evidence, "save", fail)
    with pytest.raises(IntegrityError, match="boom"), transaction.atomic():
        add(world, entry)
    assert stored(files) == [] and not Evidence.objects.exists()


def test_the_files_of_a_withdrawn_correction_go_with_it(world, acting, files, django_capture_on_commit_callbacks):
    acting.accept(acting.submitted())
    line = acting.correct(world.line(world.stations))
    add(world, line)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_correction(line.pk, by=world.reporter, at=OPEN, door=WEB)
    assert stored(files) == []


class TestDoubts:
    @pytest.fixture
    def entry(self, world, acting):
        Target.objects.update(evidence_required=True)
        return acting.save(world.line(world.stations), value="10")

    def codes(self, entry) -> list[str]:
        entry.refresh_from_db()
        return [code for code, _ in entry.doubts]

    def test_evidence_that_is_asked_for_is_missed_until_it_is_there(self, world, entry):
        assert self.codes(entry) == ["evidence_missing"]
        piece = link(world, entry)
        assert self.codes(entry) == []
        add(world, entry)
        remove(world, piece)
        assert self.codes(entry) == [], "one is left"
        remove(world, entry.evidence.get())
        assert self.codes(entry) == ["evidence_missing"]

    def test_who_is_typing_is_told_of_no_conflict(self, world, acting, entry):
        add(world, entry)
        assert acting.save(entry, value="11", version=entry.version).value == 11
        assert self.codes(entry) == []

    def test_a_milestone_that_is_under_way_asks_too(self, world, acting):
        Target.objects.update(evidence_required=True)
        centre = acting.save(world.line(world.centre), stage="not_started")
        assert self.codes(centre) == []
        acting.save(centre, stage="under_way", version=centre.version)
        assert self.codes(centre) == ["evidence_missing"]
        link(world, centre)
        assert self.codes(centre) == []

    @pytest.mark.parametrize("lines", [1, 2])
    def test_it_costs_one_statement_for_any_number_of_lines(self, world, acting, django_assert_num_queries, lines):
        acting.fill(world.packet())
        packet = Submission.objects.select_related("period__plan").get()
        for asks, statements in ((False, 6), (True, 7)):
            Target.objects.update(evidence_required=asks)
            numbers = packet.entries.exclude(value=None).select_related("assignment__target")[:lines]
            asked = list(numbers)
            with django_assert_num_queries(statements):
                doubts_of(packet, asked)


def execute(sql: str, *params) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


COPY = """INSERT INTO reports_evidence (entry_id, kind, title, url, file, media_type, sha256, added_by_id, added_at)
          SELECT entry_id, kind, title, url || 'x', file, media_type, sha256, added_by_id, added_at
          FROM reports_evidence WHERE id = %s"""


@pytest.mark.parametrize(
    "statement",
    [
        COPY,
        "DELETE FROM reports_evidence WHERE id = %s",
    ],
)
def test_the_database_keeps_the_evidence_of_an_accepted_line(world, acting, statement):
    packet, entry = world.packet(), world.line(world.stations)
    piece = link(world, entry)
    acting.fill(packet)
    acting.submit(packet)
    acting.accept(packet, entries=[entry.pk])
    with pytest.raises(IntegrityError, match="evidence of an accepted line is never changed"):
        execute(statement, piece.pk)
    open_one = link(world, acting.give_back(packet).entries.exclude(pk=entry.pk).first())
    execute(statement, open_one.pk)


@pytest.mark.parametrize("column", ["entry_id", "title", "url", "sha256", "file", "size", "media_type", "added_by_id"])
def test_the_database_lets_no_piece_become_another(world, column):
    piece = add(world, world.line(world.stations))
    values = {"entry_id": world.line(world.centre).pk, "size": 1, "added_by_id": world.auditor.pk, "sha256": "0" * 64}
    with pytest.raises(IntegrityError, match="cannot be changed"):
        execute(f"UPDATE reports_evidence SET {column} = %s WHERE id = %s", values.get(column, "x"), piece.pk)


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "file"},
        {"kind": "link", "url": "javascript:x"},
        {"kind": "link"},
        {"kind": "link", "url": "https://a.cn", "sha256": "0" * 64},
        {"kind": "file", "file": "x", "size": 1, "sha256": "G" * 64},
        {"kind": "file", "file": "x", "sha256": "0" * 64},
    ],
)
def test_the_database_knows_files_and_links_only(world, facts):
    row = Evidence(entry=world.line(world.stations), title="x", added_by=world.reporter, added_at=OPEN, **facts)
    with pytest.raises(IntegrityError, match="evidence_is_a_file_or_a_link"), transaction.atomic():
        row.save()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Real threads with connections of their own."""

    def together(self, *actions) -> list:
        results = []

        def run(action):
            try:
                results.append(action())
            except Refused as refused:
                results.append(refused.refusal.code)
            finally:
                connection.close()

        threads = [Thread(target=run, args=(action,)) for action in actions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_the_same_file_twice_is_kept_once(self, files):
        world = small_plan()
        entry = world.line(world.stations)
        results = self.together(*[lambda: add(world, entry) for _ in range(4)])
        assert results.count("file_refused") == 3
        assert stored(files) == [PDF] and Evidence.objects.count() == 1

    def test_more_than_fit_leave_as_many_as_fit(self, files):
        world = small_plan()
        entry = world.line(world.stations)
        for number in range(MAX_PIECES - 1):
            link(world, entry, f"https://a.cn/{number}")
        results = self.together(*[lambda n=n: link(world, entry, f"https://b.cn/{n}") for n in range(4)])
        assert results.count("too_many_pieces") == 3
        assert Evidence.objects.count() == MAX_PIECES

    def test_adding_and_submitting_one_after_the_other_whoever_is_first(self, files):
        world = small_plan()
        acting, packet, entry = Acting(world), world.packet(), world.line(world.stations)
        acting.fill(packet)
        results = self.together(lambda: add(world, entry), lambda: acting.submit(packet))
        entry.refresh_from_db()
        assert entry.state == State.SUBMITTED
        assert Evidence.objects.count() == len(stored(files)) == 2 - 1 - results.count("already_submitted")
