"""Which words stand under these boxes of a kept document? Asked of the reading process, once for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from . import isolated
from .findings import MediaType, Spot
from .models import Document
from .renditions import on_disk

MAX_SPOTS = 20_000  # of one document; a report of a thousand values has as many


def words_under(document: Document, spots: Sequence[Spot]) -> list[tuple[str, ...]]:
    """What stands under each spot: what is written in a form's fields there, the text exactly under the boxes, the same with
    whole words; () where nothing can be said: no text layer, an image, a file that cannot be read or is lost.

    Takes about 0.3 s to start the process, so never inside a transaction or a request.
    """
    nothing: list[tuple[str, ...]] = [() for _ in spots]
    if not spots or not document.ready or document.media_type != MediaType.PDF:
        return nothing
    try:
        with on_disk(document) as path:
            found = isolated.words(path, spots[:MAX_SPOTS])
    except FileNotFoundError:
        return nothing
    return nothing if found.problem is not None else [*found.words, *nothing[len(found.words) :]]
