"""How do I want to work, and with which password?"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reviewapp.web import access
from reviewapp.web.htmx import HtmxHttpRequest

from .. import actors, people
from ..forms import MeForm
from ..models import User


@require_http_methods(["GET", "POST"])
@access.signed_in
def me(request: HtmxHttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    form = MeForm(
        request.POST or None, initial={"locale": user.locale, "time_zone": user.time_zone, "theme": user.theme}
    )
    if form.is_valid():
        people.prefer(user=user, **form.cleaned_data, by=actors.person(user), at=request.at, via=actors.via(request))
        with override(user.locale):
            messages.success(request, _("Saved."))
        return redirect("accounts:me")
    return render(request, "accounts/me.html", {"form": form}, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@access.signed_in
def password(request: HtmxHttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    form = PasswordChangeForm(user, request.POST or None)
    if form.is_valid():
        people.set_password(
            user=user,
            password=form.cleaned_data["new_password1"],
            by=actors.person(user),
            at=request.at,
            via=actors.via(request),
        )
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. Other places where you were signed in are signed out."))
        return redirect("accounts:me")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200)
