"""Everything that an address can name, for real: the bureau's packets in every state, evidence, a workbook, an
invitation, an adjustment question. East is the other agency. Used by the role × URL matrix.

Of the bureau's first packet stations is accepted, share accepted and open for a correction, centre submitted;
its second packet is a draft that can be entered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agencies.models import Agency, Invitation, System, User
from agencies.roles import Scope
from agencies.services import systems
from agencies.services.invitations import invite
from reports.models import Delivery, Entry, Evidence, OutboxEvent, Submission, WebhookEndpoint, Workbook
from reports.services import evidence, rollup, workbooks
from reports.services.periods import extend
from targets.models import AdjustmentQuestion
from tests.factories import UserFactory, World, at, person, small_plan, working_group
from tests.reports.conftest import OPEN, WEB, Acting
from tests.reports.uploads import upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# R reporter, A approver of the bureau; r, a of east; S supervisor, P plan manager, U auditor, O operator,
# N somebody without a role, - nobody: not signed in
ROLES = ("R", "A", "r", "a", "S", "P", "U", "O", "N", "-")
NOBODY = "-"
NEVER = 2**31 - 7  # an id that is not there


@dataclass
class Scene:
    """The objects of one agency's side, and the people."""

    world: World
    people: dict[str, User]
    settled: Submission
    draft: Submission
    lines: dict[str, Entry]  # of the settled packet by target, and `draft` and `foreign`: of the others
    evidence: Evidence
    foreign_evidence: Evidence
    workbook: Workbook
    foreign_workbook: Workbook
    sheet: bytes
    invitation: Invitation
    foreign_invitation: Invitation
    secret: str
    question: AdjustmentQuestion
    dead_letter: Delivery
    foreign_dead_letter: Delivery
    system: System
    foreign_system: System
    sessions: dict[str, str] = field(default_factory=dict)  # keys, by role


def make_scene() -> Scene:
    world = small_plan()
    acting, now = Acting(world), timezone.now()
    for period in world.periods:
        for agency in (world.bureau, world.east):
            extend(period, agency, until=at("2100-01-01"), reason="测试", by=world.supervisor, at=OPEN, door=WEB)
    people = _people(world)
    lines = _settle(world, acting)
    draft, foreign = world.packet(period=1), world.packet(world.east, 1)
    lines |= {"draft": world.line(world.stations, period=1), "foreign": foreign.entries.get()}
    invitation, secret = _invited(world, people["A"])
    working_group(world, world.bureau, of_line=True)
    sheet = workbooks.sheet(draft, reader=world.reporter, at=now)
    scene = Scene(
        world, people, world.packet(), draft, lines,
        evidence=_attached(lines["draft"], people["R"]),
        foreign_evidence=_attached(lines["foreign"], people["r"]),
        workbook=_uploaded(draft, sheet, people["R"]),
        foreign_workbook=_uploaded(foreign, sheet, people["r"]),
        sheet=sheet, invitation=invitation, secret=secret,
        foreign_invitation=invite(
            world.east, email="east@example.org", display_name="东", role="reporter", by=people["a"], at=now, door=WEB
        )[0],
        question=AdjustmentQuestion.objects.create(
            target=world.stations, asked_at=OPEN, asked={"goal": "120"}, in_force={"goal": "100"}
        ),
        dead_letter=_dead_letter(people["A"], world.bureau),
        foreign_dead_letter=_dead_letter(people["a"], world.east),
        system=_connected(people["A"], world.bureau),
        foreign_system=_connected(people["a"], world.east),
    )  # fmt: skip
    rollup.roll_up()
    return scene


def _people(world: World) -> dict[str, User]:
    return {
        "R": world.reporter, "A": world.approver, "r": person("reporter", world.east),
        "a": person("approver", world.east), "S": world.supervisor, "P": world.plan_manager, "U": world.auditor,
        "O": world.operator, "N": UserFactory(username="without-a-role"),
    }  # fmt: skip


def _settle(world: World, acting: Acting) -> dict[str, Entry]:
    packet = acting.submitted()
    lines = {target.code: world.line(target) for target in (world.stations, world.share, world.centre)}
    acting.accept(packet, entries=[lines["stations"].pk, lines["share"].pk])
    return lines | {"correction": acting.correct(lines["share"])}


def _attached(line: Entry, by: User) -> Evidence:
    return evidence.add_file(line.pk, upload(), by=by, at=timezone.now(), door=WEB)


def _uploaded(packet: Submission, sheet: bytes, by: User) -> Workbook:
    """One that was read and waits for a confirmation."""
    now = timezone.now()
    return Workbook.objects.create(
        submission=packet, uploaded_by=by, uploaded_at=now, changed_at=now, title="a.xlsx", state=Workbook.State.READY,
        file=SimpleUploadedFile("a.xlsx", sheet, XLSX),
    )  # fmt: skip


