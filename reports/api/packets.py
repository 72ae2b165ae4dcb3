"""What the endpoints of packets share: the packet and the line that an address names, and what services refuse."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.request import Request

from agencies.api import params
from agencies.api.problems import Fault, Problem
from agencies.api.views import ApiView, ListView
from agencies.models import Agency, AuditEvent
from agencies.roles import Can

from ..models import Entry, Submission
from ..querysets import EntryQuerySet
from ..rules.windows import RefusalCode
from ..selectors import packets as reads
from ..selectors.open_lines import STATES
from ..selectors.plans import readable_plans
from ..services.refused import Refused
from .refusals import problem

API = AuditEvent.Door.API
PLAN = params.code("plan", "The plan's code; the newest plan that has the packet unless told.")


class _Refusing:
    """Refusals of services are answered as problems."""

    def known(self, error: Exception) -> Exception:
        return problem(error) if isinstance(error, Refused) else error


class PacketView(_Refusing, ApiView):
    """One packet, or a part of it."""

    takes = (PLAN,)


class PacketList(_Refusing, ListView):
    """Rows of one packet."""

    filters = (PLAN,)


def packet(view: ApiView, agency: str, period: str) -> Submission:
    """The packet that the address names; 404 for one that the caller may not see, as for one that is not there."""
    found = reads.packet(view.request.user, agency, period, view.wanted["plan"] or "")
    if found is None:
        raise Http404(_why_not(view, agency, period))
    return found


def _why_not(view: ApiView, agency: str, period: str) -> str:
    """Which part of the address leads nowhere. Agencies and quarters are no secret; packets may be."""
    if not Agency.objects.filter(code=agency).exists():
        return _("There is no agency “%(code)s”.") % {"code": agency[:60]}
    quarters = [quarter.code for plan in readable_plans(view.request.user) for quarter in plan.quarters]
    if period not in quarters:
        return _("There is no quarter “%(code)s”; quarters are written like 2021Q3.") % {"code": period[:60]}
    return _("There is no such packet, or this key may not know of it.")


def own_packet(view: ApiView, agency: str, period: str, can: Can) -> Submission:
    """A packet on which the caller may act; Refused for one that it only sees."""
    found = packet(view, agency, period)
    if not view.request.user.can(can, found.agency_id):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY if can == Can.ENTER else RefusalCode.MAY_NOT_SUBMIT)
    return found


def lines(submission: Submission) -> EntryQuerySet:
    """The lines of a packet with what is told of them."""
    return submission.entries.select_related("assignment__target", "assignment__agency").order_by("pk")


def line(submission: Submission, target: str, scope: str) -> Entry:
    """The line of a target and a scope (district or agency): the one that can be entered, else the newest. 404."""
    found = [one for one in lines(submission).filter(assignment__target__code=target) if one.assignment.scope == scope]
    if not found:
        raise Http404(_("There is no such line."))
    chosen = max(found, key=lambda one: (STATES.index(one.state), one.pk))
    chosen.submission = submission
    return chosen


def asked(request: Request, *names: str) -> dict[str, str]:
    """The members of a JSON object that are texts, each "" where it was left out; Problem for anything else."""
    body = request.data
    if not isinstance(body, dict):
        raise Problem("bad_body", _("Send a JSON object."))
    for name, value in body.items():
        if name not in names or type(value) is not str or "\x00" in value:
            sentence = _("There is no member “%(name)s” here, or it is no text.") % {"name": name[:60]}
            raise Problem("bad_body", sentence, faults=[Fault(f"/{name[:60]}", "bad_body", sentence)])
    return {name: body.get(name, "").encode("utf-8", "ignore").decode() for name in names}


def nothing(request: Request) -> None:
    """Problem where a body was sent that says something: nothing is left unread that somebody meant."""
    if request.data != {}:
        raise Problem("bad_body", _("This call takes no body."))
