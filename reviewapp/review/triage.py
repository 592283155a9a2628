"""Which handed row becomes a task? Rows that wait for review -> reasons -> a task, or final and handed to delivery."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.extraction import edit, schema
from reviewapp.extraction.model import JobStatus, Kind, Row
from reviewapp.results import chains, ledger
from reviewapp.results.models import Final, Handoff, Job, ResultRow

from . import broken_rules, carrying, current, findings, page_words, queues, reasons, rules, schemas
from .models import Queue, Task, TaskReason, Verdict


@dataclass(frozen=True, slots=True)
class Triaged:
    """What a run did: tasks opened or looked at again, and rows that passed without a person."""

    tasks: int
    passed: int


def run(
    *,
    at: datetime,
    limit: int = 1000,
    job: Job | None = None,
    awaiting: QuerySet[Any] | None = None,
    reads: bool = True,
) -> Triaged:
    """Take up rows handed to review whose job is finished, one transaction a row. Safe beside other runs.

    `awaiting`: ids of jobs whose document is on its way; their rows wait for it. `reads`: documents may be read, which takes
    time; without it rows whose document has to be read are left to a run that may.
    """
    waiting = Handoff.objects.filter(to=Handoff.To.REVIEW).exclude(
        row__job__status__in=[JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.UNKNOWN]
    )
    if job is not None:
        waiting = waiting.filter(row__job=job)
    if awaiting is not None:
        waiting = waiting.exclude(row__job__in=awaiting)
    tasks = passed = 0
    for handoff_id, row_id in list(waiting.order_by("id").values_list("id", "row")[:limit]):
        unread = page_words.unread(row_id)
        if unread is not None and not reads:
            continue
        # Before the transaction: nothing waits for a document to be read.
        said = page_words.found(unread) if unread is not None else None
        task_opened = _take_up(handoff_id, said=said, at=at)
        tasks += task_opened is True
        passed += task_opened is False
    return Triaged(tasks=tasks, passed=passed)


def again(*, queue: Queue, at: datetime) -> int:
    """Judge the queue's open tasks anew, after its rule or thresholds changed. Returns how many."""
    ids = list(
        Task.objects.filter(queue=queue, state__in=[Task.State.OPEN, Task.State.ESCALATED]).values_list(
            "row", flat=True
        )
    )
    for row_id in ids:
        with transaction.atomic():
            row = ResultRow.objects.select_related("job__upstream", "values", "facts", "schema").get(pk=row_id)
            _judge_and_store(row, at=at)
    return len(ids)


def reorder(*, at: datetime, limit: int = 1000) -> int:
    """Move tasks whose due time has passed to the front of their queues. Returns how many."""
    late = Task.objects.filter(
        state__in=[Task.State.OPEN, Task.State.ESCALATED], due_at__lte=at, position__gte=rules.OVERDUE_BEFORE
    ).select_related("queue")
    count = 0
    for task in list(late.order_by("id")[:limit]):
        place = rules.position(
            policy=task.queue.policy, lowest=task.lowest, opened_at=task.opened_at, overdue=True, priority=task.priority
        )
        with transaction.atomic():
            count += Task.objects.filter(pk=task.pk, position=task.position).update(position=place)
    return count


def _take_up(handoff_id: int, *, said: page_words.Said | None, at: datetime) -> bool | None:
    """True: a task waits; False: the row passed; None: another run took it, or a newer row took its place."""
    with transaction.atomic():
        handoff = Handoff.objects.select_for_update(skip_locked=True).filter(pk=handoff_id).first()
        if handoff is None:
            return None
        row = ResultRow.objects.select_related("job__upstream", "values", "facts", "schema").get(pk=handoff.row_id)
        handoff.delete()
        superseded = ResultRow.objects.filter(supersedes=row).exists()
        if superseded or not JobStatus(row.job.status).has_result:
            return None
        return _judge_and_store(row, said=said, at=at)


