"""`manage.py demo`: everything at once on this machine: database, samples, people, web server, worker, simulated vendors."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reviewapp.ops import demo, serving

#: Says that the data beside it is the demo's; without it, data that is there belongs to somebody.
MARK = "made-by-demo"
#: This process read it already, and what it seals now is opened by its children.
KEPT = "secret_key"
FIRST_PORT, PORTS = 8000, 20
FIRST_SIMULATOR_PORT = 8090


class Command(BaseCommand):
    """Prints the address and the logins when the server answers, and runs until it is interrupted."""

    help = "Shows the whole program with sample documents and demo users; Ctrl+C ends it, the next start goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine alone)")
        parser.add_argument("--port", type=int, help=f"default: the first free one from {FIRST_PORT} on")
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away and begin anew")
        parser.add_argument("--no-input", action="store_true", help="ask nothing")

    def handle(self, *, host: str, port: int | None, reset: bool, no_input: bool, **options: Any) -> None:
        data = Path(settings.DATA_DIR)
        if reset:
            self._reset(data, ask=not no_input)
        port = free_port(host, port)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.stdout.write("Preparing the database.")
        call_command("migrate", interactive=False, verbosity=0)
        self._refuse_other_peoples_data(data)
        self.stdout.write("Preparing the browser's files.")
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("Importing the sample documents.")
        simulator = free_port("127.0.0.1", None, first=FIRST_SIMULATOR_PORT)
        logins = demo.fill(at=timezone.now(), simulator=f"http://127.0.0.1:{simulator}")
        address = f"http://{_named(host)}:{port}"
        with serving.running(host=host, port=port, simulator=simulator) as processes:
            serving.wait_until_it_answers(address, processes)
            self.stdout.write(self.style.SUCCESS(f"\nThe demo is ready: {address}/\n"))
            for login in logins:
                self.stdout.write(f"  {login.role:<12} {login.username:<12} {login.password}")
            if secret := demo.key_secret():
                self.stdout.write("\nThe first invoice as a machine reads it, before and after you decided it:")
                self.stdout.write(
                    f"  curl -s -H 'api-key: {secret}' {address}/compat/unsiloed/extract/{demo.FIRST_JOB}"
                )
            self.stdout.write(
                f"\nThe vendors are played by a simulator at http://127.0.0.1:{simulator}: documents that are handed in"
                " become jobs there,\nand what is decided goes back to it. It reads no documents."
            )
            self.stdout.write("\nCtrl+C ends it.")
            self.stdout.flush()
            serving.wait_until_one_ends(processes)

    def _reset(self, data: Path, *, ask: bool) -> None:
        names = {path.name for path in data.glob("*")}
        if names - {KEPT} and MARK not in names:
            raise CommandError(f"{data} was not made by the demo and is left alone.")
        if ask and MARK in names and not _agrees(f"Throw away everything in {data}? [y/N] "):
            raise CommandError("Nothing was changed. (--no-input asks nothing.)")
        for path in sorted(data.glob("*")):
            if path.name == KEPT:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _refuse_other_peoples_data(self, data: Path) -> None:
        if (data / MARK).exists():
            return
        if get_user_model()._default_manager.exists():
            raise CommandError("The database holds people that the demo did not make; it is left alone.")
        (data / MARK).write_text("The demo's data: its passwords are known to everybody.\n")


def free_port(host: str, wanted: int | None, *, first: int | None = None) -> int:
    """The wanted port, or the first free one of twenty from `first` on. Raises CommandError when it is taken."""
    first = first or FIRST_PORT
    candidates = [wanted] if wanted else range(first, first + PORTS)
    for port in candidates:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise CommandError(f"Port {wanted or f'{first} to {first + PORTS - 1}'} of {host} is taken; name one: --port")


def _named(host: str) -> str:
    """The host as one writes it in a browser on this machine."""
    if host in {"0.0.0.0", "::"}:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _agrees(question: str) -> bool:
    """What the person says; where nobody is there to be asked, no."""
    try:
        return input(question).strip().lower() == "y"
    except EOFError:
        return False
