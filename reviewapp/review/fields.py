"""What stands in each field of a task, what needs eyes and what was said? Plain data for whoever has no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reviewapp.extraction import edit, paths
from reviewapp.extraction.draft import Draft
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Field

from . import conflicts, current, rules
from .known import ABSENT, Values
from .models import Task, Verdict


@dataclass(frozen=True, slots=True)
class Told:
    """One value, or a list, whose `value` and `read` are None for its lines stand behind it by themselves. `removed`: in a
    line that a person took out; `facts`: what the upstream said there; `conflict`: where a person's earlier word stands as
    `value` until somebody speaks."""

    path: str
    label: str
    value: Json
    read: Json
    needs_eyes: bool
    open: bool
    removed: bool
    reasons: Sequence[rules.Reason]
    facts: Field | None
    spoken: Verdict | None
    conflict: conflicts.Conflict | None


def of_task(task: Task) -> list[Told]:
    """Every value in the row's order, and behind them what needs eyes and stands nowhere. Raises chains.Erased."""
    spoken = current.verdicts(task)
    known = Values(task, spoken=spoken, locale="en", editable=False)
    draft = edit.draft(known.row, current.edits(known.standing))
    told = [_told(known, path, value, removed) for path, value, removed in _walk(draft, paths.ROOT, removed=False)]
    met = {one.path for one in told}
    return told + [_told(known, path, None, False) for path in known.eyes if path not in met]


def _walk(draft: Draft, path: str, *, removed: bool) -> Iterator[tuple[str, Json, bool]]:
    value = draft.value(path)
    if isinstance(value, dict) and value:
        for key in value:
            yield from _walk(draft, paths.child(path, key), removed=removed)
    elif isinstance(value, list):
        yield path, None, removed
        for line in draft.lines(path):
            yield from _walk(draft, line.address, removed=removed or line.removed)
    else:
        yield path, value, removed


def _told(known: Values, path: str, value: Json, removed: bool) -> Told:
    read = known.read(path)
    return Told(
        path=path,
        label=known.place(path).label,
        value=value,
        read=None if read is ABSENT or isinstance(read, list | dict) else read,
        needs_eyes=path in known.eye_set,
        open=path in known.open,
        removed=removed,
        reasons=known.reasons(path),
        facts=known.row.fields.get(path),
        spoken=known.spoken.get(path),
        conflict=known.conflicts.get(path),
    )
