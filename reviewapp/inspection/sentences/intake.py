"""How are the entries told of what came in, of what was handed in, and of the upstreams?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviewapp.audit.actions import Action
from reviewapp.intake.models import SENTENCES
from reviewapp.results.models import STATUS_LABELS
from reviewapp.upstreams import sentences

from .facts import Facts, Sentence, change, kept, listed, read

_STATUSES = {status.value: label for status, label in STATUS_LABELS.items()}
#: How an upstream is reached, in the order in which changes are told (intake.connections).
_REACHED = {
    "name": gettext_lazy("name"),
    "base_url": gettext_lazy("address"),
    "file_hosts": gettext_lazy("servers of files"),
    "private": gettext_lazy("private networks"),
    "options": gettext_lazy("options"),
    "lists": gettext_lazy("looks for new jobs by itself"),
}
_NEW_KEY = gettext_lazy("a new key was sealed")
#: Why a document was not taken: `adapter.UpstreamError.code` of entries that do not hold the reason itself.
REFUSED = {
    "auth": gettext_lazy("the credential is not accepted"),
    "forbidden": gettext_lazy("the credential may not do that"),
    "not_found": gettext_lazy("it is not known there"),
    "refused": gettext_lazy("the request is called invalid"),
    "not_allowed": gettext_lazy("our own rules refuse the address"),
    "too_large": gettext_lazy("it is too large"),
    "quota": gettext_lazy("the quota is used up"),
    "uncertain": gettext_lazy("it may have arrived, and sent again it may be done twice"),
    "bad_payload": gettext_lazy("the answer could not be read"),
    "conflict": gettext_lazy("somebody else changed it there at the same time"),
    "rate_limited": gettext_lazy("fewer requests are asked for"),
    "unavailable": gettext_lazy("the server or the way to it is down"),
}


def _job(facts: Facts) -> str:
    n = int(facts.details.get("rows", 0))
    rows = ngettext("%(n)d row", "%(n)d rows", n) % {"n": n}
    return _("Job %(job)s at %(upstream)s, status %(status)s, %(rows)s") % {
        "job": facts.source.get("job", ""),
        "upstream": facts.upstream,
        "status": _status(facts.text("status"), facts.text("raw_status")),
        "rows": rows,
    }


def _status(ours: str, theirs: str) -> str:
    label = str(_STATUSES.get(ours, ours))
    if not theirs or theirs.lower() == ours:
        return label
    return _("%(status)s (they say “%(word)s”)") % {"status": label, "word": theirs}


def _asked(facts: Facts) -> str:
    return _("Job %(job)s at %(upstream)s") % {"job": facts.source.get("job", ""), "upstream": facts.upstream}


def _row(facts: Facts) -> str:
    key = facts.source.get("key", "")
    return _("Row %(key)s of job %(job)s") % {"key": key, "job": facts.source.get("job", "")}


def _row_said(facts: Facts) -> str:
    before = facts.text("supersedes")
    return _("takes the place of row %(before)s") % {"before": before} if before else ""


def _handed_in(facts: Facts) -> str:
    said = _("“%(name)s” to %(upstream)s") % {"name": _submitted(facts), "upstream": facts.upstream}
    schema = facts.text("schema_name")
    return said + ", " + _("schema %(name)s") % {"name": schema} if schema else said


def _handed_in_said(facts: Facts) -> str:
    return _("once more") if facts.details.get("again") else ""


def _hand_in_ended(facts: Facts) -> str:
    return _("“%(name)s” at %(upstream)s") % {"name": _submitted(facts), "upstream": facts.upstream}


def _hand_in_said(facts: Facts) -> str:
    if facts.text("job"):
        return _("taken: it is job %(job)s there") % {"job": facts.text("job")}
    blocked = facts.details.get("blocked")
    if blocked:
        # Bodies of an earlier time hold the vendor's words themselves.
        why = sentences.theirs(kept(facts.reason) or (blocked if isinstance(blocked, str) else ""))
        return _("blocked, no job was made: %(why)s") % {"why": why} if why else _("blocked, no job was made")
    code = facts.text("refused")
    return _("refused: %(why)s") % {"why": facts.cause or REFUSED.get(code, code)}


def _submitted(facts: Facts) -> str:
    return kept(facts.new) or facts.names.submissions.get(facts.object) or facts.object


def _rejected(facts: Facts) -> str:
    name = facts.names.rejected.get(facts.object) or facts.object
    if not facts.text("upstream"):
        return _("“%(name)s”, from a file") % {"name": name}
    return _("“%(name)s”, from %(upstream)s") % {"name": name, "upstream": facts.upstream}


def _rejected_said(facts: Facts) -> str:
    code = facts.text("code")
    known: Mapping[str, object] = {**REFUSED, **SENTENCES}
    return str(known.get(code, code))


def _document(facts: Facts) -> str:
    said = _("SHA-256 %(sha256)s…") % {"sha256": facts.text("sha256")[:16]}
    before = facts.text("replaces")
    return said + ", " + _("in the place of %(sha256)s…") % {"sha256": before[:16]} if before else said


def _upstream(facts: Facts) -> str:
    if facts.text("what") != "schema":
        return _("Upstream %(upstream)s") % {"upstream": facts.upstream}
    schema = facts.text("schema_name") or _("without a name")
    return _("Upstream %(upstream)s, schema %(schema)s") % {"upstream": facts.upstream, "schema": schema}


def _upstream_said(facts: Facts) -> str:
    what, old, new = facts.text("what"), read(facts.old), read(facts.new)
    match what:
        case "added":
            return "; ".join([_("added"), *_settings({}, new or {})])
        case "connection" | "credential" | "connection and credential":
            told = list(_settings(old or {}, new or {}))
            return "; ".join([*told, *([str(_NEW_KEY)] if "credential" in what else [])]) or _("the connection")
        case "webhook secret":
            return _("a new secret of its webhooks was sealed")
        case "paused":
            return _("paused: it is asked nothing any more")
        case "resumed":
            return _("resumed: it is asked again")
        case "categories":
            return change(_("categories"), listed(old or ()), listed(new or ()))
        case "schema":
            return _schema_said(facts)
    return what


def _schema_said(facts: Facts) -> str:
    if facts.new is None:
        return _("the attached schema was taken away")
    return _("another schema was attached in its place") if facts.old is not None else _("a schema was attached")


def _settings(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, label in _REACHED.items():
        old, new = _written(before.get(name)), _written(now.get(name))
        if before and old != new:
            yield change(label, old, new)
        elif not before and now.get(name):
            yield f"{label}: {new}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = str(value or "")
    if text.startswith("{"):
        return listed(f"{name} = {one}" for name, one in json.loads(text).items())
    return listed(text.split("\n")) if text else ""


def _tested(facts: Facts) -> str:
    said = _("Upstream %(upstream)s") % {"upstream": facts.upstream}
    return f"{said} ({facts.text('host')})" if facts.text("host") else said


def _tested_said(facts: Facts) -> str:
    code = facts.text("code")
    if code == "ok":
        return _("it answered and accepts the credential")
    return _("it does not work: %(why)s") % {"why": facts.cause or REFUSED.get(code, code)}


ON: Mapping[Action, Sentence] = {
    Action.JOB_RECEIVED: _job,
    Action.JOB_STATUS_CHANGED: _job,
    Action.ROW_RECEIVED: _row,
    Action.PAYLOAD_REJECTED: _rejected,
    Action.DOCUMENT_ATTACHED: _document,
    Action.UPSTREAM_CHANGED: _upstream,
    Action.UPSTREAM_TESTED: _tested,
    Action.JOB_ASKED_FOR: _asked,
    Action.JOB_GONE: _asked,
    Action.JOB_DISMISSED: _asked,
    Action.DOCUMENT_HANDED_IN: _handed_in,
    Action.HAND_IN_ENDED: _hand_in_ended,
}
SAID: Mapping[Action, Sentence] = {
    Action.ROW_RECEIVED: _row_said,
    Action.PAYLOAD_REJECTED: _rejected_said,
    Action.UPSTREAM_CHANGED: _upstream_said,
    Action.UPSTREAM_TESTED: _tested_said,
    Action.DOCUMENT_HANDED_IN: _handed_in_said,
    Action.HAND_IN_ENDED: _hand_in_said,
}
