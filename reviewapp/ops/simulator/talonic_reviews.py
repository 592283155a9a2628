"""What does the simulated Talonic answer about documents, and what may be corrected? Extractions, reviews, fields in review.

A job's rows never change by a correction; the document's extraction does, and a corrected field is locked: it survives a
newer extraction at confidence 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from reviewapp.extraction.jsontext import Number

from . import wire
from .jobs import Shape, Stage, Tree, Vendor, iso
from .routes import Call, route
from .talonic import identifier, page
from .wire import Answer, said
from .world import Document, lasting

_SURE = Number("1.0")
_REASONS = {"missing_required_field": "missing_value", "format_mismatch": "failed_check"}
_ACTIONS, _FIELD_ACTIONS = {"approve", "reject"}, {"approve", "correct", "override"}
_MOST = 500


def _rows(call: Call) -> Iterator[tuple[str, Tree]]:
    """Each row of every job that has it by now, with its extraction's id; the newest job last."""
    for job in call.world.of(Shape.TALONIC):
        if call.world.stage(job) is Stage.FINAL:
            for row in job.payload.get("data") or []:
                yield lasting("extraction", job.id, str(row.get("document_id"))), row


def ingest(call: Call) -> Answer:
    """POST /v1/sources/{id}/documents: `queued`, or `duplicate` for bytes that are there."""
    _, files = wire.form(call.request)
    if not files:
        raise call.refuse(400, "A file is required")
    name, data = next(iter(files.values()))
    digest = hashlib.sha256(data).digest()
    same = [one for one in call.world.documents.values() if hashlib.sha256(one.data()).digest() == digest]
    document = same[0] if same else call.world.keep(name, data)
    return said(202, {"id": document.id, "filename": document.name, "status": "duplicate" if same else "queued"})


def documents(call: Call) -> Answer:
    return said(200, page(call, [_document(one) for one in call.world.documents.values()]))


def document(call: Call) -> Answer:
    return said(200, _document(_known(call)))


def markdown(call: Call) -> Answer:
    """GET /v1/documents/{id}/markdown."""
    known = _known(call)
    return said(200, {"document_id": known.id, "markdown": f"# {known.name}\n\nThe simulator reads no documents."})


def of_document(call: Call) -> Answer:
    """GET /v1/documents/{id}/extractions: newest first."""
    known = _known(call)
    found = [_extraction(call, key, row) for key, row in _rows(call) if row.get("document_id") == known.id]
    return said(200, page(call, found[::-1]))


def re_extract(call: Call) -> Answer:
    known = _known(call)
    return said(202, {"document_id": known.id, "status": "queued"})


def _document(known: Document) -> Tree:
    size = Number(str(len(known.data())))
    return {"id": known.id, "filename": known.name, "status": "completed", "size": size}


def _known(call: Call) -> Document:
    known = call.world.documents.get(identifier(call, "id"))
    if known is None:
        raise call.refuse(404, "Document not found")
    return known


def extractions(call: Call) -> Answer:
    return said(200, page(call, [_extraction(call, key, row) for key, row in _rows(call)][::-1]))


def extraction(call: Call) -> Answer:
    key, row = _row(call, identifier(call, "id"))
    return said(200, _extraction(call, key, row))


def data(call: Call) -> Answer:
    """GET /v1/extractions/{id}/data."""
    key, row = _row(call, identifier(call, "id"))
    told = _extraction(call, key, row)
    return said(200, {name: told[name] for name in ("id", "status", "data", "confidence", "locked_fields")})


