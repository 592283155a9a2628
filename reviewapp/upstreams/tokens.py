"""What does one JSON token say, when it says anything of the wanted type? Every answer is None for the wrong type."""

from __future__ import annotations

from reviewapp.extraction.jsontext import BadJson, Json, Number, dump
from reviewapp.extraction.model import JobStatus

_MOST_DIGITS = 9


def text(node: Json) -> str | None:
    """A non-empty string."""
    return node if isinstance(node, str) and node else None


def name(node: Json) -> str | None:
    """An identifier: a non-empty string, or a number by its text."""
    return node.text if isinstance(node, Number) else text(node)


def number(node: Json) -> Number | None:
    """A JSON number; neither a boolean nor digits in a string."""
    return node if isinstance(node, Number) else None


def numeric(node: Json) -> Number | None:
    """A JSON number, or a string that holds exactly one (LlamaCloud's own reader takes `"0.9"` too)."""
    if isinstance(node, str):
        try:
            return Number(node)
        except BadJson:
            return None
    return number(node)


def whole(node: Json) -> int | None:
    """A number without a fraction (`2` and `2.0`, never `2.5`) of at most nine digits."""
    if not isinstance(node, Number) or node.decimal.adjusted() >= _MOST_DIGITS:
        return None
    return int(node.decimal) if node.decimal == node.decimal.to_integral_value() else None


def complaint(node: Json) -> str | None:
    """An error as a vendor words it: its text, the `message` of an object, else the object itself as JSON."""
    if isinstance(node, dict):
        return text(node.get("message")) or dump(node)
    return dump(node) if isinstance(node, list) else text(node)


def status(word: str, words: dict[str, JobStatus]) -> JobStatus:
    """A vendor's status word in ours, whatever its case; a word that is not in the table is UNKNOWN, never ready."""
    return words.get(word.strip().lower(), JobStatus.UNKNOWN)
