"""How are the entries of deliveries and destinations told, in a few words each?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reviewapp.audit.actions import Action

Facts = Mapping[str, Any]

#: What of a destination was changed, by the names that the entries have.
_CHANGED = {
    "name": gettext_lazy("name"),
    "host": gettext_lazy("server"),
    "url": gettext_lazy("address"),
    "private": gettext_lazy("private networks"),
    "form": gettext_lazy("what is sent"),
    "upstreams": gettext_lazy("upstreams"),
    "outcomes": gettext_lazy("which rows"),
}


def _queued(details: Facts, source: Facts) -> str:
    return _("To %(destinations)s") % {"destinations": ", ".join(map(str, details.get("destinations", [])))}


def _attempt(details: Facts, source: Facts) -> str:
    return _("To %(destination)s, attempt %(number)s: %(code)s") % {
        "destination": details.get("destination", ""),
        "number": details.get("attempt", ""),
        "code": details.get("code", ""),
    }


def _delivery(details: Facts, source: Facts) -> str:
    return _("To %(destination)s") % {"destination": details.get("destination", "")}


def _destination(details: Facts, source: Facts) -> str:
    """Its short name, and what of it was changed or answered."""
    said = ", ".join(str(_CHANGED.get(one, one)) for one in details.get("changed", [])) or str(details.get("code", ""))
    name = str(details.get("destination", ""))
    return f"{name}: {said}" if said else name


def _several(details: Facts, source: Facts) -> str:
    n = int(details.get("deliveries", 0))
    said = ngettext("%(destination)s: %(n)d delivery", "%(destination)s: %(n)d deliveries", n)
    return said % {"destination": details.get("destination", ""), "n": n}


ON: Mapping[Action, Callable[[Facts, Facts], str]] = {
    Action.DELIVERY_QUEUED: _queued,
    Action.DELIVERY_PUSHED: _attempt,
    Action.DELIVERY_FAILED: _attempt,
    Action.DELIVERY_DEAD: _attempt,
    Action.DELIVERY_NOT_ACCEPTED: _attempt,
    Action.DELIVERY_TRIED_AGAIN: _delivery,
    Action.DELIVERY_GIVEN_UP: _delivery,
    Action.DESTINATION_ADDED: _destination,
    Action.DESTINATION_CHANGED: _destination,
    Action.DESTINATION_PAUSED: _destination,
    Action.DESTINATION_RESUMED: _destination,
    Action.DESTINATION_DISABLED: _destination,
    Action.DESTINATION_TESTED: _destination,
    Action.DESTINATION_REPLAYED: _several,
    Action.DESTINATION_FILLED: _several,
    Action.SECRET_ROTATED: _destination,
    Action.SECRET_FORGOTTEN: _destination,
}
