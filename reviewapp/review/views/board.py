"""The supervisors' board, and what they do from it: give a task to a person, take it back, take it over."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviewapp.accounts import actors
from reviewapp.review import board as figures
from reviewapp.review import claims
from reviewapp.review.models import Task
from reviewapp.review.queue_forms import AssignForm
from reviewapp.web import access, htmx

from .screen_page import person

supervises = access.needs("review.supervise")


@supervises
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """GET /board/: the page, or the board alone when htmx refreshes it."""
    at = request.at  # type: ignore[attr-defined]
    context = {"board": figures.read(at=at), "at": at}
    return render(request, "review/_board.html" if htmx.partial(request) else "review/board.html", context)


@supervises
@require_safe
def assignment(request: HttpRequest, task_id: int) -> HttpResponse:
    """GET /board/tasks/<id>/: one task and whom it may be given to."""
    task = _task(task_id)
    return _page(request, task, AssignForm(workers=figures.workers(task.queue)))


@supervises
@require_POST
def assign(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /board/tasks/<id>/assign/: give it to a person, or to everybody again."""
    task = _task(task_id)
    workers = figures.workers(task.queue)
    form = AssignForm(request.POST, workers=workers)
    if not form.is_valid():
        return _page(request, task, form, status=422)
    to = next((one for one in workers if one.pk == form.cleaned_data["to"]), None)
    said = (
        _("Given to %(name)s, who gets it next.") % {"name": to.name}
        if to is not None
        else _("Free again for everybody in the queue.")
    )
    return _act(
        request,
        task,
        lambda: claims.assign(
            task_id=task.pk,
            user=person(request),
            to=to,
            at=request.at,  # type: ignore[attr-defined]
            via=actors.via(request),
        ),
        said=said,
    )


@supervises
@require_POST
def release(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /board/tasks/<id>/release/: take it out of a person's hands; what was said about its fields stays."""
    task = _task(task_id)
    return _act(
        request,
        task,
        lambda: claims.release(
            task_id=task.pk,
            user=person(request),
            at=request.at,  # type: ignore[attr-defined]
            via=actors.via(request),
        ),
        said=_("Released. What was decided about its fields is kept."),
    )


@supervises
@require_POST
def take_over(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /board/tasks/<id>/take-over/: claim what another person holds, and open it."""
    task = _task(task_id)
    return _act(
        request,
        task,
        lambda: claims.take_over(
            task_id=task.pk,
            user=person(request),
            at=request.at,  # type: ignore[attr-defined]
            via=actors.via(request),
        ),
        said=_("You hold it now. What was decided about its fields is kept."),
        to="review:task",
    )


def _act(request: HttpRequest, task: Task, act: Callable[[], object], *, said: str, to: str = "") -> HttpResponse:
    try:
        act()
    except claims.Closed:
        messages.error(request, _("It is decided or withdrawn by now. Nothing was changed."))
        return _page(request, _task(task.pk), AssignForm(workers=figures.workers(task.queue)), status=409)
    except claims.ClaimError:
        messages.error(request, _("This person may not decide it: they made the first review. Nothing was changed."))
        return _page(request, _task(task.pk), AssignForm(workers=figures.workers(task.queue)), status=409)
    messages.success(request, said)
    return redirect(to, task.pk) if to else redirect("review:board")


def _page(request: HttpRequest, task: Task, form: AssignForm, *, status: int = 200) -> HttpResponse:
    at = request.at  # type: ignore[attr-defined]
    held = task.holder is not None and task.lease_until is not None and task.lease_until > at
    context = {
        "task": task,
        "form": form,
        "held": held,
        "open": task.state in (Task.State.OPEN, Task.State.ESCALATED),
    }
    return render(request, "review/assignment.html", context, status=status)


def _task(task_id: int) -> Task:
    task = Task.objects.select_related("holder", "queue", "assignee", "job__upstream").filter(pk=task_id).first()
    if task is None:
        raise Http404("There is no such task.")
    return task
