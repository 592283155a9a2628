"""What do people call what an entry is about? Its row's document as it was linked at that time; queues, upstreams, people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from reviewapp.accounts.models import User
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.delivery.models import Destination
from reviewapp.intake.models import Rejected, Submission
from reviewapp.results.models import DocumentLink, Job, ResultRow
from reviewapp.review import verdicts
from reviewapp.review.models import Queue, Task, Verdict
from reviewapp.upstreams.models import Upstream


@dataclass(frozen=True, slots=True)
class Called:
    """`name`: what people call the document, else what the upstream called the file, else ""; `job` is the upstream's id.
    `document`: our id of it, None when none was linked then. `key`: the row's, "" for the whole job. `number`: the row's
    place from 1, where the job has several rows, and `rows` how many; else None."""

    name: str = ""
    job: str = ""
    document: int | None = None
    key: str = ""
    number: int | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What people call what entries point at: queues, upstreams and destinations by slug, people, documents that were handed
    in and payloads that were rejected by our id. `stepped`: of undo and redo, by (task, path, time), the act that was taken
    back or given again."""

    queues: Mapping[str, str] = field(default_factory=dict)
    upstreams: Mapping[str, str] = field(default_factory=dict)
    destinations: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    submissions: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, str] = field(default_factory=dict)
    stepped: Mapping[tuple[str, str, datetime], Action] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Link:
    at: datetime
    id: int
    document: int
    name: str


NOTHING = Called()
NO_NAMES = Names()


def of(entries: Sequence[Entry]) -> Mapping[int, Called]:
    """For each entry that tells of a job, what it is about. The same few queries however many there are."""
    told = [entry for entry in entries if entry.job is not None]
    jobs = {entry.job for entry in told if entry.job is not None}
    tasks = _tasks(told)
    keys = {entry.pk: _key(entry, tasks) for entry in told}
    links, several = _links(jobs), _several(jobs)
    numbers = _numbers(set(several), set(keys.values()))
    known = Job.objects.filter(pk__in=jobs).values_list("pk", "file_name", "job_id")
    called = {pk: (file_name, job_id) for pk, file_name, job_id in known}
    about: dict[int, Called] = {}
    for entry in told:
        job, key = entry.job or 0, keys[entry.pk]
        link = _newest((*links.get((job, key), ()), *(links.get((job, ""), ()) if key else ())), at=entry.at)
        own = tasks.get(entry.object_id, ("", ""))[1] if entry.object_type == "task" else ""
        file_name, job_id = called.get(job, ("", ""))
        about[entry.pk] = Called(
            name=(link.name if link is not None else "") or own or file_name,
            job=job_id,
            document=link.document if link is not None else None,
            key=key,
            number=numbers.get((job, key)),
            rows=several.get(job),
        )
    return about


def names(entries: Sequence[Entry]) -> Names:
    """The names that these entries may need, as they are now. Seven queries."""
    tasks = _ids(entries, "task")
    steps = Verdict.objects.filter(task__in=tasks, undoes__isnull=False).order_by("pk")
    return Names(
        queues=dict(Queue.objects.values_list("slug", "name")),
        upstreams=dict(Upstream.objects.values_list("slug", "name")),
        destinations=dict(Destination.objects.values_list("slug", "name")),
        submissions=_called(Submission.objects.filter(pk__in=_ids(entries, "submission"))),
        rejected=_called(Rejected.objects.filter(pk__in=_ids(entries, "rejected"))),
        people=dict(User.objects.values_list("pk", "name")),
        stepped={
            (str(task), path, at): verdicts.ACTIONS[kind]
            for task, path, at, kind in steps.values_list("task", "path", "at", "undoes__kind")
        },
    )


def of_job(job: Job) -> str:
    """What the job is called now: by the document that is linked to all its rows, when it has but one document."""
    names = list(
        DocumentLink.objects.filter(job=job, name__text__isnull=False).order_by("pk").values_list("key", "name__text")
    )
    if len({key for key, _name in names}) == 1:
        return str(names[-1][1])
    return job.file_name or job.job_id


def _ids(entries: Iterable[Entry], object_type: str) -> set[int]:
    return {int(one.object_id) for one in entries if one.object_type == object_type and one.object_id.isdecimal()}


def _called(found: QuerySet[Any]) -> dict[str, str]:
    return {str(pk): name for pk, name in found.values_list("pk", "name")}


def _tasks(entries: Iterable[Entry]) -> dict[str, tuple[str, str]]:
    found = Task.objects.filter(pk__in=_ids(entries, "task")).values_list("pk", "key", "document_name")
    return {str(pk): (key, name) for pk, key, name in found}


def _key(entry: Entry, tasks: Mapping[str, tuple[str, str]]) -> str:
    """The row that an entry tells of: of its task, else as the body says; "" for what is about the whole job."""
    if entry.object_type == "task":
        return tasks.get(entry.object_id, ("", ""))[0]
    body = json.loads(bytes(entry.body))
    return str(body["source"].get("key") or body["details"].get("key") or "")


def _links(jobs: set[int]) -> dict[tuple[int, str], list[_Link]]:
    found: dict[tuple[int, str], list[_Link]] = {}
    links = DocumentLink.objects.filter(job__in=jobs).order_by("pk")
    for job, key, at, pk, document, name in links.values_list(
        "job", "key", "linked_at", "pk", "document", "name__text"
    ):
        found.setdefault((job, key), []).append(_Link(at, pk, document, name or ""))
    return found


def _newest(links: Iterable[_Link], *, at: datetime) -> _Link | None:
    linked = [one for one in links if one.at <= at]
    return max(linked, key=lambda one: (one.at, one.id), default=None)


def _several(jobs: set[int]) -> dict[int, int]:
    """Our id of each job that has more than one row -> how many."""
    counted: dict[int, int] = dict(_first_rows(jobs).values_list("job").annotate(n=Count("pk")))
    return {job: n for job, n in counted.items() if n > 1}


def _numbers(jobs: set[int], keys: set[str]) -> dict[tuple[int, str], int]:
    """(our job id, key) -> the row's place in its job, from 1."""
    found = _first_rows(jobs).filter(key__in=keys)
    return {(row.job_id, row.key): row.ordinal + 1 for row in found.only("job", "key", "ordinal")}


def _first_rows(jobs: set[int]) -> QuerySet[ResultRow]:
    """Of each key of these jobs the first row: one a key."""
    return ResultRow.objects.filter(job__in=jobs, source=ResultRow.Source.UPSTREAM, supersedes__isnull=True)
