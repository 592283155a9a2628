"""What does a screen of 1,147 fields cost? `python -m tests.performance.long_screen [--postgres] [--profile FILE]`.

The real 43-page report of `shared/data` beside the project, which must be there. Prints a table for docs/performance.md:
milliseconds of the whole answer, in the process itself (no network), for the page, for one field, and for a verdict.
"""

from __future__ import annotations

import argparse
import json
import uuid
from pathlib import Path

from tests.performance.ground import Took, ground, p95, table, timed

REPORT = "report-10q-adp-43pages"
WITHIN_MS = 400
TIMES = 20


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--postgres", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    arguments.add_argument(
        "--profile", type=Path, help="write pyinstrument's page about 20 screens and 20 verdicts there"
    )
    chosen = arguments.parse_args()
    with ground(postgres=chosen.postgres):
        _run(chosen.profile)


def _run(profile: Path | None) -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from reviewapp.intake import importing
    from reviewapp.review import queues, triage
    from reviewapp.review.models import Task
    from tests import factories

    data = settings.BASE_DIR.parent / "shared" / "data" / "real"
    report = importing.run(
        files=[data / "payloads" / "unsiloed_nested" / f"{REPORT}.json"],
        at=timezone.now(),
        documents=data / "documents",
    )
    assert not report.rejected, report.rejected
    triage.run(at=timezone.now())
    task = Task.objects.get()
    client = Client()
    user = factories.create_user(queues=[queues.default()])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address, eyes = f"/tasks/{task.pk}/", json.loads(task.eyes)
    client.post(f"{address}claim/")

    def page() -> None:
        assert client.get(address).status_code == 200

    def field() -> None:
        assert client.get(address, {"field": eyes[3]}, headers={"HX-Request": "true"}).status_code == 200

    waiting = iter(eyes)

    def verdict() -> None:
        said = {"path": next(waiting), "kind": "approved", "seen": "0", "form_key": str(uuid.uuid4())}
        answer = client.post(f"{address}verdicts/", said, headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.status_code

    print(f"{task.fields_total} fields, {task.fields_to_check} to check, {connection.vendor}\n")
    acts = {"the whole screen": page, "one field, by htmx": field, "one verdict, by htmx": verdict}
    lines: list[list[object]] = []
    found: dict[str, Took] = {}
    for name, act in acts.items():
        with CaptureQueriesContext(connection) as spent:
            act()
        queries = len(spent)
        found[name] = timed(act, times=TIMES)
        wall, cpu = found[name].wall, found[name].cpu
        lines.append([name, queries, min(wall), sorted(wall)[TIMES // 2], p95(wall), sorted(cpu)[TIMES // 2], p95(cpu)])
    size = len(client.get(address).content)
    print(table(["answer", "queries", "fastest ms", "median ms", "p95 ms", "median CPU ms", "p95 CPU ms"], lines))
    print(f"\nthe page has {size / 1024:.0f} kB")
    slow = p95(found["the whole screen"].wall)
    print(f"p95 of the screen within {WITHIN_MS} ms: {'kept' if slow < WITHIN_MS else 'BROKEN'} ({slow:.0f})")
    if profile is not None:
        _profile(profile, page, verdict)


def _profile(target: Path, *acts: object) -> None:
    from pyinstrument import Profiler  # type: ignore[import-not-found, unused-ignore]

    profiler = Profiler()
    with profiler:
        for act in acts:
            for _ in range(TIMES):
                act()  # type: ignore[operator]
    target.write_text(profiler.output_text(unicode=True, show_all=False))


if __name__ == "__main__":
    main()
