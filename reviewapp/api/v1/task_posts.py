"""Working on a task for a person: claim, verdicts, decision. Each POST is one act; with an Idempotency-Key it is done once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from reviewapp.accounts.models import Scope
from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Box, Citation
from reviewapp.review import claims, conflicts, decisions, verdicts
from reviewapp.review.models import Verdict

from . import bodies, callers, errors, idempotency, posts, shapes, tasks
from .declared import writes

router = Router(auth=callers.Key(Scope.TASKS_WRITE))

_KINDS = {
    "approve": Verdict.Kind.APPROVED,
    "clear": Verdict.Kind.CLEARED,
    "illegible": Verdict.Kind.ILLEGIBLE,
    "restore": Verdict.Kind.RESTORED,
}

_post = partial(router.post, response=writes(shapes.Written))


@_post("/tasks/{id}/claim", operation_id="claimTask", summary="Claim a task")
def claim(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    """Take it, or lengthen the own lease, for 15 minutes. Every write claims by itself as well. 409 `taken`: somebody else
    holds it; 409 `closed`: it is decided or withdrawn."""
    return _act(request, id, claims.take)


@_post("/tasks/{id}/release", operation_id="releaseTask", summary="Give a task back")
def release(request: HttpRequest, id: Path[shapes.Id]) -> HttpResponse:
    """Give it back; its verdicts stay."""
    return _act(request, id, claims.release)


@_post("/tasks/{id}/verdicts", operation_id="giveVerdicts", summary="Give verdicts on fields")
def give(request: HttpRequest, id: Path[shapes.Id], asked: bodies.Verdicts) -> HttpResponse:
    """Verdicts on fields, in their order, as one write, all or none. `approve`: right as it stands (of a list: all its lines
    are there); `correct`: with a `value` that the schema takes, and where it stands if you like; `clear`: it is not in the
    document; `illegible`; `restore`: as read, with no verdict; `undo`: the person's own last verdict there is taken back.
    Where a newer result disagrees with what a person said (`conflict`), their value stands until somebody speaks: `keep` keeps
    it, and so does `approve`; `take` takes what is read now; elsewhere they are refused.
    409 `stale_revision` with the newest `revision` when something happened since; 422 `unknown_path` and `value_refused`
    with `paths`."""
    said = [_said(change) for change in asked.changes]
    return _act(request, id, partial(verdicts.give_all, version=asked.revision, said=said))


@_post("/tasks/{id}/approve", operation_id="approveTask", summary="Approve the document")
def approve(request: HttpRequest, id: Path[shapes.Id], asked: bodies.Approval) -> HttpResponse:
    """The verdicts become a new row, which the feed tells of. 409 `open_flags` with the `paths` that need eyes and have no
    verdict, unless `sign_off` is true and a `reason` is given; 409 `rules_fail` with the `paths` that failing rules name, of
    those that demand a reason, unless `override` is true and a `reason` is given; 409 `stale_revision` with the newest
    `revision`."""
    form = decisions.Asked(version=asked.revision, reason=asked.reason or "")
    return _act(request, id, partial(decisions.approve, asked=form, sign_off=asked.sign_off, override=asked.override))


@_post("/tasks/{id}/reject", operation_id="rejectTask", summary="Reject the document")
def reject(request: HttpRequest, id: Path[shapes.Id], asked: bodies.Rejection) -> HttpResponse:
    """No row is added; the upstream's clients read the job as failed, with the reason."""
    form = decisions.Asked(version=asked.revision, reason=asked.reason)
    return _act(request, id, partial(decisions.reject, asked=form))


@_post("/tasks/{id}/postpone", operation_id="postponeTask", summary="Put a task away until later")
def postpone(request: HttpRequest, id: Path[shapes.Id], asked: bodies.Postponement) -> HttpResponse:
    """It is given back and nobody is given it before then; its verdicts stay."""
    if asked.until <= callers.of(request).at:
        raise errors.Refused(422, "not_to_come", "until: a time to come is needed")
    return _act(request, id, partial(decisions.postpone, until=asked.until, reason=asked.reason or ""))


@_post("/tasks/{id}/escalate", operation_id="escalateTask", summary="Hand a task to who supervises")
def escalate(request: HttpRequest, id: Path[shapes.Id], asked: bodies.Escalation) -> HttpResponse:
    """It is given back, and nobody is given it by itself any more."""
    return _act(request, id, partial(decisions.escalate, reason=asked.reason))


def _act(request: HttpRequest, id: str, act: Callable[..., Any]) -> HttpResponse:
    """Do it once, as the person whom the key acts for, and answer with the task as it is then."""
    caller = callers.of(request)
    person = caller.person

    def done() -> idempotency.Answer:
        with errors.in_words(), transaction.atomic():
            act(task_id=caller.task(id).pk, user=person, at=caller.at, via=caller.via)
            return idempotency.Answer(200, jsontext.dump(tasks.written(caller.task(id))))

    return posts.answer(request, caller, act=done)


def _said(change: bodies.Correction | bodies.Verdict) -> verdicts.Said | verdicts.Chosen | verdicts.TakenBack:
    reason = change.reason or ""
    if isinstance(change, bodies.Correction):
        where = None if change.citation is None else tuple(map(_citation, change.citation))
        kind = Verdict.Kind.CORRECTED
        return verdicts.Said(path=change.path, kind=kind, value=change.value, citations=where, reason=reason)
    if change.change == "undo":
        return verdicts.TakenBack(path=change.path, reason=reason)
    if change.change in list(conflicts.Choice):
        return verdicts.Chosen(change.path, conflicts.Choice(change.change), reason=reason)
    return verdicts.Said(path=change.path, kind=_KINDS[change.change], reason=reason)


def _citation(given: bodies.CitationIn) -> Citation:
    boxes = tuple(Box(*box) for box in given.boxes)
    return Citation(page=given.page, boxes=boxes, page_width=given.page_width, page_height=given.page_height)
