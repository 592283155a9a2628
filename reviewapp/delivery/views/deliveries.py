"""The deliveries page: what is on its way, and one delivery with its attempts and its body."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.delivery import browse, retrying
from reviewapp.delivery.forms import OUTCOMES
from reviewapp.delivery.models import STANDINGS, Delivery
from reviewapp.web import access, htmx
from reviewapp.web.filters import choice
from reviewapp.work import workers

REFUSED = {
    "in_flight": gettext_lazy("It is being sent at this very moment. Nothing was changed."),
    "over": gettext_lazy("There is nothing left to be done about it. Nothing was changed."),
}


@access.needs("delivery.see")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /deliveries/?state=…&destination=…&outcome=…&q=…&after=<cursor>"""
    choices = [
        choice(request.GET, "state", label=_("State"), everything=_("Any state"), options=STANDINGS),
        choice(
            request.GET, "destination", label=_("Destination"), everything=_("Any destination"), options=browse.named()
        ),
        choice(request.GET, "outcome", label=_("Outcome"), everything=_("Any outcome"), options=OUTCOMES),
    ]
    asked = browse.Filter(
        state=choices[0].chosen,
        destination=choices[1].chosen,
        outcome=choices[2].chosen,
        q=request.GET.get("q", "").strip()[:200],
        after=request.GET.get("after", ""),
    )
    context = {
        "asked": asked,
        "choices": choices,
        "page": browse.page(asked),
        "nobody_works": not workers.any_alive(at=request.at),  # type: ignore[attr-defined]
        **margin(),
    }
    return render(
        request, "delivery/_deliveries.html" if htmx.partial(request) else "delivery/deliveries.html", context
    )


def margin() -> dict[str, Any]:
    """What stands beside the lists: how many deliveries stand where, and the destinations."""
    counts = browse.by_state()
    return {
        "states": [(where, label, counts[where]) for where, label in STANDINGS],
        "lines": browse.destinations(),
        "limit": browse.COUNT_LIMIT,
    }


@access.needs("delivery.see")
@require_safe
def delivery(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """GET /deliveries/<id>/"""
    found = _find(delivery_id)
    text = found.body.text
    context = {
        "delivery": found,
        "attempts": browse.attempts(found),
        "waits_for": browse.waits_for(found),
        "text": (text or "")[: browse.SHOWN],
        "cut": len(text or "") > browse.SHOWN,
        "length": len(text or ""),
        "shown": browse.SHOWN,
        "again": found.state in ("pending", "retrying") or found.holds_back,
    }
    return render(request, "delivery/delivery.html", context)


@access.needs("delivery.manage")
@require_POST
def attempt(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """POST /deliveries/<id>/attempts/: try again now."""
    found = _find(delivery_id)
    try:
        retrying.try_again(
            delivery_id=found.pk,
            at=request.at,  # type: ignore[attr-defined]
            by=actors.person(request.user),
            via=actors.via(request),
        )
    except retrying.Refused as refused:
        messages.info(request, REFUSED[refused.code])
    else:
        if not found.destination.held_text:
            messages.success(request, _("It is tried again as soon as a worker is free."))
        else:
            messages.warning(request, _("It is due, and is sent when its destination is resumed."))
    return redirect("delivery:delivery", found.pk)


@access.needs("delivery.manage")
@require_POST
def end(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """POST /deliveries/<id>/end/: give it up; later ones of its document go on."""
    found = _find(delivery_id)
    try:
        retrying.give_up(
            delivery_id=found.pk,
            at=request.at,  # type: ignore[attr-defined]
            by=actors.person(request.user),
            via=actors.via(request),
        )
    except retrying.Refused as refused:
        messages.info(request, REFUSED[refused.code])
    else:
        messages.success(request, _("It is given up. Later rows of its document are sent."))
    return redirect("delivery:delivery", found.pk)


def _find(delivery_id: int) -> Delivery:
    found = browse.find(delivery_id)
    if found is None:
        raise Http404("There is no such delivery.")
    return found
