"""Where do the tests get a PostgreSQL from? A throw-away cluster in a temporary folder. Standard library only."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .machine import POSTGRES

#: Nothing in it has to survive: that makes it fast.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


class NoPostgres(Exception):
    """There is none to start; the message says why in a sentence."""


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster's URL, for the block. Raises NoPostgres.

    initdb refuses to run as root, so root gives the work to the user `postgres` that Debian's package makes.
    """
    initdb = POSTGRES.path()
    if initdb is None:
        raise NoPostgres("PostgreSQL is not installed on this machine (Debian's package postgresql)")
    owner = _owner()
    programs = Path(initdb).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="reviewapp-postgres-"))
    try:
        if owner:
            shutil.chown(folder, owner)
        data, port = folder / "data", _free_port()
        _run(
            [initdb, "-D", str(data), "-U", "reviewapp", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], owner
        )
        options = " ".join(f"-c {key}={value}" for key, value in {**SETTINGS, "port": port}.items())
        control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "30"]
        _run(
            [*control, "-l", str(folder / "log"), "-o", f"{options} -c unix_socket_directories={folder}", "start"],
            owner,
        )
        try:
            yield f"postgres://reviewapp@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "immediate", "stop"], owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str | None:
    """The user to run as, or None for the one who runs this."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError as error:
        raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres") from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: Sequence[str], owner: str | None) -> None:
    # Not a pipe: the server that pg_ctl starts inherits it, and reading to its end would wait for the server's end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=owner,
            group=owner,
            extra_groups=[] if owner else None,
            cwd="/",
            check=False,
        )
        output.seek(0)
        if done.returncode != 0:
            raise NoPostgres(f"PostgreSQL does not start: {output.read()[-1000:].strip()}")
