"""What does a person say about one field? Each verdict is stored at once, with its entry, or refused and nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.extraction import confidence, edit, jsontext, paths
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Field, Row
from reviewapp.results import ledger

from . import claims, current, queues
from .models import Task, Verdict

ACTIONS: Mapping[str, Action] = {
    Verdict.Kind.APPROVED: Action.FIELD_APPROVED,
    Verdict.Kind.CORRECTED: Action.FIELD_CORRECTED,
    Verdict.Kind.CLEARED: Action.FIELD_CLEARED,
    Verdict.Kind.ILLEGIBLE: Action.FIELD_ILLEGIBLE,
    Verdict.Kind.RESTORED: Action.FIELD_RESTORED,
    Verdict.Kind.LINE_ADDED: Action.LINE_ADDED,
    Verdict.Kind.LINE_REMOVED: Action.LINE_REMOVED,
    Verdict.Kind.LINE_ORDER: Action.LINES_ORDERED,
    Verdict.Kind.LINES_COMPLETE: Action.LINES_COMPLETE,
}


class VerdictError(Exception):
    """The verdict was not stored."""


class BadAddress(VerdictError):
    """Nothing stands at the path, or the verdict does not fit what stands there."""


class Stale(VerdictError):
    """Somebody spoke on this field since the page was made; `now` is the verdict that counts."""

    def __init__(self, now: Verdict | None) -> None:
        super().__init__("stale")
        self.now = now


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict on its way in. `seen` is the id of the verdict that the page showed at the path, 0 for none."""

    path: str
    kind: Verdict.Kind
    value: Json = None
    seen: int = 0
    seconds: str = ""
    form_key: str = ""


def give(*, task_id: int, said: Said, user: User, at: datetime, via: trail.Via) -> Verdict:
    """Store one verdict. Claims the task when it is free.

    Raises claims.ClaimError, Stale, BadAddress; Task.DoesNotExist for a foreign task. The same form key again returns the
    verdict that it gave.
    """
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        again = _same_form(task, said.form_key)
        if again is not None:
            return again
        claims.write(task, user=user, at=at)
        spoken = current.verdicts(task)
        before = spoken.get(said.path)
        if (before.pk if before is not None else 0) != said.seen:
            raise Stale(before)
        return _store(task, said, spoken=spoken, user=user, at=at, via=via)


def add_line(*, task_id: int, array: str, user: User, at: datetime, via: trail.Via, form_key: str = "") -> Verdict:
    """Add an empty line at the end of the array at path `array`. Its address, `/line_items/+1`, is the verdict's path."""
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        again = _same_form(task, form_key)
        if again is not None:
            return again
        claims.write(task, user=user, at=at)
        taken = [
            int(path.rpartition("/+")[2])
            for path in task.verdicts.filter(kind=Verdict.Kind.LINE_ADDED).values_list("path", flat=True)
            if path.rpartition("/+")[0] == array
        ]
        said = Said(path=f"{array}/+{max(taken, default=0) + 1}", kind=Verdict.Kind.LINE_ADDED, form_key=form_key)
        return _store(task, said, spoken=current.verdicts(task), user=user, at=at, via=via)


def undo(*, task_id: int, user: User, at: datetime, via: trail.Via, form_key: str = "") -> Verdict | None:
    """Take back one's own last verdict: what counted before it counts again, by another row. None: nothing to undo."""
    return _step(task_id, user=user, at=at, via=via, form_key=form_key, redo=False)


def redo(*, task_id: int, user: User, at: datetime, via: trail.Via, form_key: str = "") -> Verdict | None:
    """Give again what the last undo took back. None: nothing was undone since the last verdict."""
    return _step(task_id, user=user, at=at, via=via, form_key=form_key, redo=True)


def _step(task_id: int, *, user: User, at: datetime, via: trail.Via, form_key: str, redo: bool) -> Verdict | None:
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        again = _same_form(task, form_key)
        if again is not None:
            return again
        claims.write(task, user=user, at=at)
        mine = list(
            task.verdicts.filter(by=user, carried__isnull=True).select_related("value", "citation").order_by("id")
        )
        done, undone = _replay(mine)
        stack = undone if redo else done
        if not stack:
            return None
        target = stack[-1]
        spoken = current.verdicts(task)
        if redo:
            back: Verdict | None = target
        else:
            back = _before(task, target)
        kind = Verdict.Kind(back.kind) if back is not None else Verdict.Kind.RESTORED
        verdict = Verdict(
            task=task,
            path=target.path,
            kind=kind,
            value=back.value if back is not None else None,
            citation=back.citation if back is not None else None,
            by=user,
            at=at,
            undoes=target,
            form_key=form_key,
        )
        return _save(
            task, verdict, spoken=spoken, seconds="", user=user, at=at, via=via, step="redo" if redo else "undo"
        )


