"""What does a person say about one field? Each verdict is stored at once, with its entry, or refused and nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from reviewapp.accounts.models import User
from reviewapp.audit import content, trail
from reviewapp.extraction import codec, edit, jsontext, paths, schema
from reviewapp.results import chains

from . import claims, conflicts, current, evidence, schemas
from .models import Task, Verdict
from .saying import (
    ACTIONS,
    BadAddress,
    BadValue,
    Chosen,
    Said,
    Stale,
    StaleTask,
    TakenBack,
    VerdictError,
    same_form,
    save,
)
from .undoing import redo, take_back, undo

__all__ = [
    "ACTIONS",
    "BadAddress",
    "BadValue",
    "Chosen",
    "Said",
    "Stale",
    "StaleTask",
    "TakenBack",
    "VerdictError",
    "add_line",
    "give",
    "give_all",
    "redo",
    "undo",
]


def give(*, task_id: int, said: Said | Chosen, user: User, at: datetime, via: trail.Via) -> Verdict:
    """Store one verdict. Claims the task when it is free.

    Raises claims.ClaimError, Stale, BadAddress; Task.DoesNotExist for a foreign task. The same form key again returns the
    verdict that it gave.
    """
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        again = same_form(task, said.form_key)
        if again is not None:
            return again
        claims.write(task, user=user, at=at)
        spoken = current.verdicts(task)
        before = spoken.get(said.path)
        if (before.pk if before is not None else 0) != said.seen:
            raise Stale(before)
        return _store(task, _meant(task, said, spoken), spoken=spoken, user=user, at=at, via=via)


def give_all(
    *, task_id: int, version: int, said: Sequence[Said | Chosen | TakenBack], user: User, at: datetime, via: trail.Via
) -> Task:
    """Store several verdicts in their order, all or none, as one write of the task. Claims the task when it is free.

    `version`: the task's as whoever speaks knows it, in the place of `Said.seen`. A value must fit the schema, for nobody
    looks at it once more. Raises claims.ClaimError, StaleTask, BadAddress, BadValue; Task.DoesNotExist for a foreign task.
    """
    with transaction.atomic():
        task = claims.workable(user).select_for_update(of=("self",)).get(pk=task_id)
        if task.state in (Task.State.OPEN, Task.State.ESCALATED) and task.version != version:
            raise StaleTask(task.version)
        # Taking a free task counts as well, so the version is compared before.
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        claims.write(task, user=user, at=at)
        for one in said:
            if isinstance(one, TakenBack):
                take_back(task, one, user=user, at=at, via=via)
            else:
                spoken = current.verdicts(task)
                meant = _meant(task, one, spoken)
                fitting = meant if isinstance(one, Chosen) else _fitting(task, meant, spoken)
                _store(task, fitting, spoken=spoken, user=user, at=at, via=via)
        return task


def add_line(*, task_id: int, array: str, user: User, at: datetime, via: trail.Via, form_key: str = "") -> Verdict:
    """Add an empty line at the end of the array at path `array`. Its address, `/line_items/+1`, is the verdict's path."""
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        again = same_form(task, form_key)
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


def _meant(task: Task, said: Said | Chosen, spoken: Mapping[str, Verdict]) -> Said:
    """A choice as a verdict; who approves what stands in a conflict keeps the person's value. Raises BadAddress where there
    is no choice, or somebody has spoken since; BadValue where a value is demanded and the newer reading has none."""
    path = said.path
    conflict = conflicts.of(task).get(path) if path not in spoken else None
    if isinstance(said, Said) and (conflict is None or said.kind != Verdict.Kind.APPROVED):
        return said
    if conflict is None:
        raise BadAddress("there is nothing to choose between", path)
    approved = Verdict.Kind.APPROVED
    rest = Said(path, approved, seen=said.seen, seconds=said.seconds, form_key=said.form_key, reason=said.reason)
    if isinstance(said, Said) or said.choice is conflicts.Choice.KEEP:
        return replace(rest, kind=conflict.kind, value=conflict.value, citations=conflict.citations)
    if conflict.now in ("", "null", '""') and current.wants_a_value(task, path):
        raise BadValue(path, schema.MISSING_REQUIRED, "")
    return rest


def _fitting(task: Task, said: Said, spoken: Mapping[str, Verdict]) -> Said:
    """The verdict as it is stored. Raises BadAddress and BadValue where a person's page would not have let it come so far."""
    path, kind = said.path, said.kind
    if kind == Verdict.Kind.RESTORED:
        if path not in spoken:
            raise BadAddress("nothing was said there", path)
        return said
    try:
        node = schemas.of_row(task.row).node(path)
        standing = conflicts.standing(conflicts.of(task), spoken)
        now = edit.draft(chains.read(task.row), current.edits(standing)).peek(path)
    except (paths.BadPath, edit.BadEdit) as error:
        raise BadAddress(str(error), path) from error
    if now is edit.MISSING and node is None and path not in current.eyes(task):
        raise BadAddress("there is no such field", path)
    if path == paths.ROOT or (isinstance(now, dict) and now):
        raise BadAddress("an object is not judged as a whole", path)
    if isinstance(now, list) and now:
        if kind != Verdict.Kind.APPROVED:
            raise BadAddress("of a list as a whole one says only that its lines are all there", path)
        return replace(said, kind=Verdict.Kind.LINES_COMPLETE)
    if kind == Verdict.Kind.CORRECTED:
        for code, detail in schema.judge(node, said.value) if node is not None else ():
            if code != schema.PATTERN_NOT_CHECKED:
                raise BadValue(path, code, detail)
    if kind == Verdict.Kind.APPROVED and now in (edit.MISSING, None, "") and current.wants_a_value(task, path):
        raise BadValue(path, schema.MISSING_REQUIRED, "")
    return said


def _store(task: Task, said: Said, *, spoken: dict[str, Verdict], user: User, at: datetime, via: trail.Via) -> Verdict:
    value = citation = None
    if said.kind == Verdict.Kind.RESTORED and said.path in spoken and edit.is_added_line(said.path):
        # A line that a person added was not read: to put it back, or to take back its value, leaves it there.
        said = replace(said, kind=Verdict.Kind.LINE_ADDED)
    if said.kind in (Verdict.Kind.CORRECTED, Verdict.Kind.LINE_ORDER):
        value = content.keep(type=evidence.tag(said.value), text=jsontext.dump(said.value))
    if said.citations is not None:
        citation = content.keep(type="json", text=codec.citations_to_text(said.citations))
    verdict = Verdict(
        task=task,
        path=said.path,
        kind=said.kind,
        value=value,
        citation=citation,
        by=user,
        at=at,
        form_key=said.form_key,
    )
    return save(task, verdict, spoken=spoken, said=said, user=user, at=at, via=via)
