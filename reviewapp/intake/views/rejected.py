"""What could not be read: the list, and one payload as it was kept."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviewapp.intake import jobs
from reviewapp.intake.models import Rejected
from reviewapp.web import access

from .jobs import margin

#: So many characters of a kept payload are shown; it may be 20 MB.
SHOWN = 20_000


@access.needs("intake.see")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /jobs/rejected/?after=<cursor>"""
    found, after = jobs.rejected(request.GET.get("after", ""))
    return render(request, "intake/rejected.html", {"found": found, "after": after, **margin()})


@access.needs("intake.see")
@require_safe
def one(request: HttpRequest, rejected_id: int) -> HttpResponse:
    """GET /jobs/rejected/<id>/"""
    found = Rejected.objects.select_related("content").filter(pk=rejected_id).first()
    if found is None:
        raise Http404("There is no such payload.")
    text = found.content.text
    context = {
        "rejected": found,
        "erased_at": found.content.erased_at,
        "binary": found.content.type == "base64",
        "text": (text or "")[:SHOWN],
        "length": len(text or ""),
        "cut": len(text or "") > SHOWN,
        "shown": SHOWN,
    }
    return render(request, "intake/rejected_one.html", context)