def _replay(mine: list[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """The person's own verdicts -> (those that can be undone, those that can be given again)."""
    done: list[Verdict] = []
    undone: list[Verdict] = []
    for verdict in mine:
        if verdict.undoes_id is None:
            done.append(verdict)
            undone = []
        elif done and done[-1].pk == verdict.undoes_id:
            undone.append(done.pop())
        elif undone and undone[-1].pk == verdict.undoes_id:
            done.append(undone.pop())
    return done, undone


def _before(task: Task, target: Verdict) -> Verdict | None:
    """What counted at the path when `target` was given."""
    earlier = (
        task.verdicts.filter(path=target.path, id__lt=target.pk)
        .select_related("value", "citation")
        .order_by("-id")
        .first()
    )
    return None if earlier is None or earlier.kind == Verdict.Kind.RESTORED else earlier


def _same_form(task: Task, form_key: str) -> Verdict | None:
    return task.verdicts.filter(form_key=form_key).first() if form_key else None


def _store(task: Task, said: Said, *, spoken: dict[str, Verdict], user: User, at: datetime, via: trail.Via) -> Verdict:
    value = None
    if said.kind == Verdict.Kind.RESTORED and said.path in spoken and edit.is_added_line(said.path):
        # A line that a person added was not read: to put it back, or to take back its value, leaves it there.
        said = replace(said, kind=Verdict.Kind.LINE_ADDED)
    if said.kind in (Verdict.Kind.CORRECTED, Verdict.Kind.LINE_ORDER):
        value = content.keep(type=_tag(said.value), text=jsontext.dump(said.value))
    verdict = Verdict(task=task, path=said.path, kind=said.kind, value=value, by=user, at=at, form_key=said.form_key)
    return _save(task, verdict, spoken=spoken, seconds=said.seconds, user=user, at=at, via=via)


def _save(
    task: Task,
    verdict: Verdict,
    *,
    spoken: dict[str, Verdict],
    seconds: str,
    user: User,
    at: datetime,
    via: trail.Via,
    step: str = "",
) -> Verdict:
    row = ledger.read(task.row)
    after = {path: one for path, one in spoken.items() if path != verdict.path}
    if verdict.kind != Verdict.Kind.RESTORED:
        after[verdict.path] = verdict
    try:
        edit.draft(row, current.edits(after))  # does it fit? The row is written at the decision
    except edit.BadEdit as error:
        raise BadAddress(str(error)) from error
    verdict.save(force_insert=True)
    current.recount(task)
    trail.record(
        trail.Note(
            stream=f"task:{task.pk}",
            action=ACTIONS[verdict.kind],
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            path=verdict.path,
            old=_value_before(row, verdict.path, spoken.get(verdict.path)),
            new=verdict.value,
            source=_shown(task, row, verdict.path),
            details={"step": step} if step else {},
            seconds=seconds,
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )
    return verdict


def _value_before(row: Row, path: str, before: Verdict | None) -> Content | None:
    if before is not None and before.value is not None:
        return before.value
    if before is not None and before.kind in (Verdict.Kind.CLEARED, Verdict.Kind.ILLEGIBLE):
        return content.prepare(type="null", text="null")
    try:
        value = paths.get(row.values, path)
    except paths.BadPath:
        return None
    return content.prepare(type=_tag(value), text=jsontext.dump(value))


def _shown(task: Task, row: Row, path: str) -> dict[str, trail.Plain]:
    """What the person had in front of them: boxes, scores, threshold and reasons of this field."""
    one = row.fields.get(path, Field())
    number = confidence.leaf_confidence(row.fields.get(path), row, citations_off=task.job.citations_off)
    link = ledger.document_of(task.job, task.key)
    return {
        "upstream": task.upstream,
        "job": task.job.job_id,
        "key": task.key,
        "row": str(task.row_id),
        "document": "" if link is None else link.document.sha256,
        "schema": task.row.schema_sha256,
        "confidence": "" if number is None else number.text,
        "threshold": str(queues.thresholds(task.queue).of(path)),
        "scores": {name: None if score is None else score.text for name, score in one.scores.items()},
        "boxes": [
            {
                "page": citation.page,
                "size": [str(citation.page_width or ""), str(citation.page_height or "")],
                "boxes": [[box.left.text, box.top.text, box.right.text, box.bottom.text] for box in citation.boxes],
            }
            for citation in one.citations
        ],
        "reasons": sorted(set(task.reasons.filter(path=path).values_list("code", flat=True))),
    }


def _tag(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, jsontext.Number) else "json"
