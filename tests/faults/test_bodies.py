"""Bodies that come slowly, or end before their end, at the server as the product starts it."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from agencies.roles import Scope
from nib_tracker import bodies
from nib_tracker.launch.application import commands
from nib_tracker.launch.places import Places
from reports.models import Entry, Evidence
from tests.api.conftest import Caller, connected
from tests.api.sending import ENTRIES, opened
from tests.factories import World, small_plan
from tests.faults.servers import ROOT, Web, environment, is_idle, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = f"/api/v1{ENTRIES}"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n" + b"%" * 2000 + b"\ntrailer\n<<>>\n%%EOF\n"


class Product(Web):
    """The web server with the command line of `make run`."""

    def start(self) -> None:
        command = commands(Places(Path("/nowhere")), self.port)["web"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(), start_new_session=True)
        wait_for(self.answers, "the web server to answer")


@pytest.fixture
def product(settings, tmp_path) -> Iterator[Product]:
    settings.MEDIA_ROOT = tmp_path / "files"
    server = Product()
    yield server
    server.kill()
    wait_for(is_idle, "the killed server's sessions to end")


@pytest.fixture
def world() -> World:
    world = small_plan()
    opened(world)
    return world


@pytest.fixture
def caller(world: World) -> Caller:
    return connected(world.bureau, [Scope.READ, Scope.WRITE_ENTRIES])


def begin(
    server: Web, caller: Caller, length: int, kind: str, path: str = ADDRESS, method: str = "PUT"
) -> socket.socket:
    """A call whose body of so many bytes is still to come."""
    link = socket.create_connection(("127.0.0.1", server.port))
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {caller.key}\r\nAccept-Language: en\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    )
    link.sendall(head.encode())
    return link


def answered(link: socket.socket) -> tuple[int, dict]:
    """Status and body of what comes back."""
    link.settimeout(60)
    got = b""
    while b"\r\n\r\n" not in got or not got.endswith(b"}"):
        more = link.recv(65536)
        if not more:
            break
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@contextmanager
def slow_senders(server: Web, caller: Caller, number: int) -> Iterator[None]:
    """So many calls at once, each of which sends a byte from time to time and never comes to its end."""
    links = [begin(server, caller, 100_000, "application/json") for _ in range(number)]
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.2):
            for link in links:
                try:
                    link.sendall(b" ")
                except OSError:
                    continue  # it was refused

    sending = threading.Thread(target=go_on)
    sending.start()
    try:
        yield
    finally:
        over.set()
        sending.join()
        for link in links:
            link.close()


@pytest.mark.parametrize("senders", [7, 20])
def test_slow_senders_do_not_keep_others_from_being_served(product: Product, caller: Caller, senders: int) -> None:
    headers = {"Authorization": f"Bearer {caller.key}", "Content-Type": "application/json"}
    rows = json.dumps({"rows": [{"target": "stations", "value": 5}]}).encode()
    with slow_senders(product, caller, senders):
        time.sleep(1)  # all of them have got as far as they get
        for _ in range(5):
            assert product.request("GET", "/api/v1/agencies", **headers)[0] == 200
        status, told = product.request("PUT", ADDRESS, rows, **headers)
        assert (status, json.loads(told)["code"]) == (503, "unavailable"), "who sends is asked to do so later"
        assert product.request("GET", "/health/live")[0] == 200
    wait_for(lambda: product.request("PUT", ADDRESS, rows, **headers)[0] == 200, "the slow senders to be forgotten")
    assert Entry.objects.get(assignment__target__code="stations").value == 5


def test_a_body_that_comes_late_but_comes_is_taken(product: Product, caller: Caller) -> None:
    body = b'{"rows": [{"target": "stations", "value": 7}]}'
    with begin(product, caller, len(body), "application/json") as link:
        link.sendall(body[:20])
        time.sleep(1)
        link.sendall(body[20:])
        status, told = answered(link)
    assert (status, told["rows"][0]["outcome"]) == (200, "created")


def test_csv_that_is_cut_inside_a_number_is_not_taken_for_a_smaller_number(product: Product, caller: Caller) -> None:
    body = b"target,value\nstations,12345\n"
    with begin(product, caller, len(body), "text/csv") as link:
        link.sendall(body[:-4])  # …stations,12
        link.shutdown(socket.SHUT_WR)
        status, told = answered(link)
    assert (status, told["code"]) == (400, "body_cut_short")
    assert Entry.objects.get(assignment__target__code="stations").value is None


def test_a_file_that_is_cut_is_not_kept(product: Product, caller: Caller) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n--x--\r\n"
    path = f"{ADDRESS}/stations/bureau/evidence"
    for length in (len(form) - 500, len(form) - 4):
        with begin(product, caller, len(form), "multipart/form-data; boundary=x", path, "POST") as link:
            link.sendall(form[:length])
            link.shutdown(socket.SHUT_WR)
            status, told = answered(link)
        assert (status, told["code"]) == (400, "body_cut_short")
    assert not Evidence.objects.exists()


def test_a_hundred_megabytes_are_refused_before_they_are_sent(product: Product, caller: Caller) -> None:
    with begin(product, caller, 100 * 1024 * 1024, "application/json") as link:
        status, told = answered(link)
    assert (status, told["code"]) == (413, "body_too_large")


class Held(BytesIO):
    """A body of which nothing comes until `over`."""

    def __init__(self) -> None:
        super().__init__(b"late")
        self.over, self.is_read = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.is_read.set()
        self.over.wait(60)
        return super().read(size)


def test_one_thread_is_always_free_for_what_has_no_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    assert commands(Places(Path("/nowhere")), 1)["web"][-2] == str(bodies.THREADS), "as the product is started"
    held = [Held() for _ in range(bodies.THREADS - 1)]
    reading = [threading.Thread(target=bodies.Body(one, 4).read) for one in held]
    for thread, one in zip(reading, held, strict=True):
        thread.start()
        one.is_read.wait(60)
    with pytest.raises(TimeoutError):
        bodies.Body(BytesIO(b"late"), 4).read()
    for thread, one in zip(reading, held, strict=True):
        one.over.set()
        thread.join()
    assert bodies.Body(BytesIO(b"late"), 4).read() == b"late"


def test_a_body_is_given_in_the_pieces_that_are_asked_for() -> None:
    body = bodies.Body(BytesIO(b"one two"), 7)
    assert [body.read(3), body.read(0), body.read(1), body.read(), body.read()] == [b"one", b"", b" ", b"two", b""]
    body = bodies.Body(BytesIO(b"one"), 7)
    with pytest.raises(OSError, match="before its end"):
        body.read(5)
