"""`/submissions/{agency}/{period}/entries`: lines of a packet, one by one or thousands at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api import params
from agencies.api.bodies import JsonParser
from agencies.api.idempotency import once
from agencies.api.paging import rows_of
from agencies.api.problems import Fault, Problem
from agencies.api.rendering import encoded
from agencies.api.schema import Operation
from agencies.api.views import etag, not_modified
from agencies.roles import Can, Scope
from targets.api import named
from targets.api.values import moment
from targets.reasons import doubt_words

from ..models import Entry
from ..models.submissions import State
from ..rules.numbers import plain_or_none
from ..services import bulk, corrections, pushes
from ..services.bulk import NothingSaved, kept
from . import examples
from .jobs import job
from .packets import API, PLAN, PacketList, PacketView, asked, line, lines, nothing, own_packet, packet
from .pushed import counts, rows_told
from .refusals import OF_A_ROW, ROWS_REJECTED, VALUES, fault_of
from .rows import CsvRows, fields_of
from .rows import rows_of as sent_rows
from .shapes import EntryRow, JobRow, LineIn, PushRow, ReasonIn, RowsIn

BODY = {"application/json": RowsIn, "text/csv": str}
NO_VERSION = 0  # versions begin with 1
LINE_CLOSED = (
    "not_your_agency", "not_opened", "closed", "already_accepted", "already_submitted", "line_retired",
)  # fmt: skip


def told(rows: Iterable[Entry]) -> list[dict[str, Any]]:
    """Lines as `EntryRow` describes them; each carries `pieces`, the number of its evidence."""
    return [
        {
            "target": row.assignment.target.code,
            "district": row.assignment.district_id,
            "scope": row.assignment.scope,
            "state": row.state,
            "version": row.version,
            "unit": row.assignment.target.unit,
            "accumulation": row.assignment.target.accumulation or None,
            "value": plain_or_none(row.value),
            "numerator": plain_or_none(row.numerator),
            "denominator": plain_or_none(row.denominator),
            "stage": row.stage or None,
            "actual_on": row.actual_on and row.actual_on.isoformat(),
            "words": row.words,
            "nothing_because": row.nothing_because,
            "doubts": [{"code": code, "words": doubt_words(code, facts)} for code, facts in row.doubts],
            "explanation": row.explanation,
            "correction_reason": row.correction_reason,
            "return_reason": row.return_reason,
            "returned_until": moment(row.returned_until, row.submission.period.plan.time_zone),
            "evidence": row.pieces,
        }
        for row in rows
    ]


class EntryList(PacketList):
    row = EntryRow
    filters = (
        PLAN,
        params.code("target", "Of these targets.", many=True),
        params.choice("state", "In this state.", State.values),
    )
    operations = {
        "GET": Operation("list_entries", "Lines of a packet", answers={200: rows_of(EntryRow)}, tag="entries"),
        "PUT": Operation(
            "put_entries",
            "Enter up to 10 000 lines at once",
            Scope.WRITE_ENTRIES,
            {200: PushRow, 202: JobRow},
            body=BODY,
            refusals=("too_many_rows", "not_your_agency", ROWS_REJECTED),
            words="Each row is one line, named by its target and district, and is answered by its place: `created`, "
            "`changed`, `unchanged`, or `rejected` with a code, a field and words. A row that is left out, and a "
            "member that is left out of a row, stay as they are; null (in CSV an empty cell) is “nothing reported”. "
            "Sending the same again changes nothing. Codes of rejected rows: "
            + ", ".join(f"`{code}`" for code in OF_A_ROW)
            + ".",
            tag="entries",
            examples=examples.PUSH,
            headers={202: ["Location"]},
        ),
    }
    parser_classes = (JsonParser, CsvRows)
    writing = (
        PLAN,
        params.yes_or_no("dry_run", "Answer what would happen, and change nothing."),
        params.yes_or_no("atomic", "All rows or none: with a rejected one nothing is saved (422)."),
        params.yes_or_no("job", "Save in the worker: 202 with the address of the job."),
    )

    def takes_of(self, method: str) -> Sequence[params.Param]:
        return self.writing if method == "PUT" else self.takes

    def rows(self) -> QuerySet:
        submission = packet(self, **self.kwargs)
        found = lines(submission).annotate(pieces=Count("evidence"))
        if self.wanted["target"]:
            targets = named.ids("target", self.wanted["target"], submission.period.plan.targets.all())
            found = found.filter(assignment__target__in=targets)
        return found.filter(state=self.wanted["state"]) if self.wanted["state"] else found

    def told(self, rows: list[Entry]) -> list[dict[str, Any]]:
        return told(rows)

    @once
    def put(self, request: Request, agency: str, period: str) -> Response:
        if "If-Match" in request.headers:
            sentence = _("The version of a line stands in its row, as “version”; If-Match is for one line.")
            raise Problem("bad_parameter", sentence, faults=[Fault("If-Match", "bad_parameter", sentence)])
        found = own_packet(self, agency, period, Can.ENTER)
        rows, wanted = sent_rows(request.data), self.wanted
        how = {"atomic": wanted["atomic"], "dry_run": wanted["dry_run"]}
        act = {"by": request.user, "at": timezone.now(), "door": API}
        if wanted["job"]:
            push = pushes.enqueue(found.pk, rows, **how, **act)
            return accepted(request, push)
        try:
            answers = bulk.put_rows(found.pk, rows, **how, **act)
        except NothingSaved as refused:
            raise _rejected(refused) from refused
        told = rows_told(kept(row, answer) for row, answer in zip(rows, answers, strict=True))
        return Response({**how, "counts": counts(told), "rows": told})


def accepted(request: Request, push: Any) -> Response:
    """202: where to look for what becomes of it."""
    address = request.build_absolute_uri(reverse("api_job", args=[push.key]))
    return Response(job(request, push), status=202, headers={"Location": address})


def _rejected(nothing: NothingSaved) -> Problem:
    faults = [
        fault_of(answer.refused, f"/rows/{place}") for place, answer in enumerate(nothing.answers) if answer.refused
    ]
    sentence = _("%(rejected)s of %(sent)s rows were rejected; nothing was saved, as all or nothing was asked for.")
    return Problem(ROWS_REJECTED, sentence % {"rejected": len(faults), "sent": len(nothing.answers)}, faults=faults)


class EntryDetail(PacketView):
    operations = {
        "GET": Operation("read_entry", "One line", answers={200: EntryRow}, tag="entries", examples=examples.LINE),
        "PATCH": Operation(
            "change_entry",
            "Enter one line",
            Scope.WRITE_ENTRIES,
            {200: EntryRow},
            body={"application/json": LineIn},
            refusals=(*LINE_CLOSED, *VALUES, "field_unknown", "field_not_asked", "wrong_type", "version_conflict"),
            words="With `If-Match` it is refused (412) when somebody else changed the line since it was read.",
            tag="entries",
            takes_if_match=True,
            headers={200: ["ETag"]},
        ),
    }

    def get(self, request: Request, agency: str, period: str, target: str, scope: str) -> Response:
        answer = _one(request, line(packet(self, agency, period), target, scope))
        return not_modified(request, answer["ETag"]) or answer

    @once
    def patch(self, request: Request, agency: str, period: str, target: str, scope: str) -> Response:
        packet_ = own_packet(self, agency, period, Can.ENTER)
        found = line(packet_, target, scope)
        if not isinstance(request.data, dict):
            raise Problem("bad_body", _("Send a JSON object."))
        row = bulk.Row(target, scope, fields_of(request.data), _matched(request, found))
        act = {"by": request.user, "at": timezone.now(), "door": API}
        (answer,) = bulk.put_rows(packet_.pk, [row], **act)
        if answer.refused:
            raise answer.refused
        return _one(request, line(packet_, target, found.assignment.scope))


def _one(request: Request, found: Entry) -> Response:
    """The line, and as its ETag its version and a mark of everything that is told of it."""
    found.pieces = found.evidence.count()
    (content,) = told([found])
    mark = etag(request, encoded(content).decode())[1:9]
    return Response(content, headers={"ETag": f'"{found.version}-{mark}"'})


def _matched(request: Request, found: Entry) -> int | None:
    """The version in `If-Match`: what stands before the hyphen of the ETag, whatever a proxy made of the rest. Null
    where any will do; of several the line's own, if it is among them.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", "*"):
        return None
    versions = [tag.strip().removeprefix("W/").strip('"').partition("-")[0] for tag in sent.split(",")]
    return found.version if str(found.version) in versions else NO_VERSION


