"""What is on its way, what got stuck, and why? The questions of the pages: one keyset page, one delivery, the destinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from .models import HOLDING, Attempt, Delivery, Destination

PAGE = 50
#: Counts are not followed beyond it.
COUNT_LIMIT = 10_000
#: So many characters of a body are shown; it may be 20 MB.
SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Filter:
    """The page's address, cleaned. Empty means any."""

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
    """The newest delivery first. One query."""
    found = Delivery.objects.select_related("destination", "job", "final")
    if asked.state:
        found = found.filter(state=asked.state)
    if asked.destination:
        found = found.filter(destination__slug=asked.destination)
    if asked.outcome:
        found = found.filter(final__outcome=asked.outcome)
    if asked.q:
        found = found.filter(
            Q(job__job_id__icontains=asked.q) | Q(job__file_name__icontains=asked.q) | Q(webhook_id=asked.q)
        )
    if asked.after.isdecimal():
        found = found.filter(pk__lt=int(asked.after[:18]))
    few = list(_with_status(found).order_by("-id")[: PAGE + 1])
    return Page(few[:PAGE], str(few[PAGE - 1].pk) if len(few) > PAGE else "")


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
    """How many deliveries there are in each state, not counted beyond COUNT_LIMIT."""
    return {state: _upto(Delivery.objects.filter(state=state)) for state in Delivery.State.values}


def destinations() -> list[Line]:
    """Every destination by name."""
    found = Destination.objects.select_related("upstream").order_by("name", "pk")
    return [_line(one) for one in found]


def named() -> list[tuple[str, str]]:
    """Slug and name of each destination, by name."""
    return list(Destination.objects.order_by("name", "pk").values_list("slug", "name"))


def find_destination(slug: str) -> Line | None:
    """One destination."""
    found = Destination.objects.select_related("upstream").filter(slug=slug).first()
    return None if found is None else _line(found)


def _line(destination: Destination) -> Line:
    ours = Delivery.objects.filter(destination=destination)
    return Line(
        destination,
        waiting=_upto(ours.filter(next_at__isnull=False)),
        dead=_upto(ours.filter(state=Delivery.State.DEAD, given_up_at=None)),
    )


def _upto(rows: QuerySet[Delivery]) -> int:
    return rows.order_by()[: COUNT_LIMIT + 1].count()


def _with_status(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    last = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-number").values("status")[:1]
    return found.annotate(status=Subquery(last))
