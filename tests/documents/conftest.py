"""What the tests of documents share: a vault of their own, and files made here."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from pytest_django import Settings

from reviewapp.documents import vault
from reviewapp.documents.models import Document

AT = datetime(2026, 3, 10, 16, 41, tzinfo=UTC)


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """The vault lies in a folder of this test alone."""
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def manifest(shared_data: Path) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((shared_data / "real" / "MANIFEST.json").read_text())
    return answer


@pytest.fixture
def keep(db: None) -> Callable[[bytes], Document]:
    """Keep these bytes, in two chunks."""

    def keep_bytes(content: bytes) -> Document:
        middle = len(content) // 2
        return vault.keep(chunks=[content[:middle], content[middle:]], at=AT)

    return keep_bytes


@pytest.fixture
def pdf_of() -> Callable[..., bytes]:
    """A PDF with empty pages of these sizes, and further entries in each page's dictionary."""

    def make(*sizes: tuple[float, float], **entries: Any) -> bytes:
        with pikepdf.new() as pdf:
            for size in sizes:
                pdf.add_blank_page(page_size=(100, 100))
                pdf.pages[-1].MediaBox = pikepdf.Array([0, 0, *size])
                for name, value in entries.items():
                    pdf.pages[-1][f"/{name}"] = value
            out = io.BytesIO()
            pdf.save(out)
        return out.getvalue()

    return make


@pytest.fixture
def image_bytes() -> Callable[..., bytes]:
    """The image as a file of this format."""

    def make(image: Image.Image, format: str, **options: Any) -> bytes:
        out = io.BytesIO()
        image.save(out, format, **options)
        return out.getvalue()

    return make
