"""Webhooks of an agency: where its systems are told of what happens, and what could not be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.models import Agency, AuditEvent
from agencies.roles import Can

from ..forms.webhooks import WebhookForm
from ..models import WebhookEndpoint
from ..rules.webhooks import OVERLAP
from ..selectors import webhooks as reads
from ..services import webhooks as services

WEB = AuditEvent.Door.WEB
MOST = 100  # dead letters on the page, the newest


@require_safe
def webhooks(request: HttpRequest, agency: str) -> HttpResponse:
    kept = _kept_agency(request, agency)
    rows = reads.shown(request.user, kept.pk)
    dead = sum(row.endpoint.dead for row in rows)
    context = {
        "agency": kept,
        "webhooks": rows,
        "letters": reads.dead_letters(request.user, kept.pk, MOST) if dead else [],
        "dead": dead,
        "most": MOST,
        "overlap": OVERLAP.total_seconds() // 3600,
        "keeps_members": request.user.can(Can.KEEP_MEMBERS, kept),
    }
    return render(request, "webhooks/webhooks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def webhook_new(request: HttpRequest, agency: str) -> HttpResponse:
    """A form; what it makes is answered with the secret, which is shown this once."""
    kept = _kept_agency(request, agency)
    form = WebhookForm(request.POST if request.method == "POST" else None, initial={"url": "https://"})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add(kept, **form.cleaned_data, by=request.user, at=timezone.now(), door=WEB)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return _secret_page(request, made, is_new=True)
    return _form_page(request, kept, form)


@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: HttpRequest, agency: str, webhook: str) -> HttpResponse:
    """Another address, other events."""
    found = _kept_webhook(request, agency, webhook)
    form = WebhookForm(
        request.POST if request.method == "POST" else None, initial={"url": found.url, "events": found.events}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with _gone_is_404():
                services.change(found.pk, **form.cleaned_data, by=request.user, at=timezone.now(), door=WEB)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, gettext("The webhook was changed."))
            return redirect("webhooks", found.agency.code)
    return _form_page(request, found.agency, form, found)


def _form_page(
    request: HttpRequest, agency: Agency, form: WebhookForm, webhook: WebhookEndpoint | None = None
) -> HttpResponse:
    context = {"agency": agency, "form": form, "webhook": webhook}
    return render(request, "webhooks/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def webhook_secret(request: HttpRequest, agency: str, webhook: str) -> HttpResponse:
    """Another secret, which is shown this once: who comes back to this address finds the list."""
    found = _kept_webhook(request, agency, webhook)
    if request.method != "POST":
        return redirect("webhooks", found.agency.code)
    with _gone_is_404():
        made = services.rotate(found.pk, by=request.user, at=timezone.now(), door=WEB)
    return _secret_page(request, made, is_new=False)


def _secret_page(request: HttpRequest, made: WebhookEndpoint, *, is_new: bool) -> HttpResponse:
    """The secret itself: in this answer and nowhere else."""
    context = {"agency": made.agency, "webhook": made, "is_new": is_new, "challenge": services.CHALLENGE}
    return render(request, "webhooks/secret.html", context)


@require_POST
def webhook_verify(request: HttpRequest, agency: str, webhook: str) -> HttpResponse:
    return _act(request, agency, webhook, services.verify, gettext("The webhook is verified."))


@require_POST
def webhook_switch(request: HttpRequest, agency: str, webhook: str) -> HttpResponse:
    """On with `enabled` 1, off with anything else."""
    enabled = request.POST.get("enabled") == "1"
    said = gettext("The webhook is enabled.") if enabled else gettext("The webhook is disabled: nothing is sent to it.")

    def switch(pk: int, **facts: object) -> None:
        services.change(pk, enabled=enabled, **facts)

    return _act(request, agency, webhook, switch, said)


@require_POST
def webhook_remove(request: HttpRequest, agency: str, webhook: str) -> HttpResponse:
    return _act(request, agency, webhook, services.remove, gettext("The webhook was removed."))


@require_POST
def webhook_resend(request: HttpRequest, agency: str, webhook: str, message: str) -> HttpResponse:
    """A dead letter goes out again."""
    found = _kept_webhook(request, agency, webhook)
    letter = reads.delivery(request.user, found, message)
    if letter is None:
        raise Http404(gettext("There is no such event for this webhook."))

    def resend(_pk: int, **facts: object) -> None:
        services.resend(letter.pk, **facts)

    return _act(request, agency, webhook, resend, gettext("The event is being sent again."))


def _act(request: HttpRequest, agency: str, webhook: str, act: Callable[..., object], said: str) -> HttpResponse:
    """One act on one webhook of the agency; its outcome is said on the list."""
    found = _kept_webhook(request, agency, webhook)
    try:
        with _gone_is_404():
            act(found.pk, by=request.user, at=timezone.now(), door=WEB)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, said)
    return redirect("webhooks", found.agency.code)


def _kept_agency(request: HttpRequest, code: str) -> Agency:
    """404 for one that the person may not know of, 403 for one whose webhooks they do not keep."""
    agency = Agency.objects.visible_to(request.user).filter(code=code).first()
    if agency is None:
        raise Http404(gettext("There is no such agency."))
    if not request.user.can(Can.KEEP_WEBHOOKS, agency):
        raise PermissionDenied(gettext("Only approvers of the agency and the operator keep its webhooks."))
    return agency


def _kept_webhook(request: HttpRequest, code: str, key: str) -> WebhookEndpoint:
    found = reads.endpoint(request.user, _kept_agency(request, code).pk, key)
    if found is None:
        raise Http404(gettext("There is no such webhook."))
    return found


@contextmanager
def _gone_is_404() -> Iterator[None]:
    """A webhook that was removed since the page was opened."""
    try:
        yield
    except ObjectDoesNotExist as gone:
        raise Http404(gettext("There is no such webhook.")) from gone
