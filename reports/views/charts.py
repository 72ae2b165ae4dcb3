"""`/charts/<name>.json`: a Plotly figure, answered with 304 to who has it already. `/charts/<name>.csv`: its data."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone, translation
from django.utils.http import parse_etags
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ..exports.tables import as_csv
from ..selectors.moment import Moment, NoPlan, moment
from ..selectors.plans import readable_plans
from ..services.charts import Chart, UnknownChart, chart, chart_table


@require_safe
def chart_json(request: HttpRequest, name: str) -> HttpResponse:
    """The address names the whole state, with the language; nobody but the reader's browser may keep it."""

    def drawn(shown: Moment, language: str) -> Chart:
        return chart(shown, name, language, dict(request.GET.lists()))

    _, found = _read(request, name, drawn)
    etag = f'"{found.etag}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in known or f"W/{etag}" in known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(found.body, content_type="application/json")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def chart_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The numbers behind a figure; the file's name says quarter and ledger number."""
    shown, table = _read(request, name, lambda shown, language: chart_table(shown, name, dict(request.GET.lists())))
    file = f"{name}_{shown.period.code}_ledger-{shown.number}.csv"
    return HttpResponse(
        "".join(as_csv(table)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "private, no-store"},
    )


def _read(request: HttpRequest, name: str, read) -> tuple:
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else request.LANGUAGE_CODE
    try:
        shown = moment(request.GET, readable_plans(request.user), now=timezone.now())
        with translation.override(language):
            return shown, read(shown, language)
    except (NoPlan, UnknownChart) as missing:
        raise Http404(gettext("There is no chart “%(name)s”.") % {"name": name}) from missing
