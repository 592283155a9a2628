"""POSTs about one field or line: each stores one verdict and answers with the next field, or refuses and keeps the entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviewapp.accounts import actors
from reviewapp.extraction import edit, paths, schema, values
from reviewapp.extraction.jsontext import Json, equal
from reviewapp.results import chains
from reviewapp.review import claims, conflicts, current, forms, reasons, schemas, verdicts
from reviewapp.review.models import Task, Verdict
from reviewapp.web import access, htmx

from . import screen_page
from .screen_page import Trouble

_STALE, _NOT_ACCEPTED = 409, 422


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
        return _refused(request, task, path, Trouble(_why(refused), entered=data["value"]))
    except (edit.BadEdit, paths.BadPath):
        return _refused(request, task, path, Trouble(_("There is no such field.")))
    if said is None:
        return _answer(request, task, path)
    # Who takes a verdict back stays, to say something else.
    stays = isinstance(said, verdicts.Said) and said.kind == Verdict.Kind.RESTORED
    return _act(
        request,
        task,
        path,
        lambda: verdicts.give(
            task_id=task.pk,
            said=said,
            user=screen_page.person(request),
            at=screen_page.moment(request),
            via=actors.via(request),
        ),
        entered=data["value"],
        to_what_was_said=stays,
    )


@access.needs("review.work")
@require_POST
def line(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/lines/: the button's name says what (a line added, removed, put back, all there), its value where."""
    task = screen_page.find(request, task_id)
    form = forms.LineForm(request.POST)
    if not form.is_valid():
        return _refused(request, task, "", Trouble(_("The form was not complete.")))
    path, kind, form_key = form.cleaned_data["path"], form.cleaned_data["kind"], form.cleaned_data["form_key"]
    who: dict[str, Any] = {
        "user": screen_page.person(request),
        "at": screen_page.moment(request),
        "via": actors.via(request),
    }
    if kind == Verdict.Kind.LINE_ADDED:
        return _act(
            request,
            task,
            path,
            lambda: verdicts.add_line(task_id=task.pk, array=path, form_key=form_key, **who),
            to_what_was_said=True,
        )
    # The buttons of a table carry no field's state: the newest verdict on the line is the one that is answered.
    spoken = current.verdicts(task).get(path)
    said = _line_said(task, path, kind, spoken, form_key)
    return _act(
        request,
        task,
        path,
        lambda: verdicts.give(task_id=task.pk, said=said, **who),
        # Who takes a line out or puts it back stays at it; "all lines are there" answers a question, and the next one comes.
        to_what_was_said=kind != Verdict.Kind.LINES_COMPLETE,
    )


def _line_said(
    task: Task, path: str, kind: Verdict.Kind, spoken: Verdict | None, form_key: str
) -> verdicts.Said | verdicts.Chosen:
    seen = spoken.pk if spoken is not None else 0
    conflict = conflicts.of(task).get(path)
    if conflict is not None and conflict.of_line and kind == Verdict.Kind.RESTORED:
        # Who puts back a line that was taken out on the row before, takes it as it is read now.
        if spoken is None:
            return verdicts.Chosen(path, conflicts.Choice.TAKE, form_key=form_key)
        kind = Verdict.Kind.APPROVED
    return verdicts.Said(path=path, kind=kind, seen=seen, form_key=form_key)


