"""How is an entry told to a person? Who, what, on what, and what was before and after; from the stored body and the names
that `naming` finds to what it points at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry
from reviewapp.web import locales

from . import naming, sentences

#: A value longer than this is cut on the page; the exports have it whole.
SHOWN = 240
#: Entries whose reason is a machine's sentence, which is told with the act's.
_REASON_IN_WORDS = {Action.HAND_IN_ENDED, Action.UPSTREAM_TESTED}
_ENDS_TASK = {Action.TASK_APPROVED, Action.TASK_REJECTED}


@dataclass(frozen=True, slots=True)
class Value:
    """One side of a change. `erased_at` set: the text was destroyed on purpose and only its commitment is left."""

    text: str
    cut: bool
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the trail. `outcome` is "corrected", "cleared", "approved" or "" and says how old and new are drawn."""

    id: int
    at: datetime
    day: str
    who: str
    machine: bool
    action: str
    act: str
    strong: bool
    path: str
    on: str
    old: Value | None
    new: Value | None
    said: str
    outcome: str
    reason: Value | None
    job: int | None
    called: str
    key: str
    number: int | None
    rows: int | None
    object_type: str
    object_id: str
    seconds: str
    leaf: str


def told(entries: Sequence[Entry]) -> list[Told]:
    """A page of entries in words. `old`, `new` and `reason` should be loaded with each; the queries are always as many."""
    about, names = naming.of(entries), naming.names(entries)
    return [tell(one, about=about.get(one.pk, naming.NOTHING), names=names) for one in entries]


def tell(entry: Entry, *, about: naming.Called = naming.NOTHING, names: naming.Names = naming.NO_NAMES) -> Told:
    """The entry in words; `about` names its document, `names` what else it points at."""
    body: dict[str, Any] = json.loads(bytes(entry.body))
    facts = _facts(entry, body, about, names)
    act = Action(entry.action) if entry.action in Action.values else None
    on, said = sentences.ON.get(act) if act else None, sentences.SAID.get(act) if act else None
    # What is told in words is not shown as a value too; nor is a machine's reason that stands in those words.
    told_reason = entry.action in _REASON_IN_WORDS and entry.reason is not None and entry.reason.erased_at is None
    return Told(
        id=entry.pk,
        at=entry.at,
        day=locales.day(entry.at.astimezone(UTC).date()),
        who=str(body["actor"]["name"]),
        machine=body["actor"]["type"] != "person",
        action=entry.action,
        act=_act(entry, str(body["details"].get("step", "")), names),
        strong=entry.action in _ENDS_TASK,
        path=entry.path,
        on=on(facts) if on is not None else "",
        old=_value(entry, entry.old) if said is None else None,
        new=_value(entry, entry.new) if said is None else None,
        said=said(facts) if said is not None else "",
        outcome=_outcome(entry.action),
        reason=None if told_reason else _value(entry, entry.reason),
        job=entry.job,
        called=about.name or about.job,
        key=about.key,
        number=about.number,
        rows=about.rows,
        object_type=entry.object_type,
        object_id=entry.object_id,
        seconds=str(body["seconds"]),
        leaf=entry.leaf,
    )


def _facts(entry: Entry, body: Mapping[str, Any], about: naming.Called, names: naming.Names) -> sentences.Facts:
    details, source = dict(body["details"]), dict(body["source"])
    for told in (details, source):
        if about.number is not None and "key" in told:
            told["key"] = _("%(n)s of %(of)s") % {"n": about.number, "of": about.rows}
    return sentences.Facts(
        object=entry.object_id,
        details=details,
        source=source,
        old=entry.old,
        new=entry.new,
        reason=entry.reason,
        ip=str(body["via"]["ip"]),
        names=names,
    )


def plain(entry: Entry, content: Content | None) -> str:
    """A kept value as a person would write it: a field's text without the quotes of its JSON. "" for none or erased."""
    if content is None or content.text is None:
        return ""
    if content.type == "string":
        return str(json.loads(content.text))
    return content.text


def _value(entry: Entry, content: Content | None) -> Value | None:
    if content is None:
        return None
    text = _("empty") if content.type == "null" else plain(entry, content)
    return Value(text[:SHOWN], cut=len(text) > SHOWN, erased_at=content.erased_at)


def _act(entry: Entry, step: str, names: naming.Names) -> str:
    if entry.action not in Action.values:
        return entry.action
    act = names.stepped.get((entry.object_id, entry.path, entry.at), Action(entry.action)).label
    if step == "undo":
        return _("undid: %(act)s") % {"act": act}
    return _("redid: %(act)s") % {"act": act} if step == "redo" else str(act)


def _outcome(action: str) -> str:
    if action in {Action.FIELD_CLEARED, Action.FIELD_ILLEGIBLE, Action.LINE_REMOVED}:
        return "cleared"
    return "approved" if action == Action.FIELD_APPROVED else "corrected"
