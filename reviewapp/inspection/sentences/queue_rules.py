"""What did a change of a queue's rule change? Old and new rule, as kept, -> "threshold 0.8 → 0.95" for each part."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.audit.models import Content
from reviewapp.inspection.naming import Names
from reviewapp.review.models import Queue
from reviewapp.upstreams.models import KIND_LABELS
from reviewapp.web import locales

#: In the order in which they are told; `field_thresholds` and `members` are told one by one.
LABELS = {
    "name": gettext_lazy("name"),
    "upstream": gettext_lazy("upstream"),
    "kind": gettext_lazy("kind"),
    "schema_name": gettext_lazy("schema name"),
    "position": gettext_lazy("position"),
    "policy": gettext_lazy("order"),
    "threshold": gettext_lazy("threshold"),
    "grounding_threshold": gettext_lazy("threshold of the grounding score"),
    "queues_no_confidence": gettext_lazy("a value without any confidence needs eyes"),
    "due_minutes": gettext_lazy("due after"),
}


def told(old: Content | None, new: Content | None, *, names: Names) -> str:
    """Every part that differs; for a new queue, every part that says something. "" when the rules are no longer kept."""
    if new is None or new.text is None or (old is not None and old.text is None):
        return ""
    after: dict[str, Any] = json.loads(new.text)
    before: dict[str, Any] = json.loads(old.text) if old is not None and old.text is not None else {}
    parts = [*_parts(before, after, names), *_fields(before, after), *_members(before, after, names)]
    return "; ".join([*parts, *_rules_of_values(before, after)])


def _parts(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> Iterator[str]:
    for part, label in LABELS.items():
        if part not in after or (part in before and before[part] == after[part]):
            continue
        now = _written(part, after[part], names)
        if part in before:
            yield f"{label} {_written(part, before[part], names)} → {now}"
        elif after[part] not in ("", None, False):
            yield f"{label} {now}"


def _written(part: str, value: Any, names: Names) -> str:
    write: Callable[[Any], str] = _WRITE.get(part, str)
    if part == "upstream" and value:
        return names.upstreams.get(value, value)
    return write(value)


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = dict(before.get("field_thresholds", {})), dict(after.get("field_thresholds", {}))
    for path in sorted({*old, *new}):
        if path not in old:
            yield _("%(path)s at %(threshold)s") % {"path": path, "threshold": new[path]}
        elif path not in new:
            yield _("%(path)s no longer at %(threshold)s") % {"path": path, "threshold": old[path]}
        elif old[path] != new[path]:
            yield f"{path} {old[path]} → {new[path]}"


def _members(before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> Iterator[str]:
    old, new = set(before.get("members", ())), set(after.get("members", ()))
    for people, says in ((new - old, _("works on it: %(names)s")), (old - new, _("no longer works on it: %(names)s"))):
        if people:
            yield says % {"names": ", ".join(sorted(names.people.get(one, str(one)) for one in people))}


def _rules_of_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """By their names; what each says stands whole in the values that the entry commits to."""
    old = {one["id"]: one for one in before.get("value_rules", ())}
    new = {one["id"]: one for one in after.get("value_rules", ())}
    for id, one in new.items():
        if id not in old:
            yield _("rule “%(name)s” added") % {"name": one["name"]}
        elif old[id] != one:
            yield _("rule “%(name)s” changed") % {"name": one["name"]}
    for id, one in old.items():
        if id not in new:
            yield _("rule “%(name)s” removed") % {"name": one["name"]}


def _any(value: str) -> str:
    return value or _("any")


def _kind(value: str) -> str:
    return str({kind.value: label for kind, label in KIND_LABELS.items()}.get(value, value)) or _("any")


def _policy(value: str) -> str:
    return str(dict(Queue.Policy.choices).get(value, value))


def _due(value: int | None) -> str:
    return _("never") if value is None else locales.exact(value)


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


_WRITE: Mapping[str, Callable[[Any], str]] = {
    "upstream": _any,
    "kind": _kind,
    "schema_name": _any,
    "policy": _policy,
    "queues_no_confidence": _yes,
    "due_minutes": _due,
}
