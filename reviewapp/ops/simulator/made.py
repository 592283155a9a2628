"""What does the simulator read in a document that it has no sample of? Plainly made values for each field of the schema."""

from __future__ import annotations

from typing import Any

from reviewapp.extraction.jsontext import Number

from .jobs import Tree

_WIDTH, _HEIGHT = Number("612"), Number("792")
SURE, UNSURE = Number("0.91"), Number("0.52")
#: What is read without a schema.
NO_SCHEMA: Tree = {"type": "object", "properties": {"text": {"type": "string"}}}


def schema(node: Any) -> Tree:
    """The schema that was sent, or one field of text where none was."""
    return node if isinstance(node, dict) and isinstance(node.get("properties"), dict) else NO_SCHEMA


def values(node: Any) -> Any:
    """A value that the schema accepts."""
    node = node if isinstance(node, dict) else {}
    if node.get("enum"):
        return node["enum"][0]
    match _kind(node):
        case "object":
            return {key: values(child) for key, child in node.get("properties", {}).items()}
        case "array":
            return [values(node.get("items"))]
        case "number":
            return Number("12.50")
        case "integer":
            return Number("12")
        case "boolean":
            return True
        case "null":
            return None
    return "simulated"


def fields(node: Any, place: int = 0) -> Tree:
    """The members of an object's schema in Unsiloed's nested shape, one line of the page each."""
    properties = node.get("properties", {}) if isinstance(node, dict) else {}
    return {key: _wrapped(child, place + number) for number, (key, child) in enumerate(properties.items())}


def _wrapped(node: Any, place: int) -> Tree:
    score = {"grounding_score": Number("0.93"), "extraction_score": _sureness(node, place)}
    match _kind(node):
        case "object":
            return {"value": fields(node, place), "score": score, "citation": None}
        case "array" if _kind(node.get("items")) == "object":
            return {"value": [fields(node["items"], place)], "score": score, "citation": None}
        case "array":
            return {"value": [{"__value__": _wrapped(node.get("items"), place)}], "score": score, "citation": None}
    top = 72 + 16 * (place % 40)
    box = [Number(str(edge)) for edge in (72, top, 300, top + 12)]
    one = {"bbox": box, "page": Number("1"), "page_width": _WIDTH, "page_height": _HEIGHT}
    return {"value": values(node), "score": score, "citation": one}


def metadata(node: Any, place: int = 0) -> Any:
    """What LlamaCloud says beside the values: a leaf with one citation for each of them."""
    match _kind(node):
        case "object":
            return {
                key: metadata(child, place + number) for number, (key, child) in enumerate(node["properties"].items())
            }
        case "array":
            return [metadata(node.get("items"), place)]
    box = {"x": Number("72"), "y": Number(str(72 + 16 * (place % 40))), "w": Number("228"), "h": Number("12")}
    return {
        "confidence": _sureness(node, place),
        "extraction_confidence": _sureness(node, place),
        "parsing_confidence": Number("0.93"),
        "citation": [
            {
                "page": Number("1"),
                "matching_text": "simulated",
                "bounding_boxes": [box],
                "page_dimensions": {"width": _WIDTH, "height": _HEIGHT},
            }
        ],
    }


def _sureness(node: Any, place: int) -> Number:
    """Of the first value of all the simulator is unsure, so that somebody has to look; of the others it is not."""
    return UNSURE if place == 0 and _kind(node) not in ("object", "array") else SURE


def without_citations(node: Any) -> Any:
    """Unsiloed's nested shape as it is sent with citations switched off."""
    if isinstance(node, list):
        return [without_citations(item) for item in node]
    if not isinstance(node, dict):
        return node
    bare = {key: without_citations(value) for key, value in node.items()}
    if "citation" in bare:
        bare["citation"] = None
    if isinstance(bare.get("score"), dict):
        bare["score"] = {**bare["score"], "grounding_score": Number("0.0")}
    return bare


def flat(node: Any) -> Any:
    """Unsiloed's nested shape as the older tiers send it: one score a value."""
    if isinstance(node, list):
        return [flat(item) for item in node]
    if not isinstance(node, dict):
        return node
    bare = {key: flat(value) for key, value in node.items() if key != "citation"}
    if isinstance(node.get("score"), dict):
        bare["score"] = node["score"].get("extraction_score")
    return bare


def pages(document: bytes) -> int:
    """About how many pages a PDF has; 1 for what is none."""
    return max(1, sum(document.count(mark) for mark in (b"/Type /Page\n", b"/Type /Page ", b"/Type/Page/")))


def _kind(node: Any) -> str:
    kind = node.get("type") if isinstance(node, dict) else None
    if isinstance(kind, list):
        kind = next((word for word in kind if word != "null"), "null")
    if kind is None and isinstance(node, dict) and isinstance(node.get("properties"), dict):
        return "object"
    return kind if isinstance(kind, str) else "string"
