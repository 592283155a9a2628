"""How are the entries told of rows on their way out, and of the destinations?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviewapp.audit.actions import Action
from reviewapp.delivery.models import Destination
from reviewapp.results.models import Final

from .facts import Facts, Sentence, change, listed

_OUTCOMES = dict(Final.Outcome.choices)
_FORMS = dict(Destination.Form.choices)
#: What of a destination can differ, by the names that the entries have, in the order in which it is told.
_PARTS = {
    "name": gettext_lazy("name"),
    "host": gettext_lazy("server"),
    "upstream": gettext_lazy("back to"),
    "way": gettext_lazy("way"),
    "private": gettext_lazy("private networks"),
    "form": gettext_lazy("what is sent"),
    "upstreams": gettext_lazy("upstreams"),
    "outcomes": gettext_lazy("which rows"),
}
#: What says nothing of a destination that writes back to a vendor.
_OF_WEBHOOKS = frozenset({"form", "upstreams"})
#: How an attempt ended, by its code (delivery.sending, push, testing); `http_503` is told by its number.
CODES = {
    "ok": gettext_lazy("it was taken"),
    "not_accepted": gettext_lazy("the vendor has no place for this"),
    "no_way": gettext_lazy("this vendor takes nothing back in this way"),
    "erased": gettext_lazy("the row was erased before it was sent"),
    "broke": gettext_lazy("an error of ours; the log tells more"),
    "sealed": gettext_lazy("what was sealed with another secret key must be entered again"),
    "not_configured": gettext_lazy("the settings cannot be used as they are"),
    "not_allowed": gettext_lazy("our own rules refuse the address"),
    "untrusted": gettext_lazy("the server could not prove its name"),
    "unreachable": gettext_lazy("no connection, or it broke off"),
    "out_of_time": gettext_lazy("no whole answer in time"),
    "unreadable": gettext_lazy("the answer could not be read"),
    "too_large": gettext_lazy("the answer is larger than we take"),
    "failed": gettext_lazy("no usable answer"),
    "auth": gettext_lazy("the vendor refused the credential"),
    "forbidden": gettext_lazy("the vendor says that this credential may not do this"),
    "not_found": gettext_lazy("the vendor knows no such job"),
    "refused": gettext_lazy("the vendor calls the request invalid"),
    "quota": gettext_lazy("the quota at the vendor is used up"),
    "bad_payload": gettext_lazy("the vendor answered what its contract does not promise"),
    "uncertain": gettext_lazy("it may have arrived, and sent again it may be done twice"),
    "conflict": gettext_lazy("somebody else changed it there at the same time"),
    "rate_limited": gettext_lazy("the vendor asks to slow down"),
    "unavailable": gettext_lazy("the vendor or the way to it is down"),
}


def _queued(facts: Facts) -> str:
    return _("To %(destinations)s") % {
        "destinations": listed(map(facts.destination_called, facts.details.get("destinations", ())))
    }


def _queued_said(facts: Facts) -> str:
    outcome = facts.text("outcome")
    return str(_OUTCOMES.get(outcome, outcome))


def _delivery(facts: Facts) -> str:
    return _("To %(destination)s") % {"destination": facts.destination}


def _attempt_said(facts: Facts) -> str:
    return _("attempt %(number)s: %(how)s") % {"number": facts.text("attempt"), "how": _how(facts)}


def _how(facts: Facts) -> str:
    code, status = facts.text("code"), facts.text("status")
    if code.startswith("http_"):
        return _("answered %(status)s") % {"status": code.removeprefix("http_")}
    said = str(CODES.get(code, code))
    return f"{said} ({status})" if status else said


def _destination(facts: Facts) -> str:
    return _("Destination %(destination)s") % {"destination": facts.destination}


def _added_said(facts: Facts) -> str:
    skipped = _OF_WEBHOOKS if facts.text("way") else frozenset()
    parts = ((label, _part(name, facts)) for name, label in _PARTS.items() if name not in skipped)
    return "; ".join(f"{label}: {part}" for label, part in parts if part)


def _changed_said(facts: Facts) -> str:
    """Entries of an earlier time hold what it is now, and not what it was."""
    return "; ".join(_changes(facts))


def _changes(facts: Facts) -> Iterator[str]:
    before: Mapping[str, Any] = facts.details.get("before", {})
    for name, label in _PARTS.items():
        if name not in facts.details.get("changed", ()):
            continue
        now = _part(name, facts)
        yield change(label, _as_text(name, before[name], facts), now) if name in before else f"{label}: {now}"
    if "url" in facts.details.get("changed", ()):
        yield _("a new address was sealed")


def _part(name: str, facts: Facts) -> str:
    return _as_text(name, facts.details.get(name), facts)


def _as_text(name: str, value: Any, facts: Facts) -> str:
    match name:
        case "outcomes":
            return listed(_OUTCOMES.get(one, one) for one in value or ())
        case "upstreams":
            return listed(map(facts.upstream_called, value or ())) or _("all")
        case "form":
            return str(_FORMS.get(value, value or ""))
        case "upstream":
            return facts.upstream_called(value or "")
        case "private":
            return listed(str(value or "").split())
    return str(value or "")


def _stopped_said(facts: Facts) -> str:
    """A person gave a reason, which is shown beside this; a receiver's answer has its code."""
    return _how(facts) if facts.text("code") else ""


