"""Why can a citation of the right form still not be drawn?"""

from __future__ import annotations

from reviewapp.extraction.jsontext import Number


def problem(page: int | None, width: Number | None, height: Number | None) -> str:
    """`page` below 1, `no_page_size` (missing, zero or negative), "" when it can be drawn. See
    `model.Citation.problem`."""
    if page is not None and page < 1:
        return "page"
    if width is None or height is None or width.decimal <= 0 or height.decimal <= 0:
        return "no_page_size"
    return ""