class Correction(PacketView):
    """Opening a correction of an accepted figure, and taking it back."""

    operations = {
        "POST": Operation(
            "open_correction",
            "Correct an accepted figure",
            Scope.WRITE_ENTRIES,
            {201: EntryRow},
            body={"application/json": ReasonIn},
            refusals=("not_your_agency", "reason_missing", "too_long_text", "line_open", "not_accepted_yet"),
            words="Opens a new line beside the accepted one, to be entered and handed in; the figure in the ledger "
            "stays in force until the supervision office accepts the new one.",
            tag="entries",
            headers={201: ["ETag"]},
        ),
        "DELETE": Operation(
            "withdraw_correction",
            "Take an open correction back",
            Scope.WRITE_ENTRIES,
            {204: None},
            refusals=(
                "not_your_agency", "already_accepted", "already_submitted", "no_correction", "correction_of_others",
            ),
            tag="entries",
        ),
    }  # fmt: skip

    @once
    def post(self, request: Request, agency: str, period: str, target: str, scope: str) -> Response:
        reason = asked(request, "reason")["reason"]
        packet_ = own_packet(self, agency, period, Can.ENTER)
        act = {"by": request.user, "at": timezone.now(), "door": API}
        corrections.open_correction(line(packet_, target, scope).pk, reason=reason, **act)
        response = _one(request, line(packet_, target, scope))
        response.status_code = 201
        return response

    @once
    def delete(self, request: Request, agency: str, period: str, target: str, scope: str) -> Response:
        nothing(request)
        packet_ = own_packet(self, agency, period, Can.ENTER)
        act = {"by": request.user, "at": timezone.now(), "door": API}
        corrections.withdraw_correction(line(packet_, target, scope).pk, **act)
        return Response(status=204)
