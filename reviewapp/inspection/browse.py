"""Which entries were asked for? Filters -> a page of the trail, by keyset; the same filters serve the exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max, Min, Q, QuerySet

from reviewapp.accounts.models import User
from reviewapp.audit.models import Entry
from reviewapp.results.models import Job

PAGE = 100
#: A document's life is shown in pages of this many entries.
LIFE = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """The page's address, cleaned. Empty means any. `who` is "person:3", "system:reviewapp", ...; `path` a JSON Pointer,
    which takes everything below it as well; `job` our id or the upstream's; days are whole days in UTC, both included."""

    action: str = ""
    who: str = ""
    path: str = ""
    job: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def narrows(self) -> bool:
        return self != Filter()

    def as_plain(self) -> dict[str, str]:
        """For the entry that tells of an export: which of them were set, and to what."""
        days = {"since": self.since, "until": self.until}
        texts = {"action": self.action, "who": self.who, "path": self.path, "job": self.job}
        return {**texts, **{name: one.isoformat() if one else "" for name, one in days.items()}}


@dataclass(frozen=True, slots=True)
class Page:
    entries: Sequence[Entry]
    after: str


def asked(params: Mapping[str, str]) -> Filter:
    """The filter that an address asks for; a day that is none is passed over."""
    return Filter(
        action=params.get("action", ""),
        who=params.get("who", ""),
        path=params.get("path", "").strip()[:1000],
        job=params.get("job", "").strip()[:200],
        since=_day(params.get("since", "")),
        until=_day(params.get("until", "")),
    )


def entries(filter: Filter) -> QuerySet[Entry]:
    """The entries that fit, in no order yet."""
    found = Entry.objects.all()
    if filter.action:
        found = found.filter(action=filter.action)
    if filter.who:
        type, _, id = filter.who.partition(":")
        found = found.filter(actor_type=type, actor_id=id)
    if filter.path:
        found = found.filter(Q(path=filter.path) | Q(path__startswith=f"{filter.path}/"))
    if filter.job:
        found = found.filter(job__in=_jobs(filter.job))
    return _within(found, filter)


def newest(filter: Filter, *, after: str) -> Page:
    """One page of the trail, the newest first."""
    found = entries(filter)
    if after.isdecimal():
        found = found.filter(pk__lt=int(after[:18]))
    few = list(found.select_related("old", "new", "reason").order_by("-pk")[: PAGE + 1])
    return Page(few[:PAGE], str(few[PAGE - 1].pk) if len(few) > PAGE else "")


def life(job: Job, *, after: str) -> Page:
    """Everything that happened to a job, its documents, rows and tasks, the oldest first."""
    found = Entry.objects.filter(job=job.pk)
    if after.isdecimal():
        found = found.filter(pk__gt=int(after[:18]))
    few = list(found.select_related("old", "new", "reason").order_by("pk")[: LIFE + 1])
    return Page(few[:LIFE], str(few[LIFE - 1].pk) if len(few) > LIFE else "")


def count(job: Job) -> int:
    """How many entries tell of the job."""
    return Entry.objects.filter(job=job.pk).count()


def people() -> list[tuple[str, str]]:
    """Who may stand in the filter: everybody who ever worked here, and the program itself."""
    named = [(f"person:{pk}", name) for pk, name in User.objects.order_by("name", "pk").values_list("pk", "name")]
    return [*named, ("system:reviewapp", "reviewapp")]


def _jobs(asked: str) -> list[int]:
    by_theirs = Q(job_id=asked)
    by_ours = Q(pk=int(asked)) if asked.isdecimal() and len(asked) < 18 else Q(pk__in=[])
    return list(Job.objects.filter(by_theirs | by_ours).values_list("pk", flat=True)[:100])


def _within(found: QuerySet[Entry], filter: Filter) -> QuerySet[Entry]:
    if filter.since is None and filter.until is None:
        return found
    days = Q()
    if filter.since is not None:
        days &= Q(at__gte=datetime.combine(filter.since, time(), UTC))
    if filter.until is not None and filter.until < date.max:
        days &= Q(at__lt=datetime.combine(filter.until + timedelta(days=1), time(), UTC))
    # The pages walk along the ids: the first and last id of the days keep them from walking the whole trail.
    ends = Entry.objects.filter(days).aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return found.none()
    return found.filter(days, pk__gte=ends["first"], pk__lte=ends["last"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
