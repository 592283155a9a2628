"""What has been said so far on a task? The newest verdict of each path, and the count for the queue's line."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping

from reviewapp.audit.models import Content
from reviewapp.extraction import codec, edit, jsontext, paths
from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.results import chains

from . import rules
from .models import Task, Verdict


def verdicts(task: Task) -> dict[str, Verdict]:
    """Path -> the verdict that counts now, in the order in which they were given. A restored path has none."""
    newest: dict[str, Verdict] = {}
    for verdict in task.verdicts.select_related("value", "citation", "by").order_by("id"):
        newest.pop(verdict.path, None)
        if verdict.kind != Verdict.Kind.RESTORED:
            newest[verdict.path] = verdict
    return newest


def eyes(task: Task) -> list[str]:
    """The addresses that need a verdict, in the order to check them."""
    return [str(path) for path in json.loads(task.eyes)]


def open_eyes(task: Task, spoken: Mapping[str, Verdict]) -> list[str]:
    """Those that nobody has spoken on yet. A removed line answers for its cells; for an array's own address, a verdict on
    any of its lines as a whole does not: it wants "all lines are there" or a line added or removed."""
    removed = {path for path, one in spoken.items() if one.kind == Verdict.Kind.LINE_REMOVED}
    lines = (Verdict.Kind.LINE_ADDED, Verdict.Kind.LINE_REMOVED)
    changed = {path for path, one in spoken.items() if one.kind in lines or edit.is_added_line(path)}
    settled = set(spoken) | {paths.parent(path) for path in changed}
    return [path for path in eyes(task) if path not in settled and not (removed and _below(path, removed))]


def _below(path: str, removed: Container[str]) -> bool:
    """Does it stand inside one of the removed lines?"""
    above = path
    while above := paths.parent(above):
        if above in removed:
            return True
    return False


def recount(task: Task, spoken: Mapping[str, Verdict]) -> None:
    """Bring the copied count of checked fields up to date."""
    task.fields_checked = task.fields_to_check - len(open_eyes(task, spoken))
    task.save(update_fields=["fields_checked"])


def edits(spoken: Mapping[str, Verdict]) -> list[Edit]:
    """The verdicts as edits of the row under review; each line that a person added is there before anything is said of it,
    also when the newest word on it is another one. Raises chains.Erased when a value was erased."""
    added = sorted(filter(edit.is_added_line, spoken), key=len)
    found = [Edit(path=path, kind=EditKind.LINE_ADDED) for path in added]
    for verdict in spoken.values():
        if verdict.kind == Verdict.Kind.LINE_ADDED:
            continue
        value = None if verdict.value is None else jsontext.parse(_text(verdict.value))
        citations = None if verdict.citation is None else codec.citations_from_text(_text(verdict.citation))
        found.append(Edit(path=verdict.path, kind=EditKind(verdict.kind), value=value, citations=citations))
    return found


def _text(kept: Content) -> str:
    if kept.text is None:
        raise chains.Erased(f"the text {kept.pk} of a verdict was erased")
    return kept.text


def wants_a_value(task: Task, path: str) -> bool:
    """Whether it is a complaint of its own that nothing stands there: to agree by pressing Enter says too little."""
    return task.reasons.filter(path=path, code__in=[rules.Code.MISSING_REQUIRED, rules.Code.PAGE_FAILED]).exists()
