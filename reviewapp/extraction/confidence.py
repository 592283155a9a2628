"""How sure was the upstream of a value? One number out of its scores (design law 6), and the bands that people see.

Absent, null and zero are three things. Nothing here invents a score: what comes back is one of the upstream's own tokens.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from .jsontext import Number
from .model import Field, Row


class Band(StrEnum):
    """The upstream's own bands; `none` when no usable score was given."""

    VERY_HIGH = "very_high"
    HIGH = "high"
    GOOD = "good"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


_FLOORS: Final = (
    (Decimal("0.9"), Band.VERY_HIGH),
    (Decimal("0.8"), Band.HIGH),
    (Decimal("0.7"), Band.GOOD),
    (Decimal("0.6"), Band.MEDIUM),
    (Decimal(0), Band.LOW),
)


def leaf_confidence(field: Field | None, row: Row, *, citations_off: bool) -> Number | None:
    """The confidence of one value; None when none was given. A field without any score has its row's, if that has one."""
    if field is None or not field.scores:
        return row.confidence
    return own_confidence(field, citations_off=citations_off)


def own_confidence(field: Field | None, *, citations_off: bool) -> Number | None:
    """The same without the row's: for an array it is about its structure (lines missing or extra), never about its cells."""
    if field is None:
        return None
    scores = field.scores
    for name in ("score", "confidence"):
        if scores.get(name) is not None:
            return scores[name]
    extraction, parsing = scores.get("extraction"), scores.get("parsing")
    if extraction is not None and parsing is not None:
        return min(extraction, parsing, key=lambda score: score.decimal)
    if extraction is not None or parsing is not None:
        return extraction if extraction is not None else parsing
    return grounding(field, citations_off=citations_off)


def grounding(field: Field | None, *, citations_off: bool) -> Number | None:
    """How sure the upstream was to have found the value on the page; None when it does not say, or when the whole job has no
    citation (then its 0.0 says nothing)."""
    if field is None or citations_off:
        return None
    return field.scores.get("grounding")


def is_usable(score: Number | Decimal | None) -> bool:
    """Whether a score is a share from 0 to 1. Others are kept and shown as sent, but no band and no threshold applies."""
    return score is not None and 0 <= _decimal(score) <= 1


def band(score: Number | Decimal | None) -> Band:
    """The band of a score, its floor included: 0.9 is `very_high`."""
    if score is None or not is_usable(score):
        return Band.NONE
    value = _decimal(score)
    return next(name for floor, name in _FLOORS if value >= floor)


def _decimal(score: Number | Decimal) -> Decimal:
    return score.decimal if isinstance(score, Number) else score
