"""Destinations: where rows go, one of them, a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.delivery import browse, destinations, sending
from reviewapp.delivery.forms import (
    DestinationForm,
    FillForm,
    Offer,
    ReasonForm,
    WebhookForm,
    WriteBackForm,
    way_taken,
)
from reviewapp.upstreams import connecting
from reviewapp.upstreams.models import Upstream
from reviewapp.upstreams.ways import WAYS, Way
from reviewapp.web import access

from .deliveries import margin

sees = access.needs("delivery.see")
configures = access.needs("delivery.configure")

REFUSED = {
    "slug_taken": ("slug", gettext_lazy("Another destination is called so already. Choose another short name.")),
    "address": ("url", gettext_lazy("This address cannot be called. Write it as https://host/path.")),
    "private": ("private", gettext_lazy("One of these is no private network, or one that may not be opened.")),
    "outcomes": ("outcomes", gettext_lazy("Choose at least one.")),
    "way": ("upstream", gettext_lazy("Choose an upstream and a way.")),
}


@sees
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /deliveries/destinations/"""
    return render(request, "delivery/destinations.html", {**margin(), "ways": bool(offers())})


@sees
@require_safe
def destination(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /deliveries/destinations/<slug>/"""
    return shown(request, find(slug))


@configures
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("url")
def new_webhook(request: HttpRequest) -> HttpResponse:
    """GET and POST /deliveries/destinations/new/webhook/. The answer to a good POST shows the secret, once."""
    form = WebhookForm(request.POST or None, initial={"outcomes": ["approved", "rejected", "passed"]})
    if form.is_valid():
        try:
            made, secret = destinations.add_webhook(
                slug=form.cleaned_data["slug"],
                wanted=form.wanted(),
                at=request.at,  # type: ignore[attr-defined]
                by=actors.person(request.user),
                via=actors.via(request),
            )
        except destinations.Refused as refused:
            _say(form, refused)
        else:
            return render(request, "delivery/secret.html", {"destination": made, "secret": secret}, status=201)
    context = {"form": form, "write_back": False}
    return render(request, "delivery/new_destination.html", context, status=422 if form.is_bound else 200)


@configures
@require_http_methods(["GET", "POST"])
def new_write_back(request: HttpRequest) -> HttpResponse:
    """GET and POST /deliveries/destinations/new/write-back/"""
    form = WriteBackForm(request.POST or None, initial={"outcomes": ["approved", "rejected"]}, offers=offers())
    if form.is_valid():
        try:
            made = destinations.add_write_back(
                slug=form.cleaned_data["slug"],
                wanted=form.wanted(),
                at=request.at,  # type: ignore[attr-defined]
                by=actors.person(request.user),
                via=actors.via(request),
            )
        except destinations.Refused as refused:
            _say(form, refused)
        else:
            messages.success(request, _("The destination is there. It gets what is decided from now on."))
            return redirect("delivery:destination", made.slug)
    context = {"form": form, "write_back": True}
    return render(request, "delivery/new_destination.html", context, status=422 if form.is_bound else 200)


@configures
@require_POST
@sensitive_post_parameters("url")
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /deliveries/destinations/<slug>/settings/"""
    line = find(slug)
    form = form_of(line, request.POST)
    if form.is_valid():
        try:
            destinations.change(
                destination_id=line.destination.pk,
                wanted=form.wanted(),
                at=request.at,  # type: ignore[attr-defined]
                by=actors.person(request.user),
                via=actors.via(request),
            )
        except destinations.Refused as refused:
            _say(form, refused)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("delivery:destination", slug)
    return shown(request, line, settings=form, status=422)


def shown(
    request: HttpRequest,
    line: browse.Line,
    *,
    settings: WebhookForm | WriteBackForm | None = None,
    fill: FillForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one destination."""
    found = line.destination
    context: dict[str, Any] = {
        "line": line,
        "destination": found,
        "limit": browse.COUNT_LIMIT,
        "way": WAYS.get(found.way),
        "settings": settings or form_of(line),
        "reason": ReasonForm(),
        "fill": fill or FillForm(initial={"since": found.since if found.state == "disabled" else None}),
        "older": _has_older_secrets(line),
        "served": _served(line),
    }
    return render(request, "delivery/destination.html", context, status=status)


def find(slug: str) -> browse.Line:
    """The destination of that short name; Http404."""
    found = browse.find_destination(slug)
    if found is None:
        raise Http404("There is no such destination.")
    return found


def form_of(line: browse.Line, data: Any = None) -> WebhookForm | WriteBackForm:
    """The form of a destination's settings, by its kind."""
    found = line.destination
    return WriteBackForm(data, known=found) if found.upstream_id else WebhookForm(data, known=found)


def offers() -> list[Offer]:
    """What can be written back to each live upstream whose client takes something. Two queries."""
    taken = destinations.taken_ways()
    found = []
    for upstream in Upstream.objects.exclude(base_url="").order_by("name"):
        for way in sending.ways_of(upstream.kind):
            words = WAYS.get(way, Way(way, "", ""))
            found.append(
                Offer(
                    value=f"{upstream.slug}:{way}",
                    upstream=upstream.name,
                    way=words,
                    taken_by=taken.get((upstream.pk, way), ""),
                    lacks="" if not words.option or connecting.options(upstream).get(words.option) else words.option,
                )
            )
    return found


def _say(form: DestinationForm, refused: destinations.Refused) -> None:
    """What was refused, beside its field."""
    if refused.code == "way_taken":
        form.add_error("upstream" if "upstream" in form.fields else None, way_taken(str(refused)))
    else:
        form.add_error(*REFUSED[refused.code])


def _has_older_secrets(line: browse.Line) -> bool:
    try:
        return len(destinations.secrets_of(line.destination)) > 1
    except ValueError:
        return False


def _served(line: browse.Line) -> str:
    """The names of the upstreams whose rows go there; "" for all."""
    found = line.destination
    if found.upstream is not None:
        return found.upstream.name
    slugs = destinations.facts(found)["upstreams"]
    names = dict(Upstream.objects.values_list("slug", "name"))
    return (
        ", ".join(names.get(slug, slug) for slug in slugs if isinstance(slug, str)) if isinstance(slugs, list) else ""
    )
