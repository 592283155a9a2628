"""Which entries does an approval leave? Fields signed off, rules overridden, and the approval itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.results.models import ResultRow

from .findings import Finding
from .models import Task


def sign_off(task: Task, unseen: Sequence[str], reason: Content | None) -> list[trail.Note]:
    """The fields that nobody looked at, each by its address; none where all have their verdict."""
    if not unseen:
        return []
    return [
        trail.Note(
            stream=f"task:{task.pk}",
            action=Action.TASK_SIGNED_OFF,
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            reason=reason,
            details={"paths": list(unseen)},
        )
    ]


def overriding(task: Task, broken: Sequence[Finding], reason: Content | None) -> list[trail.Note]:
    """The rules by their names and the fields; the figures are the document's, and stand in its rows."""
    if not broken:
        return []
    rules: list[trail.Plain] = [
        {"rule": one.rule.id, "name": one.rule.name, "paths": list(one.names)} for one in broken
    ]
    return [
        trail.Note(
            stream=f"task:{task.pk}",
            action=Action.RULE_OVERRIDDEN,
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            reason=reason,
            details={"rules": rules},
        )
    ]


def approval(task: Task, row: ResultRow, fields: Mapping[str, str], solved: int, *, held: Sequence[str]) -> trail.Note:
    """`held`: the addresses at which an earlier word stands that a newer result disagrees with, signed off unsettled."""
    counts = {word: sum(one == word for one in fields.values()) for word in sorted(set(fields.values()))}
    return trail.Note(
        stream=f"task:{task.pk}",
        action=Action.TASK_APPROVED,
        object_type="task",
        object_id=str(task.pk),
        job=task.job_id,
        old=task.row.values,
        new=row.values,
        source={"upstream": task.upstream, "job": task.job.job_id, "key": task.key, "row": str(task.row_id)},
        details={
            "row": str(row.pk),
            "supersedes": str(row.supersedes_id or ""),
            "base": str(row.base_id),
            "fingerprint": row.fingerprint,
            "fields": len(fields),
            "verdicts": counts,
            "not_reviewed": [path for path, word in fields.items() if word == "not_reviewed"],
            "solved_flags": solved,
            **({"kept": list(held)} if held else {}),
        },
    )
