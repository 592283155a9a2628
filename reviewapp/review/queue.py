"""What waits, in which order? The queue page's question: filters -> one keyset page of tasks, with constant queries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from reviewapp.accounts.models import User

from . import claims, reasons, rules
from .models import Queue, Task, TaskReason

PAGE = 50
#: Counting stops here; the page says "10,000+".
COUNT_LIMIT = 10_000
OPEN = (Task.State.OPEN, Task.State.ESCALATED)
#: The same, said so that SQLite begins with the few that are asked for besides, not with all that are open.
_NOT_DONE = ~Q(state__in=(Task.State.DECIDED, Task.State.WITHDRAWN))
#: What may stand in a cursor: no position and no id is longer, and nothing that would have to be worked out first.
_NUMBER = re.compile(r"[0-9]{1,18}")
#: Those states of the list that are listed newest first.
DECIDED = frozenset({"decided", "decided-by-me", "decided-by-me-today"})


@dataclass(frozen=True, slots=True)
class Filter:
    """The page's address, cleaned. Empty means any. `state`: a word of `_state`; `holder`: "me", "nobody" or a person's id."""

    queue: str = ""
    q: str = ""
    reason: str = ""
    upstream: str = ""
    kind: str = ""
    confidence: str = ""
    age: str = ""
    holder: str = ""
    state: str = "open"
    job: str = ""
    after: str = ""

    @property
    def narrows(self) -> bool:
        """Something besides the queue is asked for, so an empty list does not mean that nothing waits."""
        return replace(self, queue="", after="") != Filter()


@dataclass(frozen=True, slots=True)
class Line:
    """One task as the list shows it. `about`: where it came from, in one line; `reason`: the weightiest, `reasons`: the
    others in one line; `doubt`: its lowest confidence is below the queue's threshold; `lapsed`: somebody's lease ended and
    nobody took it since; `postponed`: it is put away until `task.postponed_until`."""

    task: Task
    about: str
    reason: str
    reasons: str
    band: str
    doubt: bool
    held: bool
    lapsed: bool
    postponed: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class Page:
    lines: Sequence[Line]
    after: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What the page's head and its margin say. The first three are of what was asked for. Each stops at COUNT_LIMIT + 1."""

    found: int
    held: int
    overdue: int
    mine: int
    my_postponed: int
    my_decided: int
    escalated: int
    postponed: int


#: Bounds of the confidence filter, as the bands of the vendor: below, at or above.
BANDS: Mapping[str, tuple[str | None, str | None]] = {
    "low": (None, "0.6"),
    "medium": ("0.6", "0.7"),
    "good": ("0.7", "0.8"),
    "high": ("0.8", "0.9"),
    "very-high": ("0.9", None),
    "none": (None, None),
}
_FLOORS = [(name, Decimal(floor)) for name, (floor, _ceiling) in BANDS.items() if floor is not None][::-1]
BAND_WORDS = {
    "very-high": _("very high"),
    "high": _("high"),
    "good": _("good"),
    "medium": _("medium"),
    "low": _("low"),
    "none": _("none given"),
}
AGES: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
}


def page(*, user: User, asked: Filter, at: datetime, queues: Iterable[Queue], upstreams: Mapping[str, str]) -> Page:
    """One page of at most 50 tasks, in the order in which they will be given out. Two queries.

    `queues`: those that the person may look at, `upstreams`: names by slug. The page has read both already; to join them once
    more would cost PostgreSQL more time to plan than to run.
    """
    newest_first = asked.state in DECIDED
    rows = _after(_filtered(claims.visible(user), user, asked, at=at), asked.after, newest_first=newest_first)
    rows = rows.order_by("-decided_at", "-id") if newest_first else rows.order_by("position", "id")
    tasks = list(rows.select_related("holder", "job", "assignee", "decided_by").defer("eyes")[: PAGE + 1])
    known = {one.pk: one for one in queues}
    for task in tasks:
        task.queue = known.get(task.queue_id) or task.queue
    shown = tasks[:PAGE]
    why = _why([task.pk for task in shown])
    return Page(
        lines=[
            _line(task, why.get(task.pk, []), about=_about(task, upstreams, with_queue=not asked.queue), at=at)
            for task in shown
        ],
        after=_cursor(shown[-1], newest_first=newest_first) if len(tasks) > PAGE else "",
    )


def listed(
    *, seen: QuerySet[Task], user: User | None, asked: Filter, at: datetime, limit: int
) -> tuple[list[Task], str]:
    """The tasks among `seen` that were asked for, in the same order, and the cursor behind them; "" when these are the last.
    `user`: the person whom "me" and "mine" mean; None where nobody is meant. One query."""
    newest_first = asked.state in DECIDED
    rows = _after(_filtered(seen, user, asked, at=at), asked.after, newest_first=newest_first)
    rows = rows.order_by("-decided_at", "-id") if newest_first else rows.order_by("position", "id")
    tasks = list(rows.select_related("holder", "job", "queue", "decided_by")[: limit + 1])
    shown = tasks[:limit]
    return shown, _cursor(shown[-1], newest_first=newest_first) if len(tasks) > limit else ""


