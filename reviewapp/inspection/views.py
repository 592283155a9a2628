"""The trail's pages and exports: browse, a document's whole life, CSV and JSONL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from reviewapp.accounts import actors
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.results.models import Job
from reviewapp.web import access, htmx
from reviewapp.web.filters import choice

from . import browse, export, naming, wording

Lines = Callable[..., Iterator[str]]


@access.needs("audit.read")
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """GET /trail/?action=…&who=…&path=…&job=…&since=…&until=…&after=<cursor>"""
    asked = browse.asked(request.GET)
    page = browse.newest(asked, after=request.GET.get("after", ""))
    lines = wording.told(page.entries)
    context: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "lines": lines,
        "choices": [
            choice(request.GET, "action", label=_("Act"), everything=_("Any act"), options=Action.choices),
            choice(request.GET, "who", label=_("Who"), everything=_("Anyone"), options=browse.people()),
        ],
    }
    return render(request, "inspection/_trail.html" if htmx.partial(request) else "inspection/trail.html", context)


@access.needs("audit.read")
@require_safe
def job_trail(request: HttpRequest, job_id: int) -> HttpResponse:
    """GET /trail/jobs/<id>/: a document's whole life."""
    job = Job.objects.select_related("upstream").filter(pk=job_id).first()
    if job is None:
        raise Http404("There is no such job.")
    page = browse.life(job, after=request.GET.get("after", ""))
    context = {
        "job": job,
        "name": naming.of_job(job),
        "count": browse.count(job),
        "page": page,
        "lines": wording.told(page.entries),
        "one_job": True,
    }
    return render(request, "inspection/job.html", context)


@access.needs("audit.export")
@require_safe
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """GET /trail/export.csv, with the filters of the trail"""
    return _exported(request, "csv", export.csv, "text/csv; charset=utf-8; header=present")


@access.needs("audit.export")
@require_safe
def as_jsonl(request: HttpRequest) -> HttpResponseBase:
    """GET /trail/export.jsonl, with the filters of the trail"""
    return _exported(request, "jsonl", export.jsonl, "application/jsonl; charset=utf-8")


def _exported(request: HttpRequest, format: str, lines: Lines, content_type: str) -> HttpResponseBase:
    at = request.at  # type: ignore[attr-defined]
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=content_type)
    else:
        asked = browse.asked(request.GET)
        entry: Entry = export.announce(
            format=format, filter=asked, at=at, by=actors.person(request.user), via=actors.via(request)
        )
        response = StreamingHttpResponse(lines(asked, before=entry), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="trail-{at:%Y-%m-%dT%H%M%SZ}.{format}"'
    response["Cache-Control"] = "no-store"
    return response
