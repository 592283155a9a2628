"""Where do 100,000 tasks come from? Real payloads, parsed and judged once, and as many rows of each as it takes.

Every task has its job, payload, row, contents and reasons, with the columns that triage would have given it; only the
trail's entries are left out, which the queue does not read.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit import content
from reviewapp.audit.models import Content
from reviewapp.extraction import codec, schema
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.intake import gate
from reviewapp.results.models import Job, Payload, ResultRow
from reviewapp.review import reasons, rules
from reviewapp.review.models import Queue, Task, TaskReason
from reviewapp.upstreams.models import Upstream
from tests import factories

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BATCH = 2_000
QUEUES = 6
NAMES = ("invoice", "rechnung", "receipt", "statement", "form-88s", "purchase order", "remittance", "contract")


@dataclass(frozen=True, slots=True)
class Model:
    """One payload as it will be repeated."""

    kind: Kind
    values: str
    facts: str
    found: rules.Judgement


def models(dice: random.Random) -> list[Model]:
    """200 different payloads of two kinds, with the scores, gaps and mismatches that queues are made of."""
    made: list[dict[str, Any]] = []
    for number in range(100):
        fields = {
            f"field_{n}": ("x" if dice.random() > 0.1 else None, round(dice.betavariate(6, 1.5), 3)) for n in range(12)
        }
        fields["field_0"] = (f"{number}.50", round(dice.uniform(0.05, 0.79), 3))
        types = {name: {"type": "number"} if name == "field_7" and number % 10 == 0 else {} for name in fields}
        made.append(factories.unsiloed(fields, required=["field_3"], properties=types))
        row = {"values": {f"field_{n}": str(n) for n in range(8)}, "confidence": round(dice.uniform(0.2, 0.79), 2)}
        made.append(factories.talonic([{**row, "flags": ["format_mismatch:field_1"] if number % 3 == 0 else []}]))
    return [_model(payload) for payload in made]


def fill(*, tasks: int, seed: int = 1) -> tuple[User, User]:
    """That many tasks in six queues; an analyst in two of them and a supervisor."""
    dice = random.Random(seed)
    known = models(dice)
    with transaction.atomic():
        queues = [
            Queue.objects.create(slug=f"queue-{n}", name=f"Queue {n}", position=n, is_default=n == QUEUES - 1)
            for n in range(QUEUES)
        ]
        upstreams = {
            kind: [
                Upstream.objects.create(slug=f"{kind.value}-{n}", name=f"{kind.value} {n}", kind=kind, created_at=NOW)
                for n in range(2)
            ]
            for kind in {model.kind for model in known}
        }
    people = [factories.create_user(username=f"analyst-{n}", queues=queues[:2]) for n in range(20)]
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    for begin in range(0, tasks, BATCH):
        with transaction.atomic():
            _batch(range(begin, min(begin + BATCH, tasks)), known, queues, upstreams, people, dice)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # what autovacuum does by itself within a minute
    return people[0], sol


def _batch(
    numbers: range,
    known: list[Model],
    queues: list[Queue],
    upstreams: dict[Kind, list[Upstream]],
    people: list[User],
    dice: random.Random,
) -> None:
    chosen = [dice.choice(known) for _ in numbers]
    jobs = Job.objects.bulk_create(
        Job(
            upstream=dice.choice(upstreams[model.kind]),
            kind=model.kind.value,
            job_id=f"00000000-0000-4000-8000-{number:012d}",
            status=JobStatus.COMPLETED.value,
            raw_status="completed",
            schema_name=dice.choice(NAMES),
            file_name=f"{dice.choice(NAMES)} {number}.pdf",
            page_count=dice.randint(1, 6),
            begun_at=NOW,
            created_at=NOW,
            fetched_at=NOW,
            changed_at=NOW,
        )
        for number, model in zip(numbers, chosen, strict=True)
    )
    payloads = Payload.objects.bulk_create(Payload(job=job, fetched_at=NOW) for job in jobs)
    values = Content.objects.bulk_create(content.prepare(type="json", text=model.values) for model in chosen)
    facts = Content.objects.bulk_create(content.prepare(type="json", text=model.facts) for model in chosen)
    rows = ResultRow.objects.bulk_create(
        ResultRow(
            job=job,
            key="0",
            source=ResultRow.Source.UPSTREAM,
            ordinal=0,
            payload=payload,
            values=value,
            facts=fact,
            fingerprint="0" * 64,
            created_at=NOW,
        )
        for job, payload, value, fact in zip(jobs, payloads, values, facts, strict=True)
    )
    tasks = Task.objects.bulk_create(
        _task(row, model, dice.choice(queues), people, dice) for row, model in zip(rows, chosen, strict=True)
    )
    TaskReason.objects.bulk_create(
        TaskReason(task=task, code=one.code.value, path=one.path, detail=reasons.to_detail(one))
        for task, model in zip(tasks, chosen, strict=True)
        for one in model.found.reasons
    )


def _task(row: ResultRow, model: Model, queue: Queue, people: list[User], dice: random.Random) -> Task:
    opened = NOW - timedelta(minutes=dice.randint(1, 20_000))
    due = opened + timedelta(days=13, hours=12) if dice.random() < 0.5 else None
    overdue = due is not None and due <= NOW
    task = Task(
        row=row,
        job=row.job,
        key="0",
        queue=queue,
        upstream=row.job.upstream.slug,
        kind=row.job.kind,
        document_name=row.job.file_name,
        opened_at=opened,
        due_at=due,
        fields_total=model.found.total,
        fields_to_check=len(model.found.eyes),
        eyes=json.dumps(model.found.eyes),
        codes=rules.bits(model.found.reasons),
        lowest=model.found.lowest,
        position=rules.position(
            policy=queue.policy, lowest=model.found.lowest, opened_at=opened, overdue=overdue, priority=5
        ),
    )
    for name, value in _fate(opened, people, dice):
        setattr(task, name, value)
    return task


def _fate(opened: datetime, people: list[User], dice: random.Random) -> Iterator[tuple[str, object]]:
    """What became of it: eighty in a hundred wait."""
    lot = dice.random()
    if lot < 0.15:
        yield from (("state", Task.State.DECIDED), ("decided_by", dice.choice(people)))
        yield "decided_at", opened + (NOW - opened) * dice.random()
    elif lot < 0.17:
        yield "state", Task.State.ESCALATED
    elif lot < 0.19:
        yield from (("postponed_until", NOW + timedelta(hours=2)), ("postponed_by", dice.choice(people)))
    elif lot < 0.193:
        yield from (("holder", dice.choice(people)), ("held_since", NOW), ("fence", 1))
        yield "lease_until", NOW + timedelta(minutes=dice.randint(-10, 15))


def _model(payload: dict[str, Any]) -> Model:
    opened = gate.open_({"result": json.dumps(payload).encode()})
    row = opened.snapshot.rows[0]
    known = schema.Schema.parse(opened.snapshot.schema)
    found = rules.judge(
        row,
        facts=rules.Facts(kind=opened.kind, status=opened.snapshot.status, citations_off=opened.snapshot.citations_off),
        thresholds=rules.Thresholds(threshold=Decimal("0.8"), grounding=Decimal("0.5")),
        complaints=schema.check(row.values, known),
        required=known.required,
    )
    values, facts = codec.row_to_text(row)
    return Model(kind=opened.kind, values=values, facts=facts, found=found)
