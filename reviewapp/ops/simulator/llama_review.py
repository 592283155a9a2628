"""What does the simulated Extract Review answer? One review a job: fields in one write, approval, rejection, events.

The vendor's own answers are known in part only: `status`, `revision`, the two results and the bodies of 409 are guesses
in its manner (`{"detail": {"code", "message", …}}`).
"""

from __future__ import annotations

import uuid
from typing import Any

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Number, equal

from . import made
from .jobs import Job, Tree, Vendor, changed, iso
from .llama_v2 import known, status
from .refusals import Refused
from .routes import Call, route, whole
from .wire import Answer, said
from .world import Review, lasting

_ACTOR = lasting("actor")
_KINDS = {
    "confirm": "field_confirmed",
    "correct": "field_corrected",
    "clear": "field_cleared",
    "restore": "field_restored",
    "undo": "field_undone",
}
_TYPES = {"string": str, "object": dict, "array": list, "boolean": bool, "number": Number, "integer": Number}


def begin(call: Call) -> Answer:
    """POST …/review: 201, or 200 for the one that is there."""
    job = _job(call)
    found = call.world.reviews.get(job.id)
    if found is not None:
        return said(200, _told(call, found))
    if status(call, job) in {"FAILED", "CANCELLED"}:
        raise _conflict(call, "job_not_reviewable", "The job has no result to review.")
    body = call.body() if call.request.body else {}
    review = _begun(call, job)
    review.threshold = body.get("confidence_threshold")
    review.scope, review.required = (
        _pointers(call, job, body.get(key)) for key in ("fields_in_scope", "required_fields")
    )
    return said(201, _told(call, review))


def _begun(call: Call, job: Job) -> Review:
    review = Review(id=f"rev-{uuid.uuid4()}", job=job, created_at=iso(call.world.clock.now()))
    call.world.reviews[job.id] = review
    _note(call, review, "created")
    return review


def _pointers(call: Call, job: Job, node: Any) -> list[str] | None:
    if node is None:
        return None
    if not isinstance(node, list):
        raise call.refuse(400, "A list of JSON Pointers is required")
    for pointer in node:
        _at(call, job, str(pointer))
    return [str(pointer) for pointer in node]


def read(call: Call) -> Answer:
    return said(200, _told(call, _review(call)))


def fields(call: Call) -> Answer:
    """POST …/review/fields `{revision, changes}`: in order, all or nothing."""
    job = _job(call)
    body = call.body()
    if status(call, job) != "COMPLETED":
        raise _conflict(call, "job_not_reviewable", "The job has no result to review.")
    review = call.world.reviews.get(job.id) or _begun(call, job)
    _fence(call, review, body)
    if review.status != "pending":
        raise _conflict(call, "job_not_reviewable", "The review was decided; reopen it first.")
    changes = body.get("changes")
    if not isinstance(changes, list) or not changes:
        raise call.refuse(400, "changes is no list of changes")
    actions = {pointer: list(done) for pointer, done in review.actions.items()}
    noted = [_change(call, job, actions, change) for change in changes]
    review.actions = actions
    review.revision += 1
    for kind, detail in noted:
        _note(call, review, kind, detail)
    return said(200, _told(call, review))


def _change(call: Call, job: Job, actions: dict[str, list[Tree]], node: Any) -> tuple[str, Tree]:
    verb = node.get("change") if isinstance(node, dict) else None
    pointer = node.get("path") if isinstance(node, dict) else None
    if verb not in _KINDS or not isinstance(pointer, str):
        raise call.refuse(400, "A change needs one of confirm, correct, clear, restore, undo, and a path")
    before = _at(call, job, pointer)
    done = actions.setdefault(pointer, [])
    if verb in {"restore", "undo"}:
        if verb == "restore":
            done.clear()
        elif done:
            done.pop()
        if not done:
            del actions[pointer]
        return _KINDS[verb], {"path": pointer}
    if verb == "correct" and "value" not in node:
        raise call.refuse(400, f"A correction of {pointer} needs a value")
    value = {"correct": node.get("value"), "clear": None}.get(verb, before)
    if verb == "correct":
        _fits(call, job, pointer, value)
    at = iso(call.world.clock.now())
    done.append({"action": verb, "actor_id": _ACTOR, "at": at, "value": value})
    return _KINDS[verb], {"path": pointer, "value": value}


