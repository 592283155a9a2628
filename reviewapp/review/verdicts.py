"""What does a person say about one field? Each verdict is stored at once, with its entry, or refused and nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.extraction import codec, edit, jsontext, paths, schema
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation
from reviewapp.results import ledger

from . import claims, conflicts, current, evidence, schemas
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


def give(*, task_id: int, said: Said | Chosen, user: User, at: datetime, via: trail.Via) -> Verdict:
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
                _take_back(task, one, user=user, at=at, via=via)
            else:
                spoken = current.verdicts(task)
                meant = _meant(task, one, spoken)
                fitting = meant if isinstance(one, Chosen) else _fitting(task, meant, spoken)
                _store(task, fitting, spoken=spoken, user=user, at=at, via=via)
        return task


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


def _take_back(task: Task, what: TakenBack, *, user: User, at: datetime, via: trail.Via) -> Verdict:
    done, _undone = _replay(_own(task, user))
    target = next((one for one in reversed(done) if one.path == what.path), None)
    if target is None:
        raise BadAddress("nothing of yours to take back", what.path)
    said = Said(path=what.path, kind=Verdict.Kind(target.kind), reason=what.reason)
    back = _before(task, target)
    return _again(task, back, said, undoes=target, user=user, at=at, via=via, step="undo")


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
        now = edit.draft(ledger.read(task.row), current.edits(standing)).peek(path)
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
        done, undone = _replay(_own(task, user))
        stack = undone if redo else done
        if not stack:
            return None
        target = stack[-1]
        back = target if redo else _before(task, target)
        said = Said(path=target.path, kind=Verdict.Kind(target.kind), form_key=form_key)
        return _again(task, back, said, undoes=target, user=user, at=at, via=via, step="redo" if redo else "undo")


def _own(task: Task, user: User) -> list[Verdict]:
    mine = task.verdicts.filter(by=user, carried__isnull=True).select_related("value", "citation")
    return list(mine.order_by("id"))


def _again(
    task: Task,
    back: Verdict | None,
    said: Said,
    *,
    undoes: Verdict,
    user: User,
    at: datetime,
    via: trail.Via,
    step: str,
) -> Verdict:
    """Another row that says what `back` said, or takes back what was said where that is None."""
    verdict = Verdict(
        task=task,
        path=undoes.path,
        kind=Verdict.Kind(back.kind) if back is not None else Verdict.Kind.RESTORED,
        value=back.value if back is not None else None,
        citation=back.citation if back is not None else None,
        by=user,
        at=at,
        undoes=undoes,
        form_key=said.form_key,
    )
    spoken = current.verdicts(task)
    # The citations are those of the verdict that is repeated, whose own entry tells of them.
    said = replace(said, citations=None)
    return _save(task, verdict, spoken=spoken, said=said, user=user, at=at, via=via, step=step)


def _replay(mine: list[Verdict]) -> tuple[list[Verdict], list[Verdict]]:
    """The person's own verdicts -> (those that can be undone, those that can be given again)."""
    done: list[Verdict] = []
    undone: list[Verdict] = []
    for verdict in mine:
        if verdict.undoes_id is None:
            done.append(verdict)
            undone = []
        elif (place := _place(done, verdict.undoes_id)) is not None:
            # The last one, unless a machine took back the one at a path.
            undone.append(done.pop(place))
        elif (place := _place(undone, verdict.undoes_id)) is not None:
            done.append(undone.pop(place))
    return done, undone


def _place(stack: Sequence[Verdict], id: int) -> int | None:
    return next((place for place, one in enumerate(stack) if one.pk == id), None)


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
    return _save(task, verdict, spoken=spoken, said=said, user=user, at=at, via=via)


def _save(
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
    row = ledger.read(task.row)
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
            old=evidence.value_before(row, verdict.path, conflicts.standing(found, spoken).get(verdict.path)),
            new=new,
            source=evidence.shown(task, row, verdict.path),
            reason=content.prepare(type="text", text=said.reason) if said is not None and said.reason else None,
            details=details,
            seconds=said.seconds if said is not None else "",
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )
    return verdict
