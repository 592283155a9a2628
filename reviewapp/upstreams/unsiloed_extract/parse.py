"""What did an Unsiloed extract job read? A payload -> Snapshot. One row, its key "0", as soon as there is a result."""

from __future__ import annotations

from typing import TypeGuard

from reviewapp.extraction.jsontext import Json, dump
from reviewapp.extraction.model import JobStatus, Kind, NotAResult, Payload, Row, Snapshot

from .. import parts, tokens
from ..facts import Facts, flat
from ..refusal import refuse
from .wrapping import CELL, Place, facts, holds_wrapped, is_cell, is_wrapped, wrappers

KEY = "0"
STATUSES = {
    "queued": JobStatus.QUEUED,
    "processing": JobStatus.PROCESSING,
    "completed": JobStatus.COMPLETED,
    "review": JobStatus.REVIEW,
    "failed": JobStatus.FAILED,
    "pii_blocked": JobStatus.BLOCKED,
}
#: Keys of which at least one stands in every extract job and in no other upstream's answer.
_OWN_KEYS = {"metadata", "file_url", "file_name", "created_at", "result"}
_FOREIGN_KEYS = {"progress", "data", "job_status"}


def recognises(tree: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a tree is an answer of GET /extract/{job_id}, at whatever status, an id and status being all it must
    have."""
    if not isinstance(tree, dict) or (tree.keys() & _FOREIGN_KEYS and "metadata" not in tree):
        return False
    result = tree.get("result")
    if not isinstance(result, dict | None):
        return False
    return ("job_id" in tree and "status" in tree) or (bool(tree.keys() & _OWN_KEYS) and holds_wrapped(result))


def parse(payload: Payload) -> Snapshot:
    """Raises BadJson or NotAResult. Rows of a job that is still running are read too; `status` says what they are
    worth."""
    tree = parts.main(payload)
    if not recognises(tree):
        refuse(tree)
    job_id = tokens.name(tree.get("job_id"))
    raw_status = tokens.text(tree.get("status")) or ""
    if job_id is None:
        why = tokens.text(tree.get("reason")) if tokens.status(raw_status, STATUSES) is JobStatus.BLOCKED else None
        said = f"the upstream blocked the document: {why}" if why else "an Unsiloed result without a job id"
        raise NotAResult("no_job_id", said)
    metadata = tree.get("metadata")
    about = metadata if isinstance(metadata, dict) else {}
    schema, order = about.get("schema"), about.get("order")
    rows = read_rows(tree)
    return Snapshot(
        kind=Kind.UNSILOED_EXTRACT,
        job_id=job_id,
        status=tokens.status(raw_status, STATUSES),
        raw_status=raw_status,
        rows=rows,
        schema=dump(schema) if isinstance(schema, dict) else None,
        schema_name=tokens.text(about.get("schema_name")),
        field_order=tuple(name for name in order if isinstance(name, str)) if isinstance(order, list) else (),
        file_name=tokens.text(tree.get("file_name")),
        page_count=tokens.whole(about.get("page_count")),
        created_at=tokens.text(tree.get("created_at")),
        updated_at=tokens.text(tree.get("updated_at")),
        error=tokens.complaint(tree.get("error")),
        citations_off=_citations_off(tree, rows),
    )


def read_rows(tree: dict[str, Json]) -> tuple[Row, ...]:
    """The one row of a job, none as long as there is no result."""
    result = tree.get("result")
    if not isinstance(result, dict):
        return ()
    named = schema_names(tree)
    values: dict[str, Json] = {}
    known = Facts()
    for name, node in result.items():
        if is_field(name, node, named):
            values[name], below = read(node, Place.TOP)
            known.put(name, below)
    return (Row(key=KEY, values=values, fields=flat(known)),)


def schema_names(tree: dict[str, Json]) -> frozenset[str]:
    """The fields that were asked for, by the schema that the job echoes."""
    node: Json = tree
    for key in ("metadata", "schema", "properties"):
        node = node.get(key) if isinstance(node, dict) else None
    return frozenset(node) if isinstance(node, dict) else frozenset()


def is_field(name: str, node: Json, named: frozenset[str]) -> bool:
    """Whether a member of the result is a field. A bare value beside the fields (`min_confidence_score`) is none,
    unless the schema asked for that very name; null is a field that was not found."""
    return node is None or name in named or is_wrapped(node, Place.TOP) or holds_wrapped(node)


def read(node: Json, place: Place) -> tuple[Json, Facts]:
    """A node of the result -> its plain value and the facts about it and below it."""
    if place is Place.ITEM and is_cell(node):
        return read(node[CELL], Place.MEMBER)
    if not is_wrapped(node, place):
        return _content(node)
    value, known = _content(node["value"])
    known.here = facts(node)
    return value, known


def _content(node: Json) -> tuple[Json, Facts]:
    known = Facts()
    if isinstance(node, dict):
        plain: dict[str, Json] = {}
        for name, below in node.items():
            plain[name], found = read(below, Place.MEMBER)
            known.put(name, found)
        return plain, known
    if isinstance(node, list):
        items: list[Json] = []
        for index, below in enumerate(node):
            item, found = read(below, Place.ITEM)
            items.append(item)
            known.put(index, found)
        return items, known
    return node, known


def _citations_off(tree: dict[str, Json], rows: tuple[Row, ...]) -> bool:
    # A grounding score is sent even when no citation was asked for; it is then 0.0 and says nothing.
    nested = any(isinstance(wrapper.get("score"), dict) for wrapper in wrappers(tree.get("result")))
    return nested and not any(known.citations for row in rows for known in row.fields.values())
