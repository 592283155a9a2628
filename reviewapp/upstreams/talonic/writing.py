"""How does a decision come back to Talonic? Three ways: corrected values, held fields, the record in its review queue.

A job's rows themselves cannot be changed there. Its fields are top-level names: where something inside of one was decided,
the whole value is said. The vendor records "api" as the person, so every reason names our row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json, Number

from .. import corrections, ids, tokens
from ..adapter import NotAllowed
from ..asking import Server
from ..clients import Correction, Receipt
from .server import next_cursor, rows

_REFUSED = frozenset({400, 422})
_GONE = frozenset({404})
_DECIDED = frozenset({400, 409})
_MOST_PAGES = 20
_NO_DOCUMENT = "the row does not say which of Talonic's documents it was read from"
#: Never "all_similar": a decision is about one document.
_HERE_ALONE = "this_document_only"


def correct(server: Server, what: Correction) -> Receipt:
    """PATCH the newest extraction of the document with each value that was changed; such fields stay locked there. The
    vendor has published two bodies: where it refuses the one, which then changed nothing, the other is sent."""
    if what.outcome == "rejected":
        return Receipt(accepted=False, said="corrections cannot say that a row was rejected")
    values = corrections.top_level(what)
    if not values:
        return Receipt(True, "Nothing was changed in review, so there is nothing to correct.")
    extraction = _newest_extraction(server, what)
    if not extraction:
        return Receipt(accepted=False, said="Talonic has no extraction of this document, or " + _NO_DOCUMENT)
    path, reason = f"/v1/extractions/{ids.segment(extraction)}/data", corrections.reason(what)
    first: list[Json] = [{"field": name, "value": value, "reason": reason} for name, value in values.items()]
    second: list[Json] = [
        {"row_index": Number("0"), "field": name, "new_value": value, "reason": reason}
        for name, value in values.items()
    ]
    answer = server.send(
        "PATCH",
        path,
        {"corrections": first, "propagate": _HERE_ALONE},
        repeatable=True,
        accept=_REFUSED,
        part="corrections",
    )
    if answer.status in _REFUSED:
        refusal = server.refusal(answer)
        answer = server.send(
            "PATCH", path, {"corrections": second}, repeatable=True, accept=_REFUSED, part="corrections"
        )
        if answer.status in _REFUSED:
            raise refusal
    locked = answer.object().get("locked_fields") if answer.body else None
    details: dict[str, Json] = {"extraction": extraction, "locked_fields": locked if isinstance(locked, list) else []}
    return Receipt(True, f"{len(values)} field(s) were corrected in extraction {extraction}.", details)


def resolve_fields(server: Server, what: Correction) -> Receipt:
    """Resolve each decided field that Talonic holds for review; those that it does not hold are noted."""
    document = what.row.document_id or what.base.document_id
    if what.outcome == "rejected":
        return Receipt(accepted=False, said="the review of fields cannot say that a row was rejected")
    if not document:
        return Receipt(accepted=False, said=_NO_DOCUMENT)
    values = corrections.top_level(what)
    names = [*values, *(name for name in _spoken(what) if name not in values)]
    resolved: list[Json] = []
    elsewhere: list[Json] = []
    for name in names:
        held = _resolve(server, what, document, name, values)
        (resolved if held else elsewhere).append(name)
    details: dict[str, Json] = {"resolved": resolved, "not_in_review": elsewhere}
    if not resolved:
        return Receipt(False, "Talonic holds none of these fields for review.", details)
    return Receipt(True, f"{len(resolved)} of {len(names)} field(s) were resolved.", details)


def act_on_record(server: Server, what: Correction) -> Receipt:
    """Approve or reject the record of this document in Talonic's review queue."""
    document = what.row.document_id or what.base.document_id
    if not document:
        return Receipt(accepted=False, said=_NO_DOCUMENT)
    record = _record(server, document, what.job_id)
    if record is None:
        return Receipt(accepted=False, said="Talonic's review queue holds no record of this document")
    name = tokens.name(record.get("id")) or ""
    details: dict[str, Json] = {"record": name}
    if record.get("status") == what.outcome:
        return Receipt(True, f"Talonic's record is {what.outcome} already.", details)
    action = "approve" if what.outcome == "approved" else "reject"
    body: dict[str, Json] = {"action": action, "reason": corrections.reason(what)}
    path = f"/v1/review/{ids.segment(name)}"
    answer = server.send("POST", f"{path}/action", body, repeatable=True, accept=_DECIDED, part="record_review")
    if answer.status not in _DECIDED:
        return Receipt(True, f"Talonic's record was {what.outcome}.", details)
    # Decided already: by an earlier try of ours whose answer was lost, or by somebody there.
    now = server.get(path, part="record_review").object().get("status")
    if now == what.outcome:
        return Receipt(True, f"Talonic's record is {what.outcome} already.", details)
    if now in ("approved", "rejected"):
        return Receipt(False, f"Talonic's record is {now} there already, and cannot be decided again.", details)
    raise server.refusal(answer)


WAYS: Mapping[str, Callable[[Server, Correction], Receipt]] = {
    "corrections": correct,
    "field_review": resolve_fields,
    "record_review": act_on_record,
}


def _newest_extraction(server: Server, what: Correction) -> str:
    document = what.row.document_id or what.base.document_id
    if not document:
        return ""
    answer = server.get(f"/v1/documents/{ids.segment(document)}/extractions", accept=_GONE, part="extractions")
    found = [] if answer.status in _GONE else [row for row in rows(answer.tree()) if tokens.name(row.get("id"))]
    newest = max(found, key=lambda row: tokens.text(row.get("created_at")) or "", default=None)
    return (tokens.name(newest.get("id")) or "") if newest else ""


def _resolve(server: Server, what: Correction, document: str, name: str, values: Mapping[str, Json]) -> bool:
    """Whether the field was held, and is resolved now. A name that cannot stand in a path is none that is held."""
    held_by = f"/v1/field-reviews/{ids.segment(document)}"
    try:
        path = f"{held_by}/{ids.segment(name)}"
    except NotAllowed:
        return False
    body: dict[str, Json] = {"action": "approve"}
    if name in values:
        body = {"action": "correct", "corrected_value": values[name]}
    body["reason"] = corrections.reason(what)
    answer = server.send("POST", f"{path}/resolve", body, repeatable=True, accept=_REFUSED | _GONE, part="field_review")
    if answer.status not in _REFUSED | _GONE:
        return True
    # Not in review (any more). Where a lost answer to an earlier try is why, the field's own history names our row.
    told = server.get(path, accept=_REFUSED | _GONE, part="field_review")
    return told.status == 200 and what.row_id.encode() in told.body


def _spoken(what: Correction) -> list[str]:
    return list(dict.fromkeys(paths.split(change.path)[0] for change in what.changes if change.path))


def _record(server: Server, document: str, job_id: str) -> dict[str, Json] | None:
    """The record of the document; of several, the one that names our job as its run, else the first."""
    found: list[dict[str, Json]] = []
    cursor = ""
    for _ in range(_MOST_PAGES):
        query = (("limit", "100"), *((("cursor", cursor),) if cursor else ()))
        tree = server.get("/v1/review", query=query, part="review").tree()
        found += [row for row in rows(tree) if tokens.name(row.get("document_id")) == document and row.get("id")]
        cursor = next_cursor(tree)
        if not cursor:
            break
    ours = [row for row in found if row.get("run_id") == job_id]
    return next(iter(ours or found), None)
