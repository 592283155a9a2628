"""What is tested, and how did it end? The parts of `manage.py test`: each is run and comes back as three numbers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from . import trial_postgres
from .machine import NODE, say

BASE_DIR = Path(__file__).resolve().parent.parent.parent

#: What .ci/run looks at beside the tests, each one command that ends with 0 when all is well.
CHECKS: dict[str, tuple[str, ...]] = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
    "migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
}

ON_POSTGRES = "The tests that touch the database, on PostgreSQL:"
IN_THE_BROWSER = "The tests in the browser:"
WITHOUT_A_DATABASE = "The tests that touch no database:"
#: The runs of pytest that are under way.
_running: list[subprocess.Popen[bytes]] = []
_stopped = threading.Event()


@dataclass(frozen=True)
class Count:
    """How many tests ended how. An error around a test counts as failed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def on_sqlite(chosen: Sequence[str], *, output: IO[bytes] | None = None) -> Count:
    """pytest on the default database.

    `output`: where what it says goes, instead of to the terminal.
    """
    if output is None:
        say("The tests on SQLite:")
    return _pytest(chosen, {"REVIEWAPP_DATABASE_URL": ""}, nothing_is_fine=output is not None, output=output)


def on_postgres(chosen: Sequence[str], *, output: IO[bytes] | None = None) -> Count:
    """pytest on a throw-away PostgreSQL: every test that touches the database, but for the browser's, those of the
    vendors' clients, and long ones to which it makes no difference.

    `output`: where what it says goes, instead of to the terminal.
    """
    try:
        with trial_postgres.cluster() as url:
            if output is None:
                say(ON_POSTGRES)
            chosen = [*chosen, "-m", "not browser and not judge and not once"]
            return _pytest(chosen, {"REVIEWAPP_DATABASE_URL": url}, nothing_is_fine=True, output=output)
    except trial_postgres.NoPostgres as reason:
        say(f"SKIPPED the tests on PostgreSQL: {reason}.")
        return Count(skipped=1)


def on_both(chosen: Sequence[str]) -> Count:
    """Both databases side by side, one run on each core; the first is heard while it runs, the others when all are done.

    All tests together are cut in four runs of about the same length, so that no core waits for the other.
    """
    runs: list[tuple[str, Callable[[IO[bytes] | None], Count]]]
    runs = [(ON_POSTGRES, lambda output: on_postgres(chosen, output=output))]
    if chosen:
        runs.insert(0, ("", lambda output: on_sqlite(chosen, output=output)))
    else:
        runs.insert(0, ("", lambda output: on_sqlite(["--part=database"], output=output)))
        runs.append((IN_THE_BROWSER, lambda output: on_sqlite(["--part=browser"], output=output)))
        runs.append((WITHOUT_A_DATABASE, lambda output: on_sqlite(["--part=rest"], output=output)))
    with ExitStack() as held, ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        outputs = [None, *(held.enter_context(tempfile.TemporaryFile()) for _ in runs[1:])]
        try:
            counts = list(pool.map(lambda run, output: run[1](output), runs, outputs))
        except BaseException:
            stop()
            raise
        for (title, _), output in zip(runs, outputs, strict=True):
            if output is None:
                continue
            output.seek(0)
            if said := output.read().decode("utf-8", "replace"):
                say(title)
                say(said.rstrip())
    return sum(counts, start=Count())


def stop() -> None:
    """End the runs of pytest that are under way, or about to be; a throw-away PostgreSQL ends with its run."""
    _stopped.set()
    for process in list(_running):
        process.terminate()


def of_modules() -> Count:
    """`node --test` over the browser modules' own tests."""
    files = sorted(str(path.relative_to(BASE_DIR)) for path in (BASE_DIR / "tests" / "js").rglob("*.test.*js"))
    if not files:
        return Count()
    node = NODE.path()
    if node is None:
        say("SKIPPED the tests of the browser modules: node is not installed on this machine.")
        return Count(skipped=1)
    say("The tests of the browser modules:")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *files], cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, check=False
    )
    count = tap_count(done.stdout)
    if count.failed or done.returncode != 0:
        say(done.stdout)
    say(str(count))
    return count if count.failed or done.returncode == 0 else count + Count(failed=1)


def checks() -> Count:
    """Style, types and migrations; each is one passed or one failed."""
    total = Count()
    for name, command in CHECKS.items():
        done = subprocess.run(
            [sys.executable, *command],
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        good = done.returncode == 0
        say(f"{name}: {'ok' if good else 'FAILED'}")
        if not good:
            say(done.stdout.strip())
        total += Count(passed=1) if good else Count(failed=1)
    return total


def junit_count(report: Path) -> Count:
    """The numbers in pytest's XML report; a test that fails and then cannot be cleaned up is one failed test.

    A report that is missing or cut short (pytest itself died) is one failure.
    """
    try:
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return Count(failed=1)
    ends: dict[tuple[str, str], str] = {}
    for case in cases:
        key = (case.get("classname", ""), case.get("name", ""))
        tags = {child.tag for child in case}
        end = "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
        if ends.get(key) != "failed":
            ends[key] = end
    counted = list(ends.values())
    return Count(counted.count("passed"), counted.count("failed"), counted.count("skipped"))


def tap_count(output: str) -> Count:
    """The numbers at the end of node's TAP report."""

    def number(word: str) -> int:
        found = re.search(rf"^# {word} (\d+)$", output, re.MULTILINE)
        return int(found[1]) if found else 0

    skipped = number("skipped") + number("todo")
    return Count(number("pass"), number("fail") + number("cancelled"), skipped)


def _pytest(
    arguments: Sequence[str],
    environment: dict[str, str],
    *,
    nothing_is_fine: bool = False,
    output: IO[bytes] | None = None,
) -> Count:
    with tempfile.TemporaryDirectory(prefix="reviewapp-tests-") as folder:
        report = Path(folder) / "report.xml"
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments],
            cwd=BASE_DIR,
            env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "tests.settings"},
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
        )
        _running.append(process)
        try:
            if _stopped.is_set():
                process.terminate()
            ended = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            _running.remove(process)
        if ended == 5 and nothing_is_fine:  # no test was chosen
            return Count()
        count = junit_count(report)
    return count if count.failed or ended == 0 else count + Count(failed=1)
