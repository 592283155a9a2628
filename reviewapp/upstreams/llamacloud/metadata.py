"""What does LlamaCloud's tree of metadata say about the data beside it, and where is it for which row?

A leaf is `{reasoning, confidence, extraction_confidence, parsing_confidence, citation}`, every key optional. A field of
the schema may bear one of these names too, so a node over an object is a leaf only where all of its leaf keys are of a
leaf's type, and a key that is also a field of the data leads to that field unless it is plainly a leaf's.
"""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation, Field, Presence

from .. import tokens
from ..facts import Facts
from .citations import read_citation

#: The vendor's names of the confidences -> ours.
SCORES = {"confidence": "confidence", "extraction_confidence": "extraction", "parsing_confidence": "parsing"}
REASONING = "reasoning"
CITATION = "citation"
#: Both spellings of the key, the vendor's older one first.
ROOTS = ("extraction_metadata", "extract_metadata")
_BY_ROW = ("page_metadata", "row_metadata")


def root(tree: dict[str, Json]) -> tuple[str, dict[str, Json]] | None:
    """The object that holds `field_metadata` and the key it stands at; None where there is none."""
    for key in ROOTS:
        node = tree.get(key)
        if isinstance(node, dict):
            return key, node
    return None


def root_error(tree: dict[str, Json]) -> str | None:
    """The vendor may put a bare `error` text beside the fields."""
    found = root(tree)
    if found is None:
        return None
    fields = found[1].get("field_metadata")
    data = tree.get("data")
    inner = (
        fields.get("error") if isinstance(fields, dict) and not (isinstance(data, dict) and "error" in data) else None
    )
    return tokens.text(found[1].get("error")) or tokens.text(inner)


def places(tree: dict[str, Json]) -> list[tuple[str | int, ...] | None]:
    """For each row the way from the top of the result to its metadata, None where the metadata cannot be told apart by
    row.

    An object's metadata is `field_metadata`, or `document_metadata` in it. A list's is aligned with it in
    `page_metadata` or
    `row_metadata` (in `field_metadata` or beside it) or in a `field_metadata` that is a list; a list of one element may
    also use `field_metadata` as it is.
    """
    data, found = tree["data"], root(tree)
    count = len(data) if isinstance(data, list) else int(data is not None)
    if found is None:
        return [(ROOTS[0], "field_metadata") if isinstance(data, dict) else None for _ in range(count)]
    key, node = found
    fields = node.get("field_metadata")
    if isinstance(data, list):
        for name in _BY_ROW:
            if isinstance(fields, dict) and isinstance(fields.get(name), list):
                return _aligned((key, "field_metadata", name), fields[name], count)
            if isinstance(node.get(name), list):
                return _aligned((key, name), node[name], count)
        if isinstance(fields, list):
            return _aligned((key, "field_metadata"), fields, count)
        if count != 1:
            return [None] * count
    single = data[0] if isinstance(data, list) and data else data
    inner = isinstance(fields, dict) and isinstance(fields.get("document_metadata"), dict)
    if inner and not (isinstance(single, dict) and "document_metadata" in single):
        return [(key, "field_metadata", "document_metadata")] * count
    return [(key, "field_metadata")] * count


def at(tree: Json, way: Sequence[str | int]) -> Json:
    """The node at the end of a way, None where the way ends before."""
    for step in way:
        if isinstance(tree, dict) and isinstance(step, str):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


def read(node: Json, value: Json) -> Facts:
    """Metadata beside a value -> the facts about it and below it. What names no value of the data is left out."""
    known = Facts(here=leaf(node, value))
    if isinstance(node, dict) and isinstance(value, dict):
        for name, below in value.items():
            if name in node and not (known.here is not None and is_leaf_key(name, node[name])):
                known.put(name, read(node[name], below))
    elif isinstance(node, list) and isinstance(value, list):
        for index, (below, item) in enumerate(zip(node, value, strict=False)):
            known.put(index, read(below, item))
    return known


def leaf(node: Json, value: Json) -> Field | None:
    """What a node says about the value at its own address; None when it says nothing, as `{}` or a map of fields
    does."""
    if not isinstance(node, dict) or not is_leaf(node, value):
        return None
    citations, presence = _citations(node)
    reasoning = node.get(REASONING)
    known = Field(
        scores={ours: tokens.numeric(node[theirs]) for theirs, ours in SCORES.items() if theirs in node},
        citations=citations,
        citation_presence=presence,
        reasoning=reasoning if isinstance(reasoning, str) else None,
    )
    return None if known == Field() else known


def is_leaf(node: dict[str, Json], value: Json) -> bool:
    """Whether a node validates as a leaf. Beside a scalar it can be nothing else, however odd it is."""
    if not isinstance(value, dict | list):
        return True
    present = [name for name in (*SCORES, REASONING, CITATION) if name in node]
    return bool(present) and all(is_leaf_key(name, node[name]) for name in present)


def is_leaf_key(name: str, node: Json) -> bool:
    """Whether a key of a node is one of a leaf's, by its name and by the type of what stands there."""
    if name == REASONING:
        return node is None or isinstance(node, str)
    if name == CITATION:
        return node is None or (isinstance(node, list) and all(_is_citation(each) for each in node))
    return name in SCORES and (node is None or tokens.numeric(node) is not None)


def _is_citation(node: Json) -> bool:
    # A field called "citation" that is a list has leaves as its items; those bear none of a citation's keys.
    return isinstance(node, dict) and not node.keys() & {*SCORES, REASONING, CITATION}


def _citations(node: dict[str, Json]) -> tuple[tuple[Citation, ...], Presence]:
    if CITATION not in node:
        return (), Presence.ABSENT
    cited = node[CITATION]
    if cited is None:
        return (), Presence.NULL
    return tuple(read_citation(each) for each in (cited if isinstance(cited, list) else [cited])), Presence.PRESENT


def _aligned(way: tuple[str, ...], node: Json, count: int) -> list[tuple[str | int, ...] | None]:
    length = len(node) if isinstance(node, list) else 0
    # A shorter list leaves its last rows without a place: nothing says whether it was cut or thinned out.
    return [(*way, index) if index < length else None for index in range(count)]
