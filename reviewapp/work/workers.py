"""Which workers are there? Each says now and then that it lives, what it does, and goodbye."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from .models import Worker

#: A worker says every so often that it lives; one that said nothing for longer than SILENT is counted as gone.
EVERY = timedelta(seconds=10)
SILENT = timedelta(seconds=60)
#: Those that are gone are shown for so long.
REMEMBERED = timedelta(days=1)


def name() -> str:
    """A name for this process that no other process has: host, process, and a little chance."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


def begin(*, name: str, at: datetime) -> None:
    """The worker is there. Those that are long gone are forgotten."""
    with transaction.atomic():
        Worker.objects.filter(seen_at__lt=at - REMEMBERED).delete()
        Worker.objects.create(name=name, started_at=at, seen_at=at)


def beat(*, name: str, at: datetime, doing: str = "", done: int = 0, failed: int = 0) -> None:
    """The worker lives; `done` and `failed` are added to what it has done."""
    with transaction.atomic():
        Worker.objects.filter(name=name).update(
            seen_at=at, doing=doing[:64], done=F("done") + done, failed=F("failed") + failed
        )


def end(*, name: str, at: datetime) -> None:
    """The worker says goodbye."""
    with transaction.atomic():
        Worker.objects.filter(name=name).update(seen_at=at, stopped_at=at, doing="")


def alive(*, at: datetime) -> list[Worker]:
    """The workers that live, the newest sign first."""
    return list(Worker.objects.filter(stopped_at=None, seen_at__gt=at - SILENT).order_by("-seen_at", "name"))


def any_alive(*, at: datetime) -> bool:
    """Whether there is one that takes up what is due."""
    return Worker.objects.filter(stopped_at=None, seen_at__gt=at - SILENT).exists()


def known(*, at: datetime) -> list[Worker]:
    """All workers of the last day, those that are gone among them."""
    return list(Worker.objects.filter(seen_at__gt=at - REMEMBERED).order_by("-seen_at", "name"))
