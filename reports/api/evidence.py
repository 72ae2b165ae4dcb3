"""`…/evidence`: files and links that support a line."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api.bodies import FormParser, JsonParser
from agencies.api.idempotency import once
from agencies.api.problems import Fault, Problem
from agencies.api.schema import Operation
from agencies.api.views import not_modified, tagged
from agencies.roles import Can, Scope
from targets.api.values import moment

from ..models import Entry, Evidence
from ..services import evidence as services
from .entries import LINE_CLOSED
from .packets import API, PacketView, asked, line, nothing, own_packet, packet
from .shapes import EvidenceList, EvidenceRow, FileIn, LinkIn


class FileRenderer(BaseRenderer):
    """The file goes as it is, whatever kind was asked for. Refusals are problems, as everywhere."""

    media_type = "*/*"
    format = "file"
    told_as = "application/octet-stream"


def told(one: Evidence, zone: str) -> dict[str, Any]:
    """One piece as `EvidenceRow` describes it; `zone` is the time zone of its plan."""
    return {
        "id": one.pk,
        "kind": one.kind,
        "title": one.title,
        "url": one.url or None,
        "media_type": one.media_type or None,
        "size": one.size,
        "sha256": one.sha256 or None,
        "added_at": moment(one.added_at, zone),
    }


class EvidenceOfLine(PacketView):
    parser_classes = (JsonParser, FormParser)
    operations = {
        "GET": Operation("list_evidence", "What supports a line", answers={200: EvidenceList}),
        "POST": Operation(
            "add_evidence",
            "Add a file or a link",
            Scope.WRITE_ENTRIES,
            {201: EvidenceRow},
            body={"multipart/form-data": FileIn, "application/json": LinkIn},
            refusals=(*LINE_CLOSED, "file_refused", "file_too_large", "link_refused", "too_many_pieces"),
            words="A form with one `file`, or a JSON object with `url` and `title`. A file is known by its content, "
            "whatever its name says.",
        ),
    }

    def get(self, request: Request, agency: str, period: str, target: str, scope: str) -> Response:
        found = line(packet(self, agency, period), target, scope)
        return tagged(request, {"results": [told(one, _zone(found)) for one in found.evidence.all()]})

    @once
    def post(self, request: Request, agency: str, period: str, target: str, scope: str) -> Response:
        found = line(own_packet(self, agency, period, Can.ENTER), target, scope)
        return Response(told(_added(request, found), _zone(found)), status=201)


def _zone(found: Entry) -> str:
    return found.submission.period.plan.time_zone


def _added(request: Request, found: Entry) -> Evidence:
    act = {"by": request.user, "at": timezone.now(), "door": API}
    if "multipart/form-data" not in request.content_type:
        sent = asked(request, "url", "title")
        return services.add_link(found.pk, title=sent["title"], url=sent["url"], **act)
    files = request.FILES.getlist("file")
    if len(files) != 1 or len(request.FILES) != 1 or request.POST:
        sentence = _("Send one file, in the field “file”, and nothing else.")
        raise Problem("bad_body", sentence, faults=[Fault("/file", "bad_body", sentence)])
    return services.add_file(found.pk, files[0], **act)


class EvidencePiece(PacketView):
    operations = {
        "DELETE": Operation(
            "remove_evidence", "Remove a piece from an open line", Scope.WRITE_ENTRIES, {204: None},
            refusals=LINE_CLOSED,
        )
    }  # fmt: skip

    @once
    def delete(self, request: Request, *, agency: str, period: str, target: str, scope: str, piece: int) -> Response:
        nothing(request)
        found = line(own_packet(self, agency, period, Can.ENTER), target, scope)
        if not found.evidence.filter(pk=piece).exists():
            raise Http404(_("There is no such evidence."))
        services.remove(piece, by=request.user, at=timezone.now(), door=API)
        return Response(status=204)


class EvidenceFile(PacketView):
    """The file itself, always as a download."""

    renderer_classes = (FileRenderer,)
    takes = ()
    operations = {
        "GET": Operation(
            "read_evidence_file",
            "The file itself",
            answers={200: bytes},
            words="Of what kind it is stands in `media_type` of its evidence.",
        )
    }

    def get(self, request: Request, piece: int) -> HttpResponseBase:
        files = Evidence.objects.visible_to(request.user).filter(kind=Evidence.Kind.FILE)
        found = files.filter(pk=piece).first()
        if found is None:
            raise Http404(_("There is no such file."))
        tag = f'"{found.sha256}"'
        return not_modified(request, tag) or _file(found, tag)


def _file(found: Evidence, tag: str) -> FileResponse:
    try:
        content = found.file.open("rb")
    except OSError as error:
        raise Http404(_("There is no such file.")) from error
    kind = FileRenderer.told_as
    return FileResponse(content, as_attachment=True, filename=found.title, content_type=kind, headers={"ETag": tag})
