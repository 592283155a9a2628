"""`manage.py work`: takes up what is due until it is told to stop. Any number may run, on any number of machines."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reviewapp.ops import lanes
from reviewapp.ops.worker import Process
from reviewapp.work import workers


class Command(BaseCommand):
    """SIGTERM and SIGINT end it after the acts at hand."""

    help = "Runs the background work. Any number may run side by side."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks when nothing is due")
        parser.add_argument("--once", action="store_true", help="do what is due now and end")
        parser.add_argument("--only", action="append", metavar="LANE", help=f"of: {', '.join(lanes.all_())}")

    def handle(self, *, interval: float, once: bool, only: list[str] | None, **options: Any) -> None:
        known = lanes.all_()
        unknown = sorted(set(only or ()) - set(known))
        if unknown:
            raise CommandError(f"There is no such lane: {', '.join(unknown)}. There are: {', '.join(known)}.")
        chosen = [lane for name, lane in known.items() if not only or name in only]
        process = Process(chosen, name=workers.name(), now=timezone.now, interval=interval)
        if once:
            process.once()
            return

        def end(number: int, frame: FrameType | None) -> None:
            process.stop()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        process.run()
