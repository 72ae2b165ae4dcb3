"""Bodies of requests, as the server hands them on while they arrive.

Whoever sends slowly holds the thread that reads, for as long as he likes: the server has no deadline for it. So only
some threads read at a time, and reads and pages are served whatever others send. A body that ends before its end is an
error; the server would pass what came off as all there is, and a number that is cut is another number.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import IO, Any

THREADS = int(os.environ.get("GRANIAN_BLOCKING_THREADS") or 8)  # that serve; as many as `make run` starts
READING = threading.BoundedSemaphore(max(1, THREADS - 1))
PATIENCE = 1  # seconds for which the last free thread waits until it may read, too

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


def bounded(application: Application) -> Application:
    """A WSGI application whose bodies are read like this."""

    def serve(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        told = environ.get("CONTENT_LENGTH") or "0"
        if told.isascii() and told.isdecimal():
            environ["wsgi.input"] = Body(environ["wsgi.input"], int(told))
        return application(environ, start)

    return serve


class Body:
    """`wsgi.input`, of a told length. OSError where it is cut short, TimeoutError where too many others are read."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self.stream, self.left = stream, length

    def read(self, size: int | None = -1) -> bytes:
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        if not wanted:
            return b""
        if not READING.acquire(timeout=PATIENCE):
            raise TimeoutError("too many bodies are on their way")
        try:
            found = self.stream.read(wanted)
        finally:
            READING.release()
        self.left -= len(found)
        if len(found) < wanted:
            raise OSError("the body ended before its end")
        return found

    def readline(self, size: int | None = -1) -> bytes:
        raise NotImplementedError("bodies are read in pieces")