def approve(call: Call) -> Answer:
    """POST …/review/approve `{revision, sign_off?}`."""
    review, body = _review(call), call.body()
    _fence(call, review, body)
    if review.status != "pending":
        raise _conflict(call, "job_not_reviewable", "The review was decided already.")
    left = [flag["path"] for flag in _flags(review) if not flag["handled"]]
    if left and body.get("sign_off") is not True:
        raise _conflict(call, "open_flags", "Some flags were not handled.", paths=left)
    if left:
        _note(call, review, "flags_signed_off", {"paths": left})
    return _decided(call, review, "approved", None)


def reject(call: Call) -> Answer:
    """POST …/review/reject `{revision, reason}`: failed and cancelled jobs too."""
    job, body = _job(call), call.body()
    review = call.world.reviews.get(job.id)
    if review is None and status(call, job) in {"FAILED", "CANCELLED"}:
        review = _begun(call, job)
    if review is None:
        raise call.refuse(404, "There is no review of this job")
    _fence(call, review, body)
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason:
        raise call.refuse(400, "A reason is required")
    return _decided(call, review, "rejected", reason)


def _decided(call: Call, review: Review, word: str, reason: str | None) -> Answer:
    review.status, review.reason, review.decided_at = word, reason, iso(call.world.clock.now())
    review.revision += 1
    _note(call, review, word, {"reason": reason} if reason else None)
    return said(200, _told(call, review))


def reopen(call: Call) -> Answer:
    """POST …/review/reopen `{revision}`: what was said about fields stays."""
    review = _review(call)
    _fence(call, review, call.body())
    review.status, review.reason, review.decided_at = "pending", None, None
    review.revision += 1
    _note(call, review, "reopened")
    return said(200, _told(call, review))


def events(call: Call) -> Answer:
    """GET …/review/events: newest first, in pages."""
    review = _review(call)
    size = max(1, call.whole("page_size", 50, most=200))
    start = call.whole("page_token", 0, most=10**6)
    newest = review.events[::-1]
    following = str(start + size) if start + size < len(newest) else None
    total = Number(str(len(newest)))
    return said(200, {"items": newest[start : start + size], "next_page_token": following, "total_size": total})


def _note(call: Call, review: Review, kind: str, detail: Tree | None = None) -> None:
    at = iso(call.world.clock.now())
    review.events.append(
        {"id": f"evt-{uuid.uuid4()}", "actor_id": _ACTOR, "created_at": at, "kind": kind, "detail": detail}
    )


def _told(call: Call, review: Review) -> Tree:
    job, decided = review.job, review.decided_at is not None
    last = {pointer: done[-1] for pointer, done in review.actions.items() if done}
    as_read = job.payload.get("extract_result")
    corrected = {pointer: one["value"] for pointer, one in last.items() if one["action"] != "confirm"}
    return {
        "id": review.id,
        "job_id": job.id,
        "status": review.status,
        "revision": Number(str(review.revision)),
        "created_at": review.created_at,
        "decided_at": review.decided_at,
        "decided_by": _ACTOR if decided else None,
        "decided_reason": review.reason,
        "confidence_threshold": review.threshold,
        "fields_in_scope": review.scope,
        "required_fields": review.required,
        "field_actions": last,
        "flags": _flags(review),
        "extract_result": as_read,
        "reviewed_result": changed(as_read, corrected) if isinstance(as_read, dict) else as_read,
    }


