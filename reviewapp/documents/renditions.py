"""What does the browser show of a document? A PDF as it is; an image as a PDF made of it, or one page of it as PNG.

Made once, by the reading process, and kept beside the original under a name of its content.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import isolated, storage, vault
from .findings import MediaType, NotShown, Problem
from .models import Document

PAGE = "page-{}-1.png"  # page number, and the version of how it is made


@dataclass(frozen=True)
class Shown:
    """A kept file that the browser can show: its name in the store, its media type, and a strong ETag value."""

    name: str
    media_type: MediaType
    etag: str


def original(document: Document) -> Shown:
    """The file as it was received."""
    return Shown(storage.name_of(document.sha256), MediaType(document.media_type), document.sha256)


def viewer_file(document: Document) -> Shown:
    """The PDF that the viewer shows: the document itself, or an image's pages in their displayed sizes.

    Raises NotShown for a document that is neither, or not ready; FileNotFoundError when the store has lost the file.
    """
    if not document.ready:
        raise NotShown(Problem(document.problem))
    if not document.is_image:
        return original(document)
    name = storage.name_of(document.sha256, vault.VIEWER)
    if not storage.store().exists(name):
        with on_disk(document) as path:
            viewer = path.with_name("viewer")
            finding = isolated.probe(path, MediaType(document.media_type), viewer)
            if finding.problem is not None:
                raise NotShown(finding.problem)
            storage.put(name, viewer)
    return Shown(name, MediaType.PDF, f"{document.sha256}-{vault.VIEWER}")


def as_pdf(document: Document) -> bytes:
    """The bytes of `viewer_file`; raises as it does."""
    with storage.fetch(viewer_file(document).name) as file:
        return file.read()


def page_png(document: Document, page: int) -> bytes:
    """Page `page` (from 1) of an image document, upright, as PNG in its own pixels.

    Raises NotShown when it is no image, not ready or has no such page; FileNotFoundError when the store lost the file.
    """
    if not document.ready or not document.is_image:
        raise NotShown(Problem(document.problem or Problem.NOT_A_DOCUMENT))
    if not 1 <= page <= (document.page_count or 0):
        raise NotShown(Problem.NO_PAGES)
    name = storage.name_of(document.sha256, PAGE.format(page))
    if not storage.store().exists(name):
        with on_disk(document) as path:
            made = path.with_name("page")
            finding = isolated.page(path, MediaType(document.media_type), page, made)
            if finding.problem is not None:
                raise NotShown(finding.problem)
            storage.put(name, made)
    with storage.fetch(name) as file:
        return file.read()


@contextmanager
def on_disk(document: Document) -> Iterator[Path]:
    """The kept file as a path for the reading process, which may not reach the storage; with a folder to write into."""
    with tempfile.TemporaryDirectory(dir=storage.incoming()) as folder:
        path = Path(folder) / "file"
        with vault.open(document) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, vault.CHUNK)
        yield path
