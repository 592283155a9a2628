"""How do web server, worker and simulator run together? As children that start, stop and fail as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management.base import CommandError

READY_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 15
#: The folder among the data in which the simulator keeps what was handed in to it.
SIMULATOR = "simulator"

Process = subprocess.Popen[bytes]


@contextmanager
def running(*, host: str, port: int, simulator: int) -> Iterator[Sequence[Process]]:
    """Web server, worker, and the simulator of the upstreams on the port of that name of this machine alone, for the block.
    SIGTERM and Ctrl+C end the block; the children are always ended with it."""
    environment = {**os.environ, "REVIEWAPP_HOSTS": ",".join([*settings.ALLOWED_HOSTS, *_hosts(host)])}
    before = signal.signal(signal.SIGTERM, _interrupt)
    processes: list[Process] = []
    try:
        simulate = [sys.executable, "manage.py", "simulate_upstream", "--port", str(simulator)]
        simulate += ["--keep", str(Path(settings.DATA_DIR) / SIMULATOR)]
        for command in (simulate, _web(host, port), [sys.executable, "manage.py", "work"]):
            # In sessions of their own: Ctrl+C reaches this process alone, which then ends them in order.
            said = subprocess.DEVNULL if command is simulate else None
            processes.append(
                subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, stdout=said)
            )
        yield processes
    except KeyboardInterrupt:
        pass
    finally:
        _end(processes)
        signal.signal(signal.SIGTERM, before)


def wait_until_it_answers(address: str, processes: Sequence[Process]) -> None:
    """Return at the first answer that is not a server error. Raises CommandError when a child ends or time is up."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        _raise_if_one_ended(processes)
        try:
            with urllib.request.urlopen(f"{address}/", timeout=5):
                return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise CommandError(f"The server at {address} did not answer within {READY_WITHIN_SECONDS} s; its log stands above.")


def wait_until_one_ends(processes: Sequence[Process]) -> None:
    """Runs until interrupted. Raises CommandError when a child ends by itself."""
    while True:
        _raise_if_one_ended(processes)
        time.sleep(0.5)


def _web(host: str, port: int) -> list[str]:
    # SQLite has one writer: one process with threads keeps its waiting short. PostgreSQL takes more.
    workers = 1 if "sqlite3" in settings.DATABASES["default"]["ENGINE"] else 2
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--worker-class", "gthread", "--workers", str(workers), "--threads", "8", "--bind", bind]
    return [
        *[sys.executable, "-m", "gunicorn", "reviewapp.wsgi:application", *options],
        *["--no-control-socket", "--log-level", "warning"],
    ]


def _hosts(host: str) -> list[str]:
    """Listening for others means being called by names that cannot be known here."""
    return ["*"] if host in {"0.0.0.0", "::"} else [host]


def _raise_if_one_ended(processes: Sequence[Process]) -> None:
    for process in processes:
        if process.poll() is not None:
            words = " ".join(str(word) for word in process.args[1:4]) if isinstance(process.args, list) else ""
            raise CommandError(f"`{words}` ended with {process.returncode}; its log stands above.")


def _end(processes: Sequence[Process]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
