"""How does a LlamaCloud citation become ours and ours become one of theirs? `{x, y, w, h}` and `[left, top, right,
bottom]`, exactly.

Both are points with the origin at the top left and pages from 1, so only the width and height change. Sums and
differences are made on the decimal text, never in floating point: `29.61 + 63.39` is `93.00`.
"""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Box, Citation

from .. import tokens
from ..undrawable import problem

#: Wide enough for any two numbers that pass the gate; a sum that would have to be rounded is refused instead.
_EXACT = Context(prec=2_000, traps=[Inexact])
_PLAIN_DIGITS = 40


def read_citation(node: Json) -> Citation:
    """A token of `citation` -> a Citation, `malformed` where its page or a box is of the wrong form. Boxes may be
    missing."""
    cited = node if isinstance(node, dict) else {}
    page = tokens.whole(cited.get("page"))
    listed = cited.get("bounding_boxes")
    found = [read_box(each) for each in listed] if isinstance(listed, list) else []
    boxes = tuple(box for box in found if box is not None)
    size = cited.get("page_dimensions")
    width, height = (size.get("width"), size.get("height")) if isinstance(size, dict) else (None, None)
    page_width, page_height = tokens.number(width), tokens.number(height)
    text = cited.get("matching_text")
    boxes_fit = isinstance(listed, list | None) and len(boxes) == len(found)
    fits = page is not None and boxes_fit and (page_width, page_height) == (width, height)
    return Citation(
        page=page,
        boxes=boxes,
        page_width=page_width,
        page_height=page_height,
        text=text if isinstance(text, str) else None,
        problem=problem(page, page_width, page_height) if fits else "malformed",
    )


def write_citation(citation: Citation) -> dict[str, Json]:
    """A Citation -> a token of `citation`."""
    node: dict[str, Json] = {"page": None if citation.page is None else Number(str(citation.page))}
    if citation.text is not None:
        node["matching_text"] = citation.text
    node["bounding_boxes"] = [token for box in citation.boxes if (token := write_box(box)) is not None]
    if citation.page_width is not None and citation.page_height is not None:
        node["page_dimensions"] = {"width": citation.page_width, "height": citation.page_height}
    return node


def read_box(node: Json) -> Box | None:
    """`{x, y, w, h}` -> a Box; None when it is not four numbers, or one whose edge cannot be written out."""
    if not isinstance(node, dict):
        return None
    x, y, w, h = (tokens.number(node.get(key)) for key in "xywh")
    if x is None or y is None or w is None or h is None:
        return None
    right, bottom = _sum(x, w, 1), _sum(y, h, 1)
    return None if right is None or bottom is None else Box(x, y, right, bottom)


def write_box(box: Box) -> dict[str, Json] | None:
    """A Box -> `{x, y, w, h}`; None for one whose width or height cannot be written out."""
    width, height = _sum(box.right, box.left, -1), _sum(box.bottom, box.top, -1)
    if width is None or height is None:
        return None
    return {"x": box.left, "y": box.top, "w": width, "h": height}


def _sum(a: Number, b: Number, sign: int) -> Number | None:
    try:
        total = _EXACT.add(a.decimal, b.decimal) if sign > 0 else _EXACT.subtract(a.decimal, b.decimal)
    except Inexact:
        return None
    return Number(_text(total))


def _text(total: Decimal) -> str:
    digits = abs(total.adjusted()) + len(total.as_tuple().digits)
    return format(total, "f") if digits < _PLAIN_DIGITS else str(total)
