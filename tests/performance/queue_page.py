"""What does the queue page cost over 100,000 tasks? `python -m tests.performance.queue_page [--postgres] [--tasks N]`.

Prints a table for docs/performance.md: queries and milliseconds of the whole answer, in the process itself (no network).
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time

from tests.performance.ground import Took, ground, p95, table, timed

#: The promise: at most so many queries, and 95 of 100 answers within so many milliseconds.
MOST_QUERIES = 8
WITHIN_MS = 150
ROUNDS = 100

#: (who, what the address says); deep pages are added.
ASKED: tuple[tuple[str, dict[str, str]], ...] = (
    ("analyst", {}),
    ("analyst", {"queue": "queue-0"}),
    ("analyst", {"reason": "mismatch"}),
    ("analyst", {"confidence": "low"}),
    ("analyst", {"state": "mine"}),
    ("analyst", {"state": "decided-by-me"}),
    ("supervisor", {}),
    ("supervisor", {"queue": "queue-3"}),
    ("supervisor", {"kind": "talonic"}),
    ("supervisor", {"upstream": "unsiloed_extract-1"}),
    ("supervisor", {"reason": "low_confidence"}),
    ("supervisor", {"reason": "missing_required", "queue": "queue-2"}),
    ("supervisor", {"confidence": "good"}),
    ("supervisor", {"age": "7d"}),
    ("supervisor", {"holder": "nobody"}),
    ("supervisor", {"state": "held"}),
    ("supervisor", {"state": "postponed"}),
    ("supervisor", {"state": "escalated"}),
    ("supervisor", {"state": "decided"}),
    ("supervisor", {"state": "any"}),
    ("supervisor", {"q": "invoice 77"}),
    ("supervisor", {"q": "is in no name"}),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--postgres", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    arguments.add_argument("--tasks", type=int, default=100_000)
    chosen = arguments.parse_args()
    with ground(postgres=chosen.postgres):
        from tests.performance import many_tasks

        begun = time.monotonic()
        ana, sol = many_tasks.fill(tasks=chosen.tasks)
        print(f"{chosen.tasks:,} tasks made in {time.monotonic() - begun:.0f} s\n")
        _pages({"analyst": ana, "supervisor": sol})
        _plans(ana)
        _next(ana)


def _pages(people: dict[str, object]) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    clients = {}
    for who, user in people.items():
        clients[who] = Client()
        clients[who].force_login(user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    asked = [*ASKED, *_deep()]
    lines, everything = [], Took()
    for who, address in asked:
        with CaptureQueriesContext(connection) as spent:
            response = clients[who].get("/queue/", address)
        assert response.status_code == 200, response.status_code
        queries = list(spent.captured_queries)  # the next request empties the log
        took = timed(lambda who=who, address=address: clients[who].get("/queue/", address), times=5)  # type: ignore[misc]
        words = "&".join(f"{name}={value}" for name, value in address.items() if name != "after") or "everything"
        deep = ", a page deep in it" if "after" in address else ""
        slowest = max(queries, key=lambda query: float(query["time"]))
        figures = (min(took.wall), statistics.median(took.wall), statistics.median(took.cpu))
        lines.append([who, words + deep, len(queries), *figures, _table_of(slowest["sql"])])
    dice = random.Random(2)
    for who, address in (dice.choice(asked) for _ in range(ROUNDS)):
        everything += timed(lambda who=who, address=address: clients[who].get("/queue/", address), times=1)  # type: ignore[misc]
    print(table(["who", "asked", "queries", "fastest ms", "median ms", "median CPU ms", "slowest query"], lines))
    most = max(int(str(line[2])) for line in lines)
    print(f"\n{ROUNDS} requests, at random among these: {everything}")
    print(f"at most {MOST_QUERIES} queries: {'kept' if most <= MOST_QUERIES else 'BROKEN'} ({most})")
    for name, found in (("by the clock", p95(everything.wall)), ("of CPU", p95(everything.cpu))):
        print(f"p95 within {WITHIN_MS} ms {name}: {'kept' if found < WITHIN_MS else 'BROKEN'} ({found:.0f})")
    print()


def _deep() -> list[tuple[str, dict[str, str]]]:
    """The same lists, a page in the middle and one near the end."""
    from reviewapp.review.models import Task

    found: list[tuple[str, dict[str, str]]] = []
    for who, queue in (("supervisor", ""), ("supervisor", "queue-3"), ("analyst", "queue-0")):
        tasks = Task.objects.filter(state=Task.State.OPEN).order_by("position", "id")
        if queue:
            tasks = tasks.filter(queue__slug=queue)
        for share in (0.5, 0.98):
            place = tasks[int(tasks.count() * share)]
            after = {"after": f"{place.position}_{place.pk}"}
            found.append((who, {"queue": queue, **after} if queue else after))
    return found


def _plans(user: object) -> None:
    """Which index the plain queue and "Review next" follow, in the database's own words."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    from reviewapp.review import claims, queue
    from reviewapp.review.models import Queue
    from tests.performance.many_tasks import NOW

    asked = {"everything": queue.Filter(), "one queue": queue.Filter(queue="queue-0")}
    statements = {}
    for name, one in asked.items():
        with CaptureQueriesContext(connection) as spent:
            queue.page(user=user, asked=one, at=NOW, queues=Queue.objects.all(), upstreams={})  # type: ignore[arg-type]
        statements[name] = next(one["sql"] for one in spent.captured_queries if 'FROM "review_task"' in one["sql"])
    with CaptureQueriesContext(connection) as spent, transaction.atomic():
        claims.next_task(user=user, at=NOW, via=claims.trail.Via())  # type: ignore[arg-type]
        transaction.set_rollback(True)
    statements["review next"] = next(
        query["sql"]
        for query in spent.captured_queries
        if "postponed_until" in query["sql"] and "LIMIT 1" in query["sql"]
    )
    for name, sql in statements.items():
        explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        with connection.cursor() as cursor:
            cursor.execute(explain + sql)
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        indexes = sorted(set(re.findall(r"task_\w+_idx|review_task_\w+", plan)))
        sorts = "sorts" if re.search(r"TEMP B-TREE FOR ORDER BY|Sort Key", plan) else "no sort"
        print(f"{name}: {', '.join(indexes) or 'NO INDEX'}; {sorts}\n{plan}\n")


def _next(user: object) -> None:
    from django.db import transaction

    from reviewapp.review import claims
    from tests.performance.many_tasks import NOW

    def press() -> None:
        with transaction.atomic():
            claims.next_task(user=user, at=NOW, via=claims.trail.Via())  # type: ignore[arg-type]
            transaction.set_rollback(True)

    print(f"“Review next”: {timed(press, times=30)}")


def _table_of(sql: str) -> str:
    found = re.search(r'FROM "(\w+)"', sql)
    return found[1] if found else sql[:30]


if __name__ == "__main__":
    main()
