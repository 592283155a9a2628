"""The jobs page: everything that came in, and one job with its rows, documents and payloads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.documents import serving
from reviewapp.intake import attaching, files, jobs, pulling, summary
from reviewapp.intake.forms import DocumentForm, JobForm
from reviewapp.intake.models import Pull, SourceFile
from reviewapp.results.models import STATUS_LABELS, DocumentLink, Job
from reviewapp.upstreams.models import Upstream
from reviewapp.web import access, htmx
from reviewapp.web.filters import choice
from reviewapp.work import workers

NOT_KEPT = {
    "too_large": gettext_lazy("The file is larger than 100 MB and was not kept."),
    "empty": gettext_lazy("The file is empty and was not kept."),
    "not_a_document": gettext_lazy(
        "The file is not a PDF, PNG, JPEG or TIFF, whatever its name says. It was not attached."
    ),
}


@access.needs("intake.see")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /jobs/?status=…&upstream=…&q=…&after=<cursor>"""
    return _list(request)


def _list(request: HttpRequest, *, form: JobForm | None = None, status: int = 200) -> HttpResponse:
    labels = [(one.value, label) for one, label in STATUS_LABELS.items()]
    upstreams = list(Upstream.objects.order_by("name").values_list("slug", "name"))
    choices = [
        choice(request.GET, "status", label=_("Status"), everything=_("Any status"), options=labels),
        choice(request.GET, "upstream", label=_("Upstream"), everything=_("Any upstream"), options=upstreams),
    ]
    asked = jobs.Filter(
        status=choices[0].chosen,
        upstream=choices[1].chosen,
        q=request.GET.get("q", "").strip()[:200],
        after=request.GET.get("after", ""),
    )
    found = jobs.page(asked)
    context = {
        "asked": asked,
        "choices": choices,
        "page": found,
        "lines": [(one, jobs.their_word(one)) for one in found.jobs],
        "ask": form or JobForm(upstreams=askable()),
        "unseen": pulling.unseen(),
        "troubled": [one.value for one in jobs.TROUBLED],
        "nobody_works": not workers.any_alive(at=request.at),  # type: ignore[attr-defined]
        **margin(),
    }
    template = "intake/_jobs.html" if htmx.partial(request) else "intake/jobs.html"
    return render(request, template, context, status=status)


def margin() -> dict[str, Any]:
    """What stands beside the lists: how many jobs in each status, and what could not be read."""
    counts = jobs.by_status()
    return {
        "statuses": [(one.value, label, counts[one.value]) for one, label in STATUS_LABELS.items() if one in counts],
        "all_jobs": sum(counts.values()),
        "all_rejected": jobs.rejected_count(),
    }


@access.needs("intake.see")
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponse:
    """GET /jobs/<id>/"""
    return _page(request, _job(job_id))


@access.needs("intake.import")
@require_POST
def document(request: HttpRequest, job_id: int) -> HttpResponse:
    """POST /jobs/<id>/document/: attach a file, or another one."""
    found = _job(job_id)
    form = DocumentForm(request.POST, request.FILES, keys=jobs.keys(found))
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    upload = form.cleaned_data["document"]
    try:
        link = attaching.attach(
            job=found,
            chunks=upload.chunks(),
            name=upload.name,
            key=form.cleaned_data.get("key", ""),
            **actors.acting(request),
        )
    except attaching.NotKept as refused:
        form.add_error("document", str(NOT_KEPT[refused.code]))
        return _page(request, found, form=form, status=422)
    if link is None:
        messages.info(request, _("This very file is attached already. Nothing was changed."))
    elif link.document.problem:
        messages.warning(request, _("The file is kept and attached. %(why)s") % {"why": link.document.problem_text})
    else:
        messages.success(request, _("The file is attached; an earlier one stays in the history."))
    return redirect("intake:job", found.pk)