def _tested_said(facts: Facts) -> str:
    if facts.text("code") == "ok":
        status = facts.text("status")
        return _("it answered %(status)s") % {"status": status} if status else _("it answered")
    return _("it did not arrive: %(how)s") % {"how": _how(facts)}


def _several_said(facts: Facts) -> str:
    n = int(facts.details.get("deliveries", 0))
    said = ngettext("%(n)d delivery", "%(n)d deliveries", n) % {"n": n}
    since = facts.text("since")[:16].replace("T", " ")
    return said + ", " + _("of rows that ended since %(at)s") % {"at": since} if since else said


def _rotated_said(facts: Facts) -> str:
    return _("a new secret was sealed; the one before signs too until it is taken away")


def _forgotten_said(facts: Facts) -> str:
    return _("only the newest secret signs")


ON: Mapping[Action, Sentence] = {
    Action.DELIVERY_QUEUED: _queued,
    Action.DELIVERY_PUSHED: _delivery,
    Action.DELIVERY_FAILED: _delivery,
    Action.DELIVERY_DEAD: _delivery,
    Action.DELIVERY_NOT_ACCEPTED: _delivery,
    Action.DELIVERY_TRIED_AGAIN: _delivery,
    Action.DELIVERY_GIVEN_UP: _delivery,
    Action.DESTINATION_ADDED: _destination,
    Action.DESTINATION_CHANGED: _destination,
    Action.DESTINATION_PAUSED: _destination,
    Action.DESTINATION_RESUMED: _destination,
    Action.DESTINATION_DISABLED: _destination,
    Action.DESTINATION_TESTED: _destination,
    Action.DESTINATION_REPLAYED: _destination,
    Action.DESTINATION_FILLED: _destination,
    Action.SECRET_ROTATED: _destination,
    Action.SECRET_FORGOTTEN: _destination,
}
SAID: Mapping[Action, Sentence] = {
    Action.DELIVERY_QUEUED: _queued_said,
    Action.DELIVERY_PUSHED: _attempt_said,
    Action.DELIVERY_FAILED: _attempt_said,
    Action.DELIVERY_DEAD: _attempt_said,
    Action.DELIVERY_NOT_ACCEPTED: _attempt_said,
    Action.DESTINATION_ADDED: _added_said,
    Action.DESTINATION_CHANGED: _changed_said,
    Action.DESTINATION_PAUSED: _stopped_said,
    Action.DESTINATION_DISABLED: _stopped_said,
    Action.DESTINATION_TESTED: _tested_said,
    Action.DESTINATION_REPLAYED: _several_said,
    Action.DESTINATION_FILLED: _several_said,
    Action.SECRET_ROTATED: _rotated_said,
    Action.SECRET_FORGOTTEN: _forgotten_said,
}
