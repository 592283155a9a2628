"""What does a person read when something is refused or breaks? What happened, what was kept, what to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal in plain sentences. `status` is the HTTP status."""

    status: int
    title: Text
    happened: Text
    kept: Text
    todo: Text


BAD_REQUEST = Problem(
    400,
    _("This request cannot be read"),
    _("The address or the form that was sent is not one of ours."),
    _("Nothing was changed."),
    _("Go back, reload the page and try again."),
)
FORBIDDEN = Problem(
    403,
    _("Your role does not open this"),
    _("This page is there, but it is not part of what your role may do."),
    _("Nothing was changed."),
    _("If you need it for your work, ask whoever manages the people of this desk."),
)
FORM_TOO_OLD = Problem(
    403,
    _("This form is no longer valid"),
    _("The page was open for too long, or you signed in again in another tab."),
    _("Nothing of this form was saved."),
    _("Go back, copy what you typed, reload the page and send it again."),
)
NOT_FOUND = Problem(
    404,
    _("There is nothing at this address"),
    _("It may have been typed wrongly, or what it named is not yours to see."),
    _("Nothing was changed."),
    _("Start again from the pages named at the top."),
)
CONFLICT = Problem(
    409,
    _("Somebody was faster"),
    _("What you were looking at has been changed since you opened it."),
    _("Your entry was not saved, and nothing of the other person’s was lost."),
    _("Reload the page to see the newest state, then decide again."),
)
REFUSED = Problem(
    422,
    _("This cannot be saved as it is"),
    _("Something in the form is missing or does not fit."),
    _("Nothing was saved."),
    _("Go back and mend what is named there."),
)


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as a page, or as the one element that htmx puts where the page speaks."""
    template = "web/_problem.html" if "HX-Request" in request.headers else "web/problem.html"
    return render(request, template, {"problem": problem}, status=problem.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, FORM_TOO_OLD)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something of ours broke. The page asks neither database nor session: they may be what broke."""
    part = "HX-Request" in request.headers
    number = getattr(request, "id", "")
    page: str
    try:
        page = render_to_string("web/_server_problem.html" if part else "web/server_problem.html", {"number": number})
    except Exception:
        _log.exception("the page for errors cannot be drawn either")
        page = f"Something in reviewapp broke. What you just sent was not saved. Number: {number}"
    return HttpResponse(page, status=500)
