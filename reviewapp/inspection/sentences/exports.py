"""How are the entries of this room told? What left as a file, and with which filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.audit.actions import Action

from .facts import Facts, Sentence, listed

_FILTERS = {
    "action": gettext_lazy("act"),
    "who": gettext_lazy("by"),
    "path": gettext_lazy("field"),
    "job": gettext_lazy("job"),
    "since": gettext_lazy("from"),
    "until": gettext_lazy("to"),
}


def _exported(facts: Facts) -> str:
    what = listed(_filters(facts, facts.details.get("filters", {}))) or _("everything")
    return f"{facts.text('format').upper()}: {what}"


def _filters(facts: Facts, filters: Mapping[str, Any]) -> Iterator[str]:
    for name, value in filters.items():
        if value:
            yield f"{_FILTERS.get(name, name)} {_value(facts, name, str(value))}"


def _value(facts: Facts, name: str, value: str) -> str:
    if name == "action" and value in Action.values:
        return str(Action(value).label)
    if name == "who":
        kind, _colon, id = value.partition(":")
        return facts.person(id) if kind == "person" else id
    return value


ON: Mapping[Action, Sentence] = {Action.TRAIL_EXPORTED: _exported}
