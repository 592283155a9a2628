"""Where do the benchmarks run? In a database of their own, made for the run and thrown away, with the product's settings."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from reviewapp.ops import trial_postgres


@contextmanager
def ground(*, postgres: bool) -> Iterator[None]:
    """Django, set up over an empty database with all migrations. Once a process.

    On SQLite a commit waits for the disk, as in the product; the tests' settings spare themselves that.
    """
    with trial_postgres.cluster() if postgres else nullcontext("") as url:
        os.environ["REVIEWAPP_DATABASE_URL"] = url
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        os.environ.setdefault("REVIEWAPP_LOG_LEVEL", "ERROR")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connections
        from django.test.utils import override_settings

        options = connections.settings["default"]["OPTIONS"]
        if "init_command" in options:
            options["init_command"] = options["init_command"].replace("synchronous=OFF", "synchronous=FULL")
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        with override_settings(
            WHITENOISE_AUTOREFRESH=False, WHITENOISE_USE_FINDERS=False, ALLOWED_HOSTS=["testserver"]
        ):
            yield
        connections.close_all()


@dataclass(slots=True)
class Took:
    """Milliseconds of some calls: `wall` by the clock, `cpu` of this process alone, which a busy machine does not stretch.

    On PostgreSQL the database's own work is in `wall` only.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def __iadd__(self, other: Took) -> Took:
        self.wall += other.wall
        self.cpu += other.cpu
        return self

    def __str__(self) -> str:
        parts = [f"{name} fastest {min(ms):.0f} ms, median {statistics.median(ms):.0f} ms, p95 {p95(ms):.0f} ms"
                 for name, ms in (("by the clock", self.wall), ("of CPU", self.cpu))]  # fmt: skip
        return "; ".join(parts)


def timed(act: Callable[[], object], *, times: int) -> Took:
    """How long each of so many calls took; one more before them does not count."""
    act()
    took = Took()
    for _ in range(times):
        begun, cpu = time.perf_counter(), time.process_time()
        act()
        took += Took([(time.perf_counter() - begun) * 1000], [(time.process_time() - cpu) * 1000])
    return took


def p95(milliseconds: Sequence[float]) -> float:
    """Of 20 the 19th, of 100 the 95th."""
    ordered = sorted(milliseconds)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def table(head: Sequence[str], lines: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers with a fraction are rounded to a tenth."""
    texts = [[f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in line] for line in lines]
    widths = [max(len(cell) for cell in column) for column in zip(head, *texts, strict=True)]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in (head, ["-" * width for width in widths], *texts)
    )
