"""What does a person take back, or give again? Each step is one more verdict; nothing that was said is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from reviewapp.accounts.models import User
from reviewapp.audit import trail

from . import claims, current
from .models import Task, Verdict
from .saying import BadAddress, Said, TakenBack, same_form, save


def undo(*, task_id: int, user: User, at: datetime, via: trail.Via, form_key: str = "") -> Verdict | None:
    """Take back one's own last verdict: what counted before it counts again, by another row. None: nothing to undo."""
    return _step(task_id, user=user, at=at, via=via, form_key=form_key, redo=False)


def redo(*, task_id: int, user: User, at: datetime, via: trail.Via, form_key: str = "") -> Verdict | None:
    """Give again what the last undo took back. None: nothing was undone since the last verdict."""
    return _step(task_id, user=user, at=at, via=via, form_key=form_key, redo=True)


def take_back(task: Task, what: TakenBack, *, user: User, at: datetime, via: trail.Via) -> Verdict:
    """The person's own last verdict at a path shall not have been given, within a write of the task. Raises BadAddress."""
    done, _undone = _replay(_own(task, user))
    target = next((one for one in reversed(done) if one.path == what.path), None)
    if target is None:
        raise BadAddress("nothing of yours to take back", what.path)
    said = Said(path=what.path, kind=Verdict.Kind(target.kind), reason=what.reason)
    back = _before(task, target)
    return _again(task, back, said, undoes=target, user=user, at=at, via=via, step="undo")


def _step(task_id: int, *, user: User, at: datetime, via: trail.Via, form_key: str, redo: bool) -> Verdict | None:
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        again = same_form(task, form_key)
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
    return save(task, verdict, spoken=spoken, said=said, user=user, at=at, via=via, step=step)


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
