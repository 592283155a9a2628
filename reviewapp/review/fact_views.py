"""How does what the upstream said about one value stand on the review screen? Its boxes, its place on the paper, its scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from reviewapp.extraction.model import Box, Citation, Field
from reviewapp.web import locales

#: Where on the paper a value without a box stands, for sorting.
_NOWHERE: Final = (10**6, 0.0, 0.0)


def boxes(facts: Field | None) -> str:
    """The boxes as JSON for `data-boxes`, in the citation's own points; "" when there is none to draw."""
    found = [
        f'{{"p":{one.page},"b":[{box.left},{box.top},{box.right},{box.bottom}],"s":[{one.page_width},{one.page_height}]}}'
        for one, box in _drawable(facts)
    ]
    return f"[{','.join(found)}]" if found else ""


def place(facts: Field | None) -> tuple[int, float, float]:
    """Page, top and left of the first box that can be drawn, to sort by; values without one come last."""
    found = next(_drawable(facts), None)
    if found is None:
        return _NOWHERE
    citation, box = found
    return citation.page or 0, float(box.top.decimal), float(box.left.decimal)


def scores_text(facts: Field | None) -> str:
    """Every score by its name, "" when none was sent."""
    if facts is None or not facts.scores:
        return ""
    names = {
        "extraction": _("extraction"),
        "grounding": _("grounding"),
        "score": _("score"),
        "confidence": _("confidence"),
        "parsing": _("parsing"),
    }
    absent = _("not given")
    return " · ".join(
        f"{names.get(name, name)} {locales.number(score.text) if score is not None else absent}"
        for name, score in facts.scores.items()
    )


def _drawable(facts: Field | None) -> Iterator[tuple[Citation, Box]]:
    for one in facts.citations if facts is not None else ():
        if one.page is not None and one.page_width is not None and one.page_height is not None:
            for box in one.boxes:
                yield one, box
