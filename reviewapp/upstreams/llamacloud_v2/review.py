"""How does a decision become LlamaCloud's own review of the job? Extract Review (beta): fields by revision, then a decision.

    ours           theirs                           409 said
    approved       confirm                          stale_revision       somebody was faster: read again, a few times
    corrected      correct                          open_flags           approve once more with sign_off: a person decided
    cleared,       clear                            job_not_reviewable   decided there already: read again, reopen
    illegible                                       403, 404             not offered here: a receipt says so

Everything is compared with what the review says before it is written, so that a repeat changes nothing. Approval takes no
reason there; a rejection's reason names our row. Of the review's own fields only some are published: `status` and
`revision` are read where they are, `decided_at` and `decided_reason` stand in for the first, a 409's `revision` for the
second.
"""

from __future__ import annotations

from dataclasses import dataclass

from reviewapp.extraction import jsontext, paths
from reviewapp.extraction.jsontext import Json, Number

from .. import corrections, errors, ids, tokens
from ..adapter import Conflict
from ..asking import Answer, Server
from ..clients import Change, Correction, Receipt

WAY = "extract_review"
_VERBS = {"approved": "confirm", "corrected": "correct", "cleared": "clear", "illegible": "clear"}
_CLOSED = frozenset({403, 404})
_REFUSED = frozenset({403, 404, 409})
#: Reopening, fields, approval and its repetition with sign_off, and as many for others who write meanwhile.
_STEPS = 8
_NOT_REVIEWABLE = "LlamaCloud says that this job cannot be reviewed"
_NOT_OFFERED = "LlamaCloud offers no review of this job to this credential"


@dataclass(frozen=True, slots=True)
class _Review:
    """A review as last read. `decided`: approved, rejected, or "" while it is pending."""

    revision: Number
    decided: str
    reason: str
    actions: dict[str, Json]


class _NotAccepted(Exception):
    """There is no place for this decision; its text says why."""


@dataclass(slots=True)
class _Session:
    server: Server
    path: str
    what: Correction
    #: Where a row lies in the result: "" for the only one, else its place in the list.
    prefix: str
    wanted: dict[str, dict[str, Json]]
    latest: Number | None = None
    #: The fields were taken since the review was last read: how the vendor spells them back counts for nothing.
    taken: bool = False
    reopened: bool = False
    signed_off: bool = False

    def settle(self) -> Receipt:
        review = self.read() or self.begin()
        for _ in range(_STEPS):
            if self.is_done(review):
                return self.receipt(review)
            step = self.step(review)
            review = step or self.read() or self.begin()
        if self.is_done(review):
            return self.receipt(review)
        raise Conflict("LlamaCloud's review was changed by somebody else again and again")

    def step(self, review: _Review) -> _Review | None:
        """One write. The review after it; None when it must be read again."""
        fence: dict[str, Json] = {"revision": review.revision}
        if review.decided:
            if self.prefix:
                raise _NotAccepted("LlamaCloud's review of the whole job is decided already")
            self.reopened = True
            return self.write("reopen", fence)
        if self.what.outcome == "rejected":
            return self.write("reject", {**fence, "reason": corrections.reason(self.what)})
        left = self.left(review)
        if left:
            changes: list[Json] = [dict(change) for change in left]
            after = self.write("fields", {**fence, "changes": changes})
            self.taken = after is not None
            return after
        return self.write("approve", {**fence, "sign_off": True} if self.signed_off else fence)

    def left(self, review: _Review) -> list[dict[str, Json]]:
        if self.taken:
            return []
        return [change for path, change in self.wanted.items() if not _says(review.actions.get(path), change)]

    def is_done(self, review: _Review) -> bool:
        if self.what.outcome == "rejected":
            return review.decided == "rejected" and self.what.row_id in review.reason
        if self.left(review):
            return False
        return bool(self.prefix) or review.decided == "approved"

    def write(self, step: str, body: dict[str, Json]) -> _Review | None:
        answer = self.server.send("POST", f"{self.path}/review/{step}", body, accept=_REFUSED, part="review")
        if answer.status not in _REFUSED:
            return _review(answer, self.latest)
        if answer.status in _CLOSED:
            raise _NotAccepted(_NOT_OFFERED)
        said = errors.read(answer.body.decode("utf-8", "replace"))
        if said.code == "open_flags":
            self.signed_off = True
        self.latest = _revision(answer) or self.latest
        if said.code == "stale_revision":
            self.taken = False
        if said.code == "job_not_reviewable":
            review = self.read()
            if review is None or not review.decided:
                raise _NotAccepted(_NOT_REVIEWABLE)
            return review
        return None

    def read(self) -> _Review | None:
        answer = self.server.get(f"{self.path}/review", accept=_CLOSED, part="review")
        if answer.status == 403:
            raise _NotAccepted(_NOT_OFFERED)
        return None if answer.status == 404 else _review(answer, self.latest)

    def begin(self) -> _Review:
        answer = self.server.send("POST", f"{self.path}/review", {}, repeatable=True, accept=_REFUSED, part="review")
        if answer.status in _CLOSED:
            raise _NotAccepted(_NOT_OFFERED)
        if answer.status == 409:
            raise _NotAccepted(_NOT_REVIEWABLE)
        return _review(answer, self.latest)

    def receipt(self, review: _Review) -> Receipt:
        details: dict[str, Json] = {
            "revision": review.revision,
            "row": self.what.row_id,
            "reopened": self.reopened,
            "signed_off": self.signed_off,
        }
        if self.prefix:
            return Receipt(True, "The fields were written; the review of the whole job stays as it was.", details)
        return Receipt(True, f"LlamaCloud's review of the job is {review.decided}.", details)


