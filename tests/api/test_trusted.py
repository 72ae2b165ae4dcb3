"""Lines that the plan trusts: accepted without a person, when a system asks for it, and only without a doubt."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client
from django.utils import timezone

from agencies.models import AuditEvent, Membership, User
from agencies.models.systems import TRUSTED as TRUSTED_ACCOUNT
from agencies.services.audit import Door
from reports.models import Acceptance, Entry, Progress, Submission
from reports.services import ledger, review, rollup, trusted
from reports.services.refused import Refused
from targets.models import Assignment
from tests.api.conftest import Caller, connected
from tests.api.sending import FILLED, PACKET, opened, put, submitting
from tests.factories import World
from tests.history import accepted
from tests.reports.conftest import Acting

pytestmark = pytest.mark.django_db
TRUSTED = f"{PACKET}/accept-trusted"


@pytest.fixture
def packet(world: World) -> Submission:
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def trust(*targets: Any) -> None:
    Assignment.objects.filter(target__in=targets, reports=True).update(trusted=True)


def handed_in(world: World, *changes: dict[str, Any]) -> Caller:
    """The bureau's packet, filled by one system and handed in by another, which is returned."""
    caller = connected(world.bureau, name="数据平台")
    put(caller, *FILLED)
    if changes:
        put(caller, *changes)
    submitter = submitting(world)
    assert submitter("POST", f"{PACKET}/submit").status_code == 200
    return submitter


def states(packet: Submission) -> dict[str, str]:
    return dict(packet.entries.values_list("assignment__target__code", "state"))


def test_trusted_lines_become_a_block_of_their_own(world: World, packet: Submission) -> None:
    trust(world.stations, world.centre)
    submitter = handed_in(world)
    told = submitter("POST", TRUSTED)
    assert (told.status_code, told.json()["state"]) == (200, "submitted")
    assert states(packet) == {"stations": "accepted", "share": "submitted", "centre": "accepted"}
    (block,) = Acceptance.objects.all()
    assert (block.number, block.figure_count, block.accepted_by.username) == (1, 2, TRUSTED_ACCOUNT)
    assert "可信数据" in block.reason
    assert set(block.figures.values_list("target__code", flat=True)) == {"stations", "centre"}
    assert ledger.verify() is None


def test_each_step_is_audited(world: World, packet: Submission) -> None:
    trust(world.stations)
    submitter = handed_in(world)
    submitter("POST", TRUSTED)
    asked, done = (
        AuditEvent.objects.get(action=action) for action in ("submission.accepted_as_trusted", "submission.accepted")
    )
    assert (asked.actor, asked.door, asked.after) == (submitter.system.user, "api", {"block": 1, "count": 1})
    assert (done.actor.username, done.door) == (TRUSTED_ACCOUNT, "api")
    assert done.after["lines"] == ["small/2021Q1/bureau/stations/bureau"]


def test_the_roll_up_follows(world: World, packet: Submission) -> None:
    trust(world.stations)
    handed_in(world)("POST", TRUSTED)
    rollup.roll_up()
    assert Progress.objects.get(target=world.stations, period=packet.period).value == 40


def test_the_rest_waits_for_the_office(world: World, packet: Submission) -> None:
    trust(world.stations)
    handed_in(world)("POST", TRUSTED)
    Acting(world).accept(packet, now=timezone.now())
    assert set(states(packet).values()) == {"accepted"}
    blocks = Acceptance.objects.order_by("number").values_list("number", "accepted_by__username")
    assert list(blocks) == [(1, TRUSTED_ACCOUNT), (2, "supervisor")]
    assert ledger.verify() is None


