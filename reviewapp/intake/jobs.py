"""What came in? The jobs page's question: filters -> one keyset page of jobs with their rows and documents counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Length

from reviewapp.extraction.model import JobStatus
from reviewapp.results.models import DocumentLink, Final, Job, PayloadPart, ResultRow

from .models import Rejected

PAGE = 50
#: What a supervisor should look at: it makes no reading, or says only a part.
TROUBLED = (JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.BLOCKED, JobStatus.UNKNOWN, JobStatus.PARTIAL)


@dataclass(frozen=True, slots=True)
class Filter:
    """The page's address, cleaned. Empty means any."""

    status: str = ""
    upstream: str = ""
    q: str = ""
    after: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.status or self.upstream or self.q)


@dataclass(frozen=True, slots=True)
class Page:
    """`jobs` carry counts: `keys` (rows that the job has), `rows_kept` (rows of both chains, every version), `documents`,
    `ended` (keys that reached an end here) and `decided` (those of them that a person decided)."""

    jobs: Sequence[Job]
    after: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One result row of a job: in which chain it stands, and whether it counts now."""

    row: ResultRow
    current: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """One document that was attached; `shown` when it is the newest of a row, as `chains.document_of` says."""

    link: DocumentLink
    shown: bool


def page(asked: Filter) -> Page:
    """The newest change first. One query."""
    jobs = Job.objects.select_related("upstream")
    if asked.status:
        jobs = jobs.filter(status=asked.status)
    if asked.upstream:
        jobs = jobs.filter(upstream__slug=asked.upstream)
    if asked.q:
        jobs = jobs.filter(
            Q(job_id__icontains=asked.q) | Q(file_name__icontains=asked.q) | Q(schema_name__icontains=asked.q)
        )
    found = list(_counted(_after(jobs, asked.after)).order_by("-changed_at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    return Page(jobs=shown, after=_cursor(shown[-1]) if len(found) > PAGE else "")


def find(job_id: int) -> Job | None:
    """One job with the counts that a `Page`'s jobs carry. One query."""
    return _counted(Job.objects.select_related("upstream").filter(pk=job_id)).first()


def their_word(job: Job) -> str:
    """The upstream's own word, where ours does not say as much: the job has no reading, or only a part."""
    word: str = job.raw_status
    return word if job.status in TROUBLED and word.lower() != job.status else ""


def by_status() -> Mapping[str, int]:
    """How many jobs there are in each status. One query."""
    counted: dict[str, int] = dict(Job.objects.values_list("status").annotate(n=Count("pk")))
    return counted


def rows(job: Job) -> list[Standing]:
    """Every row of the job in the job's order, what the upstream said before what people decided."""
    found = list(ResultRow.objects.filter(job=job).order_by("ordinal", "key", "id"))
    newest: dict[str, ResultRow] = {}
    superseded = {row.supersedes_id for row in found}
    for row in found:
        if row.pk not in superseded and (row.key not in newest or row.source == ResultRow.Source.REVIEW):
            newest[row.key] = row
    current = {row.pk for row in newest.values()}
    return [Standing(row, current=row.pk in current) for row in found]


def parts(job: Job) -> list[PayloadPart]:
    """The parts of every kept payload, the newest payload first."""
    found = PayloadPart.objects.filter(payload__job=job).select_related("payload").order_by("-payload", "pk")
    return list(found.annotate(erased_at=F("content__erased_at"), characters=Length("content__text")))


def documents(job: Job) -> list[Linked]:
    """Every document linked to the job or to a row of it, the newest first, and whether it is the one that is shown."""
    links = list(job.document_links.select_related("document", "name").order_by("-id"))
    shown = {link.pk for key in (*keys(job), "") if (link := _first(links, key)) is not None}
    return [Linked(link, shown=link.pk in shown) for link in links]


def rejected(after: str) -> tuple[list[Rejected], str]:
    """One page of what could not be read, the newest first, and the cursor of the next."""
    found = Rejected.objects.defer("content").order_by("-id")
    if after.isdecimal():
        found = found.filter(pk__lt=int(after[:18]))
    few = list(found[: PAGE + 1])
    return few[:PAGE], str(few[PAGE - 1].pk) if len(few) > PAGE else ""


def rejected_count() -> int:
    """How many payloads could not be read."""
    return Rejected.objects.count()


def keys(job: Job) -> list[str]:
    """The keys of the job's rows, in its order."""
    first = ResultRow.objects.filter(job=job, source=ResultRow.Source.UPSTREAM, supersedes__isnull=True)
    return list(first.order_by("ordinal", "id").values_list("key", flat=True))


def _counted(jobs: QuerySet[Job]) -> QuerySet[Job]:
    counted: QuerySet[Job] = jobs.annotate(
        keys=_count(ResultRow.objects.filter(job=OuterRef("pk"), source="upstream", supersedes__isnull=True)),
        rows_kept=_count(ResultRow.objects.filter(job=OuterRef("pk"))),
        documents=_count(DocumentLink.objects.filter(job=OuterRef("pk"))),
        ended=_keys_of(Final.objects.all()),
        decided=_keys_of(Final.objects.exclude(outcome=Final.Outcome.PASSED)),
    )
    return counted


def _first(links: Sequence[DocumentLink], key: str) -> DocumentLink | None:
    return next((one for one in links if one.key in (key, "")), None)


def _count(rows: QuerySet[ResultRow] | QuerySet[DocumentLink]) -> Subquery:
    counted = rows.order_by().annotate(n=Func(F("pk"), function="COUNT")).values("n")
    return Subquery(counted, output_field=IntegerField())


def _keys_of(finals: QuerySet[Final]) -> Coalesce:
    """How many keys of the job these are ends of; a key that was decided twice counts once."""
    of_job = finals.filter(row__job=OuterRef("pk")).order_by().values("row__job")
    counted = of_job.annotate(n=Count("row__key", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _after(jobs: QuerySet[Job], cursor: str) -> QuerySet[Job]:
    first, _, last_id = cursor.rpartition("_")
    try:
        moment = datetime.fromisoformat(first)
        if not last_id.isdecimal() or moment.tzinfo is None:
            return jobs
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return jobs
    return jobs.filter(changed_at__lte=moment).exclude(changed_at=moment, id__gte=int(last_id[:18]))


def _cursor(job: Job) -> str:
    return f"{job.changed_at.isoformat()}_{job.pk}"
