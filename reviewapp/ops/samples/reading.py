"""What did the machine make of a drawn document? The truth, minus the slips that a sample plants on purpose.

A slip is written down with its kind, so that tests and scripted checks know which leaf is wrong, and how sure the
machine claimed to be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ...extraction import paths
from ...extraction.jsontext import Json, Number
from .sheet import Box, Drawn, Mark

SAME = "same"


class Truth(Enum):
    """Stands for "what is really printed" where a slip says what was read."""

    TRUE = "true"


TRUE = Truth.TRUE


@dataclass(frozen=True, slots=True)
class Slip:
    """One planted oddity. `kind` says what it shows; `read` is what the machine says, unless TRUE; the scores are
    JSON number texts, None for null, "" for the usual high ones; `cite` is `same` (where it is printed), `none`,
    `partly_outside`, or the pointer of another value whose place is cited instead."""

    kind: str
    read: Json | Truth = TRUE
    extraction: str | None = ""
    grounding: str | None = ""
    cite: str = SAME


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value as the machine says it: the value, two scores (JSON number texts, None for null), the cited marks."""

    value: Json
    extraction: str | None
    grounding: str | None
    cited: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """A list as the machine says it, with the list's own scores."""

    items: tuple[Tree, ...]
    extraction: str
    grounding: str


Tree = Leaf | Lines | dict[str, "Tree"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read: the tree for the payload, and the facts that go into the truth file."""

    drawn: Drawn
    tree: dict[str, Tree]
    right: dict[str, Json]
    wrong: tuple[str, ...]
    planted: dict[str, str]
    printed: dict[str, tuple[Mark, ...]]
    missing_lines: tuple[tuple[str, int], ...]


@dataclass
class _Reader:
    drawn: Drawn
    slips: Mapping[str, Slip]
    dropped: frozenset[str]
    list_scores: Mapping[str, tuple[str, str]]
    citations: bool
    seed: str
    right: dict[str, Json] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    planted: dict[str, str] = field(default_factory=dict)
    printed: dict[str, tuple[Mark, ...]] = field(default_factory=dict)
    missing: list[tuple[str, int]] = field(default_factory=list)

    def tree(self, value: Json, true_path: str, path: str) -> Tree:
        """`true_path` is the address in the truth, `path` that in the payload, where dropped lines are not counted."""
        if isinstance(value, dict):
            return {
                key: self.tree(child, paths.child(true_path, key), paths.child(path, key))
                for key, child in value.items()
            }
        if isinstance(value, list):
            return self._lines(value, true_path, path)
        return self._leaf(value, true_path, path)

    def _lines(self, values: list[Json], true_path: str, path: str) -> Lines:
        items: list[Tree] = []
        for index, child in enumerate(values):
            line = paths.child(true_path, index)
            if line in self.dropped:
                self.missing.append((true_path, index))
                continue
            items.append(self.tree(child, line, paths.child(path, len(items))))
        extraction, grounding = self.list_scores.get(true_path, ("0.97", "0.95"))
        return Lines(tuple(items), extraction, grounding if self.citations else "0.0")

    def _leaf(self, value: Json, true_path: str, path: str) -> Leaf:
        slip = self.slips.get(true_path, Slip(""))
        marks = self.drawn.marks.get(true_path, ())
        # Asked for by the schema and not in the document: nothing to cite, nothing to be sure about.
        absent = value is None and not marks
        read = value if isinstance(slip.read, Truth) else slip.read
        self.right[path] = value
        self.printed[path] = marks
        if slip.kind:
            self.planted[path] = slip.kind
        if read != value:
            self.wrong.append(path)
        extraction = slip.extraction if slip.extraction != "" else "0.12" if absent else self._score(path, "e", 93)
        grounding = slip.grounding if slip.grounding != "" else "0.0" if absent else self._score(path, "g", 91)
        if not self.citations:
            return Leaf(read, extraction, "0.0", ())
        return Leaf(read, extraction, grounding, self._cited(slip, marks))

    def _cited(self, slip: Slip, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
        if slip.cite == "none":
            return ()
        if slip.cite == "partly_outside":
            left, top, _, bottom = marks[0].box
            beyond = self.drawn.sizes[marks[0].page - 1][0] + 18
            return (Mark(marks[0].page, (left, top, beyond, bottom), marks[0].text),)
        return marks if slip.cite == SAME else self.drawn.marks[slip.cite]

    def _score(self, path: str, which: str, least: int) -> str:
        digest = hashlib.sha256(f"{self.seed}{which}{path}".encode()).digest()
        return f"0.{least + digest[0] % (100 - least)}"


def read(
    drawn: Drawn,
    slips: Mapping[str, Slip] | None = None,
    *,
    dropped: frozenset[str] = frozenset(),
    list_scores: Mapping[str, tuple[str, str]] | None = None,
    citations: bool = True,
) -> Reading:
    """Read a drawn document. Addresses in `slips`, `dropped` (lines that the machine did not see) and `list_scores`
    ((extraction, grounding) of an array) are those of the truth. Raises KeyError for an address that does not exist."""
    slips = slips or {}
    for path in (*slips, *dropped, *(list_scores or {})):
        paths.get(drawn.right, path)
    reader = _Reader(drawn, slips, dropped, list_scores or {}, citations, drawn.file)
    tree = reader.tree(drawn.right, "", "")
    assert isinstance(tree, dict)
    return Reading(
        drawn, tree, reader.right, tuple(reader.wrong), reader.planted, reader.printed, tuple(reader.missing)
    )


def truth(reading: Reading) -> Json:
    """The truth file's row of a reading: right values, which leaves are wrong, and where each value is really printed.

    Addresses are those of the payload; `missing_lines` gives the array, the line's index on the page and its values."""
    return {
        "document": reading.drawn.file,
        "values": reading.drawn.right,
        "right": reading.right,
        "wrong": list(reading.wrong),
        "planted": dict(reading.planted),
        "missing_lines": [
            {"array": path, "index": Number(str(index)), "values": paths.get(reading.drawn.right, f"{path}/{index}")}
            for path, index in reading.missing_lines
        ],
        "printed": {path: [mark_json(mark) for mark in marks] for path, marks in reading.printed.items() if marks},
    }


def mark_json(mark: Mark) -> Json:
    """A mark as JSON."""
    return {"page": Number(str(mark.page)), "box": [*map(points, mark.box)], "text": mark.text}


def points(value: float) -> Number:
    """A coordinate with two decimals as JSON."""
    return Number(f"{value:.2f}")


def union(boxes: list[Box]) -> Box:
    """The smallest box around boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
