"""Which leaves does the written confidence rule send to a person? Counted from the vendors' payloads alone.

A second reading of design.md section 5 law 6 ("Confidence of a leaf"), of "What a decision means" (row-level reasons) and
of desk.md section 1 (reasons), made without a line of reviewapp, so that a mistake there is not repeated here. Boxes are
left out: no citation of the real set lies outside its page.

Addresses are JSON Pointers into the plain values. Scores are `Decimal`: parse payloads with `parse`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

THRESHOLD = Decimal("0.8")


@dataclass(slots=True)
class Counted:
    """One row of a job. `shown_as`: the name that the payload gives the row's document, else the job's id."""

    shown_as: str
    leaves: dict[str, Any] = field(default_factory=dict)
    eyes: set[str] = field(default_factory=set)
    doubted_lists: set[str] = field(default_factory=set)


def parse(text: str) -> Any:
    """JSON with exact scores."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def rows(shape: str, payload: Mapping[str, Any], *, threshold: Decimal = THRESHOLD) -> list[Counted]:
    """The rows of a payload of one of the five shapes."""
    if shape == "job_rows":
        return [_talonic(row, threshold) for row in payload["data"]]
    if shape == "llamaextract":
        return [_llamacloud(payload, threshold)]
    if shape == "unsiloed_classify":
        return [_classification(payload, threshold)]
    return [_unsiloed(payload, threshold)]


def plain(node: Any) -> Any:
    """An Unsiloed field, or a tree of them, without its wrappers."""
    if _is_wrapper(node):
        return plain(node["value"])
    if isinstance(node, dict):
        return {key: plain(below) for key, below in node.items()}
    return [plain(below) for below in node] if isinstance(node, list) else node


def pointer(dotted: str) -> str:
    """The truth files' `rows[3].name` as `/rows/3/name`. None of their keys holds a dot, slash or tilde."""
    return "/" + dotted.replace("[", ".").replace("]", "").replace(".", "/")


def _unsiloed(payload: Mapping[str, Any], threshold: Decimal) -> Counted:
    row = Counted(payload["file_name"])
    scores: dict[str, Decimal | None] = {}
    lists: dict[str, Decimal | None] = {}
    citations_on = any("citation" in one and one["citation"] for one in _wrappers(payload["result"]))
    for name, node in payload["result"].items():
        _read_wrapped(node, f"/{name}", row.leaves, scores, lists, citations_on)
    schema = payload["metadata"]["schema"]
    demanded = _unmet(row.leaves, payload["result"], schema)
    row.doubted_lists = {path for path, score in lists.items() if score is not None and score < threshold}
    _need_eyes(row, scores, threshold, named=demanded, whole_row=payload["status"] == "review")
    return row


def _llamacloud(payload: Mapping[str, Any], threshold: Decimal) -> Counted:
    row = Counted(payload["run_id"])
    row.leaves = dict(_plain_leaves(payload["data"], ""))
    facts = payload["extraction_metadata"]["field_metadata"]
    scores = {path: _llama_confidence(_follow(facts, path)) for path in row.leaves}
    _need_eyes(row, scores, threshold, named=set(), whole_row=False)
    return row


def _talonic(given: Mapping[str, Any], threshold: Decimal) -> Counted:
    row = Counted(given["filename"])
    row.leaves = dict(_plain_leaves(given["values"], ""))
    named = {f"/{flag.partition(':')[2]}" for flag in given["validation_flags"] if ":" in flag}
    scores = dict.fromkeys(row.leaves, given["confidence"])
    _need_eyes(row, scores, threshold, named=named, whole_row=given["status"] == "review")
    return row


def _classification(payload: Mapping[str, Any], threshold: Decimal) -> Counted:
    row, result = Counted(payload["job_id"]), payload["result"]
    readings = {"/classification": result}
    for page in result.get("page_results", ()):
        readings[f"/pages/{page['page']}/classification"] = page
    failed = {path for path, one in readings.items() if not one["success"]}
    row.leaves = {path: None if path in failed else one["classification"] for path, one in readings.items()}
    said = {one for one in row.leaves.values() if one is not None}
    scores = {path: one["confidence"] for path, one in readings.items()}
    _need_eyes(row, scores, threshold, named=failed, whole_row=len(said) > 1)
    return row


