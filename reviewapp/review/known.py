"""What is known of a task's values and said about them? The row under review, its schema, reasons and verdicts, by address."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import cached_property

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Kind, Row
from reviewapp.extraction.schema import Schema, SchemaNode
from reviewapp.results import chains

from . import conflicts, current, reasons, rules, schemas
from .models import Task, Verdict


class Absent:
    """Nothing stands there, not even null."""


ABSENT: Final = Absent()


class Place:
    """What all values of one pattern have in common: `/lines/3/amount` and `/lines/4/amount` are `/lines/*/amount`."""

    def __init__(self, pattern: str, node: SchemaNode | None) -> None:
        self.node = node
        self._pattern = pattern

    @cached_property
    def label(self) -> str:
        return (self.node.title if self.node is not None else "") or _humanised(paths.split(self._pattern))


class Values:
    """What is known of one task's values and said about them, for one person's eyes."""

    def __init__(self, task: Task, *, spoken: Mapping[str, Verdict], locale: str, editable: bool) -> None:
        self.row: Row = chains.read(task.row)
        self.schema: Schema = schemas.of_row(task.row)
        self.task = task
        self.spoken = spoken
        self.locale = locale
        self.editable = editable
        self.eyes = current.eyes(task)
        self.eye_set = frozenset(self.eyes)
        self.open = frozenset(current.open_eyes(task, spoken))
        self.focus = f"{reverse('review:task', args=[task.pk])}?field="
        self.classifies = task.kind == Kind.UNSILOED_CLASSIFY
        self._reasons: dict[str, list[tuple[str, str]]] = {}
        for code, path, detail in task.reasons.order_by("id").values_list("code", "path", "detail"):
            self._reasons.setdefault(path, []).append((code, detail))
        self._elsewhere: dict[str, Json] = {}

    def reasons(self, path: str) -> list[rules.Reason]:
        """What triage found there, in its order."""
        return [reasons.from_stored(code, path, detail) for code, detail in self._reasons.get(path, ())]

    def every_reason(self) -> list[rules.Reason]:
        """What triage found, in the row and in all fields."""
        return [one for path in self._reasons for one in self.reasons(path)]

    def place(self, path: str) -> Place:
        """The schema's node and the name of all values of the path's pattern."""
        return _place(self.schema, paths.pattern(path))

    def read(self, path: str) -> Any:
        """What the upstream read there: a JSON value, or `ABSENT`."""
        try:
            return paths.get(self.row.values, path)
        except paths.BadPath:
            return ABSENT

    def elsewhere(self, path: str) -> Json:
        """What other rows have at the place, to tell its type by."""
        pattern = paths.pattern(path)
        if pattern not in self._elsewhere:
            self._elsewhere[pattern] = schemas.elsewhere(self.task.row, pattern)
        return self._elsewhere[pattern]

    @cached_property
    def conflicts(self) -> Mapping[str, conflicts.Conflict]:
        """Where a newer result disagrees with a person."""
        found = (
            (path, json.loads(detail))
            for path in self._reasons
            for code, detail in self._reasons[path]
            if code == rules.Code.CONFLICT
        )
        return conflicts.told(found)

    @cached_property
    def standing(self) -> Mapping[str, Verdict]:
        """What counts now: what was said, and a person's earlier word where a newer result disagrees and nobody has spoken."""
        return conflicts.standing(self.conflicts, self.spoken)

    @cached_property
    def below(self) -> tuple[Counter[str], Counter[str]]:
        """How many addresses below each one need eyes, and how many of them have no verdict."""
        return _above(self.eyes), _above(self.open)

    @cached_property
    def classes(self) -> list[str]:
        return schemas.classes_seen(self.task.job.upstream)


@lru_cache(maxsize=4096)
def _place(schema: Schema, pattern: str) -> Place:
    # The same schema is asked about the same places at every field and verdict, and is the same object (Schema.parse).
    try:
        node = schema.node(pattern)
    except paths.BadPath:
        node = None
    return Place(pattern, node)


def _humanised(tokens: Sequence[str]) -> str:
    """A key's name as words: the last token of a pattern that is no index, `unit_price` as "Unit price"."""
    named = [token for token in tokens if token != "*" and not token.lstrip("+").isdigit()]
    name = named[-1] if named else ""
    text = re.sub(r"[_\-\s]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).strip()
    return text[:1].upper() + text[1:]


def _above(addresses: Iterable[str]) -> Counter[str]:
    """How many of the addresses stand below each address."""
    found: Counter[str] = Counter()
    for address in addresses:
        above = address
        while above:
            above = paths.parent(above)
            found[above] += 1
    return found
