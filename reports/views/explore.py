"""`/explore/`: one table of progress, filtered; as a page, a file, a chart."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from ..exports import explore as files
from ..exports import tables, workbooks
from ..forms.explore import bar, chips, headings, in_words, pager
from ..selectors.explore import Selection, all_explored, counted, explored, select
from ..selectors.explore_filter import PARAMS, Asked, Choices, asked, choices
from ..selectors.moment import NoPlan
from ..wording import minute
from .reading import Reading, page, read, require_reading

PER_PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        known, wanted, selection = _selected(request, reading, user)
        count = counted(selection)
        turned = pager(wanted, count.rows, PER_PAGE)
        return {
            "title": gettext("Explore"),
            "bar": bar(wanted, known),
            "chips": chips(wanted, known),
            "filter": wanted.filter,
            "query": wanted.query,
            "headings": headings(wanted, has_quarters=len(selection.periods) > 1, has_own=bool(wanted.filter.agency)),
            "rows": explored(reading.moment, selection, page=turned.number, size=PER_PAGE) if count.rows else [],
            "has_quarters": len(selection.periods) > 1,
            "count": count,
            "total": selection.total,
            "pager": turned,
            "most_in_csv": tables.MOST_ROWS,
            "most_in_workbook": workbooks.MOST_ROWS,
        }

    return page(request, "explore", "explore.html", build, section="explore", params=PARAMS)


@require_safe
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """All rows of the filter, sent as they are read."""

    def answer(reading: Reading, source: files.Source, selection: Selection, words: str) -> HttpResponseBase:
        lines = tables.as_csv(files.table(all_explored(reading.moment, selection, tables.MOST_ROWS), source))
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")

    return _export(request, "csv", answer)


@require_safe
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same as a workbook, with a sheet that says what it is."""

    def answer(reading: Reading, source: files.Source, selection: Selection, words: str) -> HttpResponseBase:
        found = files.rows(all_explored(reading.moment, selection, workbooks.MOST_ROWS), source)
        about = _about(request, reading, source, selection, words)
        sheet = workbooks.Sheet(gettext("Progress"), files.columns(source), found, gettext("About"), about)
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
        workbooks.write(sheet, file)
        file.seek(0)
        return FileResponse(file, content_type=XLSX)

    return _export(request, "xlsx", answer)


def _selected(request: HttpRequest, reading: Reading, user: User) -> tuple[Choices, Asked, Selection]:
    known = choices(reading.moment, user)
    wanted = asked(dict(request.GET.lists()), known)
    return known, wanted, select(reading.moment, user, wanted.filter, wanted.sort)


def _export(
    request: HttpRequest,
    kind: str,
    answer: Callable[[Reading, files.Source, Selection, str], HttpResponseBase],
) -> HttpResponseBase:
    """Progress is everybody's who reads it, so that taking it is not recorded."""
    require_reading(request.user)
    try:
        reading = read(request, timezone.now())
    except NoPlan:
        return render(request, "no_plan.html")
    known, wanted, selection = _selected(request, reading, request.user)
    source = files.Source(
        reading.moment,
        reading.trust.hash or "",
        reading.moment.known_at or reading.now,
        wanted.filter.district,
        bool(wanted.filter.agency),
        gettext("Contains sample data") if reading.trust.has_sample else "",
    )
    response = answer(reading, source, selection, in_words(wanted, known))
    response["Content-Disposition"] = f'attachment; filename="{files.file_name(source, kind)}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _about(
    request: HttpRequest, reading: Reading, source: files.Source, selection: Selection, words: str
) -> list[tuple[str, str]]:
    plan, count = reading.moment.plan, counted(selection).rows
    said = [
        (gettext("Plan"), f"{plan.name} ({plan.document})"),
        (gettext("Quarter"), reading.quarter),
        (gettext("As known at"), reading.known_text),
        (gettext("Ledger"), f"#{reading.moment.number} {source.hash}"),
        (gettext("Filter"), words),
        (gettext("Rows"), f"{min(count, workbooks.MOST_ROWS)} / {count}"),
        (gettext("Exported at"), minute(reading.now, plan.time_zone)),
        (gettext("Address of the page"), request.build_absolute_uri(request.get_full_path())),
        (gettext("Note"), source.note),
    ]
    if count > workbooks.MOST_ROWS:
        words = gettext("The workbook has the first rows only; filter for fewer, or take the CSV file.")
        said.append((gettext("Left out"), words))
    return [pair for pair in said if pair[1]]