def _need_eyes(
    row: Counted, scores: Mapping[str, Decimal | None], threshold: Decimal, *, named: set[str], whole_row: bool
) -> None:
    """A leaf needs eyes when its confidence is missing or low, or a reason names it; with row-level reasons alone, all do."""
    doubtful = {path for path, score in scores.items() if score is None or score < threshold}
    row.eyes = doubtful | named
    if whole_row and not row.eyes and not row.doubted_lists:
        row.eyes = set(row.leaves)


def _read_wrapped(
    node: Any,
    path: str,
    leaves: dict[str, Any],
    scores: dict[str, Decimal | None],
    lists: dict[str, Decimal | None],
    citations_on: bool,
) -> None:
    score = _unsiloed_confidence(node, citations_on) if _is_wrapper(node) else None
    value = node["value"] if _is_wrapper(node) else node
    if isinstance(value, list):
        lists[path] = score
    if isinstance(value, list | dict):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            _read_wrapped(below, f"{path}/{key}", leaves, scores, lists, citations_on)
    else:
        leaves[path], scores[path] = value, score


def _is_wrapper(node: Any) -> bool:
    # A column called "value" beside others is a wrapper itself, and so is its neighbour called "score".
    return isinstance(node, dict) and {"value", "score"} <= node.keys() and not _is_wrapper(node["score"])


def _wrappers(node: Any) -> Iterator[dict[str, Any]]:
    if _is_wrapper(node):
        yield node
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _wrappers(below)


def _unsiloed_confidence(node: Mapping[str, Any], citations_on: bool) -> Decimal | None:
    score = node["score"]
    if not isinstance(score, dict):
        return score
    if score.get("extraction_score") is not None:
        return score["extraction_score"]
    return score.get("grounding_score") if citations_on else None


def _llama_confidence(leaf: Any) -> Decimal | None:
    if not isinstance(leaf, dict):
        return None
    if leaf.get("confidence") is not None:
        return leaf["confidence"]
    parts = [leaf[name] for name in ("extraction_confidence", "parsing_confidence") if leaf.get(name) is not None]
    return min(parts, default=None)


def _plain_leaves(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, list | dict):
        for key, below in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _plain_leaves(below, f"{path}/{key}")
    else:
        yield path, tree


def _follow(tree: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        if isinstance(tree, list):
            tree = tree[int(step)] if int(step) < len(tree) else None
        else:
            tree = tree.get(step) if isinstance(tree, dict) else None
    return tree


# -- what the schema demands: a required value that is missing, a value of another type or none of its choices


def _unmet(leaves: Mapping[str, Any], result: Mapping[str, Any], schema: Mapping[str, Any]) -> set[str]:
    unmet = {f"/{name}" for name in schema.get("required", ()) if name not in result}
    for path, value in leaves.items():
        places, required = _places(schema, schema, path.split("/")[1:])
        fits = not places or any(_fits(place, value) for place in places)
        # A null that is not required is how a vendor says "not in the document".
        if not fits and (value is not None or required):
            unmet.add(path)
    return unmet


def _places(root: Mapping[str, Any], node: Mapping[str, Any], steps: list[str]) -> tuple[list[Mapping[str, Any]], bool]:
    """What the schema says at an address, alternatives side by side, and whether the object around it demands it."""
    here = list(_alternatives(root, node))
    if not steps:
        return here, False
    found: list[Mapping[str, Any]] = []
    required = False
    for place in here:
        below = place.get("properties", {}).get(steps[0]) if "properties" in place else place.get("items")
        if below is not None:
            deeper, demanded = _places(root, below, steps[1:])
            found += deeper
            required = required or (demanded if steps[1:] else steps[0] in place.get("required", ()))
    return found, required


def _alternatives(root: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in node:
        target: Any = root
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        yield from _alternatives(root, target)
    elif "anyOf" in node:
        for one in node["anyOf"]:
            yield from _alternatives(root, one)
    else:
        yield node


def _fits(place: Mapping[str, Any], value: Any) -> bool:
    named = place.get("type", [])
    types = {named} if isinstance(named, str) else set(named)
    of_type = not types or _type_name(value) in types or (_type_name(value) == "integer" and "number" in types)
    return of_type and ("enum" not in place or value in place["enum"])


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Decimal):
        return "integer" if value == value.to_integral_value() else "number"
    return "string"
