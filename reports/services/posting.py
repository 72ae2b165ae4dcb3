"""One signed POST to somebody else's server: to an address that was looked at, within a time, without following it on.

Nothing here touches the database: it runs beside other deliveries in threads.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPException
from threading import Timer
from typing import NamedTuple

from django.conf import settings
from standardwebhooks import Webhook
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.response import BaseHTTPResponse

from ..models import Delivery
from ..rules import addresses
from ..rules.addresses import Place

CONNECT_WITHIN = 5.0  # seconds
ANSWER_WITHIN = 10.0  # seconds, from the first attempt to connect to the end of the answer
MOST_READ = 4096  # bytes of an answer
MOST_TRIED = 3  # network addresses of one name
AGENT = "nib_tracker webhooks"
Fault = Delivery.Fault


class Message(NamedTuple):
    """What is sent, and with which secrets it is signed: two of them for a while after a rotation."""

    id: str
    body: str
    secrets: tuple[str, ...]

    def headers(self, at: datetime) -> dict[str, str]:
        """The signature as Standard Webhooks 1.0 has it. It holds for the moment of the attempt, against replay."""
        at = at.astimezone(UTC)  # the library takes any time for UTC
        return {
            "webhook-id": self.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(Webhook(secret).sign(self.id, at, self.body) for secret in self.secrets),
        }


class Answer(NamedTuple):
    """What came back: the HTTP status (null: none), what was wrong (empty: it was a 2xx), the beginning of the body."""

    status: int | None
    fault: str
    body: bytes = b""


def post(url: str, message: Message, *, at: datetime) -> Answer:
    """Sends a message. Every network address of the name is judged now, and one of those is connected to: what the name
    stands for in the next moment does not matter. Redirects are not followed.
    """
    deadline = time.monotonic() + ANSWER_WITHIN
    try:
        where, found = judged(url)
    except addresses.Refused as refused:
        unknown = refused.fault == addresses.Fault.UNKNOWN_NAME
        return Answer(None, Fault.NAME_UNKNOWN if unknown else Fault.ADDRESS_REFUSED)
    headers = {
        "Host": where.host_header,
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
        **message.headers(at),
    }
    return _first_that_connects(where, found[:MOST_TRIED], message.body.encode(), headers, deadline)


def judged(url: str) -> tuple[Place, list[str]]:
    """The address taken apart, and the network addresses of its name; addresses.Refused where one is not allowed."""
    where = addresses.place(url, allow_private=settings.WEBHOOKS_ALLOW_PRIVATE)
    return where, addresses.check(_resolved(where), allow_private=settings.WEBHOOKS_ALLOW_PRIVATE)


def _resolved(where: Place) -> list[str]:
    try:
        found = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(one[4][0]) for one in found]


def _first_that_connects(
    where: Place, found: Iterable[str], body: bytes, headers: Mapping[str, str], deadline: float
) -> Answer:
    for address in found:
        left = deadline - time.monotonic()
        if left <= 0:
            return Answer(None, Fault.TOO_SLOW)
        link = _link(where, address, deadline, min(CONNECT_WITHIN, left))
        try:
            return _exchange(link, where, body, headers)
        except (NewConnectionError, ConnectTimeoutError):
            continue
        finally:
            link.close()
    return Answer(None, Fault.NO_CONNECTION)


class _Bounded:
    """A connection that is cut off at its deadline wherever it stands: in TLS, in a header, in the body. Limits of
    single reads would not do: a server may send one byte at a time.
    """

    deadline = 0.0
    is_cut = False
    _twin: socket.socket | None = None
    _timer: Timer | None = None

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        self._twin = sock.dup()  # TLS takes the other one over
        self._timer = Timer(max(0.0, self.deadline - time.monotonic()), self._cut)
        self._timer.daemon = True
        self._timer.start()
        return sock

    def _cut(self) -> None:
        self.is_cut = True
        with suppress(OSError):
            self._twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        super().close()
        if self._timer is not None:
            self._timer.cancel()
            self._twin.close()


class _Plain(_Bounded, HTTPConnection):
    """HTTP, where private addresses are allowed."""


class _Secure(_Bounded, HTTPSConnection):
    """HTTPS: connected to a network address, talking to the host whose certificate is asked for."""


def _link(where: Place, address: str, deadline: float, timeout: float) -> _Plain | _Secure:
    if where.is_tls:
        link = _Secure(address, where.port, timeout=timeout, server_hostname=where.host)
    else:
        link = _Plain(address, where.port, timeout=timeout)
    link.deadline = deadline
    return link


def _exchange(link: _Plain | _Secure, where: Place, body: bytes, headers: Mapping[str, str]) -> Answer:
    try:
        link.connect()
        link.sock.settimeout(ANSWER_WITHIN)
        link.request("POST", where.path, body, headers, preload_content=False, decode_content=False)
        response = link.getresponse()
    except (NewConnectionError, ConnectTimeoutError):
        raise
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        return Answer(None, Fault.TOO_SLOW if link.is_cut else _fault(error))
    with closing(response):
        # headers that are cut off look whole to the library
        return Answer(None, Fault.TOO_SLOW) if link.is_cut else _judged_by_status(response)


def _judged_by_status(response: BaseHTTPResponse) -> Answer:
    if response.status == 410:
        return Answer(410, Fault.GONE)
    if not 200 <= response.status < 300:
        return Answer(response.status, Fault.STATUS)
    return Answer(response.status, "", _beginning(response))


def _fault(error: Exception) -> Fault:
    if isinstance(error, (SSLError, ssl.SSLError)):
        return Fault.TLS
    if isinstance(error, TimeoutError):
        return Fault.TOO_SLOW
    if isinstance(error, (HTTPError, HTTPException, ValueError)):
        return Fault.BROKEN_ANSWER
    return Fault.NO_CONNECTION


def _beginning(response: BaseHTTPResponse) -> bytes:
    """Of a body; what cannot be read of it matters to nobody, the status has been said."""
    try:
        return response.read(MOST_READ, decode_content=False)
    except (HTTPError, HTTPException, OSError, ValueError):
        return b""
