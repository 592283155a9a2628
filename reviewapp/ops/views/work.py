"""The work page: what runs in the background, for supervisors and admins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviewapp.ops import overview
from reviewapp.web import access, htmx


@access.needs("work.see")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /work/: it renews itself every few seconds where there is script."""
    context = {"work": overview.of(at=request.at)}  # type: ignore[attr-defined]
    return render(request, "ops/_work.html" if htmx.partial(request) else "ops/work.html", context)
