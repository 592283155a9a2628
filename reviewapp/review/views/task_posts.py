"""POSTs about a whole task: claim, decide, give back, put away; and "Review next"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from reviewapp.accounts import actors
from reviewapp.documents import serving, vault
from reviewapp.results import ledger
from reviewapp.results.models import DocumentLink
from reviewapp.review import broken_rules, claims, current, decisions, forms, leaving, reasons
from reviewapp.review.findings import Finding
from reviewapp.review.models import Queue, Task
from reviewapp.review.value_views import View
from reviewapp.web import access, htmx

from . import screen_page
from .screen_page import person

#: In the session: the queue in which the person pressed "Review next"; "" for all of them.
BEGAN = "review_next_began"


@access.needs("review.work")
@require_POST
def next_(request: HttpRequest) -> HttpResponse:
    """POST /queue/next/: claim the best task and open it. After its decision the next one comes from where this began."""
    slug = request.POST.get("queue", "")
    queue = Queue.objects.filter(slug=slug).first() if slug else None
    if request.session.get(BEGAN) != slug:
        request.session[BEGAN] = slug
    return _open_next(request, queue)


@access.needs("review.work")
@require_POST
def claim(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/claim/"""
    task = screen_page.find(request, task_id)
    return _act(
        request,
        task,
        lambda: claims.take(task_id=task.pk, user=person(request), at=_at(request), via=actors.via(request)),
        to=reverse("review:task", args=[task.pk]),
    )


