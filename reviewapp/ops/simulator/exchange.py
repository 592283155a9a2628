"""What does a fault get into its hands? The socket, the request, and the honest answer, which it may ask for or not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from .jobs import Vendor
from .refusals import refusal
from .wire import Answer, Request

#: Between two bytes of a drip.
DROP = 0.2


@dataclass
class Exchange:
    """One request that will be answered wrongly. `work`: does what was asked and answers honestly; a fault that never asks
    for it leaves everything as it was. `ending`: the simulator stops."""

    connection: socket.socket = field(repr=False)
    request: Request
    vendor: Vendor | None
    work: Callable[[], Answer]
    ending: threading.Event
    now: datetime
    leads_to: str

    @cached_property
    def honest(self) -> Answer:
        return self.work()

    def refuse(self, status: int, message: str = "", **more: object) -> Answer:
        """A refusal in the vendor's manner."""
        return refusal(self.vendor, status, message, path=self.request.path, **more)  # type: ignore[arg-type]

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, drop: bytes) -> None:
        """A drop every fifth of a second, until the client or the simulator has had enough."""
        while not self.ending.wait(DROP):
            self.connection.sendall(drop)

    def hold(self) -> None:
        """Say nothing until the client or the simulator has had enough."""
        self.connection.settimeout(DROP)
        while not self.ending.is_set():
            try:
                if not self.connection.recv(1024):
                    return
            except TimeoutError:
                continue


Play = Callable[[Exchange], Answer | None]


@dataclass(frozen=True)
class Fault:
    """One way to answer wrongly. `does`: what stands on the wire, in one line. `play`: an answer to be written as it is, or
    None when it wrote everything itself."""

    name: str
    does: str
    play: Play = field(repr=False)
