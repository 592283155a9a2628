"""Handing documents in at an upstream, and what became of those that were."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.intake import attaching, submitting
from reviewapp.intake.forms import HandInForm
from reviewapp.intake.models import Submission
from reviewapp.upstreams import registry
from reviewapp.upstreams.models import Upstream
from reviewapp.web import access

from .jobs import NOT_KEPT


@access.needs("intake.import")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /jobs/hand-in/"""
    return _page(request, HandInForm(upstreams=takers()))


@access.needs("intake.import")
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """POST /jobs/hand-in/sent/"""
    form = HandInForm(request.POST, request.FILES, upstreams=takers())
    if not form.is_valid():
        return _page(request, form, status=422)
    upload = form.cleaned_data["document"]
    try:
        submitting.hand_in(
            upstream=Upstream.objects.get(slug=form.cleaned_data["upstream"]),
            chunks=upload.chunks(),
            name=upload.name,
            schema=form.cleaned_data["schema"],
            schema_name=form.cleaned_data["schema_name"],
            **actors.acting(request),
        )
    except attaching.NotKept as refused:
        form.add_error("document", str(NOT_KEPT[refused.code]))
        return _page(request, form, status=422)
    messages.success(request, _("The document is kept and will be handed in within seconds; its job appears below."))
    return redirect("intake:hand_in")


@access.needs("intake.import")
@require_POST
def again(request: HttpRequest, submission_id: int) -> HttpResponse:
    """POST /jobs/hand-in/<id>/again/"""
    found = Submission.objects.select_related("upstream").filter(pk=submission_id).first()
    if found is None:
        raise Http404("There is no such submission.")
    submitting.again(submission=found, **actors.acting(request))
    messages.success(request, _("It is handed in once more."))
    return redirect("intake:hand_in")


def takers() -> list[tuple[str, str]]:
    """The upstreams at which documents can be handed in, as choices."""
    submits = [kind.value for kind, vendor in registry.CLIENTS.items() if vendor.can.submits]
    live = Upstream.objects.exclude(base_url="").filter(kind__in=submits).order_by("name")
    return [(one.slug, one.name) for one in live]


def _page(request: HttpRequest, form: HandInForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "takers": takers(), "submissions": submitting.newest()}
    return render(request, "intake/hand_in.html", context, status=status)