def _about(task: Task, upstreams: Mapping[str, str], *, with_queue: bool) -> str:
    n = task.job.page_count
    pages = ngettext("%(n)s page", "%(n)s pages", n) % {"n": n} if n else ""
    queue = task.queue.name if with_queue else ""
    return " · ".join(filter(None, (upstreams.get(task.upstream, task.upstream), task.job.schema_name, pages, queue)))


def _line(task: Task, why: Sequence[str], *, about: str, at: datetime) -> Line:
    leased = task.lease_until is not None and task.lease_until > at
    waits = task.state in OPEN
    doubt = task.queue.queues_no_confidence if task.lowest is None else task.lowest < Decimal(task.queue.threshold)
    return Line(
        task=task,
        about=about,
        reason=why[0] if why else "",
        reasons=" · ".join(why[1:]),
        band=band(task.lowest),
        doubt=doubt and waits,
        held=task.holder_id is not None and leased,
        lapsed=task.holder_id is not None and not leased,
        postponed=waits and task.postponed_until is not None and task.postponed_until > at,
        overdue=waits and task.due_at is not None and task.due_at <= at,
    )


def counts(*, user: User, asked: Filter, at: datetime) -> Counts:
    """Every figure of the page in two queries: one over what was asked for, one over the few that are the person's.

    Counting looks at no more than COUNT_LIMIT + 1 tasks, however many there are, in the queue's order. `overdue` is
    counted among these: overdue tasks stand first, so it is exact as long as it does not reach the limit itself.
    """
    found = _filtered(claims.visible(user), user, asked, at=at)
    first = found.order_by("position", "id").values("pk", "state", "due_at")[: COUNT_LIMIT + 1]
    counted = first.aggregate(found=Count("pk"), overdue=Count("pk", filter=Q(state__in=OPEN, due_at__lte=at)))
    seen = claims.visible(user)
    in_queue = seen.filter(queue=_called(asked.queue)) if asked.queue else seen
    figures = User.objects.filter(pk=user.pk).values(
        held=_count(_held_of(user, asked, at=at)),
        mine=_count(seen.filter(_NOT_DONE, pk__in=_in_hands(user))),
        my_postponed=_count(seen.filter(_NOT_DONE, pk__in=_away(at), postponed_by=user)),
        my_decided=_count(seen.filter(pk__in=_decided_today(user, at))),
        escalated=_count(seen.filter(state=Task.State.ESCALATED)),
        postponed=_count(in_queue.filter(_NOT_DONE, pk__in=_away(at))),
    )
    return Counts(**counted, **figures.get())


def queues_with_counts(*, user: User, at: datetime) -> list[tuple[Queue, int]]:
    """The queues that the person may look at, each with how many open tasks wait in it. One query."""
    queues = Queue.objects.all() if sees_all(user) else Queue.objects.filter(members=user)
    waiting = Task.objects.filter(_state("open", user=user, at=at), queue=OuterRef("pk"))
    return [(queue, queue.n) for queue in queues.annotate(n=_count(waiting)).order_by("position", "id")]


def last_decided(*, user: User, queue: str) -> datetime | None:
    """When somebody last decided a task of the queue, or of any that the person may look at."""
    decided = claims.visible(user).filter(decided_at__isnull=False)
    if queue:
        decided = decided.filter(queue__slug=queue)
    return decided.order_by("-decided_at").values_list("decided_at", flat=True).first()


def day_begins(at: datetime) -> datetime:
    """Midnight where the person is."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def sees_all(user: User) -> bool:
    """Supervisors work on every queue, auditors look at every queue."""
    return user.has_perm("review.supervise") or user.has_perm("audit.read")


def band(lowest: Decimal | None) -> str:
    """The confidence band's name for the mark: very-high, high, good, medium, low, none."""
    if lowest is None:
        return "none"
    return next((name for name, floor in _FLOORS if lowest >= floor), "low")