def _judge_and_store(row: ResultRow, *, said: page_words.Said | None = None, at: datetime) -> bool:
    """`said`: what the document says, where it was read for this; else what was found before still holds."""
    read = chains.read(row)
    queue = queues.for_job(row.job)
    decided = chains.last_review_row(row.job_id, row.key)
    task = Task.objects.filter(
        job_id=row.job_id, key=row.key, state__in=[Task.State.OPEN, Task.State.ESCALATED]
    ).first()
    same = task is not None and task.row_id == row.pk
    if said is None:
        said = page_words.stored(task) if task is not None and same else {}
    asked_before = task is not None and _asked_for_people(task)
    found = judge(row=row, read=read, queue=queue, asked_before=asked_before, said=said)
    if task is not None and same:
        return _look_again(task, found, queue=queue, at=at)
    if decided is not None and decided.base_id == row.pk and task is None:
        return False
    carry: Sequence[carrying.Carried] = ()
    before = copy.copy(task)
    if task is not None:
        carry = carrying.from_task(task, read)
        _withdraw(task, at=at, why=gettext_noop("a newer result came"))
    elif decided is not None:
        carry = carrying.from_decision(decided, read)
        found = carrying.only_conflicts(found, carry)
    found = carrying.with_conflicts(found, carry)
    begun = task is not None and bool(carry)
    if not found.opens_task and not begun:
        if not row.finals.exists():
            _pass(row, at=at)
        return False
    _open(row, found, queue=queue, at=at, before=before, carry=carry)
    return True


def judge(
    *, row: ResultRow, read: Row, queue: Queue, said: page_words.Said, asked_before: bool = False
) -> rules.Judgement:
    """What the rules say of a stored row in a queue. `said`: where its document contradicts it; `asked_before`: a task is open
    because the upstream asked for people."""
    known = schemas.of_row(row)
    link = chains.document_of(row.job, row.key)
    pages = link.document.page_count if link is not None else row.job.page_count
    return rules.judge(
        read,
        facts=rules.Facts(
            kind=Kind(row.job.kind),
            status=JobStatus(row.job.status),
            citations_off=row.job.citations_off,
            pages=pages,
            review_ended=asked_before,
            page_says=said,
        ),
        thresholds=queues.thresholds(queue),
        complaints=schema.check(read.values, known),
        required=known.required,
        broken=broken_rules.reasons_of(findings.failing(queues.rules_of_values(queue), edit.draft(read, ()))),
    )


def _asked_for_people(task: Task) -> bool:
    asked = (rules.Code.UPSTREAM_REVIEW, rules.Code.REVIEW_ENDED)
    return task.reasons.filter(code__in=[code.value for code in asked]).exists()


def _open(
    row: ResultRow,
    found: rules.Judgement,
    *,
    queue: Queue,
    at: datetime,
    before: Task | None,
    carry: Sequence[carrying.Carried],
) -> Task:
    task = Task(
        row=row,
        job=row.job,
        key=row.key,
        queue=queue,
        upstream=row.job.upstream.slug,
        kind=row.job.kind,
        document_name=chains.document_name(row),
        opened_at=before.opened_at if before is not None else at,
        due_at=at + timedelta(minutes=queue.due_minutes) if queue.due_minutes else None,
    )
    if before is not None:
        task.holder, task.lease_until = before.holder, before.lease_until
        task.fence, task.held_since = before.fence + 1, before.held_since
        task.assignee, task.priority = before.assignee, before.priority
    _fill(task, found, queue=queue, at=at)
    task.save()
    _store_reasons(task, found)
    for one in carry:
        if one.conflict is None:
            Verdict(
                task=task,
                path=one.verdict.path,
                kind=one.verdict.kind,
                value=one.verdict.value,
                citation=one.verdict.citation,
                by=one.verdict.by,
                at=one.verdict.at,
                carried=one.verdict,
            ).save(force_insert=True)
    broken_rules.recount(task)
    trail.record(
        trail.Note(
            stream=f"task:{task.pk}",
            action=Action.TASK_OPENED,
            object_type="task",
            object_id=str(task.pk),
            job=row.job_id,
            source={"upstream": task.upstream, "job": row.job.job_id, "key": row.key, "row": str(row.pk)},
            details={
                "queue": queue.slug,
                "threshold": queue.threshold,
                "to_check": task.fields_to_check,
                "of": task.fields_total,
                "reasons": sorted({reason.code.value for reason in found.reasons}),
                "carried": sum(one.conflict is None for one in carry),
            },
        ),
        at=at,
        by=trail.SYSTEM,
    )
    return task


