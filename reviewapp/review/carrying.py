"""What of people's words holds on a newer row? What nobody disagrees with is carried over; the rest is a conflict to settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewapp.extraction import edit, jsontext, paths
from reviewapp.extraction.draft import Draft
from reviewapp.extraction.model import Row
from reviewapp.results.models import ResultRow

from . import conflicts, rules
from .models import Decision, Task, Verdict


@dataclass(frozen=True, slots=True)
class Carried:
    """A person's word on an earlier row. `conflict`: what the newer row says against it, at the place where one is asked."""

    verdict: Verdict
    conflict: rules.Reason | None = None


def from_task(task: Task, newer: Row) -> list[Carried]:
    """What was said on a task whose row a newer one supersedes."""
    draft = edit.draft(newer, ())
    compared = (_compare(verdict, older, newer, draft) for verdict, older in conflicts.words(task))
    return [one for one in compared if one is not None]


def from_decision(decided: ResultRow, newer: Row) -> list[Carried]:
    """What was said when a row was decided whose base a newer one supersedes."""
    decision = Decision.objects.select_related("task__row__values", "task__row__facts").get(row=decided)
    return from_task(decision.task, newer)


def with_conflicts(found: rules.Judgement, carry: Sequence[Carried]) -> rules.Judgement:
    """What the rules say of the newer row, and before it what people's words say against it."""
    added = tuple(one.conflict for one in carry if one.conflict is not None)
    if not added:
        return found
    eyes = tuple(dict.fromkeys([*(one.path for one in added if one.path), *found.eyes]))
    return rules.Judgement(reasons=(*added, *found.reasons), eyes=eyes, total=found.total, lowest=found.lowest)


def only_conflicts(found: rules.Judgement, carry: Sequence[Carried]) -> rules.Judgement:
    """After a decision, a newer row opens a task only where it contradicts what a person said."""
    if any(one.conflict is not None for one in carry):
        return found
    return rules.Judgement(reasons=(), eyes=(), total=found.total, lowest=found.lowest)


def _compare(verdict: Verdict, older: Row, newer: Row, draft: Draft) -> Carried | None:
    """None: nothing is left that the word could be about."""
    path = verdict.path
    before, now, place = _at(older.values, path), _at(newer.values, path), _place(draft, path)
    if verdict.kind in (Verdict.Kind.CLEARED, Verdict.Kind.ILLEGIBLE):
        wanted = "null"
    elif verdict.kind == Verdict.Kind.APPROVED:
        wanted = before or "null"
    else:
        wanted = (verdict.value.text if verdict.value is not None else None) or ""
    if place != path and (verdict.kind == Verdict.Kind.LINE_REMOVED or wanted == "null"):
        return None
    if place == path and (_same(before, now) or (wanted and _same(wanted, now))):
        return Carried(verdict)
    detail = {
        "earlier": str(verdict.pk),
        "kind": str(verdict.kind),
        "decided": wanted,
        "was": before,
        "now": now,
        "gone": path if place != path else "",
    }
    return Carried(verdict, rules.Reason(rules.Code.CONFLICT, place, detail))


def _place(draft: Draft, path: str) -> str:
    """The address itself, or where it cannot stand any more, as in a line that is gone, the nearest one above it that can.
    A line that a person added stands by itself."""
    at = path
    while at:
        try:
            draft.peek(at)
        except edit.BadEdit:
            if edit.is_added_line(at):
                return path
            at = paths.parent(at)
        else:
            break
    return at


def _at(values: jsontext.Json, path: str) -> str:
    """The exact text there, "" where nothing stands."""
    try:
        return jsontext.dump(paths.get(values, path))
    except paths.BadPath:
        return ""


def _same(one: str, other: str) -> bool:
    """A key that is not there says as much as null."""
    return (one or "null") == (other or "null")
