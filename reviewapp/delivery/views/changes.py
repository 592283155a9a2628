"""What is done to a destination: each POST is one act, and goes back to the destination's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reviewapp.accounts import actors
from reviewapp.delivery import destinations, outbox, retrying, testing
from reviewapp.delivery.forms import FillForm, ReasonForm, way_taken
from reviewapp.upstreams import outbound, sentences
from reviewapp.web import access
from reviewapp.web.locales import number

from .destinations import find, shown

manages = access.needs("delivery.manage")
configures = access.needs("delivery.configure")
#: So many earlier rows are put on their way before the page answers.
AT_ONCE = 500


@manages
@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/pause/"""
    if destinations.pause(destination_id=_id(slug), reason=_reason(request), **_by(request)):
        messages.success(request, _("Nothing is sent there until it is resumed. Rows go on being queued."))
    return redirect("delivery:destination", slug)


@manages
@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/resumption/"""
    try:
        if destinations.resume(destination_id=_id(slug), **_by(request)):
            messages.success(request, _("What waits is sent again."))
    except destinations.Refused as refused:
        messages.error(request, way_taken(str(refused)))
    return redirect("delivery:destination", slug)


@configures
@require_POST
def disable(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/disablement/"""
    if destinations.disable(destination_id=_id(slug), reason=_reason(request), **_by(request)):
        messages.success(request, _("Nothing is sent there, and nothing more is queued."))
    return redirect("delivery:destination", slug)


@configures
@require_POST
def secret(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/secret/: a new one, shown in the answer and never again."""
    line = find(slug)
    try:
        made = destinations.rotate_secret(destination_id=line.destination.pk, **_by(request))
    except destinations.Refused as refused:
        if refused.code == "secrets":
            said = _(
                "Two secrets sign already. Take the older one away once the receiver knows the newest, then make another."
            )
            messages.error(request, said)
        return redirect("delivery:destination", slug)
    context = {"destination": line.destination, "secret": made, "rotated": True}
    return render(request, "delivery/secret.html", context, status=201)


@configures
@require_POST
def older_secrets(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/secret/older/: only the newest signs from now on."""
    if destinations.forget_older_secrets(destination_id=_id(slug), **_by(request)):
        messages.success(request, _("Only the newest secret signs from now on."))
    return redirect("delivery:destination", slug)


@manages
@require_POST
def test(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/test/"""
    destination = find(slug).destination
    outcome = testing.send(destination_id=destination.pk, client=outbound.client(), **_by(request))
    said = sentences.told(outcome.sentence)
    if destination.upstream_id:
        # Our own client says how it went in more words; both would say it twice.
        said = sentences.told(outcome.answer) or said
    elif outcome.answer:
        said = f"{said}. {sentences.quoted(outcome.answer[:200])}"
    if outcome.code == "ok":
        messages.success(request, _("The test arrived: %(said)s") % {"said": said})
    else:
        messages.error(request, _("The test did not arrive: %(said)s") % {"said": said})
    return redirect("delivery:destination", slug)


@manages
@require_POST
def replay(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/replay/: every dead delivery there is tried again."""
    n = retrying.replay(destination_id=_id(slug), **_by(request))
    said = ngettext("%(n)s delivery is tried again.", "%(n)s deliveries are tried again.", n)
    messages.success(request, said % {"n": number(n)})
    return redirect("delivery:destination", slug)


@manages
@require_POST
def earlier(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/earlier/: rows that ended since a moment are sent too."""
    line = find(slug)
    form = FillForm(request.POST)
    if not form.is_valid():
        return shown(request, line, fill=form, status=422)
    n = outbox.fill(destination_id=line.destination.pk, since=form.cleaned_data["since"], limit=AT_ONCE, **_by(request))
    said = ngettext("%(n)s row was put on its way.", "%(n)s rows were put on their way.", n)
    messages.success(request, said % {"n": number(n)})
    if n >= AT_ONCE:
        messages.info(request, _("There may be more: send it once more to go on."))
    return redirect("delivery:destination", slug)


def _id(slug: str) -> int:
    return find(slug).destination.pk


def _by(request: HttpRequest) -> dict[str, Any]:
    return {
        "at": request.at,  # type: ignore[attr-defined]
        "by": actors.person(request.user),
        "via": actors.via(request),
    }


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    return str(form.cleaned_data["reason"]) if form.is_valid() else ""
