"""POSTs about one field or line: each stores one verdict and answers with the next field, or refuses and keeps the entry."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviewapp.accounts import actors
from reviewapp.extraction import edit, paths, values
from reviewapp.extraction.jsontext import Json, equal
from reviewapp.results import ledger
from reviewapp.review import claims, current, forms, schemas, verdicts
from reviewapp.review.models import Task, Verdict
from reviewapp.web import access, htmx

from . import screen_page
from .screen_page import Trouble

_STATUS_STALE, _STATUS_REFUSED = 409, 422


@access.needs("review.work")
@require_POST
def verdict(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/verdicts/"""
    task = screen_page.find(request, task_id)
    form = forms.VerdictForm(request.POST)
    if not form.is_valid():
        return _refused(request, task, request.POST.get("path", ""), Trouble(_("The form was not complete.")))
    data = form.cleaned_data
    path = data["path"]
    try:
        said = _read(task, data, screen_page.person(request).locale)
    except values.Refused as refused:
        message = _(refused.message) % refused.params
        return _refused(request, task, path, Trouble(message, entered=data["value"]))
    except (edit.BadEdit, paths.BadPath):
        return _refused(request, task, path, Trouble(_("There is no such field.")))
    if said is None:
        return _answer(request, task, path)
    return _act(
        request,
        task,
        path,
        lambda: verdicts.give(
            task_id=task.pk,
            said=said,
            user=screen_page.person(request),
            at=request.at,  # type: ignore[attr-defined]
            via=actors.via(request),
        ),
        entered=data["value"],
    )


@access.needs("review.work")
@require_POST
def line(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/lines/: add an empty line and go to its first cell."""
    task = screen_page.find(request, task_id)
    form = forms.LineForm(request.POST)
    if not form.is_valid():
        return _refused(request, task, "", Trouble(_("The form was not complete.")))
    path = form.cleaned_data["path"]
    return _act(
        request,
        task,
        path,
        lambda: verdicts.add_line(
            task_id=task.pk,
            array=path,
            user=screen_page.person(request),
            at=request.at,  # type: ignore[attr-defined]
            via=actors.via(request),
            form_key=form.cleaned_data["form_key"],
        ),
    )


@access.needs("review.work")
@require_POST
def undo(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/undo/"""
    return _step(request, task_id, verdicts.undo)


@access.needs("review.work")
@require_POST
def redo(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/redo/"""
    return _step(request, task_id, verdicts.redo)


def _step(request: HttpRequest, task_id: int, step: Callable[..., Verdict | None]) -> HttpResponse:
    task = screen_page.find(request, task_id)
    return _act(
        request,
        task,
        request.POST.get("path", ""),
        lambda: step(
            task_id=task.pk,
            user=screen_page.person(request),
            at=request.at,  # type: ignore[attr-defined]
            via=actors.via(request),
            form_key=request.POST.get("form_key", "")[:36],
        ),
        stay=True,
    )


def _read(task: Task, data: dict[str, object], locale: str) -> verdicts.Said | None:
    """The form as a verdict; None when Enter was pressed on a value that is decided already and was not touched."""
    path, kind, text = str(data["path"]), str(data["kind"]), str(data["value"])
    value: Json = None
    if kind in (forms.ENTER, Verdict.Kind.CORRECTED):
        row = ledger.read(task.row)
        spoken = current.verdicts(task)
        now = edit.resolve(row, current.edits(spoken), path)
        node = schemas.of_row(task.row).node(paths.pattern(path))
        before = paths.get(row.values, path) if now is None and _stands(row.values, path) else now
        shown_type = values.type_of(node, before)
        type_ = values.FieldType(str(data["type"])) if data["type"] in list(values.FieldType) else shown_type
        if kind == forms.ENTER and text == values.show(now, shown_type, locale=locale) and type_ is shown_type:
            if path in spoken:
                return None
            kind = Verdict.Kind.APPROVED
        else:
            value = values.read(text, type_, locale=locale, schema=node, was=now if type_ is shown_type else None)
            if kind == forms.ENTER and path not in spoken and equal(value, now):
                kind = Verdict.Kind.APPROVED
            else:
                kind = Verdict.Kind.CORRECTED
    return verdicts.Said(
        path=path,
        kind=Verdict.Kind(kind),
        value=value if kind == Verdict.Kind.CORRECTED else None,
        seen=int(str(data["seen"] or 0)),
        seconds=str(data["seconds"] or ""),
        form_key=str(data["form_key"] or ""),
    )


def _stands(tree: Json, path: str) -> bool:
    try:
        paths.get(tree, path)
    except paths.BadPath:
        return False
    return True


def _act(
    request: HttpRequest,
    task: Task,
    path: str,
    act: Callable[[], Verdict | None],
    *,
    entered: str | None = None,
    stay: bool = False,
) -> HttpResponse:
    try:
        given = act()
    except verdicts.Stale as stale:
        trouble = Trouble(
            _("Somebody changed this field in the meantime. Your entry is kept here and not stored."),
            entered=entered,
            theirs=_said_by(stale.now),
        )
        return _refused(request, task, path, trouble, status=_STATUS_STALE)
    except claims.Taken as taken:
        trouble = Trouble(
            _("%(name)s holds this document now. Your entry is kept here and not stored.") % {"name": taken.holder},
            entered=entered,
        )
        return _refused(request, task, path, trouble, status=_STATUS_STALE)
    except (claims.Closed, claims.NotAllowed):
        trouble = Trouble(_("This task is no longer open to you. Your entry is kept here and not stored."), entered)
        return _refused(request, task, path, trouble, status=_STATUS_STALE)
    except verdicts.BadAddress:
        return _refused(request, task, path, Trouble(_("That does not fit this field."), entered))
    if given is not None and given.kind == Verdict.Kind.LINE_ADDED and not stay:
        return _answer(request, task, path, to=given.path)
    return _answer(request, task, path, to=given.path if stay and given is not None else None)


def _said_by(verdict: Verdict | None) -> str:
    if verdict is None:
        return _("restored")
    text = verdict.value.text if verdict.value is not None else None
    return f"{verdict.by}: {verdict.get_kind_display()} {text or ''}".strip()


def _answer(request: HttpRequest, task: Task, path: str, *, to: str | None = None) -> HttpResponse:
    """The changed field, the counter, and the focus form of the field to go to."""
    fresh = screen_page.find(request, task.pk)
    wanted = to if to is not None else request.POST.get("next") or None
    context = screen_page.context_of(request, fresh, focus=wanted)
    if wanted is None:
        following = context["screen"].next_open(path)
        context = screen_page.context_of(request, fresh, focus=following or path)
    elif to is not None and context["focus"] is None and context["focus_array"] is None:
        # A new line's address is no field: its first cell is.
        first = next((one for one in context["screen"].by_path if one.startswith(f"{to}/")), path)
        context = screen_page.context_of(request, fresh, focus=first)
    context["changed"] = context["screen"].by_path.get(path)
    context["changed_path"] = path
    if htmx.partial(request):
        return render(request, "review/answer.html", context)
    return redirect(_back(fresh, context["focus_path"]))


def _back(task: Task, path: str) -> str:
    return f"{reverse('review:task', args=[task.pk])}?{urlencode({'field': path})}#focus"


def _refused(
    request: HttpRequest, task: Task, path: str, trouble: Trouble, *, status: int = _STATUS_REFUSED
) -> HttpResponse:
    fresh = screen_page.find(request, task.pk)
    context = screen_page.context_of(request, fresh, focus=path, trouble=trouble)
    template = "review/_focus.html" if htmx.partial(request) else "review/screen.html"
    return render(request, template, context, status=status)
