"""A receiver of webhooks: a real HTTP server on this machine, which answers as it is told and keeps what it gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple

from standardwebhooks import Webhook

from agencies.models import Agency, User
from reports.models import OutboxEvent, WebhookEndpoint
from reports.services import webhooks
from tests.factories import person
from tests.reports.conftest import WEB

ALL = list(OutboxEvent.Kind.values)


class Call(NamedTuple):
    """One request as it came."""

    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """Its content, when the signature holds as the receivers' library checks it."""
        return Webhook(secret).verify(self.body, self.headers)


class Receiver:
    """`answers` says what is answered in turn, the last one for good: a status, or a function that writes to the
    handler what it likes. A challenge is repeated, unless `repeats` is false.
    """

    def __init__(self, *answers: int | Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.answers = list(answers) or [200]
        self.repeats, self.calls = True, []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self, Call(self.path, {k.lower(): v for k, v in self.headers.items()}, body))

            def log_message(self, *said: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def take(self, handler: BaseHTTPRequestHandler, call: Call) -> None:
        if b'"endpoint.verify"' in call.body:
            say(handler, 200, call.content["data"]["challenge"] if self.repeats else "hello")
            return
        self.calls.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer(handler)
        else:
            say(handler, answer)

    @property
    def types(self) -> list[str]:
        return [call.content["type"] for call in self.calls]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def say(handler: BaseHTTPRequestHandler, status: int, text: str = "") -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(text.encode())))
    handler.end_headers()
    handler.wfile.write(text.encode())


@contextmanager
def receiving(*answers: Any) -> Iterator[Receiver]:
    receiver = Receiver(*answers)
    try:
        yield receiver
    finally:
        receiver.close()


def listening(
    agency: Agency, receiver: Receiver, at: datetime, *, events: list[str] = ALL, by: User | None = None
) -> WebhookEndpoint:
    """A verified webhook of an agency that goes to the receiver."""
    by = by or person("approver", agency)
    made = webhooks.add(agency, url=receiver.url, events=events, by=by, at=at, door=WEB)
    return webhooks.verify(made.pk, by=by, at=at, door=WEB)
