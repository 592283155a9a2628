"""Upstreams: which are connected and how, what classes they may give and which schemas are attached to them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.extraction.model import Kind
from reviewapp.intake import connections
from reviewapp.intake.forms import CategoriesForm, ReachForm, SchemaForm, UpstreamForm, WebhookSecretForm
from reviewapp.upstreams import adapter, outbound, registry, sentences
from reviewapp.upstreams.models import BASE_URLS, FILE_HOSTS, KIND_LABELS, Upstream
from reviewapp.web import access

configures = access.needs("upstreams.configure")


@configures
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /upstreams/"""
    kinds = [(kind.value, label) for kind, label in KIND_LABELS.items()]
    return render(request, "intake/upstreams.html", {"upstreams": connections.all_(), "kinds": kinds})


@configures
@require_safe
def upstream(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /upstreams/<slug>/?schema=<name>: the forms, the schema form filled with an attached one when it is named."""
    found = _find(slug)
    named = found.schemas.filter(schema_name=request.GET.get("schema", "")).first()
    shown = {"schema_name": named.schema_name, "text": named.text} if named is not None else {}
    return _page(request, found, schema=SchemaForm(initial=shown))


@configures
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """GET /upstreams/new/?kind=<kind>: the form, with the vendor's own address when a kind is named."""
    kind = _kind(request.GET.get("kind"))
    initial = {"kind": kind.value, "base_url": BASE_URLS.get(kind, ""), "file_hosts": FILE_HOSTS} if kind else {}
    form = UpstreamForm(initial=initial, options=_options(kind))
    return render(request, "intake/new_upstream.html", {"form": form})


@configures
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """POST /upstreams/new/added/"""
    form = UpstreamForm(request.POST, options=_options(_kind(request.POST.get("kind"))))
    if form.is_valid():
        try:
            made = connections.add(
                slug=form.cleaned_data["slug"],
                name=form.cleaned_data["name"],
                kind=form.cleaned_data["kind"],
                reached=_reached(form),
                **actors.acting(request),
            )
        except connections.BadSettings as error:
            form.add_error(error.field, sentences.told(str(error)))
        else:
            messages.success(request, _("The upstream is saved. Test the connection next."))
            return redirect("intake:upstream", made.slug)
    _ask_again(form)
    return render(request, "intake/new_upstream.html", {"form": form}, status=422)


@configures
@require_POST
def reach(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /upstreams/<slug>/connection/"""
    found = _find(slug)
    form = ReachForm(request.POST, options=_options(Kind(found.kind)))
    if form.is_valid():
        try:
            changed = connections.reach(
                upstream_id=found.pk, name=form.cleaned_data["name"], reached=_reached(form), **actors.acting(request)
            )
        except connections.BadSettings as error:
            form.add_error(error.field, sentences.told(str(error)))
        else:
            said = _("The connection is saved.") if changed else _("Nothing was changed.")
            messages.success(request, said)
            return redirect("intake:upstream", found.slug)
    _ask_again(form)
    return _page(request, found, reach=form, status=422)


@configures
@require_POST
def probe(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /upstreams/<slug>/test/: ask it something harmless and say what came."""
    found = _find(slug)
    try:
        said = connections.probe(found, client=outbound.client(), **actors.acting(request))
    except adapter.UpstreamError as failure:
        messages.error(request, _("The connection does not work: %(why)s") % {"why": sentences.told(str(failure))})
    else:
        messages.success(request, _("The connection works: %(said)s") % {"said": said})
    return redirect("intake:upstream", found.slug)


@configures
@require_POST
def pause(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /upstreams/<slug>/pause/ with paused=1 or 0"""
    found = _find(slug)
    paused = request.POST.get("paused") == "1"
    connections.pause(upstream_id=found.pk, paused=paused, **actors.acting(request))
    messages.success(request, _("It is asked nothing any more.") if paused else _("It is asked again."))
    return redirect("intake:upstream", found.slug)


@configures
@require_POST
def webhook_secret(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /upstreams/<slug>/webhook-secret/"""
    found = _find(slug)
    form = WebhookSecretForm(request.POST)
    if not form.is_valid():
        return _page(request, found, secret=form, status=422)
    connections.add_webhook_secret(upstream_id=found.pk, secret=form.cleaned_data["secret"], **actors.acting(request))
    messages.success(request, _("The secret is saved. Webhooks signed with it are believed from now on."))
    return redirect("intake:upstream", found.slug)


@configures
@require_POST
def categories(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /upstreams/<slug>/categories/"""
    found = _find(slug)
    form = CategoriesForm(request.POST)
    if not form.is_valid():
        return _page(request, found, categories=form, status=422)
    connections.set_categories(
        upstream_id=found.pk,
        categories=form.cleaned_data["categories"],
        **actors.acting(request),
    )
    messages.success(request, _("The categories are saved."))
    return redirect("intake:upstream", found.slug)


@configures
@require_POST
def schema(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /upstreams/<slug>/schema/"""
    found = _find(slug)
    form = SchemaForm(request.POST)
    if not form.is_valid():
        return _page(request, found, schema=form, status=422)
    connections.attach_schema(
        upstream_id=found.pk,
        schema_name=form.cleaned_data["schema_name"],
        text=form.cleaned_data["text"],
        **actors.acting(request),
    )
    messages.success(request, _("The attached schemas are saved."))
    return redirect("intake:upstream", found.slug)


def _page(
    request: HttpRequest,
    found: Upstream,
    *,
    reach: ReachForm | None = None,
    secret: WebhookSecretForm | None = None,
    categories: CategoriesForm | None = None,
    schema: SchemaForm | None = None,
    status: int = 200,
) -> HttpResponse:
    named = json.loads(found.categories) if found.categories else []
    vendor = registry.CLIENTS.get(Kind(found.kind))
    context = {
        "upstream": found,
        "can": vendor.can if vendor is not None else None,
        "reach": reach or ReachForm(initial=_as_typed(found), options=_options(Kind(found.kind))),
        "secret": secret or WebhookSecretForm(),
        "hook": request.build_absolute_uri(reverse("intake:hook", args=[found.slug])),
        "categories": categories or CategoriesForm(initial={"categories": "\n".join(named)}),
        "schema": schema or SchemaForm(),
        "schemas": list(found.schemas.order_by("schema_name")),
    }
    return render(request, "intake/upstream.html", context, status=status)


def _as_typed(found: Upstream) -> dict[str, Any]:
    options = json.loads(found.options) if found.options else {}
    return {
        "name": found.name,
        "base_url": found.base_url,
        "lists": found.lists,
        "file_hosts": found.file_hosts,
        "private": found.private,
        "options": "\n".join(f"{name} = {value}" for name, value in options.items()),
    }


def _kind(word: str | None) -> Kind | None:
    return next((one for one in Kind if one.value == word), None)


def _options(kind: Kind | None) -> tuple[str, ...] | None:
    """The options of a kind; None while it is open."""
    return registry.client(kind).can.options if kind is not None else None


def _ask_again(form: ReachForm) -> None:
    """A key is never sent back to the page: whoever typed one into a form with an error types it again, and is told so."""
    if form.data.get("credential") and "credential" not in form.errors:
        form.add_error("credential", _("Enter the key again: it is not kept while something else is wrong."))


def _reached(form: ReachForm) -> connections.Reached:
    told = ("base_url", "credential", "file_hosts", "private", "options", "lists")
    return connections.Reached(**{name: form.cleaned_data[name] for name in told})


def _find(slug: str) -> Upstream:
    found = Upstream.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such upstream.")
    return found
