"""The review screen: the page, and the same page's focus form when htmx asks for a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from reviewapp.accounts.models import User
from reviewapp.documents.models import problem_sentence
from reviewapp.extraction.model import Kind
from reviewapp.results import ledger
from reviewapp.review import claims, screen
from reviewapp.review.models import Task
from reviewapp.web import access, htmx


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a POST was refused, shown at the field with the person's own entry kept. `theirs` is the other value of a conflict."""

    message: str
    entered: str | None = None
    theirs: str = ""
    paths: tuple[str, ...] = ()


@access.needs("review.see")
@require_safe
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """GET /tasks/<id>/?field=<pointer>"""
    found = find(request, task_id)
    context = context_of(request, found, focus=request.GET.get("field"))
    if htmx.partial(request):
        return render(request, "review/_focus.html", context)
    return render(request, "review/screen.html", context)


def find(request: HttpRequest, task_id: int) -> Task:
    """The task with what the screen reads. Raises Http404 for an unknown one and for one of a foreign queue alike."""
    user = person(request)
    try:
        return (
            claims.visible(user)
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


def context_of(
    request: HttpRequest, task: Task, *, focus: str | None = None, trouble: Trouble | None = None
) -> dict[str, Any]:
    """Everything the screen's templates read (docs/screen.md)."""
    user = person(request)
    at = request.at  # type: ignore[attr-defined]
    shown = screen.build(task=task, locale=user.locale)
    wanted = focus if focus is not None else shown.next_open("") or (shown.fields[0]["path"] if shown.fields else "")
    view = shown.by_path.get(wanted)
    array = next((one for one in shown.arrays if one["path"] == wanted), None)
    open_ = task.state in (Task.State.OPEN, Task.State.ESCALATED)
    foreign = task.holder_id not in (None, user.pk) and task.lease_until is not None and task.lease_until > at
    may = user.has_perm("review.work") and open_ and task.not_by_id != user.pk
    named = set(shown.eyes)
    in_arrays = {array["path"] for array in shown.arrays}
    return {
        "task": task,
        "screen": shown,
        "document": _document(task),
        "to_check": [one for one in shown.fields if one["path"] in named],
        "others": [one for one in shown.fields if one["path"] not in named],
        "arrays": shown.arrays,
        "focus": view,
        "focus_array": array,
        "focus_path": wanted,
        "focus_line": screen.line_name(wanted) if view is not None and view["array"] else "",
        "focus_drawer": (view["array"] if view is not None else "") or (wanted if wanted in in_arrays else ""),
        "focus_number": shown.eyes.index(wanted) + 1 if wanted in named else None,
        "next_path": shown.next_open(wanted),
        "checked": shown.checked,
        "to_check_count": len(shown.eyes),
        "ticks": shown.ticks(wanted),
        "reasons_text": " · ".join(one.text for one in shown.row_reasons),
        "classification": task.kind == Kind.UNSILOED_CLASSIFY,
        "held_by_me": task.holder_id == user.pk,
        "held_by_other": foreign,
        "read_only": not may or foreign,
        "trouble": trouble,
        "urls": urls(task),
    }


def urls(task: Task) -> Mapping[str, str]:
    """The addresses that the screen's forms post to."""
    names = ("claim", "verdicts", "lines", "undo", "redo", "decision", "release", "postpone", "escalate")
    return {name: reverse(f"review:{name}", args=[task.pk]) for name in names}


def _document(task: Task) -> dict[str, Any] | None:
    link = ledger.document_of(task.job, task.key)
    attach = reverse("review:attach", args=[task.pk])
    if link is None:
        return {"attach_url": attach, "ready": False, "missing": True, "name": task.document_name}
    document = link.document
    return {
        "name": link.name.text or task.document_name,
        "viewer_url": reverse("review:document", args=[task.pk, document.pk]),
        "download_url": reverse("review:download", args=[task.pk, document.pk]),
        "attach_url": attach,
        "ready": document.ready,
        "missing": False,
        "state": document.state,
        "problem_text": problem_sentence(document.problem),
        "page_count": document.page_count,
        "pages_read": task.job.pages_read,
        "pages_unread": bool(task.job.pages_read and document.page_count and document.page_count > task.job.pages_read),
    }
