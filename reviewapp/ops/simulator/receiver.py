"""Who takes our own webhooks in a test? A server that answers by a script and keeps what it got."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from . import wire
from .listening import Listener
from .wire import Answer

#: Answers nothing, and keeps the connection.
TIMEOUT = "timeout"
#: Resets the connection without an answer.
RESET = "reset"

#: A status, a whole answer, TIMEOUT or RESET.
Step: TypeAlias = "int | Answer | str"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request as it came. `step`: what it was answered with."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    step: Step
    at: float


class Receiver:
    """`script`: the answers one after the other, then `otherwise` for ever; or `choose`, which is asked for each request
    with its path, headers and body, one at a time."""

    def __init__(
        self,
        *script: Step,
        otherwise: Step = 200,
        choose: Callable[[str, Mapping[str, str], bytes], Step] | None = None,
    ) -> None:
        self._script = list(script)
        self._otherwise = otherwise
        self._choose = choose
        self._came = threading.Condition()
        self._all: list[Delivery] = []
        self._listener = Listener(self._serve)

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return self._listener.url

    @property
    def deliveries(self) -> list[Delivery]:
        """What came so far, in the order of arrival."""
        with self._came:
            return list(self._all)

    def wait(self, count: int, *, seconds: float = 10.0) -> list[Delivery]:
        """The deliveries as soon as there are so many. Raises TimeoutError."""
        with self._came:
            if not self._came.wait_for(lambda: len(self._all) >= count, seconds):
                raise TimeoutError(f"{len(self._all)} of {count} deliveries came")
            return list(self._all)

    def close(self) -> None:
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        try:
            request = wire.read(connection)
        except wire.Unreadable:  # a sender that was killed in the middle of it
            return
        if request is None:
            return
        with self._came:
            step: Step
            if self._choose is not None:
                step = self._choose(request.path, request.headers, request.body)
            else:
                step = self._script.pop(0) if self._script else self._otherwise
            self._all.append(
                Delivery(request.method, request.path, request.headers, request.body, step, time.monotonic())
            )
            self._came.notify_all()
        if step == TIMEOUT:
            _hold(connection, self._listener.ending)
        elif step == RESET:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        else:
            answer = step if isinstance(step, Answer) else Answer(int(step))
            connection.sendall(answer.head() + answer.body)


def _hold(connection: socket.socket, ending: threading.Event) -> None:
    connection.settimeout(0.2)
    while not ending.is_set():
        try:
            if not connection.recv(1024):
                return
        except TimeoutError:
            continue


@contextmanager
def receiving(
    *script: Step,
    otherwise: Step = 200,
    choose: Callable[[str, Mapping[str, str], bytes], Step] | None = None,
) -> Iterator[Receiver]:
    """A receiver for the length of the block."""
    receiver = Receiver(*script, otherwise=otherwise, choose=choose)
    try:
        yield receiver
    finally:
        receiver.close()
