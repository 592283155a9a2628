"""How does a task end, or wait? Approve, reject, postpone, escalate: one transaction each, with its entry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.extraction import edit, paths, schema
from reviewapp.results import chains, ledger
from reviewapp.results.models import Final

from . import approval_entries, broken_rules, claims, conflicts, current, schemas
from .findings import Finding
from .models import Decision, Task, Verdict


class DecisionError(Exception):
    """The task was not decided; every verdict is kept."""


class OpenEyes(DecisionError):
    """Fields that need eyes have no verdict; `paths` lists them."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = list(paths)


class Unfilled(DecisionError):
    """Lines that a person added are empty, or lack what the schema demands of a line; `paths` lists them. No sign-off helps:
    who added a line fills it or takes it out."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = list(paths)


class RulesFail(DecisionError):
    """Rules of the queue that demand a reason fail; `failing` lists where. Who gives one overrides them."""

    def __init__(self, failing: Sequence[Finding]) -> None:
        super().__init__(", ".join(one.rule.name for one in failing))
        self.failing = list(failing)

    @property
    def paths(self) -> list[str]:
        """The fields that they name."""
        return list(dict.fromkeys(path for one in self.failing for path in one.names))


class Stale(DecisionError):
    """Something was said since the page was made; `version` is the task's now."""

    def __init__(self, version: int) -> None:
        super().__init__(str(version))
        self.version = version


class ReasonMissing(DecisionError):
    """Rejecting, signing off, overriding a rule and escalating need a reason in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form carried: the version that the page showed, and a key that makes a second submit the same one."""

    version: int
    form_key: str = ""
    reason: str = ""


def approve(
    *,
    task_id: int,
    asked: Asked,
    user: User,
    at: datetime,
    via: trail.Via,
    sign_off: bool = False,
    override: bool = False,
) -> Decision:
    """Approve the document: the new result row, the decision, its entry and the hand-off to delivery.

    Raises OpenEyes while a field that needs eyes has no verdict, unless signed off with a reason, which is an entry of its
    own; RulesFail while a rule that demands a reason fails, unless overridden with one, likewise; Unfilled; Stale when the
    page is older than the last verdict; claims.ClaimError. A second submit of the same form, or by the same person after
    their own approval, returns the decision that stands.
    """
    with transaction.atomic():
        task, stands = _begin(task_id, asked, user=user, at=at, via=via, outcome=Decision.Outcome.APPROVED)
        if stands is not None:
            return stands
        spoken = current.verdicts(task)
        unseen = current.open_eyes(task, spoken)
        if unseen and not sign_off:
            raise OpenEyes(unseen)
        broken = broken_rules.demanding(broken_rules.now(task, spoken))
        if (unseen or (broken and override)) and not asked.reason.strip():
            raise ReasonMissing
        reviewed = chains.read(task.row)
        known = schemas.of_row(task.row)
        standing = conflicts.standing(conflicts.of(task), spoken)
        applied = edit.apply(reviewed, current.edits(standing), required=known.required)
        if owed := _unfilled(applied, spoken, known):
            raise Unfilled(owed)
        if broken and not override:
            raise RulesFail(broken)
        solved = [place for place, flag in enumerate(reviewed.flags) if flag in applied.solved and flag.raw is not None]
        row = ledger.append_review_row(
            supersedes=chains.last_review_row(task.job_id, task.key),
            base=task.row.base or task.row,
            row=applied.row,
            at=at,
        )
        fields = _fields(applied, standing)
        reason = content.keep(type="text", text=asked.reason.strip()) if unseen or broken else None
        decision = Decision(
            task=task,
            outcome=Decision.Outcome.APPROVED,
            by=user,
            at=at,
            row=row,
            reason=reason,
            fields=json.dumps(fields, ensure_ascii=False),
            solved_flags=json.dumps(solved),
            signed_off=json.dumps(unseen, ensure_ascii=False),
            form_key=asked.form_key,
        )
        _finish(task, decision, user=user, at=at)
        trail.record(
            *approval_entries.sign_off(task, unseen, reason),
            *approval_entries.overriding(task, broken, reason),
            approval_entries.approval(
                task, row, fields, len(solved), held=[path for path in standing if path not in spoken]
            ),
            at=at,
            by=actors.person(user),
            via=via,
        )
        ledger.finish(row, outcome=Final.Outcome.APPROVED, at=at)
        return decision


