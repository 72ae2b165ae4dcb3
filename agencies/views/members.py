"""Members of an agency: who they are, who joins, who leaves."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ..forms import InvitationForm, RoleForm
from ..models import Agency, Membership
from ..roles import AGENCY_ROLES, Can, Role
from ..selectors.members import members as members_of
from ..selectors.members import waiting
from ..services import people
from ..services.audit import Door


@require_GET
def members_of_mine(request: HttpRequest) -> HttpResponse:
    """The agencies whose members the reader keeps; a single one is opened at once."""
    kept = list(Agency.objects.filter(pk__in=request.user.agencies_where(Can.KEEP_MEMBERS)))
    if not kept:
        raise PermissionDenied(gettext("Only approvers of the agency keep its members."))
    if len(kept) == 1:
        return redirect("members", kept[0].code)
    return render(request, "members/agencies.html", {"agencies": kept})


@require_GET
def members(request: HttpRequest, agency: str) -> HttpResponse:
    return members_page(request, kept_agency(request, agency), InvitationForm())


def kept_agency(request: HttpRequest, code: str) -> Agency:
    """404 for one that the person may not know of, 403 for one whose members they do not keep."""
    agency = Agency.objects.visible_to(request.user).filter(code=code).first()
    if agency is None:
        raise Http404(gettext("There is no such agency."))
    if agency.pk not in request.user.agencies_where(Can.KEEP_MEMBERS):
        raise PermissionDenied(gettext("Only approvers of the agency keep its members."))
    return agency


def members_page(request: HttpRequest, agency: Agency, form: InvitationForm, status: int = 200) -> HttpResponse:
    found = members_of(agency)
    too_few = agency.two_people and len({one.user_id for one in found if one.user.is_active}) < 2
    context = {
        "agency": agency,
        "members": found,
        "invitations": waiting(agency, request.user, timezone.now()),
        "form": form,
        "too_few": too_few,
        "roles": form.fields["role"].choices,
    }
    return render(request, "members/members.html", context, status=status)


@require_POST
def membership_end(request: HttpRequest, agency: str, membership: int) -> HttpResponse:
    def end(pk: int, **facts: object) -> str:
        ended = people.end_membership(pk, **facts)
        return gettext("%(person)s is no longer %(role)s.") % _said(ended)

    return _write(request, agency, membership, end)


@require_POST
def membership_role(request: HttpRequest, agency: str, membership: int) -> HttpResponse:
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Choose the role reporter or approver."))
        return redirect("members", kept_agency(request, agency).code)

    def change(pk: int, **facts: object) -> str:
        changed = people.change_role(pk, Role(form.cleaned_data["role"]), **facts)
        return gettext("%(person)s is now %(role)s.") % _said(changed)

    return _write(request, agency, membership, change)


def _said(membership: Membership) -> dict[str, str]:
    return {"person": str(membership.user), "role": membership.get_role_display()}


def _write(request: HttpRequest, code: str, membership: int, act: Callable[..., str]) -> HttpResponse:
    """One act on one membership of the agency; its outcome is said on the members page."""
    agency = kept_agency(request, code)
    try:
        found = agency.memberships.get(pk=membership, role__in=AGENCY_ROLES)
        said = act(found.pk, by=request.user, at=timezone.now(), door=Door.WEB)
    except (Membership.DoesNotExist, OverflowError) as gone:
        raise Http404(gettext("This membership has ended already.")) from gone
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, said)
    if found.user_id == request.user.pk and found.agency_id not in _keeps_now(request):
        return redirect("overview")
    return redirect("members", agency.code)


def _keeps_now(request: HttpRequest) -> set[int]:
    request.user.__dict__.pop("roles", None)  # they may just have changed
    return set(request.user.agencies_where(Can.KEEP_MEMBERS))
