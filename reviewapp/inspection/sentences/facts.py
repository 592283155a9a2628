"""From what is an entry's sentence made? Its stored body, the values that are still kept, and names for what it points at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from reviewapp.audit.models import Content
from reviewapp.inspection.naming import NO_NAMES, Names
from reviewapp.upstreams import sentences


@dataclass(frozen=True, slots=True)
class Facts:
    """`object`: our id of what the act was on. `ip`: from where it came. A body of an earlier time may lack any detail."""

    object: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    old: Content | None = None
    new: Content | None = None
    reason: Content | None = None
    ip: str = ""
    names: Names = NO_NAMES

    def text(self, name: str) -> str:
        """A detail as text; "" when there is none."""
        found = self.details.get(name)
        return "" if found is None else str(found)

    @property
    def upstream(self) -> str:
        """The name of the upstream that the entry tells of."""
        return self.upstream_called(self.text("upstream") or str(self.source.get("upstream", "")))

    def upstream_called(self, slug: str) -> str:
        return self.names.upstreams.get(slug, slug)

    @property
    def destination(self) -> str:
        """The name of the destination that the entry tells of."""
        return self.destination_called(self.text("destination"))

    def destination_called(self, slug: str) -> str:
        return self.names.destinations.get(slug, slug)

    def person(self, id: str) -> str:
        """The name of a person of ours."""
        return self.names.people.get(int(id), id) if id.isdecimal() else id

    @property
    def cause(self) -> str:
        """The reason that a machine gave, in the reader's language where it is ours; "" when there is none any more."""
        return sentences.told(kept(self.reason))


Sentence: TypeAlias = Callable[[Facts], str]


def kept(content: Content | None) -> str:
    """A value's text; "" for none and for one that was erased."""
    return (content.text or "") if content is not None else ""


def read(content: Content | None) -> Any:
    """A kept JSON value; None for none and for one that was erased."""
    text = kept(content)
    return json.loads(text) if text else None


def change(label: object, before: str, now: str) -> str:
    """What was there before and what is now; each side is said even when it is empty."""
    return f"{label}: {before or _('empty')} → {now or _('empty')}"


def listed(texts: Iterable[object]) -> str:
    return ", ".join(map(str, texts))
