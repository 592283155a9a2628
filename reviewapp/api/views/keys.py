"""Which machines may read, and what? For those who manage the API."""

from __future__ import annotations

from datetime import UTC, datetime, time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.accounts import actors, apikeys
from reviewapp.accounts.models import ApiKey, User
from reviewapp.api.forms import NewKeyForm
from reviewapp.api.keys import listed
from reviewapp.web import access
from reviewapp.web.htmx import HtmxHttpRequest

manages = access.needs("api.manage")


@require_GET
@manages
def keys(request: HtmxHttpRequest) -> HttpResponse:
    return render(request, "api/keys.html", {"lines": listed(at=request.at)})


@require_http_methods(["GET", "POST"])
@manages
def new(request: HtmxHttpRequest) -> HttpResponse:
    """The answer to a good POST shows the secret, once; it is not kept anywhere, so there is no page to go to."""
    assert isinstance(request.user, User)
    form = NewKeyForm(request.POST or None, at=request.at)
    if not form.is_valid():
        return render(request, "api/new_key.html", {"form": form}, status=422 if form.is_bound else 200)
    typed = form.cleaned_data
    key, secret = apikeys.issue(
        name=typed["name"],
        upstreams=typed["upstreams"],
        scopes=typed["scopes"],
        hold=typed["hold"],
        acts_for=typed["acts_for"],
        expires_at=None if typed["expires"] is None else datetime.combine(typed["expires"], time(), UTC),
        by=request.user,
        at=request.at,
        via=actors.via(request),
    )
    return render(request, "api/key_secret.html", {"key": key, "secret": secret}, status=201)


@require_POST
@manages
def revocation(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)
    key = get_object_or_404(ApiKey, pk=pk)
    if apikeys.revoke(key=key, by=request.user, at=request.at, via=actors.via(request)):
        messages.success(request, _("%(name)s opens nothing any more.") % {"name": key.name})
    return redirect("api:keys")
