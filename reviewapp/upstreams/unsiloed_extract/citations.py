"""How does an Unsiloed citation become ours, and ours one of theirs? One page, one box `[left, top, right, bottom]` in points."""

from __future__ import annotations

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Box, Citation

from .. import tokens
from ..undrawable import problem


def older_citations(wrapper: dict[str, Json]) -> tuple[Citation, ...]:
    """`page_no` and `bboxes` of the older shape, each box with its own text and page size."""
    page, boxes = wrapper.get("page_no"), wrapper.get("bboxes")
    if isinstance(boxes, list) and boxes:
        return tuple(
            read_citation({"page": page, **(box if isinstance(box, dict) else {"bbox": box})}) for box in boxes
        )
    return () if page is None else (read_citation({"page": page}),)


def read_citation(node: Json) -> Citation:
    """A token of `citation` -> a Citation, `malformed` where its page, page size or box is of the wrong form."""
    cited = node if isinstance(node, dict) else {}
    page = tokens.whole(cited.get("page"))
    box, size = _box(cited.get("bbox")), (cited.get("page_width"), cited.get("page_height"))
    width, height = tokens.number(size[0]), tokens.number(size[1])
    malformed = page is None or ("bbox" in cited and box is None) or (width, height) != size
    return Citation(
        page=page,
        boxes=() if box is None else (box,),
        page_width=width,
        page_height=height,
        text=tokens.text(cited.get("text")),
        problem="malformed" if malformed else problem(page, width, height),
    )


def _box(node: Json) -> Box | None:
    if not isinstance(node, list) or len(node) != 4:
        return None
    numbers = [each for each in node if isinstance(each, Number)]
    return Box(*numbers) if len(numbers) == 4 else None


def one(citations: tuple[Citation, ...]) -> Citation | None:
    """One citation with at most one box, all that the shape has room for: the box around all boxes on the first
    page."""
    usable = [each for each in citations if each.problem != "malformed" and each.page is not None]
    if not usable:
        return None
    first = usable[0]
    frame = (first.page, first.page_width, first.page_height)
    boxes = [box for each in usable if (each.page, each.page_width, each.page_height) == frame for box in each.boxes]
    around = _around(boxes)
    page, width, height = frame
    return Citation(
        page=page,
        boxes=() if around is None else (around,),
        page_width=width,
        page_height=height,
        problem=problem(page, width, height),
    )


def _around(boxes: list[Box]) -> Box | None:
    if len(boxes) < 2:
        return boxes[0] if boxes else None
    return Box(
        min((box.left for box in boxes), key=lambda edge: edge.decimal),
        min((box.top for box in boxes), key=lambda edge: edge.decimal),
        max((box.right for box in boxes), key=lambda edge: edge.decimal),
        max((box.bottom for box in boxes), key=lambda edge: edge.decimal),
    )


def write_citation(citation: Citation) -> dict[str, Json]:
    """A Citation -> a token of `citation`."""
    node: dict[str, Json] = {}
    if citation.boxes:
        box = citation.boxes[0]
        node["bbox"] = [box.left, box.top, box.right, box.bottom]
    node["page"] = Number(str(citation.page))
    if citation.page_width is not None:
        node["page_width"] = citation.page_width
    if citation.page_height is not None:
        node["page_height"] = citation.page_height
    return node
