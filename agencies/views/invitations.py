"""Inviting somebody to an agency, and the page that the link opens."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ..forms import InvitationForm, NewPersonForm
from ..models import Invitation
from ..roles import Role
from ..services import invitations, letters
from ..services.audit import Door
from .members import kept_agency, members_page


@require_POST
def invite(request: HttpRequest, agency: str) -> HttpResponse:
    kept, form = kept_agency(request, agency), InvitationForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            sent = invitations.invite(kept, **typed, by=request.user, at=timezone.now(), door=Door.WEB)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            _post(request, *sent)
            return redirect("members", kept.code)
    return members_page(request, kept, form, status=422)


@require_POST
def invitation_again(request: HttpRequest, agency: str, invitation: int) -> HttpResponse:
    kept, found = kept_agency(request, agency), _of(request, agency, invitation)
    try:
        _post(request, *invitations.send_again(found.pk, by=request.user, at=timezone.now(), door=Door.WEB))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect("members", kept.code)


@require_POST
def invitation_withdraw(request: HttpRequest, agency: str, invitation: int) -> HttpResponse:
    kept, found = kept_agency(request, agency), _of(request, agency, invitation)
    try:
        invitations.withdraw(found.pk, by=request.user, at=timezone.now(), door=Door.WEB)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, gettext("The invitation of %(email)s was withdrawn.") % {"email": found.email})
    return redirect("members", kept.code)


def _of(request: HttpRequest, agency: str, invitation: int) -> Invitation:
    try:
        return Invitation.objects.visible_to(request.user).get(pk=invitation, agency__code=agency)
    except (Invitation.DoesNotExist, OverflowError) as missing:
        raise Http404 from missing


def _post(request: HttpRequest, invitation: Invitation, secret: str) -> None:
    """Sends the link; where the mail server does not take it, the invitation waits to be sent again."""
    address = settings.SITE_URL + reverse("invitation", args=[secret])
    if letters.send("emails/invitation.txt", invitation.email, {"invitation": invitation, "address": address}):
        messages.success(request, gettext("The invitation was sent to %(email)s.") % {"email": invitation.email})
    else:
        messages.error(request, gettext("The e-mail could not be sent. Send the invitation again later."))


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind the link: join with the account that is signed in, or choose a user name and a password."""
    try:
        found = invitations.behind(secret, at=timezone.now())
        if request.user.is_authenticated:
            return _join(request, secret, found)
        return _begin(request, secret, found)
    except Invitation.DoesNotExist:
        return render(request, "members/no_invitation.html", status=404)


def _join(request: HttpRequest, secret: str, found: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "members/join.html", {"invitation": found})
    invitations.accept(secret, by=request.user, at=timezone.now(), door=Door.WEB)
    messages.success(request, gettext("You have joined %(agency)s.") % {"agency": found.agency})
    return redirect("overview")


def _begin(request: HttpRequest, secret: str, found: Invitation) -> HttpResponse:
    form = NewPersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        username, password = form.cleaned_data["username"], form.cleaned_data["password1"]
        try:
            invitations.accept_as_new(secret, username=username, password=password, at=timezone.now(), door=Door.WEB)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, gettext("Your account is ready. Sign in with the name and password just chosen."))
            return redirect("account_login")
    has_account = EmailAddress.objects.filter(email__iexact=found.email, verified=True).exists()
    context = {"invitation": found, "form": form, "has_account": has_account}
    return render(request, "members/begin.html", context, status=422 if form.errors else 200)