def push(server: Server, what: Correction) -> Receipt:
    """Read the job (a list has one row an element), its review, and write what is not there yet. Raises UpstreamError."""
    path = f"/api/v2/extract/{ids.segment(what.job_id)}"
    job = server.get(path, accept=_CLOSED, part="job")
    if job.status in _CLOSED:
        return Receipt(accepted=False, said="LlamaCloud does not know this job (any more)")
    prefix = paths.join(what.row.key) if isinstance(job.object().get("extract_result"), list) else ""
    if prefix and what.outcome == "rejected":
        return Receipt(accepted=False, said="LlamaCloud reviews a job as a whole, and this job has several rows")
    wanted = {f"{prefix}{change.path}": _change(prefix, change) for change in corrections.plan(what)}
    session = _Session(server, path, what, prefix, {} if what.outcome == "rejected" else wanted)
    try:
        return session.settle()
    except _NotAccepted as why:
        return Receipt(accepted=False, said=str(why))


def _change(prefix: str, change: Change) -> dict[str, Json]:
    verb = _VERBS[change.verb]
    said: dict[str, Json] = {"change": verb, "path": f"{prefix}{change.path}"}
    return {**said, "value": change.value} if verb == "correct" else said


def _says(action: Json, change: dict[str, Json]) -> bool:
    if not isinstance(action, dict) or action.get("action") != change["change"]:
        return False
    return change["change"] != "correct" or corrections.alike(action.get("value"), change["value"])


def _review(answer: Answer, latest: Number | None) -> _Review:
    tree = answer.object()
    actions = tree.get("field_actions")
    reason = tokens.text(tree.get("decided_reason")) or ""
    word = (tokens.text(tree.get("status")) or "").lower()
    if word not in {"approved", "rejected", "pending"}:
        word = ("rejected" if reason else "approved") if tree.get("decided_at") is not None else ""
    return _Review(
        revision=tokens.number(tree.get("revision")) or latest or Number("0"),
        decided="" if word == "pending" else word,
        reason=reason,
        actions=actions if isinstance(actions, dict) else {},
    )


def _revision(answer: Answer) -> Number | None:
    try:
        tree = jsontext.parse(answer.body)
    except jsontext.BadJson:
        return None
    if not isinstance(tree, dict):
        return None
    nodes = (tree, tree.get("detail"), tree.get("error"))
    found = (tokens.number(node.get("revision")) for node in nodes if isinstance(node, dict))
    return next((number for number in found if number is not None), None)
