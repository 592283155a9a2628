"""Processes that a test starts: they work on that test's own database and folder, with the tests' settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from reviewapp.ops import testing


def environment(**more: str) -> dict[str, str]:
    """What such a process finds in its environment."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        database = {"REVIEWAPP_TESTS_SQLITE": name}
    else:
        url = os.environ["REVIEWAPP_DATABASE_URL"]
        database = {"REVIEWAPP_DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
    return {
        **os.environ,
        **database,
        "REVIEWAPP_TESTS_DATA": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "tests.settings_of_a_process",
        "REVIEWAPP_BOOTSTRAP": "off",
        **more,
    }


@contextmanager
def workers(count: int, *, output: str = os.devnull) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many `manage.py work`; ended with SIGTERM. `output`: a file for what they say."""
    with Path(output).open("ab") as said:
        started = [
            subprocess.Popen(
                [sys.executable, "manage.py", "work", "--interval", "0.2"],
                cwd=testing.BASE_DIR,
                env=environment(),
                stdout=said,
                stderr=said,
            )
            for _ in range(count)
        ]
        try:
            yield started
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(40)