def _flags(review: Review) -> list[Tree]:
    """What needs an eye: scores below the threshold, and required fields without a value."""
    result = review.job.payload.get("extract_result")
    metadata = (review.job.payload.get("extract_metadata") or {}).get("field_metadata") or {}
    found: dict[str, str] = {}
    for pointer in review.required or []:
        if paths.get(result, pointer) is None:
            found[pointer] = "missing_required"
    if isinstance(review.threshold, Number):
        for pointer, score in _scores(metadata.get("document_metadata"), ""):
            if score.decimal < review.threshold.decimal and (review.scope is None or pointer in review.scope):
                found.setdefault(pointer, "low_confidence")
    return [
        {"path": path, "reason": reason, "handled": bool(review.actions.get(path))} for path, reason in found.items()
    ]


def _scores(node: Any, pointer: str) -> list[tuple[str, Number]]:
    if isinstance(node, list):
        return [pair for index, item in enumerate(node) for pair in _scores(item, f"{pointer}/{index}")]
    if not isinstance(node, dict):
        return []
    if isinstance(node.get("confidence"), Number):
        return [(pointer, node["confidence"])]
    return [pair for key, child in node.items() for pair in _scores(child, f"{pointer}{paths.join(key)}")]


def _at(call: Call, job: Job, pointer: str) -> Any:
    try:
        return paths.get(job.payload.get("extract_result"), pointer)
    except paths.BadPath:
        raise call.refuse(400, f"Unknown field: {pointer}") from None


def _fits(call: Call, job: Job, pointer: str, value: Any) -> None:
    """Whether the schema could accept the value: its type and its choices alone."""
    node: Any = made.schema(job.extra.get("schema"))
    for part in paths.split(pointer):
        node = node.get("items") if part.isdecimal() and "items" in node else (node.get("properties") or {}).get(part)
        if not isinstance(node, dict):
            return
    kinds = node.get("type")
    allowed = [_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds or []) if kind in _TYPES]
    wrong = bool(allowed) and value is not None and not isinstance(value, tuple(allowed))
    choices = node.get("enum")
    if wrong or (choices and not any(equal(value, choice) for choice in choices)):
        raise call.refuse(400, f"The schema refuses this value at {pointer}")


def _fence(call: Call, review: Review, body: Tree) -> None:
    told = whole(body.get("revision"))
    if told is None:
        raise call.refuse(400, "revision is required")
    if told != review.revision:
        latest = Number(str(review.revision))
        raise _conflict(call, "stale_revision", "The review was changed meanwhile.", revision=latest)


def _conflict(call: Call, code: str, message: str, **more: Any) -> Refused:
    return call.refuse(409, message, code=code, headers={"x-should-retry": "false"}, **more)


def _job(call: Call) -> Job:
    if not call.world.extract_review:
        raise call.refuse(403, "Extract Review is not enabled for this organization")
    return known(call)


def _review(call: Call) -> Review:
    review = call.world.reviews.get(_job(call).id)
    if review is None:
        raise call.refuse(404, "There is no review of this job")
    return review


_REVIEW = "/api/v2/extract/{id}/review"
ROUTES = (
    route(Vendor.LLAMACLOUD, "POST", _REVIEW, "review", begin),
    route(Vendor.LLAMACLOUD, "GET", _REVIEW, "review", read),
    route(Vendor.LLAMACLOUD, "GET", f"{_REVIEW}/events", "review", events),
    route(Vendor.LLAMACLOUD, "POST", f"{_REVIEW}/fields", "write_back", fields),
    route(Vendor.LLAMACLOUD, "POST", f"{_REVIEW}/approve", "write_back", approve),
    route(Vendor.LLAMACLOUD, "POST", f"{_REVIEW}/reject", "write_back", reject),
    route(Vendor.LLAMACLOUD, "POST", f"{_REVIEW}/reopen", "write_back", reopen),
)