@access.needs("intake.import")
@require_POST
def shown(request: HttpRequest, job_id: int, link_id: int) -> HttpResponse:
    """POST /jobs/<id>/shown/<link id>/: show this file again, though another was attached since."""
    found = _job(job_id)
    link = _document(found, link_id)
    again = attaching.show_again(
        job=found,
        link=link,
        **actors.acting(request),
    )
    if again is None:
        messages.info(request, _("This file is the one that is shown. Nothing was changed."))
    else:
        messages.success(request, _("This file is shown from now on; the others stay in the history."))
    return redirect("intake:job", found.pk)


@access.needs("intake.import")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """POST /jobs/asked-for/: ask an upstream for a job that it was given elsewhere."""
    form = JobForm(request.POST, upstreams=askable())
    if form.is_valid():
        upstream = Upstream.objects.get(slug=form.cleaned_data["upstream"])
        try:
            pull, new = pulling.add(upstream=upstream, text=form.cleaned_data["job"].strip(), **actors.acting(request))
        except pulling.CannotAsk as error:
            form.add_error("job", str(error))
        else:
            said = _("Job %(id)s is asked for; it appears here within seconds.") % {"id": pull.job_id}
            messages.success(request, said if new else _("This job is known; it is asked for again."))
            if pull.known_job_id:
                return redirect("intake:job", pull.known_job_id)
            return redirect("intake:jobs")
    return _list(request, form=form, status=422)


@access.needs("intake.import")
@require_POST
def dismiss(request: HttpRequest, pull_id: int) -> HttpResponse:
    """POST /jobs/asked-for/<id>/dismissal/: nothing comes of it; take it off the list."""
    if not Pull.objects.filter(pk=pull_id).exists():
        raise Http404("There is no such pull.")
    if pulling.dismiss(pull_id=pull_id, **actors.acting(request)):
        messages.success(request, _("It is off the list. Ask for it again whenever you like."))
    else:
        messages.info(request, _("It is off the list already, or something came of it. Nothing was changed."))
    return redirect("intake:jobs")


@access.needs("intake.import")
@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """POST /jobs/<id>/again/: fetch it, and what it was read from, again."""
    found = _job(job_id)
    try:
        pulling.again(job=found, **actors.acting(request))
    except pulling.CannotAsk as error:
        messages.error(request, str(error))
    else:
        files.again(job=found, at=request.at)  # type: ignore[attr-defined]
        messages.success(request, _("It is asked for again. What differs is added; nothing is changed."))
    return redirect("intake:job", found.pk)


def askable() -> list[tuple[str, str]]:
    """The upstreams that can be asked for a job, as choices."""
    return list(Upstream.objects.exclude(base_url="").order_by("name").values_list("slug", "name"))


@access.needs("intake.see")
@require_safe
def file(request: HttpRequest, job_id: int, link_id: int) -> HttpResponseBase:
    """GET /jobs/<id>/documents/<link id>/: the file as it came, to be saved."""
    link = _document(_job(job_id), link_id)
    return serving.respond(document=link.document, request=request, name=link.name.text or "document", download=True)


def _page(request: HttpRequest, found: Job, *, form: DocumentForm | None = None, status: int = 200) -> HttpResponse:
    context = {
        "job": found,
        "now": summary.of(found),
        "rows": jobs.rows(found),
        "links": jobs.documents(found),
        "parts": jobs.parts(found),
        "form": form or DocumentForm(keys=jobs.keys(found)),
        "troubled": found.status in jobs.TROUBLED,
        "pull": Pull.objects.filter(known_job=found).first(),
        "wanted": list(found.source_files.exclude(state=SourceFile.State.KEPT).order_by("id")),
    }
    return render(request, "intake/job.html", context, status=status)


def _document(found: Job, link_id: int) -> DocumentLink:
    link: DocumentLink | None = found.document_links.select_related("document", "name").filter(pk=link_id).first()
    if link is None:
        raise Http404("There is no such document.")
    return link


def _job(job_id: int) -> Job:
    found = jobs.find(job_id)
    if found is None:
        raise Http404("There is no such job.")
    return found
