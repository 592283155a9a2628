"""How is a file kept? Streamed, hashed, read in a process of its own and put away by its content, before its row."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction

from . import isolated, storage
from .findings import IMAGE_TYPES, Finding, MediaType, Problem, media_type_of, pdf_ends
from .models import Document

MAX_BYTES = 100 * 1024 * 1024
CHUNK = 1 << 20
VIEWER = "viewer-1.pdf"  # counted up when image_pdf.py writes another PDF: kept files are never overwritten


class Refused(Exception):
    """Nothing was kept."""


class TooLarge(Refused):
    """More bytes than allowed."""


class Empty(Refused):
    """Not one byte."""


class NotADocument(Refused):
    """Not a PDF, PNG, JPEG or TIFF by its content, whatever its name says: its pages can never be shown."""


@dataclass(frozen=True)
class _Arrived:
    """A file on its way in, whole and hashed, in a folder that goes away."""

    path: Path
    sha256: str
    size: int


def keep(
    *, chunks: Iterable[bytes], at: datetime, max_bytes: int = MAX_BYTES, documents_only: bool = False
) -> Document:
    """Keep a file for good and say what it is. The same bytes again give the same Document.

    Any bytes end in a Document with a state and, unless it is `ready`, a problem; with `documents_only` those of a kind
    that can never be shown are refused (one that is damaged or locked is kept: it is evidence). Raises Empty, TooLarge or
    NotADocument (all Refused), what `chunks` raises, storage.Damaged when the store has these bytes in another length,
    and RuntimeError inside a transaction (no file is read or hashed in one).
    """
    with _arrived(chunks, max_bytes) as arrived:
        if documents_only and _media_type(arrived.path) is MediaType.OTHER:
            raise NotADocument(Problem.NOT_A_DOCUMENT)
        known = Document.objects.filter(sha256=arrived.sha256).first()
        if known is not None and storage.store().exists(storage.name_of(arrived.sha256)):
            return known
        media_type, finding = _put_away(arrived)
    with transaction.atomic(durable=True):
        document, _created = Document.objects.get_or_create(
            sha256=arrived.sha256,
            defaults={
                "size": arrived.size,
                "media_type": media_type.value,
                "state": finding.state.value,
                "problem": finding.problem.value if finding.problem else "",
                "page_count": len(finding.pages) or None,
                "pages": json.dumps(finding.pages),
                "created_at": at,
            },
        )
    return document


def keep_file(path: Path, *, at: datetime, max_bytes: int = MAX_BYTES) -> Document:
    """Keep a file of this machine; as `keep`. Raises OSError when it cannot be read."""
    with path.open("rb") as source:
        return keep(chunks=iter(lambda: source.read(CHUNK), b""), at=at, max_bytes=max_bytes)


def open(document: Document) -> IO[bytes]:  # read as vault.open(document)
    """The kept bytes. Raises FileNotFoundError when the store has lost them."""
    return storage.fetch(storage.name_of(document.sha256))


@contextmanager
def _arrived(chunks: Iterable[bytes], max_bytes: int) -> Iterator[_Arrived]:
    with tempfile.TemporaryDirectory(dir=storage.incoming()) as folder:
        path = Path(folder) / "file"
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(f"more than {max_bytes} bytes")
                digest.update(chunk)
                target.write(chunk)
        if size == 0:
            raise Empty("no bytes")
        yield _Arrived(path, digest.hexdigest(), size)


def _put_away(arrived: _Arrived) -> tuple[MediaType, Finding]:
    media_type = _media_type(arrived.path)
    viewer = arrived.path.with_name("viewer")
    finding = examine(arrived.path, media_type, viewer)
    storage.put(storage.name_of(arrived.sha256), arrived.path)
    if media_type in IMAGE_TYPES and finding.problem is None:
        storage.put(storage.name_of(arrived.sha256, VIEWER), viewer)
    return media_type, finding


def _media_type(path: Path) -> MediaType:
    with path.open("rb") as file:
        return media_type_of(file.read(1024))


def examine(path: Path, media_type: MediaType, viewer: Path) -> Finding:
    """What a file of this kind holds; an image that is ready is also written as PDF to `viewer`."""
    if media_type is MediaType.OTHER:
        return Finding(problem=Problem.NOT_A_DOCUMENT)
    if media_type is MediaType.PDF:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 65_536))
            if not pdf_ends(file.read()):
                return Finding(problem=Problem.TRUNCATED)
    return isolated.probe(path, media_type, viewer)
