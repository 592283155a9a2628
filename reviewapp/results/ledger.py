"""How do rows get into memory? `append` adds what differs from the newest of its chain, and nothing is ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.documents.models import Document
from reviewapp.extraction import codec
from reviewapp.extraction.model import Row, Snapshot
from reviewapp.upstreams.models import Upstream

from . import chains
from .models import DocumentLink, Final, Handoff, Job, Payload, PayloadPart, ResultRow

#: The key of PostgreSQL's advisory lock round the feed of final rows; any number that nothing else here uses.
_FEED_LOCK = 7_301_001


@dataclass(frozen=True, slots=True)
class Appended:
    """What one fetch brought: `rows` are the new ones."""

    job: Job
    rows: tuple[ResultRow, ...]
    unchanged: int
    new_job: bool
    status_changed: bool


def append(
    *,
    upstream: Upstream,
    snapshot: Snapshot,
    parts: Sequence[chains.Part],
    at: datetime,
    by: trail.Actor = trail.SYSTEM,
    via: trail.Via = trail.Via(),
) -> Appended:
    """Add the rows of a snapshot that differ from the newest of their chains; idempotent.

    One transaction: the job as now seen, the payload when it brought something, new rows, their hand-offs to review and the
    entries. When only the job's status changed, the payload is kept as well, because compat composes into the newest one.
    """
    with transaction.atomic():
        job, new_job, status_changed = _meet_job(upstream=upstream, snapshot=snapshot, at=at)
        newest = chains.upstream_rows(job)
        schema_sha256 = _sha256(snapshot.schema) if snapshot.schema is not None else ""
        fresh = [
            (ordinal, row, print_)
            for ordinal, row in enumerate(snapshot.rows)
            if (print_ := codec.fingerprint(row, snapshot.schema)) != _print_of(newest.get(row.key))
        ]
        rows: list[ResultRow] = []
        if fresh or new_job or status_changed:
            payload = _keep_payload(job, parts, at)
            schema = content.keep(type="json", text=snapshot.schema) if fresh and snapshot.schema is not None else None
            rows = [
                _add_upstream_row(
                    job=job,
                    payload=payload,
                    ordinal=ordinal,
                    row=row,
                    fingerprint=print_,
                    before=newest.get(row.key),
                    schema=schema,
                    schema_sha256=schema_sha256,
                    at=at,
                )
                for ordinal, row, print_ in fresh
            ]
            hand_to(rows, Handoff.To.REVIEW)
            if status_changed and not new_job:
                changed = {row.key for row in rows}
                hand_to([row for key, row in newest.items() if key not in changed], Handoff.To.REVIEW)
            if rows and job.changed_at != at:
                job.changed_at = at
                job.save(update_fields=["changed_at"])
            trail.record(*_notes(job, snapshot, rows, newest, new_job, status_changed), at=at, by=by, via=via)
        return Appended(
            job=job,
            rows=tuple(rows),
            unchanged=len(snapshot.rows) - len(rows),
            new_job=new_job,
            status_changed=status_changed,
        )


def append_review_row(*, supersedes: ResultRow | None, base: ResultRow, row: Row, at: datetime) -> ResultRow:
    """Add what a person decided. Call it inside the decision's transaction, which writes the entry."""
    values_text, facts_text = codec.row_to_text(row)
    added = ResultRow(
        job_id=base.job_id,
        key=base.key,
        source=ResultRow.Source.REVIEW,
        ordinal=base.ordinal,
        payload_id=base.payload_id,
        base=base,
        supersedes=supersedes,
        values=content.keep(type="json", text=values_text),
        facts=content.keep(type="json", text=facts_text),
        schema_id=base.schema_id,
        schema_sha256=base.schema_sha256,
        fingerprint=codec.fingerprint(row, None),
        created_at=at,
    )
    added.save(force_insert=True)
    return added


def link_document(
    *,
    job: Job,
    document: Document,
    name: str,
    at: datetime,
    key: str = "",
    by: trail.Actor = trail.SYSTEM,
    via: trail.Via = trail.Via(),
) -> DocumentLink | None:
    """Attach a document to a job, or to one of its rows, in the place of what was shown there before. Added, never
    overwritten: an earlier document comes back by linking it again. None when it is the newest already. The rows that it is
    of are handed to review, which compares them with its words."""
    with transaction.atomic():
        # A link to all rows takes the place of what any of them had, so there the newest of the whole job counts.
        before = chains.document_of(job, key) if key else chains.newest_link(job)
        if before is not None and before.key == key and before.document_id == document.pk:
            return None
        kept_name = content.keep(type="text", text=name)
        link = DocumentLink(job=job, key=key, document=document, name=kept_name, linked_at=at)
        link.save(force_insert=True)
        rows = chains.upstream_rows(job)
        hand_to((row for row in rows.values() if key in ("", row.key)), Handoff.To.REVIEW)
        trail.record(
            trail.Note(
                stream=f"job:{job.pk}",
                action=Action.DOCUMENT_ATTACHED,
                object_type="document",
                object_id=str(document.pk),
                job=job.pk,
                new=kept_name,
                details={"sha256": document.sha256, "key": key, "replaces": before.document.sha256 if before else ""},
            ),
            at=at,
            by=by,
            via=via,
        )
        return link


