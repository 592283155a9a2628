"""Who holds a task? Leases with a fence (design law 8): taken by one conditional UPDATE whose count must be 1."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from reviewapp.accounts import actors
from reviewapp.accounts.models import User
from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from .models import Membership, Queue, Task

LEASE = timedelta(minutes=15)


class ClaimError(Exception):
    """The task is not this person's to work on."""


class Taken(ClaimError):
    """Somebody else holds it; `holder` is their printed name."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class Closed(ClaimError):
    """It is decided or withdrawn."""


class NotAllowed(ClaimError):
    """The person is not in the queue, or decided the first review of a pair."""


def workable(user: User) -> QuerySet[Task]:
    """The tasks that this person may see and work on: of their queues; of all for who supervises."""
    tasks = Task.objects.all()
    if user.has_perm("review.supervise"):
        return tasks
    # Not by a join, which would lead SQLite away from the index that has the tasks in order.
    return tasks.filter(queue__in=Membership.objects.filter(user=user).values("queue"))


def visible(user: User) -> QuerySet[Task]:
    """The tasks that this person may look at: workable ones, and all for who reads the trail."""
    return Task.objects.all() if user.has_perm("audit.read") else workable(user)


def next_task(*, user: User, at: datetime, via: trail.Via, queue: Queue | None = None) -> Task | None:
    """Claim the best free task and return it; the one still held, if any, comes first. None when nothing is free.

    Fifty people at once never get the same one: PostgreSQL skips rows that another transaction locks, SQLite lets one
    writer in at a time, and on both the UPDATE counts.
    """
    with transaction.atomic():
        wanted = workable(user).filter(state=Task.State.OPEN)
        if queue is not None:
            wanted = wanted.filter(queue=queue)
        held = wanted.filter(holder=user, lease_until__gt=at).order_by("held_since", "id").first()
        if held is not None:
            return held
        free = wanted.filter(_free(at)).filter(Q(assignee__isnull=True) | Q(assignee=user)).exclude(not_by=user)
        candidates = free.filter(Q(postponed_until__isnull=True) | Q(postponed_until__lte=at))
        # One row is locked, not a handful: whoever comes meanwhile passes over it to the next, and finds one.
        best = (
            candidates.order_by("position", "id").select_for_update(skip_locked=True, of=("self",)).only("pk").first()
        )
        if best is not None and _take(best.pk, user=user, at=at):
            return _claimed(best.pk, user=user, at=at, via=via)
    return None


def take(*, task_id: int, user: User, at: datetime, via: trail.Via) -> Task:
    """Claim this task, or renew the own lease. Raises Taken, Closed or NotAllowed; Task.DoesNotExist for a foreign one."""
    with transaction.atomic():
        task = workable(user).select_related("holder").get(pk=task_id)
        if task.state not in (Task.State.OPEN, Task.State.ESCALATED):
            raise Closed
        if task.not_by_id == user.pk:
            raise NotAllowed
        if task.holder_id == user.pk:
            # An expired lease that nobody else took is still the person's own.
            renewed = Task.objects.filter(pk=task_id, holder=user, fence=task.fence).update(lease_until=at + LEASE)
            if renewed == 1:
                return Task.objects.get(pk=task_id)
        if _take(task_id, user=user, at=at):
            return _claimed(task_id, user=user, at=at, via=via)
        task.refresh_from_db()
        raise Taken(_name(task.holder))


def renew(*, task_id: int, user: User, at: datetime) -> bool:
    """The person still looks at it: lengthen the lease that they hold. False when it is not theirs; nothing is claimed."""
    with transaction.atomic():
        held = Task.objects.filter(pk=task_id, holder=user, state__in=[Task.State.OPEN, Task.State.ESCALATED])
        return held.update(lease_until=at + LEASE) == 1


def release(*, task_id: int, user: User, at: datetime, via: trail.Via) -> Task:
    """Give the task back; its verdicts stay. Who supervises may release anybody's."""
    with transaction.atomic():
        task = workable(user).select_related("holder").get(pk=task_id)
        if task.holder_id is None:
            return task
        if task.holder_id != user.pk and not user.has_perm("review.supervise"):
            raise Taken(_name(task.holder))
        before = _name(task.holder)
        _update(task, holder=None, lease_until=None, held_since=None)
        note(task, Action.TASK_RELEASED, user=user, at=at, via=via, details={"holder": before})
        return task