@access.needs("review.work")
@require_POST
def undo(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/undo/"""
    return _step(request, task_id, verdicts.undo, nothing=_("There is nothing of yours to undo."))


@access.needs("review.work")
@require_POST
def redo(request: HttpRequest, task_id: int) -> HttpResponse:
    """POST /tasks/<id>/redo/"""
    return _step(request, task_id, verdicts.redo, nothing=_("There is nothing to do again."))


def _step(request: HttpRequest, task_id: int, step: Callable[..., Verdict | None], *, nothing: str) -> HttpResponse:
    task = screen_page.find(request, task_id)
    return _act(
        request,
        task,
        request.POST.get("path", ""),
        lambda: step(
            task_id=task.pk,
            user=screen_page.person(request),
            at=screen_page.moment(request),
            via=actors.via(request),
            form_key=request.POST.get("form_key", "")[:36],
        ),
        to_what_was_said=True,
        nothing=nothing,
    )


def _read(task: Task, data: dict[str, object], locale: str) -> verdicts.Said | verdicts.Chosen | None:
    """The form as a verdict; None when Enter was pressed on a value that is decided already and was not touched. In a conflict
    what was not touched is the person's value, which Enter keeps."""
    path, kind, text = str(data["path"]), str(data["kind"]), str(data["value"])
    value: Json = None
    if kind in (forms.ENTER, Verdict.Kind.CORRECTED):
        row = chains.read(task.row)
        spoken = current.verdicts(task)
        standing = conflicts.standing(conflicts.of(task), spoken)
        now = edit.resolve(row, current.edits(standing), path)
        node = schemas.of_row(task.row).node(paths.pattern(path))
        before = paths.get(row.values, path) if now is None and _stands(row.values, path) else now
        if before is None and (node is None or not node.types):
            before = schemas.elsewhere(task.row, paths.pattern(path))
        shown_type = values.type_of(node, before)
        type_ = values.FieldType(str(data["type"])) if data["type"] in list(values.FieldType) else shown_type
        # Where nothing says the type, the page offers one; to leave an empty value empty switches nothing.
        same_type = type_ is shown_type or shown_type is values.FieldType.FREE
        odd = node is not None and any(code == schema.TYPE_MISMATCH for code, _detail in schema.judge(node, now))
        if kind == forms.ENTER and same_type and text == forms.as_typed(values.show(now, shown_type, locale=locale)):
            if path in spoken:
                return None
            if path in standing:
                return _chosen(data, conflicts.Choice.KEEP)
            value = _in_its_type(now, text, type_, locale, node) if odd else now
        else:
            was = now if type_ is shown_type and not odd else None
            value = values.read(text, type_, locale=locale, schema=node, was=was)
        agreed = kind == forms.ENTER and path not in standing and equal(value, now)
        if agreed and now in (None, "") and current.wants_a_value(task, path):
            raise values.Refused("empty")
        kind = Verdict.Kind.APPROVED if agreed else Verdict.Kind.CORRECTED
    if kind in list(conflicts.Choice):
        kept = current.verdicts(task).get(path) if kind == conflicts.Choice.KEEP else None
        # Enter on a line that was kept out already.
        return None if kept is not None and kept.pk == data["seen"] else _chosen(data, conflicts.Choice(kind))
    return verdicts.Said(
        path=path,
        kind=Verdict.Kind(kind),
        value=value if kind == Verdict.Kind.CORRECTED else None,
        seen=int(str(data["seen"] or 0)),
        seconds=str(data["seconds"] or ""),
        form_key=str(data["form_key"] or ""),
    )


def _chosen(data: dict[str, object], choice: conflicts.Choice) -> verdicts.Chosen:
    return verdicts.Chosen(
        path=str(data["path"]),
        choice=choice,
        seen=int(str(data["seen"] or 0)),
        seconds=str(data["seconds"] or ""),
        form_key=str(data["form_key"] or ""),
    )


def _why(refused: values.Refused) -> str:
    """What was wrong with what was typed, in the person's language."""
    params = refused.params
    if refused.code == schema.TYPE_MISMATCH:
        params = {name: reasons.type_words(text) for name, text in params.items()}
    return _(refused.message) % params


def _in_its_type(now: Json, text: str, type_: values.FieldType, locale: str, node: schema.SchemaNode | None) -> Json:
    """A value of another type than the schema's, in the schema's: who says that "15" is right in a number's place means 15.
    As it is where its text cannot be read so."""
    try:
        return values.read(text, type_, locale=locale, schema=node)
    except values.Refused:
        return now


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
    to_what_was_said: bool = False,
    nothing: str = "",
) -> HttpResponse:
    """Do it and answer. `to_what_was_said`: stay there. `nothing`: what to say when there was nothing to do."""
    try:
        given = act()
    except verdicts.Stale as stale:
        text = _("Somebody changed this field meanwhile: %(theirs)s. Your entry is kept here and not stored.")
        return _refused(request, task, path, Trouble(text % {"theirs": _said_by(stale.now)}, entered), status=_STALE)
    except claims.Taken as taken:
        text = _("%(name)s holds this document now. Your entry is kept here and not stored.") % {"name": taken.holder}
        return _refused(request, task, path, Trouble(text, entered), status=_STALE)
    except (claims.Closed, claims.NotAllowed):
        text = _("This task is no longer open to you. Your entry is kept here and not stored.")
        return _refused(request, task, path, Trouble(text, entered), status=_STALE)
    except verdicts.BadValue:
        return _refused(request, task, path, Trouble(_(values.Refused("empty").message), entered))
    except verdicts.BadAddress:
        return _refused(request, task, path, Trouble(_("That does not fit this field."), entered))
    changed = given.path if given is not None else path
    return _answer(
        request,
        task,
        changed,
        to=(changed or None) if to_what_was_said else None,
        says=nothing if given is None else "",
    )


