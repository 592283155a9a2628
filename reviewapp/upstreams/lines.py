"""Which line of a list as read is which line of the list as decided? A row says only what its lines are now, and a line
that moved should take the upstream's own tokens with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json, Number

from .facts import Facts, flat


@dataclass(frozen=True, slots=True)
class Line:
    """One element of an array with the facts about it; `marks` holds one mark for each value and each fact."""

    value: Json
    facts: Facts
    marks: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "marks", frozenset(_marks(self.value, self.facts)))


def align(old: Sequence[Line], new: Sequence[Line]) -> list[int | None]:
    """For each new line the index of the old line that it was, None for a line that is new. No old line is taken twice.

    First lines that stand unchanged in their place, then unchanged lines wherever they stood, then the old line that
    has most values and facts in common; when no line came or went, at last the line in the same place.
    """
    found: list[int | None] = [None] * len(new)
    free = dict.fromkeys(range(len(old)))

    def take(index: int, source: int) -> None:
        found[index] = source
        del free[source]

    for index in range(min(len(old), len(new))):
        if old[index].marks == new[index].marks:
            take(index, index)
    waiting: dict[frozenset[str], list[int]] = {}
    for source in reversed(free):
        waiting.setdefault(old[source].marks, []).append(source)
    for index, line in enumerate(new):
        if found[index] is None and waiting.get(line.marks):
            take(index, waiting[line.marks].pop())
    for index, line in enumerate(new):
        if found[index] is None and free:
            best = max(free, key=lambda source: (len(line.marks & old[source].marks), -abs(source - index)))
            if line.marks & old[best].marks:
                take(index, best)
    if len(old) == len(new):
        for index in range(len(new)):
            if found[index] is None and index in free:
                take(index, index)
    return found


def _marks(value: Json, facts: Facts) -> Iterator[str]:
    for path, leaf in paths.leaves(value):
        yield f"value {path} {leaf.text if isinstance(leaf, Number) else repr(leaf)}"
    for path, known in flat(facts).items():
        scores = sorted(known.scores.items())
        yield f"fact {path} {scores} {known.citations} {known.citation_presence} {known.reasoning}"
