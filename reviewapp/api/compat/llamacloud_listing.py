"""Which LlamaCloud v2 jobs does a list hold? The vendor's parameters -> one keyset page, filtered by the database."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from reviewapp.accounts.models import ApiKey
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.results.models import Final, Job, ResultRow

_PAGE, _MOST = 20, 200
_WITH_RESULT = [one.value for one in JobStatus if one.has_result]
_STATUSES = ("PENDING", "THROTTLED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED")


class Invalid(ValueError):
    """A parameter, `name`, that says nothing that can be looked for."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Asked:
    """The list's address, cleaned. Empty and None mean any. `after` is the place of the last job that was told."""

    status: str = ""
    job_ids: Sequence[str] = ()
    configuration_id: str = ""
    file_input: str = ""
    since: datetime | None = None
    until: datetime | None = None
    size: int = _PAGE
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the token of the next page, "" on the last one; `total` counts the jobs of all pages."""

    jobs: Sequence[Job]
    next: str
    total: int


def asked(query: QueryDict) -> Asked:
    """What a query asks for; the organisation and the project are the key's and not looked at. Raises Invalid."""
    status = query.get("status", "")
    if status and status not in _STATUSES:
        raise Invalid("status", f"Input should be one of {', '.join(_STATUSES)}")
    if query.get("document_input_type"):
        raise Invalid("document_input_type", "This filter is not offered here")
    token = query.get("page_token", "")
    return Asked(
        status=status,
        job_ids=query.getlist("job_ids"),
        configuration_id=query.get("configuration_id", ""),
        file_input=query.get("file_input", "") or query.get("document_input_value", ""),
        since=_moment(query, "created_at_on_or_after"),
        until=_moment(query, "created_at_on_or_before"),
        size=_size(query.get("page_size", "")),
        after=_place(token) if token else None,
    )


def page(key: ApiKey, asked: Asked) -> Page:
    """The newest first. Two queries."""
    jobs = Job.objects.filter(kind=Kind.LLAMACLOUD_V2.value, upstream__slug__in=key.upstreams)
    if asked.job_ids:
        jobs = jobs.filter(job_id__in=asked.job_ids)
    if asked.configuration_id:
        jobs = jobs.filter(schema_id=asked.configuration_id)
    if asked.file_input:
        jobs = jobs.filter(file_id=asked.file_input)
    if asked.since is not None:
        jobs = jobs.filter(begun_at__gte=asked.since)
    if asked.until is not None:
        jobs = jobs.filter(begun_at__lte=asked.until)
    if asked.status:
        jobs = _in_status(jobs, asked.status)
    total = jobs.count()
    if asked.after is not None:
        at, last = asked.after
        jobs = jobs.filter(begun_at__lte=at).exclude(begun_at=at, id__gte=last)
    found = list(jobs.select_related("upstream").order_by("-begun_at", "-id")[: asked.size + 1])
    shown = found[: asked.size]
    return Page(jobs=shown, next=_token(shown[-1]) if len(found) > asked.size else "", total=total)


def _in_status(jobs: QuerySet[Job], status: str) -> QuerySet[Job]:
    """What `llamacloud_v2._status` says, asked of the database."""
    queued = Q(status=JobStatus.QUEUED.value)
    throttled = Q(raw_status__iexact="throttled")
    finished, undecided, rejected = Q(status__in=_WITH_RESULT), Exists(_undecided()), Exists(_rejected())
    failed = Q(status__in=[JobStatus.FAILED.value, JobStatus.BLOCKED.value])
    running = Q(status__in=[JobStatus.PROCESSING.value, JobStatus.UNKNOWN.value])
    return jobs.filter(
        {
            "PENDING": queued & ~throttled,
            "THROTTLED": queued & throttled,
            "RUNNING": running | (finished & undecided),
            "COMPLETED": finished & ~undecided & ~rejected,
            "FAILED": failed | (finished & ~undecided & rejected),
            "CANCELLED": Q(status=JobStatus.CANCELLED.value),
        }[status]
    )


def _undecided() -> QuerySet[ResultRow]:
    """The first rows of a job's keys that never reached an end."""
    first = ResultRow.objects.filter(job=OuterRef("pk"), source=ResultRow.Source.UPSTREAM, supersedes__isnull=True)
    return first.filter(~Exists(Final.objects.filter(row__job=OuterRef("job"), row__key=OuterRef("key"))))


def _rejected() -> QuerySet[Final]:
    """The ends of a job's keys that are their last and a rejection."""
    later = Final.objects.filter(row__job=OuterRef("row__job"), row__key=OuterRef("row__key"), id__gt=OuterRef("id"))
    return Final.objects.filter(row__job=OuterRef("pk"), outcome=Final.Outcome.REJECTED).filter(~Exists(later))


def _moment(query: QueryDict, name: str) -> datetime | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Invalid(name, "Input should be a valid datetime") from None


def _size(text: str) -> int:
    if not text:
        return _PAGE
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= _MOST):
        raise Invalid("page_size", f"Input should be a whole number from 1 to {_MOST}")
    return int(text)


def _token(last: Job) -> str:
    return base64.urlsafe_b64encode(f"{last.begun_at.isoformat()} {last.pk}".encode()).decode()


def _place(token: str) -> tuple[datetime, int]:
    try:
        at, _, last = base64.urlsafe_b64decode(token.encode()).decode().rpartition(" ")
        found = datetime.fromisoformat(at)
        if found.tzinfo is None or not (last.isascii() and last.isdigit() and len(last) < 19):
            raise ValueError(token)
        return found.astimezone(UTC), int(last)
    except (ValueError, OverflowError):
        raise Invalid("page_token", "This is no token of ours") from None
