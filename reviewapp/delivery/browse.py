"""What is on its way, what got stuck, and why? The questions of the pages: one keyset page, one delivery, the destinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery

from reviewapp.results.models import Job

from .models import HOLDING, STANDINGS, Attempt, Delivery, DeliveryQuerySet, Destination

PAGE = 50
#: Counts are not followed beyond it.
COUNT_LIMIT = 10_000
#: So many characters of a body are shown; it may be 20 MB.
SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Filter:
    """The page's address, cleaned. Empty means any. `state` is one of `STANDINGS`."""

    state: str = ""
    destination: str = ""
    outcome: str = ""
    q: str = ""
    after: str = ""

    @property
    def narrows(self) -> bool:
        return bool(self.state or self.destination or self.outcome or self.q)


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: the cursor of the next page, "" at the end. `deliveries` carry `status`, the last attempt's."""

    deliveries: Sequence[Delivery]
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One destination with what waits and lies dead there, not counted beyond COUNT_LIMIT."""

    destination: Destination
    waiting: int
    dead: int


def page(asked: Filter) -> Page:
    """The newest delivery first. Two queries: which they are, read from an index alone, and what is shown of them."""
    ids = list(narrowed(asked).order_by("-id").values_list("pk", flat=True)[: PAGE + 1])
    shown = _with_status(Delivery.objects.select_related("destination__upstream", "job", "final"))
    few = list(shown.filter(pk__in=ids[:PAGE]).order_by("-id"))
    return Page(few, str(ids[PAGE - 1]) if len(ids) > PAGE else "")


def narrowed(asked: Filter) -> DeliveryQuerySet:
    """All that the filter lets through."""
    found = Delivery.objects.all()
    if asked.state:
        found = found.standing(asked.state)
    if asked.destination:
        found = found.filter(destination__slug=asked.destination)
    if asked.outcome:
        found = found.filter(final__outcome=asked.outcome)
    if asked.q:
        # Each looked up by itself, so that the names are read from an index and nothing is joined.
        jobs = Job.objects.filter(job_id__icontains=asked.q).values("pk")
        message = Delivery.objects.filter(webhook_id=asked.q).values("pk")
        found = found.filter(Q(document_name__icontains=asked.q) | Q(job__in=jobs) | Q(pk__in=message))
    if asked.after.isdecimal():
        found = found.filter(pk__lt=int(asked.after[:18]))
    return found


def find(delivery_id: int) -> Delivery | None:
    """One delivery with what its page shows."""
    wanted = Delivery.objects.select_related("destination__upstream", "job__upstream", "final", "body")
    return _with_status(wanted).filter(pk=delivery_id).first()


def attempts(delivery: Delivery) -> list[Attempt]:
    """Every attempt, the newest first."""
    return list(Attempt.objects.filter(delivery=delivery).select_related("answer").order_by("-number"))


def waits_for(delivery: Delivery) -> Delivery | None:
    """The delivery that this one waits for: the earliest of its document that holds it back."""
    if delivery.state not in HOLDING:
        return None
    earlier = Delivery.objects.filter(
        destination=delivery.destination_id, order_key=delivery.order_key, final__lt=delivery.final_id
    )
    holding = earlier.filter(Q(state__in=HOLDING) | Q(state=Delivery.State.DEAD, given_up_at=None))
    return holding.order_by("final").first()


def by_state() -> Mapping[str, int]:
    """How many deliveries stand in each of `STANDINGS`, not counted beyond COUNT_LIMIT."""
    return {where: _upto(Delivery.objects.standing(where)) for where, _ in STANDINGS}


def destinations() -> list[Line]:
    """Every destination by name. One query."""
    return [_line(one) for one in _counted(Destination.objects.order_by("name", "pk"))]


def named() -> list[tuple[str, str]]:
    """Slug and name of each destination, by name."""
    return list(Destination.objects.order_by("name", "pk").values_list("slug", "name"))


def find_destination(slug: str) -> Line | None:
    """One destination."""
    found = _counted(Destination.objects.filter(slug=slug)).first()
    return None if found is None else _line(found)


class _Count(Subquery):
    """How many rows the query inside has, as a column of the one outside."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def _counted(found: QuerySet[Destination]) -> QuerySet[Destination]:
    theirs = Delivery.objects.filter(destination=OuterRef("pk")).order_by()
    waiting, dead = theirs.filter(next_at__isnull=False), theirs.standing(Delivery.State.DEAD)
    return found.select_related("upstream").annotate(
        waiting=_Count(waiting.values("pk")[: COUNT_LIMIT + 1]), dead=_Count(dead.values("pk")[: COUNT_LIMIT + 1])
    )


def _line(destination: Any) -> Line:
    return Line(destination, waiting=destination.waiting, dead=destination.dead)


def _upto(rows: QuerySet[Delivery]) -> int:
    return rows.order_by()[: COUNT_LIMIT + 1].count()


def _with_status(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-number").values("status")[:1]
    return found.annotate(status=Subquery(last))
