"""Handing documents in at an upstream, and what became of those that were."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.intake import attaching, submitting
from reviewapp.intake.forms import HandInForm
from reviewapp.intake.models import Submission
from reviewapp.upstreams import registry
from reviewapp.upstreams.models import Upstream
from reviewapp.web import access
from reviewapp.work import workers

NOT_KEPT = {
    "too_large": gettext_lazy("The file is larger than 100 MB. It was neither kept nor sent."),
    "empty": gettext_lazy("The file is empty. It was neither kept nor sent."),
    "not_a_document": gettext_lazy(
        "The file is not a PDF, PNG, JPEG or TIFF, whatever its name says. It was neither kept nor sent: choose another."
    ),
}


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
    if not _complete(form):
        return _page(request, form, status=422)
    upload, upstream = form.cleaned_data["document"], Upstream.objects.get(slug=form.cleaned_data["upstream"])
    try:
        submitting.hand_in(
            upstream=upstream,
            chunks=upload.chunks(),
            name=upload.name,
            schema=form.cleaned_data["schema"],
            schema_name=form.cleaned_data["schema_name"],
            **actors.acting(request),
        )
    except attaching.NotKept as refused:
        form.add_error("document", str(NOT_KEPT[refused.code]))
        return _page(request, form, status=422)
    if upstream.paused:
        messages.warning(
            request, _("The document is kept. Its upstream is paused: it is handed in once that is resumed.")
        )
    elif not workers.any_alive(at=request.at):  # type: ignore[attr-defined]
        messages.warning(request, _("The document is kept. It is handed in once a worker runs."))
    else:
        messages.success(
            request, _("The document is kept and will be handed in within seconds; its job appears below.")
        )
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
    return [(one.slug, _("%(name)s (paused)") % {"name": one.name} if one.paused else one.name) for one in live]


def _complete(form: HandInForm) -> bool:
    """Whether it can be handed in as it is; else the form says what is missing, at its field."""
    form.is_valid()
    chosen = Upstream.objects.filter(slug=form.cleaned_data.get("upstream", "")).first()
    if chosen is not None and "schema" in form.cleaned_data:
        missing = submitting.lacks(
            upstream=chosen,
            schema=form.cleaned_data["schema"],
            schema_name=form.cleaned_data.get("schema_name", ""),
        )
        if missing:
            form.add_error("schema" if "schema" in missing else "upstream", _missing(chosen, missing))
    if form.errors and "document" in form.cleaned_data:
        said = _("Choose the file again: a browser does not keep it while something else is wrong. All else is kept.")
        form.add_error("document", said)
    return not form.errors


def _missing(upstream: Upstream, wanted: tuple[str, ...]) -> str:
    if "categories" in wanted:
        said = _(
            "%(upstream)s chooses among categories, and none are named for it. Nothing was sent. An administrator names "
            "them on the page of the upstream."
        )
        return said % {"upstream": upstream.name}
    said = _("%(upstream)s needs to know what to read. Nothing was sent. Enter a JSON Schema here.")
    sentences = [said % {"upstream": upstream.name}]
    names = ", ".join(
        upstream.schemas.exclude(schema_name="").order_by("schema_name").values_list("schema_name", flat=True)
    )
    if names:
        sentences.append(_("Or enter below the name of one that is attached to it: %(names)s.") % {"names": names})
    options = ", ".join(name for name in wanted if name != "schema")
    if options:
        sentences.append(_("Or have an administrator set %(options)s in its options.") % {"options": options})
    return " ".join(sentences)


def _page(request: HttpRequest, form: HandInForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "takers": takers(),
        "submissions": submitting.newest(),
        "nobody_works": not workers.any_alive(at=request.at),  # type: ignore[attr-defined]
    }
    return render(request, "intake/hand_in.html", context, status=status)
