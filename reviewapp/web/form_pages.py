"""Where does a person belong who asks for an address that only takes what a form sends? The page above it.

After a way round by the sign-in, a reload or Enter in the address bar the browser asks with GET for an address that
knows POST alone. Addresses grow from the page that holds the form (`/jobs/<id>/again/` from `/jobs/<id>/`), so the
nearest one above that can be read is that page.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.translation import gettext as _

from . import access
from .middleware import Next


class FormPages:
    """A GET that is answered with 405 leads to the page above. Machines' addresses keep their 405: those with a key, and
    those that take what no form of ours sends."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD") or not _is_a_forms(request):
            return response
        # The page above may itself be one that only takes what a form sends: then this happens once more.
        if not messages.get_messages(request):
            messages.info(request, _("That address only takes what a form sends. Nothing was sent; this is its page."))
        return redirect(get_script_prefix().rstrip("/") + above(request.path_info))


def above(path: str) -> str:
    """The nearest address above this one at which there is something; "/" at the top."""
    parts = [part for part in path.split("/") if part]
    for count in range(len(parts) - 1, 0, -1):
        candidate = "/" + "/".join(parts[:count]) + "/"
        try:
            resolve(candidate)
        except Resolver404:
            continue
        return candidate
    return "/"


def _is_a_forms(request: HttpRequest) -> bool:
    view = getattr(request.resolver_match, "func", None)
    guard = access.guard_of(view)
    return guard is not None and guard.kind != "key" and not getattr(view, "csrf_exempt", False)
