"""How do decided rows go back into a LlamaCloud result? Each where it stood, see `writing.py`."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.extraction.model import Payload, Row

from .. import parts
from .parse import FORM
from .writing import write_row


def compose(payload: Payload, rows: Mapping[str, Row]) -> Payload:
    """See `adapter.Adapter`. Raises NoSuchRow."""
    if not rows and parts.awaited(payload) is not None:
        return dict(payload)
    old, new = parts.main(payload), parts.main(payload)
    for row in rows.values():
        write_row(new, row, FORM)
    return parts.with_main(payload, old, new)


def expressible(row: Row, payload: Payload) -> Row:
    """See `adapter.Adapter`: values, and for single values confidences, citations and reasoning. No flags."""
    return write_row(parts.main(payload), row, FORM)
