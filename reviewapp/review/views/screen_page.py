"""The review screen: the page, and the same page's focus form when htmx asks for a field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reviewapp.accounts.models import User
from reviewapp.documents.models import problem_sentence
from reviewapp.extraction.model import Kind
from reviewapp.results import chains
from reviewapp.review import claims, outcome, screen
from reviewapp.review.models import Task
from reviewapp.web import access, htmx

ORDERS = {
    "check": gettext_lazy("To check first"),
    "page": gettext_lazy("By place on the page"),
    "schema": gettext_lazy("Schema order"),
}
POSTPONE_CHOICES = {
    "1h": (timedelta(hours=1), gettext_lazy("in an hour")),
    "4h": (timedelta(hours=4), gettext_lazy("in four hours")),
    "1d": (timedelta(days=1), gettext_lazy("tomorrow")),
    "7d": (timedelta(days=7), gettext_lazy("in a week")),
}
#: The lease is spoken of only when it is about to end.
_SOON = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a POST about a field was refused: shown at the field, with the person's own entry kept in the input."""

    text: str
    entered: str | None = None


@access.needs("review.see")
@require_safe
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """GET /tasks/<id>/?field=<pointer>&order=check|page|schema"""
    found = find(request, task_id)
    if (order := request.GET.get("order")) in ORDERS:
        request.session["order"] = order
    context = context_of(request, found, focus=request.GET.get("field"))
    return render(request, "review/_said.html" if htmx.partial(request) else "review/screen.html", context)


def find(request: HttpRequest, task_id: int) -> Task:
    """The task with what the screen reads. Raises Http404 for an unknown one and for one of a foreign queue alike."""
    try:
        return (
            claims.visible(person(request))
            .select_related(
                "row__values", "row__facts", "row__schema", "row__job__upstream", "job__upstream", "queue", "holder"
            )
            .get(pk=task_id)
        )
    except Task.DoesNotExist as error:
        raise Http404("There is no such task.") from error


def person(request: HttpRequest) -> User:
    """Who is signed in; the access decorators let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def moment(request: HttpRequest) -> datetime:
    """When the request came in: the time of everything that it does."""
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def context_of(
    request: HttpRequest, task: Task, *, focus: str | None = None, after: str = "", trouble: Trouble | None = None
) -> dict[str, Any]:
    """Everything the screen's templates read (docs/screen.md).

    `focus`: the address to show; None means where to go on after `after`: the next cell of a line that somebody adds, the next
    field that needs eyes, else what stands there.
    """
    user = person(request)
    notice = _notice(task, user, moment(request))
    order = request.session.get("order", "check")
    shown = screen.build(task=task, locale=user.locale, order=order, editable=not notice)
    wanted = focus if focus is not None else shown.beside(after) or shown.next_open(after) or after
    view = shown.at(wanted) if wanted or focus is not None else None
    if view is not None:
        view.current = True
        if trouble is not None:
            view.error, view.entered = trouble.text, trouble.entered or ""
            view.shown = trouble.entered if trouble.entered is not None else view.shown
        if (array := shown.array_of(view.path)) is not None:
            array.open = True
    path = view.path if view is not None else ""
    return {
        "task": _task(task, shown, notice, user, moment(request)),
        "screen": shown,
        "document": _document(task),
        # Only the page shows them; the template calls it.
        "sections": partial(_sections, shown, order),
        "focus": view,
        "arrays": shown.arrays.values(),
        "progress": {
            "checked": shown.checked,
            "to_check": len(shown.eyes),
            "ticks": shown.ticks(path),
            "position": shown.eyes.index(path) + 1 if path in shown.eyes else 0,
            "left_text": _("%(left)d of %(n)d left") % {"left": len(shown.open_paths), "n": len(shown.eyes)},
        },
        "all_checked": not shown.open_paths,
        "urls": urls(task),
        "orders": list(ORDERS.items()),
        "order": order,
        "postpone_choices": [(key, words) for key, (_span, words) in POSTPONE_CHOICES.items()],
        "refused": None,
    }


def urls(task: Task) -> dict[str, str]:
    """The addresses that the screen's forms post to."""
    names = (
        "claim",
        "verdicts",
        "lines",
        "undo",
        "redo",
        "decision",
        "release",
        "leave",
        "postpone",
        "escalate",
        "attach",
        "lease",
    )
    return {name: reverse(f"review:{name}", args=[task.pk]) for name in names} | {
        "screen": reverse("review:task", args=[task.pk])
    }


def _task(task: Task, shown: screen.Screen, notice: str, user: User, at: datetime) -> dict[str, Any]:
    lease = ""
    if task.holder_id == user.pk and task.lease_until is not None and task.lease_until - at < _SOON and not notice:
        lease = _("Your hold on this document ends soon; the next verdict renews it.")
    return {
        "id": task.pk,
        "version": task.version,
        "state": task.state,
        "document_name": task.document_name or task.job.job_id,
        "queue_name": task.queue.name,
        "queue_url": f"{reverse('review:queue')}?queue={task.queue.slug}",
        "job_id": task.job_id,
        # The fence of the hold that this page may give up when it is left (leaving.py).
        "fence": task.fence if task.holder_id == user.pk and not notice else None,
        "outcome": outcome.of(task, at),
        "reasons_text": " · ".join(shown.summary),
        "notice_text": notice,
        "lease_text": lease,
        "read_only": bool(notice),
    }


def _notice(task: Task, user: User, at: datetime) -> str:
    """Why this person may only look; "" when they may work."""
    if task.state == Task.State.DECIDED:
        return _("This document is decided.")
    if task.state == Task.State.WITHDRAWN:
        return _("A newer result took this one's place.")
    if not user.has_perm("review.work"):
        return _("You may look, and change nothing.")
    if task.not_by_id == user.pk:
        return _("You gave the first review; another person gives the second.")
    if task.holder_id not in (None, user.pk) and task.lease_until is not None and task.lease_until > at:
        return _("%(name)s holds this document.") % {"name": task.holder}
    return ""


def _sections(shown: screen.Screen, order: str) -> list[dict[str, Any]]:
    if order != "check":
        return [{"id": "all-fields", "title": _("Fields"), "note": "", "fields": shown.fields}]
    place: dict[str, int] = {}
    for index, path in enumerate(shown.eyes):
        # An array stands where the first of its cells is to be checked.
        array = shown.array_of(path)
        for at in {path, array.path if array is not None else path}:
            place.setdefault(at, index)
    first = [view for view in shown.fields if view.needs_eyes]
    first.sort(key=lambda view: place.get(view.path, len(place)))
    others = [view for view in shown.fields if not view.needs_eyes]
    sections = [{"id": "to-check", "title": _("To check"), "note": "", "fields": first}]
    if others:
        sections.append({"id": "the-others", "title": _("The other fields"), "note": "", "fields": others})
    return sections


def _document(task: Task) -> dict[str, Any] | None:
    link = chains.document_of(task.job, task.key)
    if link is None:
        return None
    document = link.document
    unread = ""
    if task.kind == Kind.UNSILOED_CLASSIFY and task.job.pages_read and (document.page_count or 0) > task.job.pages_read:
        unread = _("Only the first %(n)d pages were read.") % {"n": task.job.pages_read}
    return {
        "name": link.name.text or task.document_name,
        "viewer_url": reverse("review:document", args=[task.pk, document.pk]) if document.ready else "",
        "download_url": reverse("review:download", args=[task.pk, document.pk]),
        "state": document.state,
        "problem_text": problem_sentence(document.problem),
        "page_count": document.page_count,
        "note_text": unread,
        "zoom": "",
    }
