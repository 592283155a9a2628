"""The queue page: what waits, in the order in which it will be given out; the rows alone when htmx filters them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reviewapp.accounts.models import User
from reviewapp.review import queue, reasons, saved_views
from reviewapp.review.queue_forms import ViewForm
from reviewapp.review.rules import INFORMS
from reviewapp.upstreams.models import KIND_LABELS
from reviewapp.web import access, htmx
from reviewapp.web.filters import Choice, choice

from .screen_page import moment, person

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
    return answer(request, request.GET, ViewForm())


def answer(request: HttpRequest, params: QueryDict, form: ViewForm) -> HttpResponse:
    """The page that such an address asks for. `form` saves it as a view; a refused one stands open in it."""
    user, at = person(request), moment(request)
    queues = queue.queues_with_counts(user=user, at=at)
    views, upstreams = saved_views.listed(user=user)
    slugs = [one.slug for one, _n in queues]
    offered = _offered(upstreams)
    asked, choices = cleaned(params, queues=slugs, offered=offered)
    no_foreign_queue(params, asked)
    chosen = next((one for one, _n in queues if one.slug == asked.queue), None)
    query = query_of(asked)
    page = queue.page(user=user, asked=asked, at=at, queues=[one for one, _n in queues], upstreams=dict(upstreams))
    context: dict[str, Any] = {
        "queues": queues,
        "queue": chosen,
        "asked": asked,
        "query": QueryDict(query),
        "choices": choices,
        "page": page,
        "counts": queue.counts(user=user, asked=asked, at=at),
        "limit": queue.COUNT_LIMIT,
        "waiting_elsewhere": [(one, n) for one, n in queues if n and one != chosen],
        "decided": asked.state in queue.DECIDED,
        "views": [(one, _still_asks(one.query, queues=slugs, offered=offered)) for one in views],
        "view": next((one for one in views if one.query == query), None),
        "form": form,
        "part": htmx.partial(request),
    }
    if not page.lines and not asked.narrows:
        context["last_decided"] = queue.last_decided(user=user, queue=asked.queue)
    template = "review/_queue_rows.html" if context["part"] else "review/queue.html"
    return render(request, template, context, status=422 if form.is_bound else 200)


def cleaned(
    params: QueryDict, *, queues: Sequence[str], offered: Sequence[Choice]
) -> tuple[queue.Filter, list[Choice]]:
    """What the address asks for, and the choices above the list with it. What is not offered counts as not asked; so does
    a queue that is not among those that the person may look at."""
    choices = [_chosen(params, one) for one in offered]
    slug = params.get("queue", "")
    asked = queue.Filter(
        queue=slug if slug in queues else "",
        q=params.get("q", "").replace("\0", "").strip()[:200],
        job=_number(params.get("job", "")),
        after=params.get("after", ""),
        **{one.name: one.chosen for one in choices if one.chosen},
    )
    return asked, choices


def asked_by(params: QueryDict, *, user: User, at: datetime) -> queue.Filter:
    """What such an address asks this person's page for."""
    slugs = [one.slug for one, _n in queue.queues_with_counts(user=user, at=at)]
    _views, upstreams = saved_views.listed(user=user)
    asked, _choices = cleaned(params, queues=slugs, offered=_offered(upstreams))
    return asked


def no_foreign_queue(params: QueryDict, asked: queue.Filter) -> None:
    """Raises Http404 when the address names a queue that the person may not look at, or that is not there."""
    if params.get("queue", "") != asked.queue:
        raise Http404("There is no such queue.")


def query_of(asked: queue.Filter) -> str:
    """The one way to write the filter into the page's address: what is asked for in the Filter's order, no cursor."""
    nothing = queue.Filter()
    said = [(one.name, getattr(asked, one.name)) for one in fields(asked) if one.name != "after"]
    return urlencode([(name, value) for name, value in said if value != getattr(nothing, name)])


def _still_asks(query: str, *, queues: Sequence[str], offered: Sequence[Choice]) -> bool:
    """Does the page still offer all that a saved view asks for? A queue may be closed to the person by now."""
    asked, _choices = cleaned(QueryDict(query), queues=queues, offered=offered)
    return query_of(asked) == query


def _offered(upstreams: Sequence[tuple[str, str]]) -> list[Choice]:
    """The choices above the list, nothing chosen."""
    kinds = [(kind.value, label) for kind, label in KIND_LABELS.items()]
    codes = [(code.value, label) for code, label in reasons.LABELS.items() if code not in INFORMS]
    return [
        Choice("reason", _("Reason"), _("Any reason"), codes, ""),
        Choice("upstream", _("Upstream"), _("Any upstream"), upstreams, ""),
        Choice("kind", _("Kind"), _("Any kind"), kinds, ""),
        Choice("confidence", _("Lowest confidence"), _("Any confidence"), BANDS, ""),
        Choice("age", _("Age"), _("Any age"), AGES, ""),
        Choice("state", _("State"), _("Waiting"), STATES, ""),
        Choice("holder", _("Held by"), _("Anyone"), [("nobody", _("Nobody"))], ""),
    ]


def _chosen(params: QueryDict, one: Choice) -> Choice:
    options = one.options
    if one.name == "holder" and (asked := _number(params.get("holder", ""))):
        # From the board a link leads to one person's tasks; the choice then offers that person as well.
        options = [*options, (asked, _("One person"))]
    return choice(params, one.name, label=one.label, everything=one.everything, options=options)


def _number(text: str) -> str:
    """The id, or "" for what cannot be one."""
    return text if text.isascii() and text.isdecimal() and len(text) <= 18 else ""