@access.needs("review.work")
@require_POST
def lease(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/lease/: the page is still in sight. Answers with nothing to show, also when the hold is lost: the
    next verdict says so, with what was typed kept."""
    task = screen_page.find(request, task_id)
    leaving.in_sight(task_id=task.pk, user=person(request), at=_at(request), via=actors.via(request))
    return HttpResponse(status=204)


@access.needs("review.work")
@require_POST
def leave(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/leave/: the page with this fence was left. Nobody is there to read an answer."""
    task = screen_page.find(request, task_id)
    form = forms.LeaveForm(request.POST)
    if form.is_valid():
        fence = form.cleaned_data["fence"]
        leaving.leave(task_id=task.pk, fence=fence, user=person(request), at=_at(request), via=actors.via(request))
    return HttpResponse(status=204)


@access.needs("review.work")
@require_POST
def release(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/release/"""
    task = screen_page.find(request, task_id)
    return _act(
        request,
        task,
        lambda: claims.release(task_id=task.pk, user=person(request), at=_at(request), via=actors.via(request)),
        to=_queue_url(task),
        said=_("Given back. What you decided about its fields is kept."),
    )


@access.needs("review.work")
@require_POST
def postpone(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/postpone/"""
    task = screen_page.find(request, task_id)
    choice = screen_page.POSTPONE_CHOICES.get(request.POST.get("until", ""))
    if choice is None:
        return _refused(request, task, _("Say until when."), 422)
    return _act(
        request,
        task,
        lambda: decisions.postpone(
            task_id=task.pk,
            until=_at(request) + choice[0],
            user=person(request),
            at=_at(request),
            via=actors.via(request),
            reason=request.POST.get("reason", "")[:4000],
        ),
        to=_queue_url(task),
        said=_("Postponed. What you decided about its fields is kept."),
    )


@access.needs("review.work")
@require_POST
def escalate(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/escalate/"""
    task = screen_page.find(request, task_id)
    return _act(
        request,
        task,
        lambda: decisions.escalate(
            task_id=task.pk,
            user=person(request),
            at=_at(request),
            via=actors.via(request),
            reason=request.POST.get("reason", "")[:4000],
        ),
        to=_queue_url(task),
        said=_("Handed to who supervises the queue."),
    )


@access.needs("review.work")
@require_POST
def decision(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/decision/: approve or reject, then the next document opens by itself."""
    task = screen_page.find(request, task_id)
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, task, _("The form was not complete."), 422)
    data = form.cleaned_data
    asked = decisions.Asked(version=data["version"], form_key=data["form_key"], reason=data["reason"])
    who: dict[str, Any] = {"user": person(request), "at": _at(request), "via": actors.via(request)}

    def act() -> object:
        if data["kind"] == "rejected":
            return decisions.reject(task_id=task.pk, asked=asked, **who)
        chosen = {"sign_off": data["sign_off"], "override": data["override"]}
        return decisions.approve(task_id=task.pk, asked=asked, **chosen, **who)

    refusal = _try(request, task, act)
    if refusal is not None:
        return refusal
    name = {"name": task.document_name or task.job.job_id}
    messages.success(
        request, (_("%(name)s rejected.") if data["kind"] == "rejected" else _("%(name)s approved.")) % name
    )
    # "" is all queues. Whoever began in one queue, or opened the task from a list alone, goes on in the task's own.
    return _open_next(request, None if request.session.get(BEGAN) == "" else task.queue)


@access.needs("review.see")
@require_safe
def document(request: HttpRequest, task_id: int, document_id: int) -> HttpResponseBase:
    """GET /tasks/<id>/documents/<id>/: what the viewer shows, with byte ranges."""
    link = _link(request, task_id, document_id)
    return serving.respond(document=link.document, request=request, name=link.name.text or "document", viewer=True)


@access.needs("review.see")
@require_safe
def download(request: HttpRequest, task_id: int, document_id: int) -> HttpResponseBase:
    """GET /tasks/<id>/documents/<id>/file/: the file as it came."""
    link = _link(request, task_id, document_id)
    return serving.respond(document=link.document, request=request, name=link.name.text or "document", download=True)


@access.needs("review.work")
@require_POST
def attach(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/document/: attach a document, or another one; the former stays in the history."""
    task = screen_page.find(request, task_id)
    upload = request.FILES.get("file")
    if upload is None:
        return _refused(request, task, _("Choose a file first."), 422)
    try:
        kept = vault.keep(chunks=upload.chunks(), at=_at(request), documents_only=True)
    except vault.TooLarge:
        return _refused(request, task, _("The file is larger than 100 MB and was not kept."), 422)
    except vault.NotADocument:
        text = _("The file is not a PDF, PNG, JPEG or TIFF, whatever its name says. It was not attached.")
        return _refused(request, task, text, 422)
    except vault.Refused:
        return _refused(request, task, _("The file is empty and was not kept."), 422)
    ledger.link_document(
        job=task.job,
        key=task.key if task.job.rows.values("key").distinct().count() > 1 else "",
        document=kept,
        name=upload.name or "document",
        at=_at(request),
        by=actors.person(person(request)),
        via=actors.via(request),
    )
    return redirect("review:task", task.pk)


def _open_next(request: HttpRequest, queue: Queue | None) -> HttpResponse:
    task = claims.next_task(user=person(request), at=_at(request), via=actors.via(request), queue=queue)
    if task is not None:
        return _go(request, reverse("review:task", args=[task.pk]))
    messages.info(request, _("Nothing more waits here for you."))
    url = reverse("review:queue")
    return _go(request, f"{url}?queue={queue.slug}" if queue is not None else url)


def _act(request: HttpRequest, task: Task, act: Callable[[], object], *, to: str, said: str = "") -> HttpResponse:
    refusal = _try(request, task, act)
    if refusal is not None:
        return refusal
    if said:
        messages.success(request, said)
    return _go(request, to)


def _try(request: HttpRequest, task: Task, act: Callable[[], object]) -> HttpResponse | None:
    try:
        act()
    except decisions.OpenEyes as open_eyes:
        message = _("These fields still need a verdict. Nothing was decided; what you said so far is kept.")
        return _refused(request, task, message, 422, paths=open_eyes.paths)
    except decisions.Unfilled as unfilled:
        message = _(
            "Lines that you added are not filled yet: fill them or take them out. What you said so far is kept."
        )
        return _refused(request, task, message, 422, paths=unfilled.paths, sign_off=False)
    except decisions.RulesFail as rules_fail:
        message = _("Rules of the queue fail. Nothing was decided; what you said so far is kept.")
        return _refused(request, task, message, 422, paths=rules_fail.paths, failing=rules_fail.failing)
    except decisions.ReasonMissing:
        # Who signs off or overrides sees again what that is about.
        spoken = current.verdicts(task)
        unseen = current.open_eyes(task, spoken) if "sign_off" in request.POST else []
        failing = broken_rules.demanding(broken_rules.now(task, spoken)) if "override" in request.POST else []
        paths = list(dict.fromkeys([*unseen, *(path for one in failing for path in one.names)]))
        return _refused(request, task, _("Say why, in your own words."), 422, paths=paths, failing=failing)
    except decisions.Stale:
        message = _("Something was said about this document since the page was made. Look at it once more.")
        return _refused(request, task, message, 409)
    except claims.Taken as taken:
        message = _("%(name)s holds this document now. Nothing was changed.") % {"name": taken.holder}
        return _refused(request, task, message, 409)
    except (claims.Closed, claims.NotAllowed):
        return _refused(request, task, _("This task is no longer open to you. Nothing was changed."), 409)
    return None


def _refused(
    request: HttpRequest,
    task: Task,
    text: str,
    status: int,
    *,
    paths: Sequence[str] = (),
    sign_off: bool = True,
    failing: Sequence[Finding] = (),
) -> HttpResponse:
    """The same page or its decision form again, with what is in the way. Nothing was changed and nothing typed is lost.
    `sign_off`: it may be approved all the same, with a reason; `failing`: although these rules fail."""
    fresh = screen_page.find(request, task.pk)
    context = screen_page.context_of(request, fresh, focus=paths[0] if paths else None)
    shown = context["screen"]
    context["kept"] = _typed(request, text)
    # What the dialog of the other forms says itself is not said twice.
    context["refused"] = (
        None
        if context["kept"]
        else {
            "text": text,
            "fields": [_named(view) for view in map(shown.at, paths) if view is not None],
            "sign_off": bool(paths) and sign_off,
            "says": [reason.text for reason in map(reasons.say, broken_rules.once(failing))],
            "unseen": not failing or "sign_off" in request.POST,
            "reason": request.POST.get("reason", ""),
        }
    )
    template = "review/_not_approved.html" if htmx.partial(request) else "review/screen.html"
    return render(request, template, context, status=status)


def _typed(request: HttpRequest, error: str) -> dict[str, str]:
    """A reason that was written in one of the dialog's forms stands there again, with what was in its way."""
    match = request.resolver_match
    form = "reject" if request.POST.get("kind") == "rejected" else match.url_name if match is not None else ""
    if form not in ("reject", "escalate"):
        return {}
    return {"form": str(form), "reason": request.POST.get("reason", ""), "error": error}


def _named(view: View) -> dict[str, str]:
    """A link to a field in the way; a cell's label says its line as well."""
    label = _("Line %(line)s, %(label)s") % {"line": view.line, "label": view.label} if view.in_array else view.label
    return {"focus_url": view.focus_url, "label": label}


def _go(request: HttpRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if htmx.partial(request) else redirect(url)


def _queue_url(task: Task) -> str:
    return f"{reverse('review:queue')}?queue={task.queue.slug}"


def _link(request: HttpRequest, task_id: int, document_id: int) -> DocumentLink:
    task = screen_page.find(request, task_id)
    link: DocumentLink | None = (
        DocumentLink.objects.filter(job=task.job, document=document_id, key__in=[task.key, ""])
        .select_related("document", "name")
        .order_by("-id")
        .first()
    )
    if link is None:
        raise Http404("There is no such document.")
    return link


def _at(request: HttpRequest) -> datetime:
    return screen_page.moment(request)
