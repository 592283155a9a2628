"""How are the entries told of people and of API keys? Never a password or a secret: of a key its name and its prefix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.accounts.models import Scope, User
from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action

from .facts import Facts, Sentence, change, kept, listed

_ROLES = dict(Role.choices)
#: What a key may do, in fewer words than where it is chosen.
SCOPES = {
    Scope.COMPAT_READ: gettext_lazy("read results in the vendors' shapes"),
    Scope.ROWS_READ: gettext_lazy("read rows in our own shape"),
    Scope.JOBS_READ: gettext_lazy("read jobs and their history"),
    Scope.TASKS_READ: gettext_lazy("read what waits for people"),
    Scope.TASKS_WRITE: gettext_lazy("work on tasks"),
    Scope.DELIVERIES_READ: gettext_lazy("read what is on its way out, and what came of it"),
    Scope.DELIVERIES_WRITE: gettext_lazy("try deliveries again"),
    Scope.TRAIL_READ: gettext_lazy("read the trail of jobs and tasks"),
}
_PREFERENCES = (gettext_lazy("language"), gettext_lazy("time zone"), gettext_lazy("look"))
_LOOKS: Mapping[str, object] = {**dict(User.Locale.choices), **dict(User.Theme.choices)}
#: What was changed about a person, in one word of the entry.
_CHANGED = {
    "password": gettext_lazy("a new password was set"),
    "deactivated": gettext_lazy("deactivated: cannot sign in any more"),
    "reactivated": gettext_lazy("reactivated: may sign in again"),
}


def _came(facts: Facts) -> str:
    """Who it was stands beside it; of a name that nobody has, the name is the value."""
    return _("from %(ip)s") % {"ip": facts.ip} if facts.ip else facts.person(facts.object)


def _failed(facts: Facts) -> str:
    place = f", {_came(facts)}" if facts.ip else ""
    return (facts.person(facts.object) or _("a name that nobody has")) + place


def _person(facts: Facts) -> str:
    return facts.person(facts.object)


def _person_said(facts: Facts) -> str:
    what, old, new = facts.text("what"), kept(facts.old), kept(facts.new)
    match what:
        case "added":
            name, _comma, role = new.rpartition(", ")
            return _("added: signs in as %(name)s, role %(role)s") % {"name": name, "role": _ROLES.get(role, role)}
        case "role":
            return change(_("role"), str(_ROLES.get(old, old)), str(_ROLES.get(new, new)))
        case "preferences":
            return "; ".join(_preferences(old, new)) or _("nothing differs")
    return str(_CHANGED.get(what, what))


def _preferences(old: str, new: str) -> Iterator[str]:
    """Language, time zone and look, as accounts.people writes them into one text."""
    for part, label in enumerate(_PREFERENCES):
        before, now = (dict(enumerate(text.split(" "))).get(part, "") for text in (old, new))
        if before != now:
            yield change(label, str(_LOOKS.get(before, before)), str(_LOOKS.get(now, now)))


def _key(facts: Facts) -> str:
    return _("Key “%(name)s” (%(prefix)s)") % {"name": facts.text("name"), "prefix": f"rva_{facts.text('prefix')}…"}


def _key_said(facts: Facts) -> str:
    return "; ".join(_powers(facts))


def _revoked_said(facts: Facts) -> str:
    return _("it opens nothing any more")


def _powers(facts: Facts) -> Iterator[str]:
    scopes = listed(SCOPES[Scope(one)] if one in Scope.values else one for one in facts.details.get("scopes", ()))
    yield _("may: %(scopes)s") % {"scopes": scopes}
    upstreams = listed(map(facts.upstream_called, facts.details.get("upstreams", ())))
    yield _("upstreams: %(upstreams)s") % {"upstreams": upstreams or _("none")}
    if facts.text("acts_for"):
        yield _("acts for %(name)s") % {"name": facts.person(facts.text("acts_for"))}
    if facts.details.get("hold"):
        yield _("what is undecided is held back")
    if facts.text("expires_at"):
        yield _("until %(day)s") % {"day": facts.text("expires_at")[:10]}


ON: Mapping[Action, Sentence] = {
    Action.SIGNED_IN: _came,
    Action.SIGN_IN_FAILED: _failed,
    Action.SIGNED_OUT: _came,
    Action.USER_CHANGED: _person,
    Action.KEY_ISSUED: _key,
    Action.KEY_REVOKED: _key,
}
SAID: Mapping[Action, Sentence] = {
    Action.USER_CHANGED: _person_said,
    Action.KEY_ISSUED: _key_said,
    Action.KEY_REVOKED: _revoked_said,
}