def take_over(*, task_id: int, user: User, at: datetime, via: trail.Via) -> Task:
    """Who supervises takes a held task; verdicts given so far stay, the former holder's next write is refused."""
    with transaction.atomic():
        task = workable(user).select_related("holder").get(pk=task_id)
        if not user.has_perm("review.supervise"):
            raise NotAllowed
        if task.state not in (Task.State.OPEN, Task.State.ESCALATED):
            raise Closed
        before = _name(task.holder)
        _update(task, holder=user, lease_until=at + LEASE, held_since=at, assignee=None)
        note(task, Action.TASK_TAKEN_OVER, user=user, at=at, via=via, details={"holder": before})
        return task


def assign(*, task_id: int, user: User, to: User | None, at: datetime, via: trail.Via) -> Task:
    """Who supervises gives a task to a person, who alone gets it by "Review next"; None lets everybody have it."""
    with transaction.atomic():
        task = workable(user).select_related("holder").get(pk=task_id)
        if not user.has_perm("review.supervise") or (to is not None and to.pk == task.not_by_id):
            raise NotAllowed
        if task.state not in (Task.State.OPEN, Task.State.ESCALATED):
            raise Closed
        before = _name(task.holder)
        _update(task, holder=None, lease_until=None, held_since=None, assignee=to)
        to_name = _name(to)
        note(task, Action.TASK_ASSIGNED, user=user, at=at, via=via, details={"holder": before, "to": to_name})
        return task


def write(task: Task, *, user: User, at: datetime) -> None:
    """One write of the holder: the version grows, the lease is renewed. Raises Taken or Closed when it is not theirs.

    Call it first inside the act's transaction: it is the conditional UPDATE that decides.
    """
    count = Task.objects.filter(
        pk=task.pk, holder=user, fence=task.fence, state__in=[Task.State.OPEN, Task.State.ESCALATED]
    ).update(version=F("version") + 1, lease_until=at + LEASE)
    task.refresh_from_db()
    if count == 1:
        return
    if task.state not in (Task.State.OPEN, Task.State.ESCALATED):
        raise Closed
    raise Taken(_name(task.holder))


def _free(at: datetime) -> Q:
    return Q(holder__isnull=True) | Q(lease_until__lte=at)


def _take(task_id: int, *, user: User, at: datetime) -> bool:
    return (
        Task.objects.filter(_free(at), pk=task_id, state__in=[Task.State.OPEN, Task.State.ESCALATED]).update(
            holder=user,
            lease_until=at + LEASE,
            held_since=at,
            fence=F("fence") + 1,
            version=F("version") + 1,
            postponed_until=None,
            postponed_by=None,
        )
        == 1
    )


def _claimed(task_id: int, *, user: User, at: datetime, via: trail.Via) -> Task:
    task = Task.objects.get(pk=task_id)
    note(task, Action.TASK_CLAIMED, user=user, at=at, via=via, details={"until": trail.moment(at + LEASE)})
    return task


def _update(task: Task, **columns: object) -> None:
    for name, value in columns.items():
        setattr(task, name, value)
    task.fence += 1
    task.version += 1
    task.save(update_fields=[*columns, "fence", "version"])


def note(
    task: Task, action: Action, *, user: User, at: datetime, via: trail.Via, details: dict[str, trail.Plain]
) -> None:
    """The entry of something that a person did with a task; call it inside the act's transaction."""
    trail.record(
        trail.Note(
            stream=f"task:{task.pk}",
            action=action,
            object_type="task",
            object_id=str(task.pk),
            job=task.job_id,
            details=details,
        ),
        at=at,
        by=actors.person(user),
        via=via,
    )


def _name(user: User | None) -> str:
    return "" if user is None else user.get_full_name() or user.username
