"""`/charts/<name>.json`: a Plotly figure. Answered with 304 to who has it already."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone, translation
from django.utils.http import parse_etags
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ..selectors.moment import NoPlan, moment, readable_plans
from ..services.charts import UnknownChart, chart


@require_safe
def chart_json(request: HttpRequest, name: str) -> HttpResponse:
    """The address names the whole state, with the language; nobody but the reader's browser may keep it."""
    asked = request.GET.get("lang", "")
    language = asked if asked in dict(settings.LANGUAGES) else request.LANGUAGE_CODE
    try:
        shown = moment(request.GET, readable_plans(request.user), now=timezone.now())
        with translation.override(language):
            found = chart(shown, name, language)
    except (NoPlan, UnknownChart) as missing:
        raise Http404(gettext("There is no chart “%(name)s”.") % {"name": name}) from missing
    etag = f'"{found.etag}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in known or f"W/{etag}" in known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(found.body, content_type="application/json")
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