def correct(call: Call) -> Answer:
    """PATCH /v1/extractions/{id}/data `{corrections, propagate?}`."""
    key, row = _row(call, identifier(call, "id"))
    body = call.body()
    corrections = body.get("corrections")
    if not isinstance(corrections, list) or not corrections:
        raise call.refuse(400, "corrections is required")
    if body.get("propagate", "this_document_only") not in {"this_document_only", "all_similar"}:
        raise call.refuse(400, "propagate is this_document_only or all_similar")
    new: dict[str, Any] = {}
    for one in corrections:
        if not isinstance(one, dict) or not isinstance(one.get("field"), str) or "value" not in one:
            raise call.refuse(400, "A correction needs a field and a value")
        if one["field"] not in _fields_of(call, row):
            raise call.refuse(400, f"Unknown field: {one['field']}")
        new[one["field"]] = one["value"]
    # By the document, so that a newer extraction of it keeps them.
    call.world.corrections.setdefault(str(row["document_id"]), {}).update(new)
    told = _extraction(call, key, row)
    return said(200, {name: told[name] for name in ("id", "status", "document", "data", "confidence", "locked_fields")})


def _fields_of(call: Call, row: Tree) -> set[str]:
    known = {name for one in call.world.schemas.values() for name in (one["definition"] or {}).get("properties", {})}
    return known | set(row.get("values") or {})


def _row(call: Call, key: str) -> tuple[str, Tree]:
    for known, row in _rows(call):
        if known == key:
            return known, row
    raise call.refuse(404, "Extraction not found")


def _extraction(call: Call, key: str, row: Tree) -> Tree:
    locked = call.world.corrections.get(str(row.get("document_id")), {})
    values = {**(row.get("values") or {}), **locked}
    scores = {name: _SURE if name in locked else row.get("confidence") for name in values}
    every = set(locked) >= set(values) and bool(values)
    return {
        "id": key,
        "document_id": row.get("document_id"),
        "status": "complete",
        "document": {"id": row.get("document_id"), "filename": row.get("filename")},
        "data": values,
        "confidence": {"overall": _SURE if every else row.get("confidence"), "fields": scores},
        "locked_fields": sorted(locked),
    }


def reviews(call: Call) -> Answer:
    wanted = call.request.asked("status")
    told = [_review(call, key, row) for key, row in _in_review(call)]
    return said(200, page(call, [one for one in told if not wanted or one["status"] == wanted]))


def review(call: Call) -> Answer:
    return said(200, _found_review(call))


def act(call: Call) -> Answer:
    """POST /v1/review/{id}/action `{action, reason}`."""
    found, body = _found_review(call), call.body()
    if body.get("action") not in _ACTIONS:
        raise call.refuse(400, "action is approve or reject")
    if found["status"] != "pending":
        raise call.refuse(400, "The record was decided already")
    call.world.decisions[found["id"]] = _decision(call, body)
    return said(200, _found_review(call))


def _decision(call: Call, body: Tree) -> Tree:
    """The vendor records "api" as the person, so a caller's own row is told in the reason."""
    return {**body, "decided_by": "api", "decided_at": iso(call.world.clock.now())}


def _in_review(call: Call) -> list[tuple[str, Tree]]:
    return [(lasting("review", key), row) for key, row in _rows(call) if row.get("status") == "review"]


def _review(call: Call, key: str, row: Tree) -> Tree:
    decision = call.world.decisions.get(key, {})
    word = {"approve": "approved", "reject": "rejected"}.get(str(decision.get("action")), "pending")
    return {
        "id": key,
        "document_id": row.get("document_id"),
        "filename": row.get("filename"),
        "status": word,
        "reason": decision.get("reason"),
        "decided_by": decision.get("decided_by"),
        "decided_at": decision.get("decided_at"),
        "confidence": row.get("confidence"),
        "values": row.get("values"),
    }


def _found_review(call: Call) -> Tree:
    wanted = identifier(call, "id")
    for key, row in _in_review(call):
        if key == wanted:
            return _review(call, key, row)
    raise call.refuse(404, "Review not found")


def field_reviews(call: Call) -> Answer:
    return said(200, page(call, list(_fields(call).values())))


def summary(call: Call) -> Answer:
    counts = {"pending_review": 0, "blocked": 0, "resolved": 0}
    for one in _fields(call).values():
        counts[one["status"]] += 1
    return said(200, {"data": {name: Number(str(count)) for name, count in counts.items()}})


def field_review(call: Call) -> Answer:
    return said(200, _field(call, identifier(call, "document"), call.arguments["field"]))


