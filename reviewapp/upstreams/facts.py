"""How do the facts about fields lie beside a tree of values? A row's flat mapping as a tree of the same form, and
back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reviewapp.extraction import paths
from reviewapp.extraction.model import Field


@dataclass(slots=True)
class Facts:
    """What is known at one address (`here`) and below it (by reference token). Never changed once it is shared."""

    here: Field | None = None
    below: dict[str, Facts] = field(default_factory=dict)

    def at(self, token: str | int) -> Facts:
        """The facts one step below; empty ones where nothing is known."""
        return self.below.get(str(token)) or Facts()

    def put(self, token: str | int, facts: Facts) -> None:
        """Hang `facts` below; nothing is hung where nothing is known, so equal facts are equal trees."""
        if facts:
            self.below[str(token)] = facts

    def __bool__(self) -> bool:
        return self.here is not None or bool(self.below)


def tree(fields: Mapping[str, Field]) -> Facts:
    """A row's fields -> a tree. The mapping must be one of JSON Pointers."""
    root = Facts()
    for path, known in fields.items():
        node = root
        for token in paths.split(path):
            node = node.below.setdefault(token, Facts())
        node.here = known
    return root


def flat(facts: Facts) -> dict[str, Field]:
    """A tree -> a row's fields by JSON Pointer."""
    return dict(_walk(facts, paths.ROOT))


def _walk(facts: Facts, at: str) -> Iterator[tuple[str, Field]]:
    if facts.here is not None:
        yield at, facts.here
    for token, below in facts.below.items():
        yield from _walk(below, paths.child(at, token))
