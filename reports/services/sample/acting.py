"""How the people of the history deal with one packet: enter, submit, return, accept, correct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from agencies.models import Agency, AuditEvent, User

from ...models import Entry, ReportingPeriod
from ...models.submissions import State
from ...rules.numbers import trim
from ..corrections import open_correction
from ..entries import Input, Line, save_lines
from ..refused import Refused
from ..review import accept, return_lines, submit
from . import words
from .agenda import Agenda
from .figures import Truth
from .people import Staff
from .story import Correction, Story

DOOR = AuditEvent.Door.COMMAND
DAY = timedelta(days=1)
SLIP = Decimal(10000)  # 万
RETURNED_AT_RANDOM = 0.05  # of the packets
NOT_STARTED_AND_SILENT = 0.3  # of the milestones that have not started: "nothing to report"


@dataclass
class Packet:
    """One packet of the history. `chance` is its own, so that packets do not disturb each other."""

    id: int
    agency: Agency
    period: ReportingPeriod
    staff: Staff
    chance: Random
    was_returned: bool = False
    accepts: bool = True  # false for a packet that is to stay with the office
    mended: set[int] = field(default_factory=set)  # lines that are entered right from now on


class Office:
    """What happens to packets. Each act is given its moment and puts what follows from it on the agenda."""

    def __init__(self, agenda: Agenda, story: Story, figures: Truth, supervisors: Sequence[User]) -> None:
        self.agenda, self.story, self.figures, self.supervisors = agenda, story, figures, supervisors

    def enter(self, packet: Packet, at: datetime, *, part: float = 1, then_submit: bool = True) -> None:
        """The reporter fills the open lines, or the first part of them."""
        lines = self.lines(packet, State.DRAFT, State.RETURNED)
        self._save(packet, lines[: round(len(lines) * part)], at)
        if then_submit:
            self.agenda.add(at + DAY, partial(self.submit, packet))

    def submit(self, packet: Packet, at: datetime) -> None:
        submit(packet.id, by=packet.staff.approver, at=at, door=DOOR)
        if packet.accepts:
            wait = packet.chance.randint(20, 70)
            self.agenda.add(at + timedelta(hours=wait), partial(self.review, packet))

    def review(self, packet: Packet, at: datetime) -> None:
        """A supervisor returns what looks wrong and accepts the rest."""
        supervisor = packet.chance.choice(self.supervisors)
        lines = self.lines(packet, State.SUBMITTED)
        wrong, reason = self._looks_wrong(packet, lines)
        if wrong:
            self.give_back(packet, wrong, reason, supervisor, at)
        if rest := [line.pk for line in lines if line not in wrong]:
            accept(packet.id, entries=rest, by=supervisor, at=at, door=DOOR)

    def give_back(self, packet: Packet, lines: list[Entry], reason: str, supervisor: User, at: datetime) -> None:
        packet.was_returned = True
        packet.mended |= {line.pk for line in lines}
        return_lines(
            packet.id,
            reason=reason,
            until=at + 10 * DAY,
            entries=[line.pk for line in lines],
            by=supervisor,
            at=at,
            door=DOOR,
        )
        if packet.accepts:
            self.agenda.add(at + 2 * DAY, partial(self.enter, packet))

    def correct(self, packet: Packet, correction: Correction, at: datetime) -> None:
        """The agency finds out that an accepted figure was wrong."""
        found = Entry.objects.filter(
            submission=packet.id, assignment__target__code=correction.target, state=State.ACCEPTED
        )
        if (old := found.first()) is None:
            return
        line = open_correction(old.pk, reason=correction.reason, by=packet.staff.approver, at=at, door=DOOR)
        packet.mended.add(line.pk)
        self.enter(packet, at + timedelta(hours=1))

    def lines(self, packet: Packet, *states: State) -> list[Entry]:
        lines = Entry.objects.filter(submission=packet.id, state__in=states)
        return list(lines.select_related("assignment__target").order_by("pk"))

    def _save(self, packet: Packet, lines: list[Entry], at: datetime) -> None:
        """Saves what is typed, and then answers the doubts that it raised."""
        typed = {line.pk: self._typed(packet, line) for line in lines}
        saved = self._typed_in(packet, [Line(line.pk, typed[line.pk], line.version) for line in lines], at)
        doubtful = [line for line in saved if line.doubts]
        if doubtful:
            self._typed_in(packet, [_explained(line, typed[line.pk]) for line in doubtful], at)

    def _typed_in(self, packet: Packet, lines: list[Line], at: datetime) -> list[Entry]:
        results = save_lines(packet.id, lines, by=packet.staff.reporter, at=at, door=DOOR)
        for refused in results:
            if isinstance(refused, Refused):
                raise refused
        return results

    def _typed(self, packet: Packet, line: Entry) -> Input:
        """The true figure, or a wrong one where the story tells so and nobody has noticed yet."""
        where = (line.assignment.target.code, packet.agency.code, packet.period.ordinal)
        said = self.figures[line.assignment_id, packet.period.ordinal]
        if line.pk in packet.mended:
            told = words.CORRECTED_UNIT if self.story.slip(*where) else words.ADDED
            return replace(said, words=told)
        if self.story.slip(*where):
            said = replace(said, value=trim(Decimal(said.value) / SLIP))
        elif correction := self.story.correction(*where):
            said = replace(said, value=str(round(Decimal(said.value) * correction.factor)))
        if said.stage == "not_started" and packet.chance.random() < NOT_STARTED_AND_SILENT:
            return Input(nothing_because=words.note(packet.chance, said.stage))
        return replace(said, words=words.note(packet.chance, said.stage))

    def _looks_wrong(self, packet: Packet, lines: list[Entry]) -> tuple[list[Entry], str]:
        if packet.was_returned:
            return [], ""
        slipped = [
            line
            for line in lines
            if self.story.slip(line.assignment.target.code, packet.agency.code, packet.period.ordinal)
        ]
        if slipped:
            return slipped, words.RETURN_UNIT
        if packet.chance.random() < RETURNED_AT_RANDOM:
            return [packet.chance.choice(lines)], packet.chance.choice(words.RETURN_REASONS)
        return [], ""


def _explained(line: Entry, typed: Input) -> Line:
    answer = words.explanation([code for code, _ in line.doubts])
    return Line(line.pk, replace(typed, explanation=answer), line.version)