def reject(*, task_id: int, asked: Asked, user: User, at: datetime, via: trail.Via) -> Decision:
    """Reject the document with a reason: no row is added, and the job reads as the vendor's failed state."""
    if not asked.reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        task, stands = _begin(task_id, asked, user=user, at=at, via=via, outcome=Decision.Outcome.REJECTED)
        if stands is not None:
            return stands
        reason = content.keep(type="text", text=asked.reason.strip())
        decision = Decision(
            task=task,
            outcome=Decision.Outcome.REJECTED,
            by=user,
            at=at,
            reason=reason,
            form_key=asked.form_key,
        )
        _finish(task, decision, user=user, at=at)
        _record(task, Action.TASK_REJECTED, user=user, at=at, via=via, reason=reason)
        ledger.finish(task.row, outcome=Final.Outcome.REJECTED, at=at)
        return decision


def postpone(*, task_id: int, until: datetime, user: User, at: datetime, via: trail.Via, reason: str = "") -> Task:
    """Put the task away until a later time; its verdicts stay, and nobody gets it by "Review next" before."""
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        claims.write(task, user=user, at=at)
        task.postponed_until, task.postponed_by = until, user
        task.holder = task.lease_until = task.held_since = None
        task.save(update_fields=["postponed_until", "postponed_by", "holder", "lease_until", "held_since"])
        kept = content.keep(type="text", text=reason.strip()) if reason.strip() else None
        details: dict[str, trail.Plain] = {"until": trail.moment(until)}
        _record(task, Action.TASK_POSTPONED, user=user, at=at, via=via, reason=kept, details=details)
        return task


def escalate(*, task_id: int, user: User, at: datetime, via: trail.Via, reason: str) -> Task:
    """Hand the task to who supervises, with a note; "Review next" no longer gives it out."""
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        task = claims.take(task_id=task_id, user=user, at=at, via=via)
        claims.write(task, user=user, at=at)
        task.state = Task.State.ESCALATED
        task.holder = task.lease_until = task.held_since = None
        task.save(update_fields=["state", "holder", "lease_until", "held_since"])
        kept = content.keep(type="text", text=reason.strip())
        _record(task, Action.TASK_ESCALATED, user=user, at=at, via=via, reason=kept)
        return task


def _begin(
    task_id: int, asked: Asked, *, user: User, at: datetime, via: trail.Via, outcome: str
) -> tuple[Task, Decision | None]:
    task = claims.workable(user).select_for_update(of=("self",)).get(pk=task_id)
    stands = Decision.objects.filter(task=task).first()
    if stands is not None:
        if stands.by_id == user.pk and stands.outcome == outcome:
            return task, stands
        raise claims.Closed
    if task.version != asked.version:
        raise Stale(task.version)
    # Taking a free task counts as well, so the version is compared before.
    task = claims.take(task_id=task_id, user=user, at=at, via=via)
    claims.write(task, user=user, at=at)
    return task, None


def _finish(task: Task, decision: Decision, *, user: User, at: datetime) -> None:
    decision.save(force_insert=True)
    task.state = Task.State.DECIDED
    task.decided_at, task.decided_by = at, user
    task.holder = task.lease_until = task.held_since = None
    task.save(update_fields=["state", "decided_at", "decided_by", "holder", "lease_until", "held_since"])


def _unfilled(applied: edit.Applied, spoken: Mapping[str, Verdict], known: schema.Schema) -> list[str]:
    """Added lines in which nothing stands, and values that a line must have and nobody spoke on."""
    lines = {new: old for old in spoken if edit.is_added_line(old) and (new := applied.address(old)) is not None}
    values = applied.row.values
    empty = [new for new in lines if paths.get(values, new) is None]
    owed = [lines[new] for new in empty if spoken[lines[new]].kind == Verdict.Kind.LINE_ADDED]
    for complaint in schema.check(values, known) if lines else ():
        new = next((one for one in lines if complaint.path.startswith(f"{one}/")), None)
        if new is not None and complaint.code == schema.MISSING_REQUIRED:
            old = lines[new] + complaint.path[len(new) :]
            owed += [old] if old not in spoken else []
    return owed


def _fields(applied: edit.Applied, spoken: Mapping[str, Verdict]) -> dict[str, str]:
    """Pointer in the new row -> approved, corrected, cleared, illegible or not_reviewed, for every leaf."""
    said = {applied.address(path): verdict.kind for path, verdict in spoken.items()}
    words = {Verdict.Kind.APPROVED, Verdict.Kind.CORRECTED, Verdict.Kind.CLEARED, Verdict.Kind.ILLEGIBLE}
    return {
        path: str(kind) if (kind := said.get(path)) in words else "not_reviewed"
        for path, _ in paths.leaves(applied.row.values)
    }


def _record(
    task: Task,
    action: Action,
    *,
    user: User,
    at: datetime,
    via: trail.Via,
    reason: Content | None,
    details: Mapping[str, trail.Plain] | None = None,
) -> None:
    trail.record(
        trail.Note(
            stream=f"task:{task.pk}",
            action=action,
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            reason=reason,
            details=details or {},
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )
