"""`manage.py test`: install what the tests need, run them on both databases, and end with one line of three numbers."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reviewapp.ops import machine, testing


class Command(BaseCommand):
    """The last line is `N passed, N failed, N skipped`; the exit code is 1 when anything failed."""

    help = "Runs the tests on SQLite and PostgreSQL and those of the browser modules; installs what they need."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("chosen", nargs="*", help="folders, files or tests, as pytest takes them (default: all)")
        parser.add_argument("-k", metavar="WORDS", help="only tests whose name fits, as pytest takes it")
        parser.add_argument("--checks", action="store_true", help="ruff, mypy and makemigrations --check as well")
        parser.add_argument("--sqlite-only", action="store_true", help="leave PostgreSQL out")

    def handle(self, *, chosen: list[str], k: str | None, checks: bool, sqlite_only: bool, **options: Any) -> None:
        # SIGTERM unwinds like any other end, so that no PostgreSQL and no temporary folder is left behind.
        signal.signal(signal.SIGTERM, _leave)
        self._prepare()
        begun = time.monotonic()
        arguments = [*chosen, *(["-k", k] if k else [])]
        total = testing.checks() if checks else testing.Count()
        if not arguments:
            total += testing.of_modules()
        total += testing.on_sqlite(arguments) if sqlite_only else testing.on_both(arguments)
        machine.say(f"All of it took {time.monotonic() - begun:.0f} s.")
        machine.say(str(total))
        if total.failed or not total.passed:
            sys.exit(1)

    def _prepare(self) -> None:
        """Install what is missing. Without PostgreSQL or Redis their tests are skipped; without the others nothing is run."""
        wanted = (machine.CHROMIUM, machine.NODE, machine.FONTS, machine.POSTGRES, machine.REDIS)
        missing = [need for need in wanted if not need.path()]
        if not missing:
            return
        for need in missing:
            machine.say(f"{need.package} is missing: {need.why} need it.")
        try:
            machine.install([need.package for need in missing])
        except machine.Lacking as lacking:
            self.stderr.write(f"{lacking}\n\n    {lacking.line}\n")
            if [need for need in missing if need not in (machine.POSTGRES, machine.REDIS)]:
                sys.exit(2)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