def _filtered(tasks: QuerySet[Task], user: User | None, asked: Filter, *, at: datetime) -> QuerySet[Task]:
    if asked.queue:
        tasks = tasks.filter(queue=_called(asked.queue))
    if asked.q:
        tasks = tasks.filter(document_name__icontains=asked.q)
    if asked.reason in rules.BITS:
        tasks = tasks.alias(hit=F("codes").bitand(rules.BITS[rules.Code(asked.reason)])).filter(hit__gt=0)
    if asked.upstream:
        tasks = tasks.filter(upstream=asked.upstream)
    if asked.kind:
        tasks = tasks.filter(kind=asked.kind)
    if asked.confidence in BANDS:
        floor, ceiling = BANDS[asked.confidence]
        if floor is None and ceiling is None:
            tasks = tasks.filter(lowest__isnull=True)
        if floor is not None:
            tasks = tasks.filter(lowest__gte=Decimal(floor))
        if ceiling is not None:
            tasks = tasks.filter(lowest__lt=Decimal(ceiling))
    if asked.age in AGES:
        tasks = tasks.filter(opened_at__lte=at - AGES[asked.age])
    if asked.holder == "me":
        tasks = tasks.filter(holder=user)
    elif asked.holder == "nobody":
        tasks = tasks.filter(Q(holder__isnull=True) | Q(lease_until__lte=at))
    elif asked.holder.isdecimal():
        tasks = tasks.filter(holder=int(asked.holder[:18]))
    if asked.job.isdecimal():
        tasks = tasks.filter(job=int(asked.job[:18]))
    return tasks.filter(_state(asked.state, user=user, at=at))


def _called(slug: str) -> Subquery:
    """The queue of that name as one value: a join would have to be planned."""
    return Subquery(Queue.objects.filter(slug=slug).values("pk")[:1])


def _state(state: str, *, user: User | None, at: datetime) -> Q:
    """What waits and is not put away, unless something else is asked for. One state where it can be: so it follows an
    index in order."""
    free = Q(holder__isnull=True) | Q(lease_until__lte=at)
    waiting = Q(state=Task.State.OPEN) & (Q(postponed_until__isnull=True) | Q(postponed_until__lte=at))
    return {
        "held": _NOT_DONE & Q(pk__in=_held(at)),
        "free": waiting & free,
        "mine": Q(state__in=OPEN, holder=user),
        "postponed": _NOT_DONE & Q(pk__in=_away(at)),
        "postponed-by-me": _NOT_DONE & Q(pk__in=_away(at), postponed_by=user),
        "escalated": Q(state=Task.State.ESCALATED),
        "decided": Q(state=Task.State.DECIDED),
        "decided-by-me": Q(state=Task.State.DECIDED, decided_by=user),
        "decided-by-me-today": Q(state=Task.State.DECIDED, decided_by=user, decided_at__gte=day_begins(at)),
        "any": Q(),
    }.get(state, waiting)


def _after(tasks: QuerySet[Task], cursor: str, *, newest_first: bool) -> QuerySet[Task]:
    # "lte and not equal" keeps to the index on both databases; an OR over the pair does not.
    first, _sign, last_id = cursor.partition("_")
    if not _NUMBER.fullmatch(last_id):
        return tasks
    if newest_first:
        moment = _moment(first)
        if moment is None:
            return tasks
        return tasks.filter(decided_at__lte=moment).exclude(decided_at=moment, id__gte=int(last_id))
    if not _NUMBER.fullmatch(first):
        return tasks
    return tasks.filter(position__gte=int(first)).exclude(position=int(first), id__lte=int(last_id))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _cursor(task: Task, *, newest_first: bool) -> str:
    if newest_first and task.decided_at is not None:
        return f"{task.decided_at.isoformat()}_{task.pk}"
    return f"{task.position}_{task.pk}"


def _in_hands(user: User) -> QuerySet[Task, int]:
    return Task.objects.filter(holder=user).values_list("pk", flat=True)


def _decided_today(user: User, at: datetime) -> QuerySet[Task, int]:
    return Task.objects.filter(decided_by=user, decided_at__gte=day_begins(at)).values_list("pk", flat=True)


def _held_of(user: User, asked: Filter, *, at: datetime) -> QuerySet[Task]:
    """Those of what was asked for that somebody holds. Few are held, so they are looked for from that end."""
    if asked.state not in ("open", "held", "any"):
        return Task.objects.none()
    held = _filtered(claims.visible(user), user, replace(asked, state="held"), at=at)
    return held.exclude(state=Task.State.ESCALATED) if asked.state == "open" else held


def _held(at: datetime) -> QuerySet[Task, int]:
    return Task.objects.filter(holder__isnull=False, lease_until__gt=at).values_list("pk", flat=True)


def _away(at: datetime) -> QuerySet[Task, int]:
    return Task.objects.filter(postponed_until__gt=at).values_list("pk", flat=True)


class _Count(Subquery):
    """How many rows the query inside has, as a column of the one outside."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def _count(tasks: QuerySet[Task]) -> _Count:
    """A count as a column of another query; it stops at COUNT_LIMIT + 1."""
    return _Count(tasks.order_by().values("pk")[: COUNT_LIMIT + 1])


def _why(ids: Sequence[int]) -> dict[int, list[str]]:
    grouped: dict[int, list[rules.Reason]] = {}
    for task_id, code, path, detail in (
        TaskReason.objects.filter(task__in=ids).order_by("id").values_list("task", "code", "path", "detail")
    ):
        grouped.setdefault(task_id, []).append(reasons.from_stored(code, path, detail))
    return {task_id: reasons.summary(found) for task_id, found in grouped.items()}
