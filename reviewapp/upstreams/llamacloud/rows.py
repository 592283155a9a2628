"""Which rows does a LlamaCloud answer hold, in either version of the contract? One for an object, one for each element
of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Row

from ..facts import Facts, flat
from . import metadata

#: The steps from the top of an answer to one row's metadata.
Way = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Form:
    """Where a version keeps what: `data` is the key of the values; `places` gives for each row the way to its metadata,
    None where the metadata cannot be told apart by row."""

    data: str
    places: Callable[[dict[str, Json]], Sequence[Way | None]]


def numbered(tree: dict[str, Json], form: Form) -> list[tuple[str, Json]]:
    """Each row's values with its key: its place in a list, else "0"; none for null."""
    data = tree.get(form.data)
    if isinstance(data, list):
        return [(str(index), values) for index, values in enumerate(data)]
    return [] if data is None else [("0", data)]


def read_rows(tree: dict[str, Json], form: Form) -> tuple[Row, ...]:
    """The rows with what the metadata says about them."""
    return tuple(
        Row(key=key, values=values, fields=flat(_facts(tree, way, values)))
        for (key, values), way in zip(numbered(tree, form), form.places(tree), strict=True)
    )


def _facts(tree: dict[str, Json], way: Way | None, values: Json) -> Facts:
    found = None if way is None else metadata.at(tree, way)
    return Facts() if found is None else metadata.read(found, values)
