"""Who works here, and in which role? For those who manage people."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reviewapp.web import access
from reviewapp.web.htmx import HtmxHttpRequest

from .. import actors
from .. import people as acts
from ..forms import FirstPasswordForm, NewPersonForm, RoleForm, password_rules
from ..models import User

manages = access.needs("accounts.manage")

REFUSED = {
    "name_taken": gettext_lazy("Somebody signs in with this name already. Choose another one."),
    "yourself": gettext_lazy("You cannot take your own way in. Ask another admin to do it."),
    "last_manager": gettext_lazy("Nobody could manage people any more. Make somebody else an admin first."),
}


@require_GET
@manages
def people(request: HtmxHttpRequest) -> HttpResponse:
    return render(request, "accounts/people.html", {"people": User.objects.order_by("-is_active", "name", "pk")})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@manages
def new(request: HtmxHttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    if form.is_valid():
        try:
            user = acts.add(**form.cleaned_data, by=actors.person(request.user), at=request.at, via=actors.via(request))
        except acts.CannotChange as refused:
            form.add_error("username", str(REFUSED[refused.code]))
        else:
            messages.success(request, _("%(name)s can sign in now.") % {"name": user.name})
            return redirect("accounts:people")
    context = {"form": form, "rules": password_rules()}
    return render(request, "accounts/new_person.html", context, status=422 if form.is_bound else 200)


@require_GET
@manages
def person(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(User, pk=pk))


@require_POST
@manages
def role(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, user, role_form=form)
    return _acted(
        request,
        user,
        lambda: acts.set_role(
            user=user,
            role=form.cleaned_data["role"],
            by=actors.person(request.user),
            at=request.at,
            via=actors.via(request),
        ),
    )


@require_POST
@manages
def deactivation(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    return _acted(
        request,
        user,
        lambda: acts.deactivate(user=user, by=actors.person(request.user), at=request.at, via=actors.via(request)),
    )


@require_POST
@manages
def reactivation(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    return _acted(
        request,
        user,
        lambda: acts.reactivate(user=user, by=actors.person(request.user), at=request.at, via=actors.via(request)),
    )


@sensitive_post_parameters("password")
@require_POST
@manages
def first_password(request: HtmxHttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    if user.pk == request.user.pk:
        return redirect("accounts:password")
    form = FirstPasswordForm(user, request.POST)
    if not form.is_valid():
        return _page(request, user, password_form=form)
    return _acted(
        request,
        user,
        lambda: acts.set_password(
            user=user,
            password=form.cleaned_data["password"],
            by=actors.person(request.user),
            at=request.at,
            via=actors.via(request),
        ),
    )


def _acted(request: HtmxHttpRequest, user: User, act: Callable[[], None]) -> HttpResponse:
    """Back to the person's page; with the reason and 422 when the act was refused."""
    try:
        act()
    except acts.CannotChange as refused:
        messages.error(request, REFUSED[refused.code])
        return _page(request, user, status=422)
    messages.success(request, _("Saved."))
    return redirect("accounts:person", pk=user.pk)


def _page(
    request: HtmxHttpRequest,
    user: User,
    *,
    role_form: RoleForm | None = None,
    password_form: FirstPasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "person": user,
        "role_form": role_form or RoleForm(initial={"role": user.role}),
        "password_form": password_form or FirstPasswordForm(user),
        "rules": password_rules(),
    }
    refused = role_form is not None or password_form is not None
    return render(request, "accounts/person.html", context, status=422 if refused else status)