def _connected(by: User, agency: Agency) -> System:
    how = {"by": by, "at": timezone.now(), "door": WEB}
    return systems.connect(agency, name="数据平台", scopes=tuple(Scope), **how)[0]


def _dead_letter(by: User, agency: Agency) -> Delivery:
    """Of a webhook that nobody answers for: its address leads to this machine, which is not allowed."""
    endpoint = WebhookEndpoint.objects.create(
        agency=agency, url="https://127.0.0.1/hook", secret="whsec_" + "b25l" * 8, events=["packet.accepted"],
        created_by=by, created_at=OPEN, verified_at=OPEN,
    )  # fmt: skip
    event = OutboxEvent.objects.create(kind="packet.accepted", agency=agency, subject="small", data={}, at=OPEN)
    return Delivery.objects.create(
        endpoint=endpoint, event=event, state="dead", attempts=8, next_at=OPEN, last_at=OPEN, last_fault="status",
        last_status=500,
    )  # fmt: skip


def _invited(world: World, by: User) -> tuple[Invitation, str]:
    return invite(
        world.bureau, email="new@example.org", display_name="新人", role="reporter", by=by, at=timezone.now(), door=WEB
    )


def own(scene: Scene, name: str) -> dict[str, Any]:
    """What the parts of a route's address stand for: the bureau's."""
    settled = {"review", "correction", "correction_withdraw", "packet_withdraw"}
    lines = {"correction": "stations", "correction_withdraw": "correction"}
    codes = {"line": "network", "agency": "bureau", "group": "networks", "district": "310101"}
    return {
        "agency": "bureau",
        "period": scene.settled.period.code if name in settled else scene.draft.period.code,
        "line": scene.lines[lines.get(name, "draft")].pk,
        "code": codes.get(name, "stations"),
        "name": "overview",
        "page": "guide-api",
        "number": 1,
        "question": scene.question.pk,
        "evidence": scene.evidence.pk,
        "workbook": scene.workbook.pk,
        "invitation": scene.invitation.pk,
        "secret": scene.secret,
        "membership": scene.world.reporter.memberships.get().pk,
        "webhook": str(scene.dead_letter.endpoint.key),
        "message": scene.dead_letter.event.message_id,
        "system": scene.system.pk,
        "api_key": scene.system.keys.get().pk,
        "key": "a-b-c",
        "uidb36": "1",
        "pk": NEVER,
    }


def cross(scene: Scene) -> dict[str, Any]:
    """What belongs to east and must not be reached below an address of the bureau."""
    return {
        "line": scene.lines["foreign"].pk,
        "evidence": scene.foreign_evidence.pk,
        "workbook": scene.foreign_workbook.pk,
        "invitation": scene.foreign_invitation.pk,
        "membership": scene.people["r"].memberships.get().pk,
        "webhook": str(scene.foreign_dead_letter.endpoint.key),
        "message": scene.foreign_dead_letter.event.message_id,
        "system": scene.foreign_system.pk,
        "api_key": scene.foreign_system.keys.get().pk,
    }


def nothing(value: Any) -> Any:
    """In place of a value: one of its kind that names nothing."""
    return NEVER if isinstance(value, int) else "nothing-there"


def asked(name: str) -> str:
    """The query that a route needs to have something to answer."""
    return {"packet_changes": "?since=1"}.get(name, "")


def posted(scene: Scene, name: str) -> dict[str, Any]:
    """What a page would send: acts that would change something, so that a leak is seen."""
    later = (timezone.localdate() + timedelta(days=9)).isoformat()
    packet, line = scene.settled, scene.lines["draft"]
    sent = {
        "line_save": {f"line-{line.pk}-version": str(line.version), f"line-{line.pk}-value": "77"},
        "packet": {f"line-{line.pk}-version": str(line.version), f"line-{line.pk}-value": "77"},
        "correction": {"reason": "漏报"},
        "review": {"action": "accept", "version": str(packet.version)},
        "accept_many": {"packet": [f"{packet.pk}:{packet.version}"]},
        "extend": {"until": later, "reason": "延期"},
        "evidence_add": {"url": "https://example.org/a", "title": "公示"},
        "decide": {"action": "adopt", "decision": "会议纪要", "in_force_from": later},
        "invite": {"email": "third@example.org", "display_name": "三", "role": "reporter"},
        "membership_role": {"role": "approver"},
        "set_language": {"language": "en"},
        "system": {"name": "新名称", "scopes": ["read"], "networks": "10.0.0.0/8"},
        "system_new": {"name": "新平台", "scopes": ["read"], "networks": "", "days": "30"},
        "system_rotate": {f"key-{scene.system.pk}-days": "30"},
        "webhook": {"url": "https://8.8.8.8/hook", "events": ["line.returned"]},
        "webhook_new": {"url": "https://8.8.8.8/new", "events": ["line.returned"]},
        "workbook_upload": {"file": SimpleUploadedFile("b.xlsx", scene.sheet, XLSX)},
    }
    return sent.get(name, {})
