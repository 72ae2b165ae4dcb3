"""Connected systems of an agency: what may call the API in its name, and with which keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..forms import KeyForm, NewSystemForm, SystemForm
from ..models import Agency, ApiKey, System
from ..roles import Can
from ..selectors import systems as selectors
from ..services import systems as services
from ..services.audit import Door


@require_GET
def systems_of_mine(request: HttpRequest) -> HttpResponse:
    """The agencies whose systems the reader keeps; a single one is opened at once."""
    if not request.user.keeps_systems:
        raise PermissionDenied(gettext("Only approvers of the agency and the operator keep its connected systems."))
    kept = selectors.kept_agencies(request.user)
    if len(kept) == 1:
        return redirect("systems", kept[0].code)
    return render(request, "members/systems_agencies.html", {"agencies": kept})


@require_GET
def systems(request: HttpRequest, agency: str) -> HttpResponse:
    return _page(request, _kept_agency(request, agency))


def _page(request: HttpRequest, agency: Agency, refused: dict[int, KeyForm] | None = None) -> HttpResponse:
    """The page; `refused` holds what was typed for another key and cannot be, by the id of the system."""
    rows = selectors.connected(agency, request.user, timezone.now())
    context = {
        "agency": agency,
        "systems": [(row, (refused or {}).get(row.system.pk) or _key_form(row)) for row in rows],
        "ended": selectors.ended(agency, request.user),
        "overlap": services.OVERLAP.days,
        "keeps_members": request.user.can(Can.KEEP_MEMBERS, agency),
        "section": "systems",
    }
    return render(request, "members/systems.html", context, status=422 if refused else 200)


def _key_form(row: selectors.SystemRow) -> KeyForm:
    return KeyForm(initial={"newest": row.newest}, prefix=f"key-{row.system.pk}")


@require_http_methods(["GET", "POST"])
@never_cache
def system_new(request: HttpRequest, agency: str) -> HttpResponse:
    """A form; what it makes is answered with the key, which is shown this once."""
    kept = _kept_agency(request, agency)
    form = NewSystemForm(request.POST if request.method == "POST" else None, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.connect(kept, **form.cleaned_data, by=request.user, at=timezone.now(), door=Door.WEB)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return _key_page(request, *made)
    return _form_page(request, kept, form)


@require_http_methods(["GET", "POST"])
def system(request: HttpRequest, agency: str, system: int) -> HttpResponse:
    """Another name, other rights or networks."""
    found = _kept_system(request, agency, system)
    form = SystemForm(request.POST if request.method == "POST" else None, initial=SystemForm.of(found), by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            with _gone_is_404():
                changed = services.change(
                    found.pk, **form.cleaned_data, by=request.user, at=timezone.now(), door=Door.WEB
                )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, gettext("%(system)s was changed.") % {"system": changed})
            return redirect("systems", found.agency.code)
    return _form_page(request, found.agency, form, found)


def _form_page(request: HttpRequest, agency: Agency, form: SystemForm, system: System | None = None) -> HttpResponse:
    context = {"agency": agency, "form": form, "system": system, "section": "systems"}
    return render(request, "members/systems_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def system_rotate(request: HttpRequest, agency: str, system: int) -> HttpResponse:
    """Another key, which is shown this once: who comes back to this address finds the list."""
    found = _kept_system(request, agency, system)
    if request.method == "GET":
        return redirect("systems", found.agency.code)
    form = KeyForm(request.POST, prefix=f"key-{found.pk}")
    if form.is_valid():
        try:
            with _gone_is_404():
                key = services.rotate(found.pk, **form.cleaned_data, by=request.user, at=timezone.now(), door=Door.WEB)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return _key_page(request, found, key)
    return _page(request, found.agency, {found.pk: form})


def _key_page(request: HttpRequest, system: System, key: str) -> HttpResponse:
    """The key itself: in this answer and nowhere else."""
    context = {
        "agency": system.agency,
        "system": system,
        "key": key,
        "made": services.of_key(key),
        "address": settings.SITE_URL + reverse("api_system"),
        "overlap": services.OVERLAP.days,
    }
    return render(request, "members/systems_key.html", context)


@require_POST
def system_disconnect(request: HttpRequest, agency: str, system: int) -> HttpResponse:
    found = _kept_system(request, agency, system)
    with _gone_is_404():
        services.disconnect(found.pk, by=request.user, at=timezone.now(), door=Door.WEB)
    sentence = gettext("%(system)s was disconnected. Its keys are refused from now on.")
    messages.success(request, sentence % {"system": found})
    return redirect("systems", found.agency.code)


@require_POST
def system_key_revoke(request: HttpRequest, agency: str, system: int, api_key: int) -> HttpResponse:
    found = _kept_system(request, agency, system)
    with _gone_is_404():
        revoked = services.revoke(found.keys.get(pk=api_key).pk, by=request.user, at=timezone.now(), door=Door.WEB)
    sentence = gettext("The key %(key)s of %(system)s is refused from now on.")
    messages.success(request, sentence % {"key": revoked, "system": found})
    return redirect("systems", found.agency.code)


def _kept_agency(request: HttpRequest, code: str) -> Agency:
    """404 for one that the person may not know of, 403 for one whose systems they do not keep."""
    agency = Agency.objects.visible_to(request.user).filter(code=code).first()
    if agency is None:
        raise Http404(gettext("There is no such agency."))
    if not request.user.can(Can.KEEP_SYSTEMS, agency):
        raise PermissionDenied(gettext("Only approvers of the agency and the operator keep its connected systems."))
    return agency


def _kept_system(request: HttpRequest, code: str, system_id: int) -> System:
    agency = _kept_agency(request, code)
    with _gone_is_404():
        return selectors.system(agency, request.user, system_id)


@contextmanager
def _gone_is_404() -> Iterator[None]:
    """A system or key that is not there, or no longer since the page was opened."""
    try:
        yield
    except (ApiKey.DoesNotExist, System.DoesNotExist, OverflowError) as gone:
        raise Http404(gettext("There is no such system or key, or it has ended already.")) from gone
