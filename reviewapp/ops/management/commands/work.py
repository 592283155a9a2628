"""`manage.py work`: takes up what is due until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from reviewapp.review import triage

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """One loop: triage what was handed to review, look again at what became due. SIGTERM ends it after the act at hand."""

    help = "Runs the background work. Any number may run side by side."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks when nothing is due")
        parser.add_argument("--once", action="store_true", help="look once and end")

    def handle(self, *, interval: float, once: bool, **options: Any) -> None:
        stop = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        while not stop.is_set():
            close_old_connections()
            busy = self._look()
            if once:
                return
            if not busy:
                stop.wait(interval)

    def _look(self) -> bool:
        try:
            at = timezone.now()
            done = triage.run(at=at)
            overdue = triage.reorder(at=at)
        except Exception:
            # The row that failed keeps its hand-off and is tried again; the others must not wait for it.
            logger.exception("the worker met an error and goes on")
            return False
        return bool(done.tasks or done.passed or overdue)
