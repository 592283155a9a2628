"""What did a Talonic job read? A payload -> Snapshot with one row a document. Rows appear while the job is processing.

Parts: `result` (GET /v1/jobs/{id}/results); when they are there also `job` (GET /v1/jobs/{id}) for times and errors, and
`schema` (the JSON Schema, alone or as GET /v1/schemas/{id} answers it), because the result names its schema only.
"""

from __future__ import annotations

from typing import TypeGuard

from reviewapp.extraction.jsontext import Json, dump
from reviewapp.extraction.model import JobStatus, Kind, NotAResult, Payload, Row, Snapshot

from .. import keys, parts, tokens
from ..refusal import refuse
from . import flags

JOB_STATUSES = {
    "pending": JobStatus.QUEUED,
    "queued": JobStatus.QUEUED,
    "processing": JobStatus.PROCESSING,
    "complete": JobStatus.COMPLETED,
    "completed": JobStatus.COMPLETED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
    "canceled": JobStatus.CANCELLED,
}
ROW_STATUSES = {
    **JOB_STATUSES,
    "approved": JobStatus.COMPLETED,
    "partial": JobStatus.PARTIAL,
    "review": JobStatus.REVIEW,
}
_OWN_KEYS = {"job_status", "total_rows", "links"}


def recognises(tree: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a tree is an answer of GET /v1/jobs/{id}/results."""
    if not isinstance(tree, dict) or not tree.keys() & _OWN_KEYS:
        return False
    return isinstance(tree.get("data"), list) or ("job_status" in tree and tree.get("data") is None)


def parse(payload: Payload) -> Snapshot:
    """Raises BadJson or NotAResult. A part `job` without a result is a job that has no rows yet."""
    awaited = parts.awaited(payload)
    tree: Json = {"job_status": None} if awaited is not None else parts.main(payload)
    if not recognises(tree):
        refuse(tree)
    job = parts.side(payload, "job")
    job_id = tokens.name(tree.get("job_id")) or tokens.name(job.get("id"))
    if job_id is None:
        raise NotAResult("no_job_id", "a Talonic result without a job id")
    raw_status = tokens.text(tree.get("job_status")) or tokens.text(job.get("status")) or ""
    if awaited is not None and (not raw_status or tokens.status(raw_status, JOB_STATUSES).has_result):
        raise NotAResult("fragment", "a job that is done, without its results")
    named = tree.get("schema") or job.get("schema")
    schema = named if isinstance(named, dict) else {}
    return Snapshot(
        kind=Kind.TALONIC,
        job_id=job_id,
        status=tokens.status(raw_status, JOB_STATUSES),
        raw_status=raw_status,
        rows=read_rows(tree, payload),
        schema=_schema(payload),
        schema_id=tokens.name(schema.get("id")),
        schema_name=tokens.text(schema.get("name")),
        total_rows=tokens.whole(tree.get("total_rows")),
        created_at=tokens.text(job.get("created_at")),
        updated_at=tokens.text(job.get("completed_at")),
        error=tokens.complaint(tree.get("error")) or tokens.complaint(job.get("error")),
    )


def read_rows(tree: dict[str, Json], payload: Payload) -> tuple[Row, ...]:
    """Every row that has come so far, in the payload's order."""
    asked = asked_names(payload)
    return tuple(read_row(key, node, asked) for key, node in row_nodes(tree))


def row_nodes(tree: dict[str, Json]) -> list[tuple[str, dict[str, Json]]]:
    """Each row's object with its key: the row's id, else its document's, else its place."""
    data = tree.get("data")
    nodes = (
        [(index, node) for index, node in enumerate(data) if isinstance(node, dict)] if isinstance(data, list) else []
    )
    named = keys.unique(
        tokens.name(n.get("id")) or tokens.name(n.get("document_id")) or str(index) for index, n in nodes
    )
    return [(key, node) for key, (_, node) in zip(named, nodes, strict=True)]


def asked_names(payload: Payload) -> frozenset[str]:
    """The fields that the schema names, where the payload holds the schema."""
    properties = _schema_of(payload).get("properties")
    return frozenset(properties) if isinstance(properties, dict) else frozenset()


def row_status(raw: str) -> JobStatus | None:
    """A row's status in our words; None where the row has none."""
    return tokens.status(raw, ROW_STATUSES) if raw else None


def read_row(key: str, node: dict[str, Json], asked: frozenset[str]) -> Row:
    """One row's object -> the row. `asked`: the field names of the schema."""
    values = node.get("values", {})
    raw_status = tokens.text(node.get("status")) or ""
    return Row(
        key=key,
        values=values,
        status=row_status(raw_status),
        raw_status=raw_status,
        confidence=tokens.numeric(node.get("confidence")),
        flags=flags.read(node.get("validation_flags"), values, asked),
        file_name=tokens.text(node.get("filename")) or tokens.text(node.get("document_filename")),
        document_id=tokens.name(node.get("document_id")),
    )


def _schema(payload: Payload) -> str | None:
    schema = _schema_of(payload)
    return dump(schema) if schema else None


def _schema_of(payload: Payload) -> dict[str, Json]:
    """The JSON Schema: the part itself, or below `definition` where the part is an answer of GET /v1/schemas/{id}."""
    schema = parts.side(payload, "schema")
    if "properties" in schema or "definition" not in schema:
        return schema
    below = schema["definition"]
    # Simplified forms (a list of fields, a map of types) are no JSON Schema.
    return below if isinstance(below, dict) and "properties" in below else {}