def hand_to(rows: Iterable[ResultRow], to: Handoff.To) -> None:
    """Leave the rows for a room to take up; handing the same row twice is one hand-off."""
    Handoff.objects.bulk_create([Handoff(row=row, to=to) for row in rows], ignore_conflicts=True)


def finish(row: ResultRow, *, outcome: Final.Outcome, at: datetime) -> Final:
    """Say that a row reached its end and hand it to delivery. Call it last in the act's transaction.

    On PostgreSQL an id is taken before the commit, so a reader could see 8 before 7; the lock, held until the commit,
    keeps the two orders the same. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FEED_LOCK])
    final = Final(row=row, outcome=outcome, at=at)
    final.save(force_insert=True)
    hand_to([row], Handoff.To.DELIVERY)
    return final


def _meet_job(*, upstream: Upstream, snapshot: Snapshot, at: datetime) -> tuple[Job, bool, bool]:
    seen: dict[str, object] = {
        "kind": snapshot.kind.value,
        "status": snapshot.status.value,
        "raw_status": snapshot.raw_status[:64],
        "error": snapshot.error or "",
        "schema_id": (snapshot.schema_id or "")[:200],
        "schema_name": (snapshot.schema_name or "")[:200],
        "file_name": (snapshot.file_name or "")[:500],
        "file_id": (snapshot.file_id or "")[:200],
        "page_count": snapshot.page_count,
        "pages_read": snapshot.pages_read,
        "total_rows": snapshot.total_rows,
        "citations_off": snapshot.citations_off,
    }
    if (begun_at := _moment(snapshot.created_at)) is not None:
        seen["begun_at"] = begun_at
    job, new_job = Job.objects.select_for_update().get_or_create(
        upstream=upstream,
        job_id=snapshot.job_id,
        defaults={"begun_at": at, **seen, "created_at": at, "fetched_at": at, "changed_at": at},
    )
    status_changed = not new_job and job.raw_status != seen["raw_status"]
    changed = [name for name, value in seen.items() if getattr(job, name) != value]
    for name in changed:
        setattr(job, name, seen[name])
    job.fetched_at = at
    if changed:
        job.changed_at = at
    if not new_job:
        job.save(update_fields=[*changed, "fetched_at", "changed_at"])
    return job, new_job, status_changed


def _keep_payload(job: Job, parts: Sequence[chains.Part], at: datetime) -> Payload:
    payload = Payload(job=job, fetched_at=at)
    payload.save(force_insert=True)
    PayloadPart.objects.bulk_create(
        [
            PayloadPart(
                payload=payload,
                name=part.name,
                sha256=part.sha256,
                content=content.keep(type="json", text=part.text),
            )
            for part in parts
        ]
    )
    return payload


def _add_upstream_row(
    *,
    job: Job,
    payload: Payload,
    ordinal: int,
    row: Row,
    fingerprint: str,
    before: ResultRow | None,
    schema: Content | None,
    schema_sha256: str,
    at: datetime,
) -> ResultRow:
    values_text, facts_text = codec.row_to_text(row)
    added = ResultRow(
        job=job,
        key=row.key,
        source=ResultRow.Source.UPSTREAM,
        ordinal=ordinal,
        payload=payload,
        supersedes=before,
        values=content.keep(type="json", text=values_text),
        facts=content.keep(type="json", text=facts_text),
        schema=schema,
        schema_sha256=schema_sha256,
        fingerprint=fingerprint,
        created_at=at,
    )
    added.save(force_insert=True)
    return added


def _notes(
    job: Job,
    snapshot: Snapshot,
    rows: Sequence[ResultRow],
    newest: Mapping[str, ResultRow],
    new_job: bool,
    status_changed: bool,
) -> list[trail.Note]:
    stream = f"job:{job.pk}"
    source: dict[str, trail.Plain] = {"upstream": job.upstream.slug, "job": job.job_id, "kind": job.kind}
    notes = []
    if new_job or status_changed:
        notes.append(
            trail.Note(
                stream=stream,
                action=Action.JOB_RECEIVED if new_job else Action.JOB_STATUS_CHANGED,
                object_type="job",
                object_id=str(job.pk),
                job=job.pk,
                source=source,
                details={"status": job.status, "raw_status": job.raw_status, "rows": len(snapshot.rows)},
            )
        )
    for row in rows:
        before = newest.get(row.key)
        notes.append(
            trail.Note(
                stream=stream,
                action=Action.ROW_RECEIVED,
                object_type="row",
                object_id=str(row.pk),
                job=job.pk,
                old=before.values if before is not None else None,
                new=row.values,
                source={**source, "key": row.key, "schema": row.schema_sha256},
                details={"fingerprint": row.fingerprint, "supersedes": str(before.pk) if before is not None else ""},
            )
        )
    return notes


def _moment(text: str | None) -> datetime | None:
    """An upstream's time; None for one without a zone, and for what is no time."""
    try:
        found = datetime.fromisoformat(text or "")
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _print_of(row: ResultRow | None) -> str | None:
    return None if row is None else row.fingerprint


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
