"""`manage.py simulate_upstream`: a stand-in for the three vendors, over real HTTP, with faults on demand."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviewapp.ops.samples import index
from reviewapp.ops.simulator import FAULTS, KEYS, WEBHOOK_SECRET, Hook, Schedule, Simulator, Vendor


class Command(BaseCommand):
    """Prints the addresses and the fake credentials, and runs until it is interrupted. Needs no database."""

    help = "Plays Unsiloed, LlamaCloud and Talonic over HTTP, for the demo and for tests. Ctrl+C ends it."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
        parser.add_argument("--port", type=int, default=8090, help="default: 8090; 0: any free one")
        parser.add_argument(
            "--folder", type=Path, default=index.FOLDER, help="payloads and documents (default: samples)"
        )
        parser.add_argument(
            "--vendor", action="append", choices=list(Vendor), help="only this one; may be given again (default: all)"
        )
        parser.add_argument("--pace", type=float, default=2.0, help="seconds for each step of a job (default: 2)")
        parser.add_argument("--queued", type=int, default=1, help="steps that a job waits (default: 1)")
        parser.add_argument("--processing", type=int, default=3, help="steps that a job works (default: 3)")
        parser.add_argument("--by-polls", action="store_true", help="every poll is a step, whatever the time")
        parser.add_argument("--link-seconds", type=int, default=3600, help="how long a document's link holds")
        parser.add_argument(
            "--keep", type=Path, help="a folder of its own: jobs made and readings changed here outlast a restart"
        )
        parser.add_argument("--extract-review", action="store_true", help="LlamaCloud's Extract Review is enabled")
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="NAME:OPERATION[:TIMES]",
            help="a fault from the start, always or so many times; may be given again",
        )
        parser.add_argument(
            "--webhook",
            action="append",
            default=[],
            metavar="[VENDOR=]URL",
            help="where events of finished jobs go, signed; may be given again",
        )
        parser.add_argument("--list-faults", action="store_true", help="print every fault with its line, and end")

    def handle(self, *, list_faults: bool, fault: list[str], **options: Any) -> None:
        if list_faults:
            for one in FAULTS.values():
                self.stdout.write(f"  {one.name:<26} {one.does}")
            return
        simulator = self._start(options)
        try:
            for text in fault:
                self._set(simulator, text)
            self._say(simulator)
            _wait_for_the_end()
        finally:
            simulator.close()

    def _start(self, options: dict[str, Any]) -> Simulator:
        if not options["folder"].is_dir():
            raise CommandError(f"{options['folder']} is no folder")
        steps = Schedule(
            queued=options["queued"],
            processing=options["processing"],
            seconds=None if options["by_polls"] else options["pace"],
        )
        try:
            return Simulator(
                host=options["host"],
                port=options["port"],
                folder=options["folder"],
                vendors=options["vendor"] or list(Vendor),
                schedule=steps,
                link_seconds=options["link_seconds"],
                extract_review=options["extract_review"],
                keep=options["keep"],
                hooks=[hook for text in options["webhook"] for hook in _hooks(text)],
            )
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} of {options['host']}: {error.strerror}; name one: --port"
            ) from error

    def _set(self, simulator: Simulator, text: str) -> None:
        name, _, rest = text.partition(":")
        operation, _, times = rest.partition(":")
        if not operation or (times and not times.isdecimal()):
            raise CommandError(f"{text}: a fault is NAME:OPERATION or NAME:OPERATION:TIMES")
        try:
            simulator.fault(operation, name, times=int(times) if times else None)
        except ValueError as error:
            raise CommandError(f"{text}: {error}") from error

    def _say(self, simulator: Simulator) -> None:
        self.stdout.write(self.style.WARNING("This is a simulator: a stand-in for the vendors, none of them is asked."))
        self.stdout.write("The keys are fake and known to everybody.\n")
        for vendor in Vendor:
            if vendor in simulator.world.vendors:
                self.stdout.write(f"  {vendor.value:<12} {simulator.base(vendor):<40} {KEYS[vendor]}")
        self.stdout.write(f"\nWebhooks are signed with {WEBHOOK_SECRET}")
        self.stdout.write(f"Jobs, faults and what was asked: {simulator.url}/_control/\nCtrl+C ends it.")
        self.stdout.flush()


def _hooks(text: str) -> list[Hook]:
    """`VENDOR=URL`, or a URL for every vendor."""
    name, equals, url = text.partition("=")
    if equals and name in list(Vendor):
        return [Hook(Vendor(name), url)]
    return [Hook(vendor, text) for vendor in Vendor]


def _wait_for_the_end() -> None:
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    ended.wait()
