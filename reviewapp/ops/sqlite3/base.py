"""In which order do the threads of one process write to SQLite? In the order in which they asked.

SQLite has one writer. Who comes while it is busy sleeps and looks again, up to 100 ms later, and whoever looks at the right
moment wins: with sixteen people at once some never did within the 20 s timeout ("database is locked"). Here the threads
of a process queue before BEGIN IMMEDIATE and are let in one after the other; between processes (web server, worker) SQLite's
own waiting goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import MutableMapping
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from .schema import DatabaseSchemaEditor


class Turnstile:
    """Lets in one at a time, in the order of arrival."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._busy = False
        self._waiting: deque[threading.Event] = deque()

    def enter(self, *, timeout: float) -> bool:
        """Wait for the own turn, at most `timeout` seconds; False when it did not come."""
        with self._guard:
            if not self._busy:
                self._busy = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._guard:
            if turn.is_set():  # it came while we were giving up
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Let the next one in."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy = False


#: One for each database file of this process.
_turnstiles: MutableMapping[str, Turnstile] = {}
_making = threading.Lock()


def turnstile(name: str) -> Turnstile:
    """The one in front of the database of this name."""
    with _making:
        return _turnstiles.setdefault(name, Turnstile())


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with its transactions in the order in which they were asked for, and guarded tables that can be rebuilt."""

    SchemaEditorClass = DatabaseSchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._inside: Turnstile | None = None

    def _start_transaction_under_autocommit(self) -> None:
        gate = turnstile(str(self.settings_dict["NAME"]))
        if not gate.enter(timeout=float(self.settings_dict["OPTIONS"].get("timeout", 5))):
            raise OperationalError("database is locked: other threads of this process did not end in time")
        self._inside = gate
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()

    def _leave(self) -> None:
        inside, self._inside = self._inside, None
        if inside is not None:
            inside.leave()
