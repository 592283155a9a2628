"""Every real document and every page of the torture set has the pages and sizes that its reference says."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from reviewapp.documents import renditions, vault
from reviewapp.documents.models import Document

pytestmark = pytest.mark.once

AT = datetime(2026, 3, 10, 16, 41, tzinfo=UTC)


def sizes_of(document: Document) -> list[tuple[float, float]]:
    return [(float(width), float(height)) for width, height in document.page_sizes]


def assert_sizes(document: Document, expected: list[list[float]], within: float = 0.006) -> None:
    assert document.state == "ready", (document.state, document.problem)
    assert document.page_count == len(expected)
    for found, wanted in zip(sizes_of(document), expected, strict=True):
        assert found == pytest.approx(wanted, abs=within)  # the references are rounded to hundredths


def assert_viewer_agrees(document: Document) -> None:
    """The viewer's PDF has the same pages as the document says."""
    pdf = pypdfium2.PdfDocument(renditions.as_pdf(document))
    found = [pdf.get_page_size(index) for index in range(len(pdf))]
    pdf.close()
    for size, wanted in zip(found, sizes_of(document), strict=True):
        assert size == pytest.approx(wanted, abs=0.001)


def test_all_38_documents_are_ready_with_the_sizes_of_the_manifest(
    db: None, shared_data: Path, manifest: dict[str, Any]
) -> None:
    pages = 0
    for entry in manifest["documents"]:
        path = shared_data / "real" / entry["file"]
        document = vault.keep_file(path, at=AT)
        assert document.sha256 == entry["sha256"]
        sizes = entry["page_sizes"]  # one for all pages where they are alike
        if entry["file"].endswith(".tiff"):
            # The reference takes the first frame's 300 dpi for both; the second names 56.69 pixels a centimetre.
            scale = 300 / (56.69 * 2.54)
            sizes = [sizes[0], [side * scale for side in sizes[1]]]
        assert_sizes(document, sizes if len(sizes) == entry["pages"] else sizes * entry["pages"])
        assert_viewer_agrees(document)
        pages += document.page_count or 0
    assert (Document.objects.count(), pages) == (38, 221)


def test_all_31_torture_files_have_their_displayed_sizes(db: None, shared_data: Path) -> None:
    reference = json.loads((shared_data / "torture" / "reference.json").read_text())
    pages = 0
    for name, entry in reference.items():
        document = vault.keep_file(shared_data / "torture" / "documents" / f"{name}.pdf", at=AT)
        assert_sizes(document, [page["display_size"] for page in entry["pages"]])
        pages += len(entry["pages"])
    assert (len(reference), pages) == (31, 43)


def test_all_10_torture_images_have_their_displayed_sizes(db: None, shared_data: Path) -> None:
    reference = json.loads((shared_data / "torture" / "images" / "reference.json").read_text())
    for name, entry in reference.items():
        document = vault.keep_file(shared_data / "torture" / "images" / name, at=AT)
        wanted = [entry["display_size"]] if "display_size" in entry else [one["point_size"] for one in entry["frames"]]
        assert_sizes(document, wanted)
        assert_viewer_agrees(document)
    assert len(reference) == 10


def test_a_photo_is_in_the_viewers_pdf_byte_for_byte(db: None, shared_data: Path) -> None:
    for path in sorted((shared_data / "real" / "documents").glob("*.jpg")):
        content = path.read_bytes()
        document = vault.keep_file(path, at=AT)
        assert content in renditions.as_pdf(document)
        assert document.sha256 == hashlib.sha256(content).hexdigest()