def _said_by(verdict: Verdict | None) -> str:
    if verdict is None:
        return _("restored")
    text = verdict.value.text if verdict.value is not None else None
    return f"{verdict.by}: {verdict.get_kind_display()} {text or ''}".strip()


def _answer(request: HttpRequest, task: Task, changed: str, *, to: str | None = None, says: str = "") -> HttpResponse:
    """The focus form of the field to go to, the counter, and whatever the verdict changed in list and tables."""
    fresh = screen_page.find(request, task.pk)
    wanted = to if to is not None else request.POST.get("next") or None
    context = screen_page.context_of(request, fresh, focus=wanted, after=changed)
    if not htmx.partial(request):
        path = context["focus"].path if context["focus"] is not None else ""
        return redirect(f"{reverse('review:task', args=[fresh.pk])}?{urlencode({'field': path})}#focus")
    shown = context["screen"]
    view, array = shown.by_path.get(changed), shown.array_of(changed)
    is_cell = view is not None and view.in_array
    # What was said may satisfy a rule that complains elsewhere, or break it.
    others = [one for at in shown.touched_by_rules(changed) if (one := shown.by_path.get(at)) is not None]
    cells = ([view] if view is not None and is_cell else []) + [one for one in others if one.in_array]
    rows = ([] if view is None or is_cell else [view]) + [one for one in others if not one.in_array]
    arrays = [one for at in [changed, *(cell.path for cell in cells)] if (one := shown.array_of(at)) is not None]
    rows += [one.row for one in arrays if one.path != changed and one.row not in rows]
    # Nothing more needs eyes, and nobody stays on purpose.
    done = to is None and bool(shown.eyes) and not shown.open_paths and not shown.beside(changed)
    context |= {
        "says": _("All checked. Ctrl+Enter approves the document.") if done else says,
        "done": done,
        "changed": list(dict.fromkeys(rows)),
        "cells": cells,
        "changed_arrays": [array] if array is not None and not is_cell else [],
    }
    return render(request, "review/_said.html", context)


def _refused(
    request: HttpRequest, task: Task, path: str, trouble: Trouble, *, status: int = _NOT_ACCEPTED
) -> HttpResponse:
    fresh = screen_page.find(request, task.pk)
    context = screen_page.context_of(request, fresh, focus=path, trouble=trouble)
    template = "review/_said.html" if htmx.partial(request) else "review/screen.html"
    return render(request, template, context, status=status)
