"""Which answers may an operation give? Each one is declared with every refusal that it can meet."""

from __future__ import annotations

from typing import Any

from .shapes import Error

_EVERYWHERE = (400, 401, 403, 404, 405, 413, 422, 429)


def reads(answer: type) -> dict[int, Any]:
    """An operation that only tells."""
    return {200: answer, **dict.fromkeys(_EVERYWHERE, Error), 410: Error}


def writes(answer: type) -> dict[int, Any]:
    """An operation that changes something."""
    return {200: answer, **dict.fromkeys((*_EVERYWHERE, 409, 410, 415), Error)}
