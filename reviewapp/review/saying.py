"""What can be said about one field, and how is it stored? The forms of a verdict on its way in, and the row with its entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.extraction import edit
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation
from reviewapp.results import chains

from . import broken_rules, conflicts, current, evidence
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

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(why)
        self.path = path


class Stale(VerdictError):
    """Somebody spoke on this field since the page was made; `now` is the verdict that counts."""

    def __init__(self, now: Verdict | None) -> None:
        super().__init__("stale")
        self.now = now


class StaleTask(VerdictError):
    """Something was said or done since the caller looked; `version` is the task's now."""

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


class BadValue(VerdictError):
    """The schema refuses the value, or demands one; `code` and `detail` as `schema.judge` says it."""

    def __init__(self, path: str, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.path, self.code, self.detail = path, code, detail


@dataclass(frozen=True, slots=True)
class Said:
    """One verdict on its way in. `seen` is the id of the verdict that the page showed at the path, 0 for none. `citations`:
    where the value stands, when the person says so; `reason`: why, in the entry alone."""

    path: str
    kind: Verdict.Kind
    value: Json = None
    seen: int = 0
    seconds: str = ""
    form_key: str = ""
    citations: tuple[Citation, ...] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """In a conflict the person's earlier value shall be kept, or the newer reading taken. The rest as in `Said`."""

    path: str
    choice: conflicts.Choice
    seen: int = 0
    seconds: str = ""
    form_key: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The person's own last verdict at a path shall not have been given."""

    path: str
    reason: str = ""


def same_form(task: Task, form_key: str) -> Verdict | None:
    """The verdict that this form gave already."""
    return task.verdicts.filter(form_key=form_key).first() if form_key else None


def save(
    task: Task,
    verdict: Verdict,
    *,
    spoken: dict[str, Verdict],
    user: User,
    at: datetime,
    via: trail.Via,
    said: Said | None = None,
    step: str = "",
) -> Verdict:
    """Store it with its entry. `spoken`: what counted before; `step`: undo or redo. Raises BadAddress where it does not fit."""
    row = chains.read(task.row)
    found = conflicts.of(task)
    conflict = found.get(verdict.path)
    after = {path: one for path, one in spoken.items() if path != verdict.path}
    if verdict.kind != Verdict.Kind.RESTORED:
        after[verdict.path] = verdict
    standing = conflicts.standing(found, after)
    try:
        edit.draft(row, current.edits(standing))  # does it fit? The row is written at the decision
    except edit.BadEdit as error:
        raise BadAddress(str(error), verdict.path) from error
    details: dict[str, trail.Plain] = {"step": step} if step else {}
    if said is not None and said.citations is not None:
        details["boxes"] = evidence.boxes(said.citations)
    new = verdict.value
    if conflict is not None:
        details["conflict"] = conflicts.outcome(conflict, row, standing, verdict)
        details["earlier"] = str(conflict.earlier.pk)
        if details["conflict"] == "taken" and not conflict.of_line:
            new = evidence.value_before(row, verdict.path, None)
    source = evidence.shown(task, row, verdict.path)  # before what is said changes it
    verdict.save(force_insert=True)
    broken_rules.recount(task)
    trail.record(
        trail.Note(
            stream=f"task:{task.pk}",
            action=ACTIONS[verdict.kind],
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            path=verdict.path,
            old=evidence.value_before(row, verdict.path, conflicts.standing(found, spoken).get(verdict.path)),
            new=new,
            source=source,
            reason=content.prepare(type="text", text=said.reason) if said is not None and said.reason else None,
            details=details,
            seconds=said.seconds if said is not None else "",
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )
    return verdict
