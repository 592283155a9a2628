"""How is an entry told to a person? Who, what, on what, and what was before and after; from the stored body and the names
that `naming` finds to what it points at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry
from reviewapp.web import locales

from . import naming, rule_changes, sent

#: A value longer than this is cut on the page; the exports have it whole.
SHOWN = 240
#: Entries whose values are whole rows, payloads or rules: too long for a cell, and told in words instead.
_WHOLE = {
    Action.ROW_RECEIVED,
    Action.TASK_APPROVED,
    Action.PAYLOAD_REJECTED,
    Action.QUEUE_CHANGED,
    Action.UPSTREAM_CHANGED,
}
#: What acts of other rooms say in one word; any other word is shown as the entry has it.
_WORDS = frozenset(
    (
        gettext_noop("added"),
        gettext_noop("role"),
        gettext_noop("deactivated"),
        gettext_noop("reactivated"),
        gettext_noop("password"),
        gettext_noop("preferences"),
        gettext_noop("categories"),
        gettext_noop("schema"),
        gettext_noop("connection"),
        gettext_noop("credential"),
        gettext_noop("connection and credential"),
        gettext_noop("webhook secret"),
        gettext_noop("paused"),
        gettext_noop("resumed"),
    )
)
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
    details, source = _named(body["details"], names), _named(body["source"], names)
    if about.number is not None and "key" in source:
        source["key"] = _("%(n)s of %(of)s") % {"n": about.number, "of": about.rows}
    whole = entry.action in _WHOLE
    return Told(
        id=entry.pk,
        at=entry.at,
        day=locales.day(entry.at.astimezone(UTC).date()),
        who=str(body["actor"]["name"]),
        machine=body["actor"]["type"] != "person",
        action=entry.action,
        act=_act(entry, str(details.get("step", "")), names),
        strong=entry.action in _ENDS_TASK,
        path=entry.path,
        on=_on(entry, details, source),
        old=None if whole else _value(entry, entry.old),
        new=None if whole else _value(entry, entry.new),
        said=rule_changes.told(entry.old, entry.new, names=names)
        if entry.action == Action.QUEUE_CHANGED
        else _said(entry, details),
        outcome=_outcome(entry.action),
        reason=_value(entry, entry.reason),
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


def _named(facts: Mapping[str, Any], names: naming.Names) -> dict[str, Any]:
    """The facts with names in the place of queues' and upstreams' slugs."""
    known = {"queue": names.queues, "upstream": names.upstreams}
    return {name: known[name].get(fact, fact) if name in known else fact for name, fact in facts.items()}


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


def _on(entry: Entry, details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    tell_of = _ON.get(Action(entry.action)) if entry.action in Action.values else None
    return tell_of(details, source) if tell_of is not None else ""


def _said(entry: Entry, details: Mapping[str, Any]) -> str:
    if entry.action == Action.TASK_APPROVED and details.get("supersedes"):
        return _("row %(row)s takes the place of row %(before)s") % {
            "row": details["row"],
            "before": details["supersedes"],
        }
    if entry.action == Action.TASK_APPROVED:
        return _("row %(row)s, decided on row %(base)s") % {"row": details["row"], "base": details["base"]}
    if entry.action == Action.ROW_RECEIVED and details.get("supersedes"):
        return _("takes the place of row %(before)s") % {"before": details["supersedes"]}
    return ""


def _job(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    n = int(details.get("rows", 0))
    rows = ngettext("%(n)d row", "%(n)d rows", n) % {"n": n}
    return _("Job %(job)s at %(upstream)s, status %(status)s, %(rows)s") % {
        "job": source.get("job", ""),
        "upstream": source.get("upstream", ""),
        "status": details.get("raw_status") or details.get("status", ""),
        "rows": rows,
    }


def _row(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _("Row %(key)s of job %(job)s") % {"key": source.get("key", ""), "job": source.get("job", "")}


def _opened(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    n = int(details.get("to_check", 0))
    said = ngettext(
        "Queue %(queue)s: %(n)d of %(of)s fields needs eyes, threshold %(threshold)s",
        "Queue %(queue)s: %(n)d of %(of)s fields need eyes, threshold %(threshold)s",
        n,
    )
    return said % {
        "queue": details.get("queue", ""),
        "n": n,
        "of": details.get("of", ""),
        "threshold": details.get("threshold", ""),
    }


def _again(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    n = int(details.get("to_check", 0))
    said = ngettext(
        "Queue %(queue)s: %(n)d field needs eyes, threshold %(threshold)s",
        "Queue %(queue)s: %(n)d fields need eyes, threshold %(threshold)s",
        n,
    )
    return said % {"queue": details.get("queue", ""), "n": n, "threshold": details.get("threshold", "")}


def _until(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _("Until %(at)s") % {"at": str(details.get("until", ""))[:16].replace("T", " ")}


def _from_holder(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _("Held by %(name)s") % {"name": details["holder"]} if details.get("holder") else ""


def _assigned(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    if not details.get("to"):
        return _("Free for everybody in the queue")
    return _("To %(name)s") % {"name": details["to"]}


def _decided(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    verdicts = {word: int(n) for word, n in dict(details.get("verdicts", {})).items()}
    unseen = verdicts.pop("not_reviewed", 0)
    n = sum(verdicts.values())
    said = ngettext("%(n)d verdict", "%(n)d verdicts", n) % {"n": n}
    return _("%(verdicts)s, %(unseen)s not reviewed") % {"verdicts": said, "unseen": unseen}


def _signed_off(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return ", ".join(str(path) for path in details.get("paths", []))


def _why(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _(str(details.get("why", "")))


def _document(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _("SHA-256 %(sha256)s…") % {"sha256": str(details.get("sha256", ""))[:16]}


def _refused(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return str(details.get("code", ""))


def _queue(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _("Queue %(queue)s") % {"queue": details.get("queue", "")}


def _upstream(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return f"{details.get('upstream', '')} {_word(details.get('what', ''))} {details.get('schema_name', '')}".strip()


def _what(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    return _word(details.get("what", ""))


def _word(text: Any) -> str:
    return _(text) if text in _WORDS else str(text)


def _exported(details: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    filters = ", ".join(f"{name} {value}" for name, value in dict(details.get("filters", {})).items() if value)
    return f"{details.get('format', '')}: {filters}" if filters else f"{details.get('format', '')}: " + _("everything")


_ON: Mapping[Action, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    Action.JOB_RECEIVED: _job,
    Action.JOB_STATUS_CHANGED: _job,
    Action.ROW_RECEIVED: _row,
    Action.PAYLOAD_REJECTED: _refused,
    Action.DOCUMENT_ATTACHED: _document,
    Action.UPSTREAM_CHANGED: _upstream,
    Action.TASK_OPENED: _opened,
    Action.TASK_RETRIAGED: _again,
    Action.TASK_WITHDRAWN: _why,
    Action.TASK_CLAIMED: _until,
    Action.TASK_POSTPONED: _until,
    Action.TASK_RELEASED: _from_holder,
    Action.TASK_TAKEN_OVER: _from_holder,
    Action.TASK_ASSIGNED: _assigned,
    Action.TASK_APPROVED: _decided,
    Action.TASK_SIGNED_OFF: _signed_off,
    Action.QUEUE_CHANGED: _queue,
    Action.USER_CHANGED: _what,
    Action.TRAIL_EXPORTED: _exported,
    **sent.ON,
}
