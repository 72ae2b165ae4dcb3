"""The API: a bulk push against COPY and REST framework's default, a list against an empty view, calls a second."""

from __future__ import annotations

import http.client
import io
from statistics import median

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.serializers import ModelSerializer

from agencies.models import Agency, AuditEvent, Membership
from agencies.roles import Role, Scope
from agencies.services import systems
from reports.models import Entry

from . import api_world
from .measure import interleaved, line, seconds, statements, title
from .serving import asker, rate, server

ROWS, DEFAULT_ROWS, TIMES, LIST_TIMES = 10_000, 500, 5, 200
CALLERS, SECONDS = 8, 5.0
PROGRESS = "/api/v1/progress?limit=100"
EMPTY, BARE = "/benchmark/api/empty", "/benchmark/api/bare"


class Default(ModelSerializer):
    """How REST framework takes many rows when nobody thinks about it."""

    class Meta:
        model = Entry
        fields = ("submission", "assignment", "value", "entered_by", "entered_at")


def run(scale: float) -> None:
    _bulk(scale)
    _lists(scale)


def _bulk(scale: float) -> None:
    rows = max(int(ROWS * scale), 160)
    title(f"Push {rows:,} lines in one call (parsed, checked, doubted, written, audited and answered)")
    caller = api_world.make(rows)
    numbers = iter(range(1, 1000))

    def push(size: int = rows) -> None:
        counts = caller.put(caller.body(size, next(numbers)))
        assert counts["created"] + counts["changed"] == size, counts

    push(10)  # the key was seen, and what is read once per process is read
    few, many = statements(lambda: push(10)), statements(push)
    line("SQL statements for 10 rows, and for all", str(few), str(many))
    _vacuum()
    copy, same, alone = Copy(), caller.body(rows, next(numbers)), max(int(DEFAULT_ROWS * scale), 50)
    with server() as port:
        sender = http.client.HTTPConnection("127.0.0.1", port)
        samples = [
            (copy.bare(), copy.whole(), _default(alone), caller.send(sender, caller.body(rows, next(numbers))))
            for _ in range(TIMES)
        ]
        caller.send(sender, same)
        unchanged = caller.send(sender, same)
    bare, whole, default, taken = (median(column) for column in zip(*samples, strict=True))
    ours, speed = f"{taken:.2f} s", f"{rows / taken:,.0f} rows/s"
    line("against COPY into a table without keys and indexes", f"{bare:.3f} s", ours, f"{bare / taken:.1%}")
    line("against COPY into their own table (aim: 10 % of its speed)", f"{whole:.3f} s", ours, f"{whole / taken:.0%}")
    line(
        "against ListSerializer(many=True) (aim: 20 x)",
        f"{alone / default:,.0f} rows/s", speed, f"{default / alone / (taken / rows):.0f} x",
    )  # fmt: skip
    line("the same again: nothing changes", f"{unchanged:.2f} s")


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class Copy:
    """COPY of the packet's own lines: into a table without key, index or constraint, and into their own."""

    def __init__(self) -> None:
        columns = ", ".join(field.column for field in Entry._meta.concrete_fields if field.column != "id")
        self.text, self.into = io.StringIO(), f"%s ({columns}) FROM STDIN"
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY (SELECT {columns} FROM reports_entry) TO STDOUT", self.text)
            cursor.execute(f"CREATE TABLE bare AS SELECT {columns} FROM reports_entry LIMIT 0")

    def bare(self) -> float:
        return seconds(lambda: self._copy("bare"))

    def whole(self) -> float:
        """With the checks of its keys; taken back."""
        with transaction.atomic():
            Entry.objects.all().delete()
            taken = seconds(lambda: self._copy("reports_entry", "SET CONSTRAINTS ALL IMMEDIATE"))
            transaction.set_rollback(True)
        return taken

    def _copy(self, table: str, then: str = "") -> None:
        self.text.seek(0)
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY " + self.into % table, self.text)
            if then:
                cursor.execute(then)


def _default(rows: int) -> float:
    """Seconds of REST framework's own way: each row looked up, checked and inserted by itself; taken back."""
    found = list(Entry.objects.values("submission", "assignment", "value", "entered_by", "entered_at")[:rows])
    with transaction.atomic():
        Entry.objects.all().delete()

        def save() -> None:
            many = Default(data=found, many=True)
            many.is_valid(raise_exception=True)
            many.save()

        taken = seconds(save)
        transaction.set_rollback(True)
    return taken


def _lists(scale: float) -> None:
    title("Read a list of 100 progress rows (the Shanghai plan with its sample history)")
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    call_command("seed_sample", seed=1, plan="shanghai-2020-2022", verbosity=0)
    headers = {"Authorization": f"Bearer {_reader()}", "Host": "localhost"}
    with server() as port:
        asks = [asker(port, address, headers) for address in (BARE, EMPTY, PROGRESS)]
        bare, empty, taken = interleaved(*asks, times=max(int(LIST_TIMES * scale), 20))
        shown = f"{taken * 1000:.2f} ms"
        line(
            "against an empty view with the same key (aim: 3 x)",
            f"{empty * 1000:.2f} ms",
            shown,
            f"{taken / empty:.1f} x",
        )
        line("against an empty view without any key", f"{bare * 1000:.2f} ms", shown, f"{taken / bare:.1f} x")
        tag = _etag(port, PROGRESS, headers)
        (same,) = interleaved(asker(port, PROGRESS, headers | {"If-None-Match": tag}), times=LIST_TIMES)
        line("the same again (304)", f"{empty * 1000:.2f} ms", f"{same * 1000:.2f} ms", f"{same / empty:.1f} x")
        long = max(SECONDS * scale, 1)
        for words, address in (("empty view with a key", EMPTY), ("100 progress rows", PROGRESS)):
            callers = [asker(port, address, headers) for _ in range(CALLERS)]
            line(f"calls a second, {CALLERS} connections: {words}", f"{rate(callers, long):.0f}/s")


def _reader() -> str:
    agency = Agency.objects.order_by("position").exclude(code="api-one").first()
    by = Membership.objects.filter(role=Role.OPERATOR).first().user
    facts = {"by": by, "at": timezone.now(), "door": AuditEvent.Door.COMMAND}
    return systems.connect(agency, name="bench", scopes=[Scope.READ], **facts)[1]


def _etag(port: int, address: str, headers: dict[str, str]) -> str:
    server = http.client.HTTPConnection("127.0.0.1", port)
    server.request("GET", address, headers=headers)
    return server.getresponse().headers["ETag"]
