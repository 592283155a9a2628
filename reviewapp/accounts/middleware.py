"""Is the password the person's own? One that somebody else set is good for choosing an own one, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from reviewapp.web import access

from .models import User

_STILL_OPEN = {"accounts:password", "accounts:sign_out"}


class OwnPassword:
    """Sends a person with another's password to the password page. Public pages stay open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        guard = access.guard_of(view)
        if guard is None or guard.kind in {"public", "key"} or not isinstance(request.user, User):
            return None
        match = request.resolver_match
        if not request.user.password_is_anothers or (match is not None and match.view_name in _STILL_OPEN):
            return None
        messages.info(request, _("Choose a password of your own first. The one you signed in with was set for you."))
        return redirect("accounts:password")
