"""Upstreams: which are connected, what classes they may give and which schemas are attached to them."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.intake import connections
from reviewapp.intake.forms import CategoriesForm, SchemaForm
from reviewapp.upstreams.models import Upstream
from reviewapp.web import access

configures = access.needs("upstreams.configure")


@configures
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /upstreams/"""
    return render(request, "intake/upstreams.html", {"upstreams": connections.all_()})


@configures
@require_safe
def upstream(request: HttpRequest, slug: str) -> HttpResponse:
    """GET /upstreams/<slug>/?schema=<name>: the forms, the schema form filled with an attached one when it is named."""
    found = _find(slug)
    named = found.schemas.filter(schema_name=request.GET.get("schema", "")).first()
    shown = {"schema_name": named.schema_name, "text": named.text} if named is not None else {}
    return _page(request, found, schema=SchemaForm(initial=shown))


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
        at=request.at,  # type: ignore[attr-defined]
        by=actors.person(request.user),
        via=actors.via(request),
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
        at=request.at,  # type: ignore[attr-defined]
        by=actors.person(request.user),
        via=actors.via(request),
    )
    messages.success(request, _("The attached schemas are saved."))
    return redirect("intake:upstream", found.slug)


def _page(
    request: HttpRequest,
    found: Upstream,
    *,
    categories: CategoriesForm | None = None,
    schema: SchemaForm | None = None,
    status: int = 200,
) -> HttpResponse:
    named = json.loads(found.categories) if found.categories else []
    context = {
        "upstream": found,
        "categories": categories or CategoriesForm(initial={"categories": "\n".join(named)}),
        "schema": schema or SchemaForm(),
        "schemas": list(found.schemas.order_by("schema_name")),
    }
    return render(request, "intake/upstream.html", context, status=status)


def _find(slug: str) -> Upstream:
    found = Upstream.objects.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no such upstream.")
    return found
