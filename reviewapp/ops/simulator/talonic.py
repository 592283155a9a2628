"""What does the simulated Talonic answer about jobs? Submit, cursor lists, polls, rows that appear while it works, schemas."""

from __future__ import annotations

import uuid
from typing import Any

from reviewapp.extraction.jsontext import Number

from . import made, wire
from .jobs import Job, Shape, Stage, Tree, Vendor, iso
from .routes import Call, number, route
from .wire import Answer, said

#: A document with more pages is answered with 202 and read in the background.
_AT_ONCE = 5
_PHASES = ("ingest", "extract", "validate")


def identifier(call: Call, name: str) -> str:
    """A UUID of the path. Raises Refused: 400, as the vendor's pages say."""
    text = call.arguments[name]
    try:
        uuid.UUID(text)
    except ValueError:
        raise call.refuse(400, f"{name} must be a UUID", code="validation_error") from None
    return text


def page(call: Call, items: list[Tree], *, default: int = 20) -> Tree:
    """`{data, pagination}` from the cursor on."""
    limit = max(1, call.whole("limit", default, most=100))
    start = call.whole("cursor", 0, most=10**9)
    more = start + limit < len(items)
    return {
        "data": items[start : start + limit],
        "pagination": {
            "total": Number(str(len(items))),
            "limit": Number(str(limit)),
            "has_more": more,
            "next_cursor": str(start + limit) if more else None,
        },
    }


def extract(call: Call) -> Answer:
    """POST /v1/extract: at once up to five pages, else 202 with the address to poll."""
    texts, files = wire.form(call.request)
    if not files:
        raise call.refuse(400, "A file is required")
    name, data = next(iter(files.values()))
    document = call.world.keep(name, data)
    schema = wire.tree(texts.get("schema", "")) or _definition(call, texts.get("schema_id", ""))
    job = _begin(call, [(document.id, name)], made.schema(schema), texts.get("schema_id") or str(uuid.uuid4()))
    if made.pages(data) > _AT_ONCE:
        return said(202, {"job": {"id": job.id, "status": "pending", "poll_url": f"/v1/jobs/{job.id}"}})
    job.settled = True
    row = job.payload["data"][0]
    return said(
        200,
        {
            "extraction_id": row["id"],
            "job_id": job.id,
            "document": {"id": document.id, "filename": name, "pages": Number(str(made.pages(data)))},
            "status": "complete",
            "data": row["values"],
            "confidence": {"overall": row["confidence"]},
        },
    )


def new_job(call: Call) -> Answer:
    """POST /v1/jobs `{schema_id, document_ids}`: 201."""
    body = call.body()
    ids = body.get("document_ids")
    if not isinstance(ids, list) or not ids or not isinstance(body.get("schema_id"), str):
        raise call.refuse(400, "schema_id and document_ids are required")
    unknown = [one for one in ids if one not in call.world.documents]
    if unknown:
        raise call.refuse(404, "Document not found")
    definition = _definition(call, body["schema_id"])
    if definition is None:
        raise call.refuse(404, "Schema not found")
    pairs = [(str(one), call.world.documents[str(one)].name) for one in ids]
    job = _begin(call, pairs, made.schema(definition), body["schema_id"])
    return said(201, {"id": job.id, "status": "pending", "message": "Simulated job created", "links": _links(job.id)})


def _begin(call: Call, documents: list[tuple[str, str]], schema: Tree, schema_id: str) -> Job:
    job_id = str(uuid.uuid4())
    known = call.world.schemas.setdefault(schema_id, {"id": schema_id, "name": "Simulated", "definition": schema})
    payload = {
        "job_id": job_id,
        "job_status": "complete",
        "schema": {"id": schema_id, "name": known["name"]},
        "total_rows": Number(str(len(documents))),
        "data": [_row(call, document_id, name, schema) for document_id, name in documents],
        "links": {"self": f"/v1/jobs/{job_id}/results", "job": f"/v1/jobs/{job_id}"},
    }
    return call.world.begin(Shape.TALONIC, payload, id=job_id, names=tuple(name for _, name in documents))


def _row(call: Call, document_id: str, name: str, schema: Tree) -> Tree:
    sample = call.world.sample(Shape.TALONIC, name)
    rows = [row for row in (sample or {}).get("data") or [] if row.get("filename") == name]
    plain = {
        "filename": name,
        "status": "complete",
        "values": made.values(schema),
        "confidence": made.UNSURE,  # of the whole row: Talonic says none of a value
        "validation_flags": [],
    }
    return {"id": str(uuid.uuid4()), "document_id": document_id, **(_without_ids(rows[0]) if rows else plain)}


