"""Which row counts, and what came before it? The questions that read a job's chains of rows, its payloads and its documents.

Current row of (job, key) = the last review row, else the last upstream row (design law 3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewapp.extraction import codec
from reviewapp.extraction.model import Row
from reviewapp.upstreams.models import Upstream

from .models import DocumentLink, Job, Payload, PayloadPart, ResultRow


@dataclass(frozen=True, slots=True)
class Part:
    """One named part of a fetch: the text to keep (presigned queries cut) and the hash of the bytes as received."""

    name: str
    text: str
    sha256: str


class Erased(LookupError):
    """The text was erased on purpose; only its commitment is left."""


def upstream_rows(job: Job) -> dict[str, ResultRow]:
    """The newest upstream row of each key, in the job's order."""
    rows = job.rows.filter(source=ResultRow.Source.UPSTREAM, superseded_by__isnull=True).order_by("ordinal", "id")
    return {row.key: row for row in rows}


def row_count(job: Job) -> int:
    """How many rows the job has, each counted once however often it was read or decided."""
    return job.rows.filter(source=ResultRow.Source.UPSTREAM, supersedes__isnull=True).count()


def current_rows(job: Job) -> dict[str, ResultRow]:
    """The current row of each key, in the job's order: the last review row, else the last upstream row."""
    newest: dict[str, ResultRow] = {}
    rows = job.rows.filter(superseded_by__isnull=True).select_related("values", "facts").order_by("ordinal", "id")
    for row in rows:
        if row.key not in newest or row.source == ResultRow.Source.REVIEW:
            newest[row.key] = row
    return newest


def last_review_row(job_id: int, key: str) -> ResultRow | None:
    """The end of the chain of what people decided."""
    return ResultRow.objects.filter(
        job_id=job_id, key=key, source=ResultRow.Source.REVIEW, superseded_by__isnull=True
    ).first()


def history(job: Job) -> list[ResultRow]:
    """Every row of the job, oldest first."""
    return list(job.rows.select_related("base", "supersedes").order_by("id"))


def history_after(job: Job, last: int, *, limit: int) -> list[ResultRow]:
    """The same, only those behind the row with that id, and at most so many."""
    return list(job.rows.filter(pk__gt=last).order_by("id")[:limit])


def read(row: ResultRow) -> Row:
    """The stored row in the normal form. Raises Erased when its values were erased."""
    if row.values.text is None or row.facts.text is None:
        raise Erased(f"the values of row {row.pk} were erased")
    return codec.row_from_text(key=row.key, values_text=row.values.text, facts_text=row.facts.text)


def job_with(*, upstream: Upstream, job_id: str, parts: Sequence[Part]) -> Job | None:
    """The job, when one of its payloads is these very parts, byte for byte as they were received; else None."""
    wanted = {(part.name, part.sha256) for part in parts}
    kept: dict[int, set[tuple[str, str]]] = {}
    held = PayloadPart.objects.filter(payload__job__upstream=upstream, payload__job__job_id=job_id)
    for payload, name, sha256 in held.values_list("payload", "name", "sha256"):
        kept.setdefault(payload, set()).add((name, sha256))
    if wanted not in kept.values():
        return None
    return Job.objects.get(upstream=upstream, job_id=job_id)


def newest_payload(job: Job) -> Mapping[str, str]:
    """The parts of the newest payload, by name. Raises Erased when one was erased."""
    payload = job.payloads.order_by("-id").first()
    if payload is None:
        raise Payload.DoesNotExist(f"job {job.pk} has no payload")
    parts: dict[str, str] = {}
    for part in payload.parts.select_related("content").order_by("id"):
        if part.content.text is None:
            raise Erased(f"part {part.name} of payload {payload.pk} was erased")
        parts[part.name] = part.content.text
    return parts


def document_of(job: Job, key: str) -> DocumentLink | None:
    """The newest document of a row, whether it was linked to this row or to all rows of the job."""
    return job.document_links.filter(key__in=[key, ""]).select_related("document", "name").order_by("-id").first()


def newest_link(job: Job) -> DocumentLink | None:
    return job.document_links.select_related("document", "name").order_by("-id").first()


def document_name(row: ResultRow) -> str:
    """What the row's document is called: by who attached it, else by the upstream; "" where nobody says, or it was erased."""
    link = document_of(row.job, row.key)
    if link is not None and link.name.text:
        return link.name.text[:500]
    try:
        return (read(row).file_name or row.job.file_name or "")[:500]
    except Erased:
        return ""
