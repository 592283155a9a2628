"""What can be found out about a file? The words for its kind, its state and what is wrong with it; no Django here.

These words are shared by the reading process, which runs without Django, and by the Document that keeps them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

#: (left, top, right, bottom), each a share of the displayed page from 0 to 1.
Box: TypeAlias = tuple[float, float, float, float]
#: A page (from 1) and the boxes on it that hold one value together.
Spot: TypeAlias = tuple[int, Sequence[Box]]


class MediaType(StrEnum):
    """The kind of a file by its content, never by its name. OTHER is kept and can be downloaded, but not shown."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    OTHER = "application/octet-stream"


MAX_SIDE = 30_000.0  # points, of a page that is shown; PDF readers agree on 14,400
IMAGE_TYPES = frozenset({MediaType.PNG, MediaType.JPEG, MediaType.TIFF})


class State(StrEnum):
    """Whether a document's pages can be shown. In every state the file is kept and can be downloaded."""

    READY = "ready"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    UNSUPPORTED = "unsupported"


class Problem(StrEnum):
    """Why a document's pages cannot be shown; the sentence for people is `models.problem_sentence`."""

    PASSWORD = "password"
    TRUNCATED = "truncated"
    UNREADABLE = "unreadable"
    NO_PAGES = "no_pages"
    TOO_COSTLY = "too_costly"
    NOT_A_DOCUMENT = "not_a_document"
    TOO_MANY_PAGES = "too_many_pages"
    PAGE_TOO_LARGE = "page_too_large"
    TOO_MANY_PIXELS = "too_many_pixels"


STATE_OF = {
    Problem.PASSWORD: State.ENCRYPTED,
    Problem.TRUNCATED: State.BROKEN,
    Problem.UNREADABLE: State.BROKEN,
    Problem.NO_PAGES: State.BROKEN,
    Problem.TOO_COSTLY: State.BROKEN,
    Problem.NOT_A_DOCUMENT: State.UNSUPPORTED,
    Problem.TOO_MANY_PAGES: State.UNSUPPORTED,
    Problem.PAGE_TOO_LARGE: State.UNSUPPORTED,
    Problem.TOO_MANY_PIXELS: State.UNSUPPORTED,
}


class NotShown(Exception):
    """The pages cannot be shown, for the reason `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of reading a file: either a problem, or the displayed (width, height) of each page in points.

    `words`: where they were asked for, what stands under the boxes of each value, see words.py.
    """

    problem: Problem | None = None
    pages: tuple[tuple[float, float], ...] = ()
    words: tuple[tuple[str, ...], ...] = ()

    @property
    def state(self) -> State:
        return State.READY if self.problem is None else STATE_OF[self.problem]


def media_type_of(head: bytes) -> MediaType:
    """The kind of a file that begins with `head` (at least 1,024 bytes of it, or all).

    A PDF may have other bytes before its header (PDF Reference 1.7, appendix H, note 13: within the first 1,024); the
    images start with theirs, so a file that is both is an image.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return MediaType.TIFF
    if b"%PDF-" in head[:1024]:
        return MediaType.PDF
    return MediaType.OTHER


def pdf_ends(tail: bytes) -> bool:
    """Whether a PDF that ends with `tail` was received whole: %%EOF within 1,024 bytes of the end, padding left out."""
    return b"%%EOF" in tail.rstrip(b"\x00\t\n\f\r ")[-1024:]