def _look_again(task: Task, found: rules.Judgement, *, queue: Queue, at: datetime) -> bool:
    nobody_began = task.holder_id is None and not task.verdicts.exists()
    if not found.opens_task and nobody_began:
        _withdraw(task, at=at, why=gettext_noop("nothing needs eyes any more"))
        _pass(task.row, at=at)
        return False
    kept = [reasons.from_stored(one.code, one.path, one.detail) for one in task.reasons.filter(code="conflict")]
    before = (task.eyes, task.queue_id)
    if kept:
        found = rules.Judgement(
            reasons=(*kept, *found.reasons),
            eyes=tuple(dict.fromkeys([*(one.path for one in kept if one.path), *found.eyes])),
            total=found.total,
            lowest=found.lowest,
        )
    as_found = _is_as_found(task, found, queue=queue)
    _fill(task, found, queue=queue, at=at)
    if as_found:
        # Whoever works on it is not disturbed; only the queue may sort otherwise now.
        task.save(update_fields=["position"])
        return True
    task.queue = queue
    task.version += 1
    task.save()
    task.reasons.all().delete()
    _store_reasons(task, found)
    broken_rules.recount(task)
    if (task.eyes, task.queue_id) != before:
        trail.record(
            trail.Note(
                stream=f"task:{task.pk}",
                action=Action.TASK_RETRIAGED,
                object_type="task",
                object_id=str(task.pk),
                job=task.job_id,
                details={"queue": queue.slug, "threshold": queue.threshold, "to_check": task.fields_to_check},
            ),
            at=at,
            by=trail.SYSTEM,
        )
    return True


def _is_as_found(task: Task, found: rules.Judgement, *, queue: Queue) -> bool:
    """Whether the task says all that already."""
    if task.queue_id != queue.pk or current.eyes(task) != list(found.eyes):
        return False
    stored = task.reasons.order_by("id").values_list("code", "path", "detail")
    return list(stored) == [(one.code.value, one.path, reasons.to_detail(one)) for one in found.reasons]


def _fill(task: Task, found: rules.Judgement, *, queue: Queue, at: datetime) -> None:
    task.fields_total = found.total
    task.fields_to_check = len(found.eyes)
    task.eyes = json.dumps(found.eyes, ensure_ascii=False)
    task.codes = rules.bits(found.reasons)
    task.lowest = None if found.lowest is None else _storable(found.lowest)
    task.position = rules.position(
        policy=queue.policy,
        lowest=found.lowest,
        opened_at=task.opened_at,
        overdue=task.due_at is not None and task.due_at <= at,
        priority=task.priority,
    )


def _storable(lowest: Decimal) -> Decimal:
    # A vendor may send 7 or -3 as a score: it still sorts, at the edge of the column.
    return min(max(lowest, Decimal(-99)), Decimal(99)).quantize(Decimal("0.000001"))


def _store_reasons(task: Task, found: rules.Judgement) -> None:
    TaskReason.objects.bulk_create(
        TaskReason(task=task, code=one.code.value, path=one.path, detail=reasons.to_detail(one))
        for one in found.reasons
    )


def _withdraw(task: Task, *, at: datetime, why: str) -> None:
    task.state = Task.State.WITHDRAWN
    task.version += 1
    task.holder = task.lease_until = task.held_since = None
    task.save(update_fields=["state", "version", "holder", "lease_until", "held_since"])
    trail.record(
        trail.Note(
            stream=f"task:{task.pk}",
            action=Action.TASK_WITHDRAWN,
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            details={"why": why},
        ),
        at=at,
        by=trail.SYSTEM,
    )


def _pass(row: ResultRow, *, at: datetime) -> None:
    trail.record(
        trail.Note(
            stream=f"job:{row.job_id}",
            action=Action.ROW_PASSED,
            object_type="row",
            object_id=str(row.pk),
            job=row.job_id,
            details={"key": row.key},
        ),
        at=at,
        by=trail.SYSTEM,
    )
    ledger.finish(row, outcome=Final.Outcome.PASSED, at=at)
