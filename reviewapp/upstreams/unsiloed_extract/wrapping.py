"""What is a wrapped field at Unsiloed, and what does its wrapper say? Told apart field by field, never by job.

Four forms of a wrapper were seen: *nested* `{value, score: {grounding_score, extraction_score}, citation}`, *flat*
`{value, score: number}`, the *older* `{value, score, page_no, bboxes}`, and *bare* `{value}`. An item of a list of
scalars may lie one layer deeper, as `{"__value__": wrapper}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TypeGuard

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Citation, Field, Presence

from .. import tokens
from .citations import older_citations, read_citation

CELL = "__value__"
#: The vendor's names of the two scores -> ours.
SCORES = {"grounding_score": "grounding", "extraction_score": "extraction"}

_EVIDENCE = ("score", "citation", "page_no", "bboxes")


class Place(Enum):
    """Where a node stands: a member of the result, of any other object, or an item of a list."""

    TOP = "top"
    MEMBER = "member"
    ITEM = "item"


def is_wrapped(node: Json, place: Place) -> TypeGuard[dict[str, Json]]:
    """Whether a node is a wrapper and not a plain value.

    A `value` beside a score or citation is one everywhere. A lone `{value: ...}` is one only as a member, because as an
    item it may as well be a line with a column called `value`. An object with columns called `value` and `score` is
    none: its columns are wrapped themselves.
    """
    if not isinstance(node, dict) or "value" not in node:
        return False
    return _has_evidence(node) or (place is not Place.ITEM and len(node) == 1 and not _has_evidence(node["value"]))


def is_cell(node: Json) -> TypeGuard[dict[str, Json]]:
    """Whether an item lies in the extra layer of a list of scalars."""
    return isinstance(node, dict) and list(node) == [CELL]


def holds_wrapped(node: Json) -> bool:
    """Whether a wrapper stands anywhere in a node."""
    return any(True for _ in wrappers(node))


def wrappers(node: Json) -> Iterator[dict[str, Json]]:
    """Every wrapper with a score or citation in a node, outermost first."""
    if isinstance(node, dict):
        if _has_evidence(node):
            yield node
        for below in node.values():
            yield from wrappers(below)
    elif isinstance(node, list):
        for below in node:
            yield from wrappers(below)


def _has_evidence(node: Json) -> bool:
    if not isinstance(node, dict) or "value" not in node:
        return False
    fits = [_fits(key, node[key]) for key in _EVIDENCE if key in node]
    return bool(fits) and all(fits)


def _fits(key: str, node: Json) -> bool:
    """Whether a node can be what the wrapper's key promises, and not a column that bears the same name."""
    if key == "page_no":
        return node is None or isinstance(node, Number)
    if key == "bboxes":
        return node is None or isinstance(node, list)
    if key == "citation":
        return node is None or (isinstance(node, list | dict) and not _is_column(node))
    return not isinstance(node, list) and not _is_column(node)


def _is_column(node: Json) -> bool:
    return isinstance(node, dict) and "value" in node


def facts(wrapper: dict[str, Json]) -> Field | None:
    """What a wrapper says beside the value, None when it says nothing."""
    citations, presence = _citations(wrapper)
    known = Field(scores=_scores(wrapper), citations=citations, citation_presence=presence)
    return None if known == Field() else known


def _scores(wrapper: dict[str, Json]) -> dict[str, Number | None]:
    if "score" not in wrapper:
        return {}
    score = wrapper["score"]
    if isinstance(score, dict):
        return {ours: tokens.numeric(score[theirs]) for theirs, ours in SCORES.items() if theirs in score}
    return {"score": tokens.numeric(score)}


def _citations(wrapper: dict[str, Json]) -> tuple[tuple[Citation, ...], Presence]:
    if "citation" in wrapper:
        cited = wrapper["citation"]
        if cited is None:
            return (), Presence.NULL
        found = cited if isinstance(cited, list) else [cited]
        return tuple(read_citation(each) for each in found), Presence.PRESENT
    if "bboxes" in wrapper or "page_no" in wrapper:
        return older_citations(wrapper), Presence.PRESENT
    return (), Presence.ABSENT
