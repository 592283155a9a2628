"""How does a queue get another rule? One transaction with its entry; what the change may touch is handed to triage again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.results import ledger
from reviewapp.results.models import Handoff, ResultRow

from .models import Membership, Queue, Task

#: Rows are handed over in pages, so that a queue of 100,000 is never in memory at once.
PAGE = 2000
MAX_POSITION = 100_000
#: What decides which rows a queue takes, and what decides which fields need eyes in it.
_CHOOSES = ("upstream", "kind", "schema_name", "position")
_JUDGES = ("threshold", "grounding_threshold", "field_thresholds", "queues_no_confidence", "policy")


@dataclass(frozen=True, slots=True)
class Rule:
    """All that a supervisor sets on a queue. Numbers are exact texts; `position` None keeps the queue where it is."""

    name: str
    upstream: str = ""
    kind: str = ""
    schema_name: str = ""
    position: int | None = None
    policy: str = Queue.Policy.LOWEST_CONFIDENCE
    threshold: str = "0.8"
    grounding_threshold: str = "0.5"
    field_thresholds: Mapping[str, str] = field(default_factory=dict)
    queues_no_confidence: bool = True
    due_minutes: int | None = None
    members: tuple[int, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        return {**asdict(self), "members": list(self.members)}


class SlugTaken(ValueError):
    """Another queue has this name in its address."""


class PositionTaken(ValueError):
    """Another queue has this position, so nothing would say which of the two is asked first."""


def free_position() -> int:
    """Behind every queue that has a rule."""
    last = Queue.objects.filter(is_default=False).aggregate(last=Max("position"))["last"]
    return 1 if last is None else min(int(last) + 1, MAX_POSITION)


def rule_of(queue: Queue) -> Rule:
    """The queue's rule as it stands."""
    return Rule(
        name=queue.name,
        upstream=queue.upstream,
        kind=queue.kind,
        schema_name=queue.schema_name,
        position=queue.position,
        policy=queue.policy,
        threshold=queue.threshold,
        grounding_threshold=queue.grounding_threshold,
        field_thresholds=own_thresholds(queue),
        queues_no_confidence=queue.queues_no_confidence,
        due_minutes=queue.due_minutes,
        members=tuple(queue.membership_set.order_by("user").values_list("user", flat=True)),
    )


def own_thresholds(queue: Queue) -> dict[str, str]:
    """The fields that have a threshold of their own: {pointer: exact text}."""
    found: dict[str, str] = json.loads(queue.field_thresholds)
    return found


def make(*, rule: Rule, user: User, at: datetime, via: trail.Via) -> Queue:
    """A new queue. Rows of open tasks that it now takes are handed to triage. Raises SlugTaken or PositionTaken."""
    slug = slugify(rule.name)[:64] or "queue"
    with transaction.atomic():
        if slug == "new" or Queue.objects.filter(slug=slug).exists():
            raise SlugTaken(slug)
        queue = Queue(slug=slug, is_default=False)
        _no_other_at(rule.position, queue)
        _write(queue, rule)
        _note(queue, old=None, new=rule, user=user, at=at, via=via)
        hand_over(Task.objects.all())
        return queue


def change(*, queue_id: int, rule: Rule, user: User, at: datetime, via: trail.Via) -> bool:
    """Give the queue this rule; False when it has it already. The rows of open tasks that the change may touch are handed
    to review again in the same transaction, so that triage judges each anew, however many there are and even after a
    crash: those of this queue for a threshold, those of all queues when another part of the work may now belong here.
    Raises PositionTaken."""
    with transaction.atomic():
        queue = Queue.objects.select_for_update().get(pk=queue_id)
        old = rule_of(queue)
        if rule.position is None:
            rule = _at_position(rule, old.position)
        changed = {name for name, value in rule.as_plain().items() if old.as_plain()[name] != value}
        if not changed:
            return False
        if "position" in changed:
            _no_other_at(rule.position, queue)
        _write(queue, rule)
        _note(queue, old=old, new=rule, user=user, at=at, via=via)
        if changed & set(_CHOOSES):
            hand_over(Task.objects.all())
        elif changed & set(_JUDGES):
            hand_over(Task.objects.filter(queue=queue))
        return True


def _no_other_at(position: int | None, queue: Queue) -> None:
    if position is None or queue.is_default:
        return
    if Queue.objects.filter(is_default=False, position=position).exclude(pk=queue.pk).exists():
        raise PositionTaken(position)


def _at_position(rule: Rule, position: int | None) -> Rule:
    return Rule(**{**rule.as_plain(), "members": rule.members, "position": position})


def _write(queue: Queue, rule: Rule) -> None:
    queue.name, queue.policy, queue.due_minutes = rule.name, rule.policy, rule.due_minutes
    queue.threshold, queue.grounding_threshold = rule.threshold, rule.grounding_threshold
    queue.field_thresholds = json.dumps(dict(rule.field_thresholds), ensure_ascii=False)
    queue.queues_no_confidence = rule.queues_no_confidence
    if not queue.is_default:
        queue.upstream, queue.kind, queue.schema_name = rule.upstream, rule.kind, rule.schema_name
    if rule.position is not None:
        queue.position = rule.position
    queue.save()
    Membership.objects.filter(queue=queue).exclude(user__in=rule.members).delete()
    Membership.objects.bulk_create(
        [Membership(queue=queue, user_id=one) for one in rule.members], ignore_conflicts=True
    )


def hand_over(tasks: QuerySet[Task]) -> None:
    """The rows of those of the tasks that are open go to triage again, in pages."""
    last = 0
    while rows := list(
        ResultRow.objects.filter(pk__gt=last, tasks__in=tasks.filter(state__in=[Task.State.OPEN, Task.State.ESCALATED]))
        .only("pk")
        .order_by("pk")[:PAGE]
    ):
        ledger.hand_to(rows, Handoff.To.REVIEW)
        last = rows[-1].pk


def _note(queue: Queue, *, old: Rule | None, new: Rule, user: User, at: datetime, via: trail.Via) -> None:
    trail.record(
        trail.Note(
            stream=f"queue:{queue.pk}",
            action=Action.QUEUE_CHANGED,
            object_type="queue",
            object_id=str(queue.pk),
            old=_value(old) if old is not None else None,
            new=_value(new),
            details={"queue": queue.slug},
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )


def _value(rule: Rule) -> Any:
    return trail.value(json.dumps(rule.as_plain(), ensure_ascii=False, sort_keys=True), type="json")