def _without_ids(row: Tree) -> Tree:
    return {key: value for key, value in row.items() if key not in {"id", "document_id"}}


def _definition(call: Call, schema_id: str) -> Any:
    return call.world.schemas.get(schema_id, {}).get("definition")


def jobs(call: Call) -> Answer:
    """GET /v1/jobs: newest first."""
    wanted = call.request.asked("status")
    told = [_told(call, job) for job in reversed(call.world.of(Shape.TALONIC))]
    return said(200, page(call, [one for one in told if not wanted or one["status"] == wanted]))


def poll(call: Call) -> Answer:
    job = _known(call)
    job.polls += 1
    return said(200, _told(call, job))


def _status(call: Call, job: Job) -> str:
    word = str(job.payload.get("job_status"))
    match call.world.stage(job):
        case Stage.FINAL:
            return word
        case Stage.CANCELLED:
            return "cancelled"
        case Stage.PROCESSING:
            return "processing" if word not in {"pending", "queued"} else word
    return "queued"


def _told(call: Call, job: Job) -> Tree:
    word, rows = _status(call, job), _rows(call, job)
    total = len(job.payload.get("data") or [])
    share = call.world.share(job)
    ended = word in {"complete", "completed", "failed", "cancelled"}
    cells = [value for row in rows for value in (row.get("values") or {}).values()]
    filled = sum(value is not None for value in cells)
    return {
        "id": job.id,
        "name": f"simulated job of {total} documents",
        "status": word,
        "progress": Number(str(int(100 * share))) if word == "processing" else None,
        "schema": job.payload.get("schema"),
        "document_count": job.payload.get("total_rows") or Number(str(total)),
        "completed_documents": Number(str(len(rows))),
        "grid_stats": {
            "total_cells": Number(str(len(cells))),
            "filled": Number(str(filled)),
            "empty": Number(str(len(cells) - filled)),
            "fill_rate": number(round(filled / len(cells), 2) if cells else 0),
        },
        "current_phase": _PHASES[min(2, int(3 * share))] if word == "processing" else None,
        "error": {"code": "EXTRACTION_FAILED", "message": "Simulated failure"} if word == "failed" else None,
        "created_at": iso(job.created_at),
        "started_at": iso(job.created_at) if word != "queued" else None,
        "completed_at": iso(job.updated_at or call.world.clock.now()) if ended else None,
        "links": _links(job.id),
    }


def _links(job_id: str) -> Tree:
    return {"self": f"/v1/jobs/{job_id}", "results": f"/v1/jobs/{job_id}/results"}


def results(call: Call) -> Answer:
    """GET /v1/jobs/{id}/results: the rows that are there by now, never in pages."""
    job = _known(call)
    job.results += 1
    payload = job.read(call.world.clock) if call.world.stage(job) is Stage.FINAL else job.payload
    return said(200, {**payload, "job_status": _status(call, job), "data": _rows(call, job)})


def _rows(call: Call, job: Job) -> list[Tree]:
    rows = job.payload.get("data") or []
    match call.world.stage(job):
        case Stage.QUEUED:
            return []
        case Stage.PROCESSING | Stage.CANCELLED:
            return rows[: int(len(rows) * call.world.share(job))]
    return list(rows)


def cancel(call: Call) -> Answer:
    job = _known(call)
    if call.world.stage(job) in {Stage.FINAL, Stage.CANCELLED}:
        raise call.refuse(400, "The job has ended already")
    job.cancelled = True
    return said(200, _told(call, job))


def schemas(call: Call) -> Answer:
    return said(200, page(call, list(call.world.schemas.values())))


def schema(call: Call) -> Answer:
    known = call.world.schemas.get(identifier(call, "id"))
    if known is None:
        raise call.refuse(404, "Schema not found")
    return said(200, known)


def _known(call: Call) -> Job:
    job = call.world.job(Shape.TALONIC, identifier(call, "id"))
    if job is None:
        raise call.refuse(404, "Job not found")
    return job


_T = Vendor.TALONIC
ROUTES = (
    route(_T, "POST", "/v1/extract", "submit", extract),
    route(_T, "POST", "/v1/jobs", "submit", new_job),
    route(_T, "GET", "/v1/jobs", "list", jobs),
    route(_T, "GET", "/v1/jobs/{id}", "poll", poll),
    route(_T, "GET", "/v1/jobs/{id}/results", "result", results),
    route(_T, "POST", "/v1/jobs/{id}/cancel", "cancel", cancel),
    route(_T, "GET", "/v1/schemas", "schema", schemas),
    route(_T, "GET", "/v1/schemas/{id}", "schema", schema),
)
