"""Deciding line by line, accepting many, and four eyes however somebody had a hand in a line."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.models import AuditEvent, Membership, User
from agencies.roles import Role
from reports.models import Acceptance, Entry, Figure, Submission
from reports.services import evidence, ledger, review
from reports.services.refused import Refused
from tests.factories import at, person, small_plan
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB, Acting

UNTIL = at("2021-05-20")


def decide(packet, by, *, accept=(), returns=None, until=UNTIL, version=None):
    return review.decide(
        packet.pk, accept=accept, returns=returns or {}, until=until, version=version, by=by, at=OPEN, door=WEB
    )


def refused(code, function, *args, **kwargs):
    with pytest.raises(Refused) as caught, transaction.atomic():
        function(*args, **kwargs)
    assert caught.value.refusal.code == code, str(caught.value)


@pytest.fixture
def lines(world, acting):
    acting.submitted()
    return [world.line(target) for target in (world.stations, world.share, world.centre)]


@pytest.fixture
def packet(lines):
    return Submission.objects.get(pk=lines[0].submission_id)


def states(lines) -> list[str]:
    return [Entry.objects.get(pk=line.pk).state for line in lines]


def test_lines_are_accepted_and_returned_in_one_go_each_with_its_reason(world, packet, lines):
    stations, share, centre = lines
    reasons = {stations.pk: " 核实单位 ", share.pk: "补分母"}
    decided = decide(packet, world.supervisor, accept=[centre.pk], returns=reasons)
    assert (decided.block.number, decided.block.figure_count, decided.accepted, decided.returned) == (1, 1, 1, 2)
    assert states(lines) == ["returned", "returned", "accepted"]
    assert [Entry.objects.get(pk=line.pk).return_reason for line in lines] == ["核实单位", "补分母", ""]
    assert Entry.objects.get(pk=stations.pk).returned_until == UNTIL
    event = AuditEvent.objects.get(action="submission.returned")
    assert event.after["reasons"] == {
        "small/2021Q1/bureau/stations/bureau": "核实单位",
        "small/2021Q1/bureau/share/bureau": "补分母",
    }
    assert event.reason == "核实单位\n补分母"
    assert ledger.verify() is None


def test_lines_that_are_not_named_wait(world, packet, lines):
    decide(packet, world.supervisor, accept=[lines[0].pk])
    assert states(lines) == ["accepted", "submitted", "submitted"]
    assert decide(packet, world.supervisor, returns={lines[1].pk: "请核实"}).block is None


def test_a_line_named_twice_goes_back(world, packet, lines):
    decide(packet, world.supervisor, accept=[lines[0].pk], returns={lines[0].pk: "请核实"})
    assert states(lines)[0] == "returned" and not Acceptance.objects.exists()


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("reason_missing", {"reason": " "}),
        ("bad_value", {"reason": "长" * 2001}),
        ("deadline_passed", {"until": OPEN}),
        ("deadline_passed", {"until": None}),
        ("version_conflict", {"version": 1}),
        ("nothing_to_do", {"of": "nothing"}),
        ("nothing_to_do", {"of": "another packet"}),
        ("may_not_review", {"by": "auditor"}),
        ("four_eyes_entered", {"by": "reporter"}),
        ("", {}),
    ],
)
def test_what_is_refused_of_a_decision_keeps_all_of_it_from_happening(world, packet, lines, code, changes):
    Membership.objects.create(user=world.reporter, role=Role.SUPERVISOR)
    accept, back = [lines[1].pk], {lines[0].pk: changes.pop("reason", "请核实")}
    if of := changes.pop("of", ""):
        accept, back = ([world.line(world.posts, world.east).pk] if of == "another packet" else []), {}
    by = User.objects.get(pk=getattr(world, changes.pop("by", "supervisor")).pk)  # with the roles of now
    changes = {"version": packet.version, **changes}
    if code:
        refused(code, decide, packet, by, accept=accept, returns=back, **changes)
        assert states(lines) == ["submitted"] * 3
        assert not AuditEvent.objects.filter(action__in=review.DECISIONS).exists()
    else:
        decide(packet, by, accept=accept, returns=back, **changes)
        assert states(lines) == ["returned", "accepted", "submitted"]


class TestManyPackets:
    @pytest.fixture
    def packets(self, world, acting, packet) -> list[Submission]:
        found = [packet]
        for agency in (world.east, world.west):
            other = world.packet(agency)
            acting.save(world.line(world.posts, agency), by=person(Role.REPORTER, agency), value="5")
            found.append(acting.submit(other, by=person(Role.APPROVER, agency)))
        return found

    def accept(self, packets, by):
        return review.accept_many([(one, one.version) for one in packets], by=by, at=OPEN, door=WEB)

    def test_each_gets_its_own_block(self, world, packets):
        outcomes = self.accept(packets, world.supervisor)
        assert [(one.block.number, one.refused) for one in outcomes] == [(1, None), (2, None), (3, None)]
        assert ledger.verify() is None

    def test_a_refused_one_is_told_and_stops_nothing(self, world, packets):
        acted = person(Role.APPROVER, world.east)
        Membership.objects.create(user=acted, role=Role.SUPERVISOR)
        outcomes = self.accept(packets, acted)
        assert [bool(one.block) for one in outcomes] == [True, False, True]
        assert outcomes[1].refused.refusal.code == "four_eyes_submitted"
        assert outcomes[1].submission.agency == world.east

    def test_one_that_moved_on_is_refused(self, world, packets):
        packets[1].version -= 1
        outcomes = self.accept(packets, world.supervisor)
        assert [one.refused and one.refused.refusal.code for one in outcomes] == [None, "version_conflict", None]

    def test_one_that_breaks_is_told_and_stops_nothing(self, world, packets):
        with connection.cursor() as cursor:  # a fault that no service foresees
            cursor.execute(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$; "
                "CREATE TRIGGER broken BEFORE INSERT ON reports_acceptance FOR EACH ROW "
                f"WHEN (NEW.submission_id = {packets[1].pk}) EXECUTE FUNCTION broken()"
            )
        outcomes = self.accept(packets, world.supervisor)
        assert [one.refused and one.refused.refusal.code for one in outcomes] == [None, "failed", None]
        assert [one.block and one.block.number for one in outcomes] == [1, None, 2]
        assert packets[1].entries.get().state == "submitted"


def typed(line: Entry) -> dict[str, str]:
    """What the line says already, as it was typed."""
    if line.numerator is not None:
        return {"numerator": str(line.numerator), "denominator": str(line.denominator), "explanation": line.explanation}
    return {"value": str(line.value or ""), "stage": line.stage, "explanation": line.explanation}


class TestFourEyes:
    """Somebody of the agency who is also of the office."""

    @pytest.fixture
    def both(self, world):
        user = person(Role.APPROVER, world.bureau, username="both")
        Membership.objects.create(user=user, role=Role.SUPERVISOR)
        return user

    def test_who_submitted_it_once_never_accepts_it(self, world, acting, both):
        packet = world.packet()
        acting.fill(packet)
        acting.submit(packet, by=both)
        acting.give_back(packet)
        for line in packet.entries.select_related("assignment__target"):
            acting.save(line, **typed(line), words="已核对")
        acting.submit(packet, by=world.approver)
        assert {line.submitted_by for line in packet.entries.all()} == {world.approver}
        refused("four_eyes_submitted", acting.accept, packet, by=both)
        assert acting.accept(packet).figure_count == 3

    def test_who_submitted_what_was_taken_back_never_accepts_it(self, world, acting, both):
        packet = world.packet()
        acting.fill(packet)
        acting.submit(packet, by=both)
        review.withdraw(packet.pk, by=world.approver, at=OPEN, door=WEB)
        acting.submit(packet, by=world.approver)
        refused("four_eyes_submitted", acting.accept, packet, by=both)

    @pytest.mark.parametrize("removed", [False, True])
    def test_who_had_a_hand_in_the_evidence_never_accepts_it(self, world, acting, both, removed):
        packet = world.packet()
        acting.fill(packet)
        line = world.line(world.stations)
        by = {"at": OPEN, "door": WEB}
        piece = evidence.add_link(
            line.pk, title="", url="https://a.cn", by=world.reporter if removed else both, **by
        )  # fmt: skip
        if removed:
            evidence.remove(piece.pk, by=both, **by)
        acting.submit(packet)
        refused("four_eyes_entered", acting.accept, packet, by=both)
        others = [world.line(target).pk for target in (world.share, world.centre)]
        assert acting.accept(packet, by=both, entries=others).number == 1

    def test_who_submitted_one_line_may_accept_the_others(self, world, acting, both):
        packet = world.packet()
        acting.fill(packet)
        acting.submit(packet, by=both)
        stations = world.line(world.stations)
        acting.accept(packet, entries=[world.line(world.share).pk, world.line(world.centre).pk])
        acting.give_back(packet)
        acting.save(world.line(world.stations), value="12", explanation="已核实")
        acting.submit(packet, by=world.approver)
        refused("four_eyes_submitted", acting.accept, packet, by=both)
        corrected = acting.correct(world.line(world.share))
        acting.save(corrected, numerator="4", denominator="10", explanation="已核实")
        acting.submit(packet, by=world.approver)
        refused("four_eyes_submitted", acting.accept, packet, by=both, entries=[stations.pk])

    def test_packets_of_others_are_open_to_them(self, world, acting, both):
        packet = world.packet(world.east)
        acting.save(world.line(world.posts, world.east), by=person(Role.REPORTER, world.east), value="5")
        acting.submit(packet, by=person(Role.APPROVER, world.east))
        assert acting.accept(packet, by=both).number == 1

    def test_the_database_refuses_it_too(self, world, lines):
        accepted(world, world.posts, "5", world.east)
        stations = lines[0]
        row = {
            "acceptance": Acceptance.objects.get(accepted_by=world.supervisor), "position": 9,
            "target": world.stations, "assignment": stations.assignment, "period": world.periods[0],
            "value": 10, "entry": stations, "entered_by": world.reporter,
        }  # fmt: skip
        Entry.objects.filter(pk=stations.pk).update(submitted_by=world.supervisor)
        with pytest.raises(IntegrityError, match="nobody accepts a figure that they submitted"), transaction.atomic():
            Figure.objects.create(**row)
        with pytest.raises(IntegrityError, match="nobody accepts a figure that they entered"), transaction.atomic():
            Figure.objects.create(**row | {"entered_by": world.supervisor})
        Entry.objects.filter(pk=stations.pk).update(submitted_by=world.approver)
        Figure.objects.create(**row)


@pytest.mark.django_db(transaction=True)
def test_who_saves_while_it_is_accepted_is_seen_by_whoever_accepts():
    """Two at once: either the save is refused, or it comes first and keeps its author from accepting."""
    world = small_plan()
    packet = Acting(world).submitted()
    both = person(Role.REPORTER, world.bureau, username="both")
    Membership.objects.create(user=both, role=Role.SUPERVISOR)
    start, outcome = Barrier(2), {}

    def run(name, act):
        try:
            start.wait()
            outcome[name] = act()
        except Refused as refusal:
            outcome[name] = refusal.refusal.code
        finally:
            connection.close()

    def give_back_and_save():
        review.return_lines(packet.pk, reason="请核实", until=UNTIL, by=world.supervisor, at=OPEN, door=WEB)
        return Acting(world).save(world.line(world.stations), by=both, value="11", explanation="已核实").value

    def accept():
        return review.accept(packet.pk, by=both, at=OPEN, door=WEB).figure_count

    threads = [Thread(target=run, args=one) for one in (("save", give_back_and_save), ("accept", accept))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcome["save"], outcome["accept"]) in ((11, "not_submitted"), ("not_submitted", 3))
    assert not Figure.objects.filter(entered_by=both, acceptance__accepted_by=both).exists()
