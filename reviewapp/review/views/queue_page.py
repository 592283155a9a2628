"""The queue page: what waits, in the order in which it will be given out; the rows alone when htmx filters them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reviewapp.accounts.models import User
from reviewapp.review import queue, reasons
from reviewapp.review.models import Queue
from reviewapp.review.rules import INFORMS
from reviewapp.upstreams.models import KIND_LABELS, Upstream
from reviewapp.web import access, htmx
from reviewapp.web.filters import Choice, choice

from .screen_page import person

STATES = (
    ("free", _("Free")),
    ("held", _("Held")),
    ("mine", _("Held by me")),
    ("postponed", _("Postponed")),
    ("postponed-by-me", _("Postponed by me")),
    ("escalated", _("Escalated")),
    ("decided", _("Decided")),
    ("decided-by-me", _("Decided by me")),
    ("decided-by-me-today", _("Decided by me today")),
    ("any", _("Any state")),
)
BANDS = (
    ("low", _("Low, below 0.6")),
    ("medium", _("Medium, 0.6 to 0.7")),
    ("good", _("Good, 0.7 to 0.8")),
    ("high", _("High, 0.8 to 0.9")),
    ("very-high", _("Very high, from 0.9")),
    ("none", _("None given")),
)
AGES = (
    ("1h", _("Older than 1 h")),
    ("4h", _("Older than 4 h")),
    ("1d", _("Older than 1 day")),
    ("7d", _("Older than 7 days")),
)


@access.needs("review.see")
@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """GET /queue/?queue=<slug>&state=…&after=<cursor>. 404 for a queue that the person may not look at."""
    user, at = person(request), request.at  # type: ignore[attr-defined]
    queues = queue.queues_with_counts(user=user, at=at)
    chosen = _chosen(queues, request.GET.get("queue", ""))
    choices = _choices(request.GET, user)
    asked = queue.Filter(
        queue=chosen.slug if chosen is not None else "",
        q=request.GET.get("q", "").strip()[:200],
        job=request.GET.get("job", ""),
        after=request.GET.get("after", ""),
        **{one.name: one.chosen for one in choices if one.chosen},
    )
    page = queue.page(user=user, asked=asked, at=at)
    context: dict[str, Any] = {
        "queues": queues,
        "queue": chosen,
        "asked": asked,
        "choices": choices,
        "page": page,
        "counts": queue.counts(user=user, asked=asked, at=at),
        "limit": queue.COUNT_LIMIT,
        "waiting_elsewhere": [(one, n) for one, n in queues if n and one != chosen],
        "decided": asked.state in queue.DECIDED,
    }
    if not page.lines and not asked.narrows:
        context["last_decided"] = queue.last_decided(user=user, queue=asked.queue)
    template = "review/_queue_rows.html" if htmx.partial(request) else "review/queue.html"
    return render(request, template, context)


def _chosen(queues: list[tuple[Queue, int]], slug: str) -> Queue | None:
    if not slug:
        return None
    for one, _n in queues:
        if one.slug == slug:
            return one
    raise Http404("There is no such queue.")


def _choices(params: QueryDict, user: User) -> list[Choice]:
    kinds = [(kind.value, label) for kind, label in KIND_LABELS.items()]
    upstreams = list(Upstream.objects.order_by("name").values_list("slug", "name"))
    holders = [("nobody", _("Nobody"))]
    asked = params.get("holder", "")
    if asked.isdecimal():
        # From the board a link leads to one person's tasks; the choice then offers that person as well.
        holders.append((asked, _("One person")))
    codes = [(code.value, label) for code, label in reasons.LABELS.items() if code not in INFORMS]
    return [
        choice(params, "reason", label=_("Reason"), everything=_("Any reason"), options=codes),
        choice(params, "upstream", label=_("Upstream"), everything=_("Any upstream"), options=upstreams),
        choice(params, "kind", label=_("Kind"), everything=_("Any kind"), options=kinds),
        choice(params, "confidence", label=_("Lowest confidence"), everything=_("Any confidence"), options=BANDS),
        choice(params, "age", label=_("Age"), everything=_("Any age"), options=AGES),
        choice(params, "state", label=_("State"), everything=_("Waiting"), options=STATES),
        choice(params, "holder", label=_("Held by"), everything=_("Anyone"), options=holders),
    ]
