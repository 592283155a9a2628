"""Where on the shown page does a box lie, and what is odd about it? Box arithmetic in displayed-page points.

A box is drawn as a share of its citation's **own** page size (design law 5), whatever the page measures elsewhere. Nothing
is guessed from magnitude: a box of fractions stays a tiny box. `static/js/review/geometry.js` keeps the same table of cases,
`tests/cases/geometry.json`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from .model import Box, Citation

#: (left, top, width, height), each a share of the page from 0 to 1.
Shares: TypeAlias = tuple[float, float, float, float]

#: A box may cross the edge by this share of the page's side before that counts: upstreams round to whole points.
_EDGE: Final = Decimal("0.002")
_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)


def shares(box: Box, citation: Citation) -> Shares | None:
    """The box in shares of the citation's page, put the right way round and clamped to the page; None when there is no page
    size or nothing of the box lies on the page."""
    sides = _sides(box, citation)
    if sides is None:
        return None
    left, top, right, bottom = (min(max(side, _ZERO), _ONE) for side in sides)
    if left == right or top == bottom:
        return None
    return float(left), float(top), float(right - left), float(bottom - top)


def box_problem(box: Box, citation: Citation) -> str:
    """What is odd about the box: "" for nothing, else the first of `no_page_size`, `inverted`, `empty`, `outside`,
    `partly_outside`, `whole_page`. An odd box is flagged, never moved."""
    sides = _sides(box, citation)
    if sides is None:
        return "no_page_size"
    if box.left.decimal > box.right.decimal or box.top.decimal > box.bottom.decimal:
        return "inverted"
    left, top, right, bottom = sides
    if left == right or top == bottom:
        return "empty"
    if right <= _ZERO or bottom <= _ZERO or left >= _ONE or top >= _ONE:
        return "outside"
    if min(left, top) < -_EDGE or max(right, bottom) > _ONE + _EDGE:
        return "partly_outside"
    if max(left, top) <= _EDGE and min(right, bottom) >= _ONE - _EDGE:
        return "whole_page"
    return ""


def _sides(box: Box, citation: Citation) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
    """Left, top, right, bottom as unclamped shares, the smaller side first."""
    if citation.page_width is None or citation.page_height is None:
        return None
    width, height = citation.page_width.decimal, citation.page_height.decimal
    if width <= 0 or height <= 0:
        return None
    left, right = sorted((box.left.decimal / width, box.right.decimal / width))
    top, bottom = sorted((box.top.decimal / height, box.bottom.decimal / height))
    return left, top, right, bottom
