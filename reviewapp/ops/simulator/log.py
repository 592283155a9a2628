"""What was asked of the simulator? Every request as it came, without its credentials."""

from __future__ import annotations

import collections
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .routes import Route
from .wire import Request

#: Headers that are left out: what a log repeats is read by others.
SECRET = {"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"}
#: More of a body than this is not kept; its hash is of all of it.
_KEPT = 1024 * 1024
#: The oldest requests make room.
_MOST = 20_000


@dataclass(slots=True)
class Received:
    """One request. `query`: "" behind a presigned link, because it is the credential there. `operations`: what it was for,
    empty when there is no such address. `fault`: which one it met, "" for none. `status`: what was answered, None while it
    is not, and for faults that write by themselves."""

    number: int
    at: datetime
    vendor: str
    method: str
    path: str
    query: str
    operations: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    sha256: str
    fault: str = ""
    status: int | None = None


class Log:
    """Appends in the order of arrival, from any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: collections.deque[Received] = collections.deque(maxlen=_MOST)
        self._count = 0

    def add(self, request: Request, route: Route | None, vendor: str, fault: str, at: datetime) -> Received:
        path, _, query = request.target.partition("?")
        with self._lock:
            self._count += 1
            received = Received(
                number=self._count,
                at=at,
                vendor=vendor,
                method=request.method,
                path=path,
                query="" if path.startswith("/files/") else query,
                operations=route.operations if route else (),
                headers={name: value for name, value in request.headers.items() if name not in SECRET},
                body=request.body[:_KEPT],
                sha256=hashlib.sha256(request.body).hexdigest(),
                fault=fault,
            )
            self._all.append(received)
        return received

    def all(self) -> list[Received]:
        with self._lock:
            return list(self._all)

    def clear(self) -> None:
        with self._lock:
            self._all.clear()
