"""Who may enter a view? Every view says it with one of these decorators; middleware.Guarded refuses one that does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

View = Callable[..., HttpResponseBase]
Kind = Literal["public", "signed_in", "permission", "key"]


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view asks for. `permission` is set for the kind "permission" only.

    "key": a machine comes in with an API key; the room that marks its view so checks the key itself.
    """

    kind: Kind
    permission: str = ""


class Unguarded(RuntimeError):
    """A view that does not say who may enter. A mistake of ours: nobody enters."""


def needs(permission: str) -> Callable[[View], View]:
    """Only people with that permission: others get 403, strangers are sent to sign in."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in_first(request)
            if not request.user.has_perm(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return mark(guarded, Guard("permission", permission))

    return decorate


def signed_in(view: View) -> View:
    """Everybody who is signed in."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        return view(request, *args, **kwargs)

    return mark(guarded, Guard("signed_in"))


def public(view: View) -> View:
    """Everybody, signed in or not."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return mark(guarded, Guard("public"))


def mark(view: View, guard: Guard) -> View:
    """Write on the view what it asks for. It guards nothing by itself: for the decorators here and the API's own."""
    view.guard = guard  # type: ignore[attr-defined]
    return view


def guard_of(view: object) -> Guard | None:
    """What the view asks for; None when it does not say."""
    guard = getattr(view, "guard", None)
    return guard if isinstance(guard, Guard) else None


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back. A partial cannot show that page, so htmx is told to go there."""
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    shown = request.headers.get("HX-Current-URL", "")
    ours = url_has_allowed_host_and_scheme(shown, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(shown)
    back = f"{parts.path}?{parts.query}".rstrip("?") if ours else "/"
    response = HttpResponse(status=401)
    response["HX-Redirect"] = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    return response
