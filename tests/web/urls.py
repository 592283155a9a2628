"""Addresses for the tests of the frame: the accounts' own and one view of each kind of guard and refusal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import RequestContext, Template
from django.urls import include, path

from reviewapp.web import access, errors

handler400 = "reviewapp.web.errors.bad_request"
handler403 = "reviewapp.web.errors.forbidden"
handler404 = "reviewapp.web.errors.not_found"
handler500 = "reviewapp.web.errors.server_error"


@access.public
def open_to_all(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.at.isoformat()} {request.id}")  # type: ignore[attr-defined]


@access.signed_in
def for_people(request: HttpRequest) -> HttpResponse:
    return HttpResponse("people")


@access.needs("review.work")
def for_workers(request: HttpRequest) -> HttpResponse:
    return HttpResponse("work")


@access.public
def breaks(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("on purpose")


@access.public
def conflict(request: HttpRequest) -> HttpResponse:
    return errors.answer(request, errors.CONFLICT)


@access.public
def refused(request: HttpRequest) -> HttpResponse:
    return errors.answer(request, errors.REFUSED)


@access.signed_in
def formats(request: HttpRequest) -> HttpResponse:
    source = "{% load formats %}{{ 1234567|number }}|{{ request.at|moment }}|{{ request.at|clock }}"
    return HttpResponse(Template(source).render(RequestContext(request)))


@access.public
def kit(request: HttpRequest) -> HttpResponse:
    """A page with keys, an htmx button for each refusal, and a place for what comes back."""
    return render(request, "kit.html")


@access.public
def download(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"%PDF-", content_type="application/pdf")


def says_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("never")


urlpatterns = [
    path("", open_to_all),
    path("", include("reviewapp.accounts.urls")),
    path("people-only/", for_people),
    path("workers-only/", for_workers),
    path("breaks/", breaks),
    path("conflict/", conflict),
    path("refused/", refused),
    path("formats/", formats),
    path("kit/", kit),
    path("download/", download),
    path("says-nothing/", says_nothing),
]
