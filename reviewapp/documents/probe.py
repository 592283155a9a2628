"""How many pages does a PDF have, and how large is each as displayed? By pdfium.

pdfium is not thread safe and is handed hostile files, so this runs alone in the reading process (reader.py), where it
needs no lock. No Django here.
"""

from __future__ import annotations

import math
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from .findings import MAX_SIDE, Finding, NotShown, Problem

MAX_PAGES = 5_000
ENCRYPTED_ERRORS = frozenset({raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY})


def pdf_pages(path: Path) -> Finding:
    """Displayed sizes in points: CropBox within MediaBox after /Rotate, UserUnit left out as citations leave it out."""
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        protected = getattr(error, "err_code", None) in ENCRYPTED_ERRORS
        return Finding(problem=Problem.PASSWORD if protected else Problem.UNREADABLE)
    try:
        return Finding(pages=tuple(_sizes(pdf)))
    except NotShown as error:
        return Finding(problem=error.problem)
    except pypdfium2.PdfiumError:
        return Finding(problem=Problem.UNREADABLE)
    finally:
        pdf.close()


def _sizes(pdf: pypdfium2.PdfDocument) -> list[tuple[float, float]]:
    if len(pdf) == 0:
        raise NotShown(Problem.NO_PAGES)
    if len(pdf) > MAX_PAGES:
        raise NotShown(Problem.TOO_MANY_PAGES)
    sizes = []
    for index in range(len(pdf)):
        width, height = pdf.get_page_size(index)
        if not (math.isfinite(width) and math.isfinite(height) and width > 0 and height > 0):
            raise NotShown(Problem.UNREADABLE)
        if max(width, height) > MAX_SIDE:
            raise NotShown(Problem.PAGE_TOO_LARGE)
        sizes.append((round(width, 4), round(height, 4)))
    return sizes
