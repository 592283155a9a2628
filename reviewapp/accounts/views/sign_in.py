"""How does a person come in and leave?"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from reviewapp.web import access, errors

from ..forms import SignInForm

LOCKED_OUT = errors.Problem(
    429,
    _("Too many tries"),
    _("This name was tried with a wrong password too often from your address."),
    _("The account itself is untouched, and whoever is signed in stays signed in."),
    _("Wait a quarter of an hour, or ask whoever manages the people of this desk for a new first password."),
)


class _SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    # The session, the last sign-in and the trail's entry are saved together or not at all.
    @method_decorator(transaction.atomic)
    def form_valid(self, form: Any) -> HttpResponse:
        return super().form_valid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class _SignOut(LogoutView):
    """By POST only: a link on another page must not sign anybody out."""


sign_in = access.public(_SignIn.as_view())
sign_out = access.public(_SignOut.as_view())


def locked_out(request: HttpRequest, response: HttpResponse, credentials: object, *args: object) -> HttpResponse:
    """The lock-out's own answer; it says the same whether or not the name exists."""
    refused = errors.answer(request, LOCKED_OUT)
    refused["Retry-After"] = "900"
    return refused
