"""How does the work stand? The board's question: figures of each queue and who holds what, with constant queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Min, Q

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Permission, Role, permissions

from .models import Membership, Queue, Task
from .queue import OPEN, day_begins

#: More claims than these are not listed; the figures count all.
HELD_SHOWN = 200
#: The width of the longest bar, in CSS pixels.
BAR = 120


@dataclass(frozen=True, slots=True)
class Figures:
    """One queue, or all of them. `waiting` is open and not put away; `share` and `late` are lengths of its bar."""

    queue: Queue | None
    waiting: int
    held: int
    overdue: int
    postponed: int
    escalated: int
    oldest: datetime | None
    came: int
    decided: int
    share: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """One task in a person's hands. `ended`: the lease is over, and anybody may take the task."""

    task: Task
    ended: bool


@dataclass(frozen=True, slots=True)
class Board:
    queues: Sequence[Figures]
    total: Figures
    held: Sequence[Held]


def read(*, at: datetime) -> Board:
    """The whole board. Four queries, however many tasks there are."""
    queues = list(Queue.objects.order_by("position", "id"))
    open_now = {row["queue"]: row for row in _open(at)}
    day = {row["queue"]: row for row in _day(at)}
    figures = [_figures(one, open_now.get(one.pk, {}), day.get(one.pk, {})) for one in queues]
    longest = max((one.waiting for one in figures), default=0)
    held = (
        Task.objects.filter(state__in=OPEN, holder__isnull=False)
        .select_related("holder", "queue")
        .order_by("held_since", "id")[:HELD_SHOWN]
    )
    return Board(
        queues=[_with_bar(one, longest) for one in figures],
        total=_total(figures),
        held=[Held(task, ended=task.lease_until is None or task.lease_until <= at) for task in held],
    )


def workers(queue: Queue) -> list[User]:
    """Who may be given a task of the queue: its members and whoever supervises, if they may decide at all."""
    deciding = {role.value for role in Role if Permission.REVIEW_WORK in permissions(role)}
    supervising = {role.value for role in Role if Permission.REVIEW_SUPERVISE in permissions(role)}
    members = Membership.objects.filter(queue=queue).values("user")
    found = User.objects.active().filter(Q(pk__in=members) | Q(role__in=supervising), role__in=deciding)
    return list(found.order_by("name", "pk"))


def _open(at: datetime) -> Sequence[Mapping[str, object]]:
    put_away = Q(postponed_until__gt=at)
    waiting = Q(state=Task.State.OPEN) & (Q(postponed_until__isnull=True) | Q(postponed_until__lte=at))
    return list(
        Task.objects.filter(state__in=OPEN)
        .values("queue")
        .annotate(
            waiting=Count("pk", filter=waiting),
            held=Count("pk", filter=Q(holder__isnull=False, lease_until__gt=at)),
            overdue=Count("pk", filter=Q(due_at__lte=at)),
            postponed=Count("pk", filter=Q(state=Task.State.OPEN) & put_away),
            escalated=Count("pk", filter=Q(state=Task.State.ESCALATED)),
            oldest=Min("opened_at"),
        )
    )


def _day(at: datetime) -> Sequence[Mapping[str, object]]:
    midnight = day_begins(at)
    return list(
        Task.objects.filter(Q(opened_at__gte=midnight) | Q(decided_at__gte=midnight))
        .values("queue")
        .annotate(
            came=Count("pk", filter=Q(opened_at__gte=midnight)),
            decided=Count("pk", filter=Q(decided_at__gte=midnight)),
        )
    )


def _figures(queue: Queue, now: Mapping[str, object], day: Mapping[str, object]) -> Figures:
    names = ("waiting", "held", "overdue", "postponed", "escalated")
    counts = {name: int(str(now.get(name, 0))) for name in names}
    oldest = now.get("oldest")
    return Figures(
        queue=queue,
        oldest=oldest if isinstance(oldest, datetime) else None,
        came=int(str(day.get("came", 0))),
        decided=int(str(day.get("decided", 0))),
        **counts,
    )


def _with_bar(one: Figures, longest: int) -> Figures:
    if not longest:
        return one
    scale = BAR / longest
    return replace(one, share=round(one.waiting * scale), late=round(min(one.overdue, one.waiting) * scale))


def _total(figures: Sequence[Figures]) -> Figures:
    return Figures(
        queue=None,
        waiting=sum(one.waiting for one in figures),
        held=sum(one.held for one in figures),
        overdue=sum(one.overdue for one in figures),
        postponed=sum(one.postponed for one in figures),
        escalated=sum(one.escalated for one in figures),
        oldest=min((one.oldest for one in figures if one.oldest is not None), default=None),
        came=sum(one.came for one in figures),
        decided=sum(one.decided for one in figures),
    )