def resolve(call: Call) -> Answer:
    """POST /v1/field-reviews/{document}/{field}/resolve `{action, corrected_value, reason}`."""
    return said(200, _resolved(call, identifier(call, "document"), call.arguments["field"], call.body()))


def bulk_resolve(call: Call) -> Answer:
    """POST /v1/field-reviews/bulk-resolve `{items: [{document_id, field_key, action, …}]}`: at most 500."""
    items = call.body().get("items")
    if not isinstance(items, list) or not 0 < len(items) <= _MOST:
        raise call.refuse(400, f"items holds 1 to {_MOST} fields")
    done = [_resolved(call, str(one.get("document_id")), str(one.get("field_key")), one) for one in items]
    return said(200, {"data": done})


def _resolved(call: Call, document_id: str, name: str, body: Tree) -> Tree:
    known = _fields(call).get((document_id, name))
    if known is None or known["status"] == "resolved":
        raise call.refuse(400, "The field is not in review")
    if body.get("action") not in _FIELD_ACTIONS:
        raise call.refuse(400, "action is approve, correct or override")
    if body["action"] != "approve":
        if "corrected_value" not in body:
            raise call.refuse(400, "corrected_value is required")
        call.world.corrections.setdefault(document_id, {})[name] = body["corrected_value"]
    call.world.resolutions[document_id, name] = _decision(call, body)
    return _fields(call)[document_id, name]


def _field(call: Call, document_id: str, name: str) -> Tree:
    known = _fields(call).get((document_id, name))
    if known is None:
        raise call.refuse(404, "The field is not in review")
    return known


def _fields(call: Call) -> dict[tuple[str, str], Tree]:
    """Every field that a flag of its row put in review, by document and name."""
    found: dict[tuple[str, str], Tree] = {}
    for _, row in _rows(call):
        for flag in row.get("validation_flags") or []:
            code, _, name = flag.partition(":") if isinstance(flag, str) else ("", "", "")
            if not name:
                continue
            place = (str(row.get("document_id")), name)
            resolution = call.world.resolutions.get(place)
            found[place] = {
                "document_id": place[0],
                "field_key": name,
                "status": "resolved" if resolution else "pending_review",
                "reason": _REASONS.get(code, "low_confidence"),
                "value": (row.get("values") or {}).get(name),
                "matchedSpan": None,
                "candidateSpans": [],
                "verdicts": [],
                "priorDecisions": [resolution] if resolution else [],
            }
    return found


_T = Vendor.TALONIC
_FIELD = "/v1/field-reviews/{document}/{field}"
ROUTES = (
    route(_T, "POST", "/v1/sources/{id}/documents", "upload", ingest),
    route(_T, "GET", "/v1/documents", "document", documents),
    route(_T, "GET", "/v1/documents/{id}", "document", document),
    route(_T, "GET", "/v1/documents/{id}/markdown", "document", markdown),
    route(_T, "GET", "/v1/documents/{id}/extractions", "extraction", of_document),
    route(_T, "POST", "/v1/documents/{id}/re-extract", "submit", re_extract),
    route(_T, "GET", "/v1/extractions", "extraction", extractions),
    route(_T, "GET", "/v1/extractions/{id}", "extraction", extraction),
    route(_T, "GET", "/v1/extractions/{id}/data", "extraction", data),
    route(_T, "PATCH", "/v1/extractions/{id}/data", "write_back", correct),
    route(_T, "GET", "/v1/review", "review", reviews),
    route(_T, "GET", "/v1/review/{id}", "review", review),
    route(_T, "POST", "/v1/review/{id}/action", "write_back", act),
    route(_T, "GET", "/v1/field-reviews", "review", field_reviews),
    route(_T, "GET", "/v1/field-reviews/summary", "review", summary),
    route(_T, "POST", "/v1/field-reviews/bulk-resolve", "write_back", bulk_resolve),
    route(_T, "GET", _FIELD, "review", field_review),
    route(_T, "POST", f"{_FIELD}/resolve", "write_back", resolve),
)