def refused(answer: Any, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_a_second_call_is_refused(world: World, packet: Submission) -> None:
    trust(world.stations)
    submitter = handed_in(world)
    submitter("POST", TRUSTED)
    refused(submitter("POST", TRUSTED), "not_trusted")
    assert Acceptance.objects.count() == 1
    trust(world.share, world.centre)
    assert submitter("POST", TRUSTED).json()["state"] == "accepted"
    refused(submitter("POST", TRUSTED), "not_submitted")
    assert Acceptance.objects.count() == 2


def test_what_was_not_handed_in_is_not_accepted(world: World, packet: Submission) -> None:
    trust(world.stations)
    put(connected(world.bureau, name="数据平台"), *FILLED)
    refused(submitting(world)("POST", TRUSTED), "not_submitted")
    assert Acceptance.objects.count() == 0


def test_without_trust_nothing_is_accepted(world: World, packet: Submission) -> None:
    refused(handed_in(world)("POST", TRUSTED), "not_trusted")
    assert not User.objects.filter(username=TRUSTED_ACCOUNT).exists()
    assert set(states(packet).values()) == {"submitted"}


def test_another_agencys_trust_is_not_ours(world: World, packet: Submission) -> None:
    trust(world.posts)
    refused(handed_in(world)("POST", TRUSTED), "not_trusted")


def test_a_doubtful_line_waits_although_it_was_explained(world: World, packet: Submission) -> None:
    world.stations.evidence_required = True
    world.stations.save()
    trust(world.stations, world.share)
    submitter = handed_in(world, {"target": "stations", "explanation": "材料随后补交"})
    assert submitter("POST", TRUSTED).status_code == 200
    assert states(packet) == {"stations": "submitted", "share": "accepted", "centre": "submitted"}


def test_a_line_that_became_doubtful_since_it_was_entered_waits(world: World, packet: Submission) -> None:
    """Entered when nothing stood against it; meanwhile the plan asks for evidence."""
    trust(world.stations)
    submitter = handed_in(world)
    world.stations.evidence_required = True
    world.stations.save()
    refused(submitter("POST", TRUSTED), "not_trusted")
    assert states(packet)["stations"] == "submitted"


def test_a_correction_waits_for_a_person(world: World) -> None:
    trust(world.stations)
    accepted(world, world.stations, "40")
    caller = connected(world.bureau)
    caller("POST", f"{PACKET}/entries/stations/bureau/correction", {"reason": "漏报"})
    put(caller, {"target": "stations", "value": "44"})
    submitter = submitting(world)
    assert submitter("POST", f"{PACKET}/submit").status_code == 200
    refused(submitter("POST", TRUSTED), "not_trusted")


def test_trust_that_was_taken_away_or_ended_does_not_count(world: World, packet: Submission) -> None:
    trust(world.stations)
    submitter = handed_in(world)
    Assignment.objects.filter(target=world.stations).update(ended_on="2021-03-01")
    refused(submitter("POST", TRUSTED), "not_trusted")
    Assignment.objects.filter(target=world.stations).update(ended_on=None, trusted=False)
    refused(submitter("POST", TRUSTED), "not_trusted")


def test_nothing_to_report_can_be_trusted_too(world: World, packet: Submission) -> None:
    trust(world.stations)
    submitter = handed_in(world, {"target": "stations", "value": None, "nothing_because": "本季度无新增"})
    assert submitter("POST", TRUSTED).status_code == 200
    assert states(packet)["stations"] == "accepted"
    assert Acceptance.objects.get().figure_count == 0


def test_only_who_may_submit_asks(world: World, packet: Submission) -> None:
    trust(world.stations)
    handed_in(world)
    for by in (world.reporter, world.auditor, world.operator, connected(world.east).system.user):
        with pytest.raises(Refused) as error:
            trusted.accept(packet.pk, by=by, at=timezone.now(), door=Door.API)
        assert error.value.refusal.code == "may_not_submit"
    assert Acceptance.objects.count() == 0


def test_four_eyes_hold_for_the_account_too(world: World, packet: Submission) -> None:
    """Whoever made the account enter a figure by some other way has it refused, by the service and the database."""
    trust(world.stations)
    handed_in(world)
    account = User.objects.create(username=TRUSTED_ACCOUNT, is_active=False)
    Entry.objects.filter(assignment__target=world.stations).update(entered_by=account)
    with pytest.raises(Refused) as error:
        trusted.accept(packet.pk, by=world.approver, at=timezone.now(), door=Door.API)
    assert error.value.refusal.code == "four_eyes_entered"
    assert Acceptance.objects.count() == 0


def test_nobody_can_be_the_account(world: World, packet: Submission, client: Client) -> None:
    trust(world.stations)
    handed_in(world)("POST", TRUSTED)
    account = User.objects.get(username=TRUSTED_ACCOUNT)
    assert not Membership.objects.filter(user=account).exists()
    assert (account.is_active, account.has_usable_password(), account.email) == (False, False, "")
    assert (account.is_staff, account.is_superuser) == (False, False)
    assert authenticate(username=TRUSTED_ACCOUNT, password="") is None
    client.force_login(account)
    assert client.get("/").status_code == 302, "even a session that somebody made for it is none"
    assert not account.can("review"), "what it may do, it may only in that act"
    with pytest.raises(Refused) as error:
        review.accept(packet.pk, by=account, at=timezone.now(), door=Door.WEB)
    assert error.value.refusal.code == "may_not_review"


def test_sent_twice_with_a_key_it_is_done_once(world: World, packet: Submission) -> None:
    trust(world.stations)
    submitter = handed_in(world)
    first, second = (submitter("POST", TRUSTED, idempotency_key="q1") for _ in range(2))
    assert first.content == second.content
    assert Acceptance.objects.count() == 1
