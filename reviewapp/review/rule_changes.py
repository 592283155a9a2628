"""How does a queue get another rule about values? One transaction with its entry, and open tasks are judged anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from . import queue_rules, queues, value_rules
from .models import Queue, Task
from .value_rules import BadRule, ValueRule


class Gone(LookupError):
    """Somebody took the rule away since the page was made."""


def keep(*, queue_id: int, rule: ValueRule, user: User, at: datetime, via: trail.Via) -> ValueRule:
    """Add the rule when its id is "", else put it in the place of the one with its id. Raises Gone, BadRule."""
    value_rules.check(rule)
    with transaction.atomic():
        queue = Queue.objects.select_for_update().get(pk=queue_id)
        before = list(queues.rules_of_values(queue))
        if not rule.id:
            if len(before) >= value_rules.MAX_RULES:
                raise BadRule("too_many_rules", "name", str(len(before)))
            rule = replace(rule, id=_free_id(before))
            after = [*before, rule]
        else:
            if rule.id not in {one.id for one in before}:
                raise Gone(rule.id)
            after = [rule if one.id == rule.id else one for one in before]
        _write(queue, before, after, user=user, at=at, via=via)
        return rule


def remove(*, queue_id: int, rule_id: str, user: User, at: datetime, via: trail.Via) -> bool:
    """Take the rule away; False when it is gone already."""
    with transaction.atomic():
        queue = Queue.objects.select_for_update().get(pk=queue_id)
        before = list(queues.rules_of_values(queue))
        after = [one for one in before if one.id != rule_id]
        _write(queue, before, after, user=user, at=at, via=via)
        return after != before


def _write(
    queue: Queue,
    before: Sequence[ValueRule],
    after: Sequence[ValueRule],
    *,
    user: User,
    at: datetime,
    via: trail.Via,
) -> None:
    if before == after:
        return
    queue.value_rules = value_rules.to_text(after)
    queue.save(update_fields=["value_rules"])
    trail.record(
        trail.Note(
            stream=f"queue:{queue.pk}",
            action=Action.QUEUE_CHANGED,
            object_type="queue",
            object_id=str(queue.pk),
            old=_value(before),
            new=_value(after),
            details={"queue": queue.slug},
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )
    queue_rules.hand_over(Task.objects.filter(queue=queue))


def _free_id(rules: Sequence[ValueRule]) -> str:
    """One that no rule of the queue has. Ids of rules that are gone may come again: entries hold names and whole rules."""
    return str(max((int(one.id) for one in rules if one.id.isdecimal()), default=0) + 1)


def _value(rules: Sequence[ValueRule]) -> Any:
    plain = {"value_rules": [one.as_plain() for one in rules]}
    return trail.value(json.dumps(plain, ensure_ascii=False, sort_keys=True), type="json")
