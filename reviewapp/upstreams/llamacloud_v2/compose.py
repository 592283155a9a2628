"""How do decided rows go back into a LlamaCloud v2 answer? Each where it stood, see `llamacloud/writing.py`."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.extraction.model import Payload, Row

from .. import parts
from ..llamacloud.writing import write_row
from .parse import FORM


def compose(payload: Payload, rows: Mapping[str, Row]) -> Payload:
    """See `adapter.Adapter`. Raises NoSuchRow."""
    old, new = parts.main(payload), parts.main(payload)
    for row in rows.values():
        write_row(new, row, FORM)
    return parts.with_main(payload, old, new)


def expressible(row: Row, payload: Payload) -> Row:
    """See `adapter.Adapter`: values, and for single values confidences, citations and reasoning. No flags."""
    return write_row(parts.main(payload), row, FORM)
