"""Which words stand under these boxes of a PDF? Text and form fields as displayed, by pdfium.

pdfium is not thread safe and is handed hostile files, so this runs alone in the reading process (reader.py), where it
needs no lock. No Django here.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pypdfium2
from pypdfium2 import raw

from .findings import Box, Finding, NotShown, Problem, Spot

#: From a place in the page's own space to shares of it as displayed.
Placing: TypeAlias = Callable[[float, float], tuple[float, float]]

MAX_CHARACTERS = 200_000  # of one page; a page of the smallest print has 30,000
MAX_CHARACTERS_IN_ALL = 3_000_000
MAX_FIELDS = 5_000  # of one page
MAX_TEXT = 4_000  # characters under the boxes of one value: whoever asks for more asks about no value
MAX_TEXT_IN_ALL = 4_000_000
ON, OFF = "\u2611", "\u2610"  # a ticked box and an empty one, as they stand among words

_FINE = 1_000_000  # pdfium places on a grid of whole numbers: a page is as many of them wide and high
_CHECKABLE = frozenset({raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON})
_WRITABLE = frozenset({raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX})
_MARKS_BETWEEN = 2  # a comma hangs below a narrow box, and a line's end stands nowhere
_LONGEST_WORD = 60
_SHARED = 0.2  # of the smaller of box and field; what is written in a field is smaller than the field


def finding(path: Path, spots: Sequence[Spot]) -> Finding:
    """As `under`, for the reading process."""
    return Finding(words=tuple(map(tuple, under(path, spots))))


def under(path: Path, spots: Sequence[Spot]) -> list[list[str]]:
    """What stands under each spot: as exactly as the boxes are drawn, then with the words that they cut made whole.

    Where fields of a form are there, what is written in them comes before both. [] where there is nothing: a page without
    text, or no such page. Raises NotShown for more than is read, and PdfiumError.
    """
    pdf = pypdfium2.PdfDocument(path)
    try:
        pdf.init_forms()
        pages: dict[int, list[int]] = {}
        for index, (number, _) in enumerate(spots):
            if 1 <= number <= len(pdf):
                pages.setdefault(number, []).append(index)
        answers: list[list[str]] = [[] for _ in spots]
        characters = letters = 0
        for number, indices in sorted(pages.items()):
            page = _Page(pdf[number - 1])
            characters += len(page.characters)
            for index in indices:
                answers[index] = page.texts(spots[index][1])
                letters += sum(map(len, answers[index]))
            if characters > MAX_CHARACTERS_IN_ALL or letters > MAX_TEXT_IN_ALL:
                raise NotShown(Problem.TOO_COSTLY)
        return answers
    finally:
        pdf.close()


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a form with something in it, and where it is."""

    text: str
    box: Box


class _Page:
    """A page's characters in pdfium's order, which is that of reading, and its filled fields."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        placing = _placing(page)
        self.characters: list[str] = []
        self._across: list[float] = []
        self._down: list[float] = []
        text_page = page.get_textpage()
        try:
            if text_page.count_chars() > MAX_CHARACTERS:
                raise NotShown(Problem.TOO_COSTLY)
            for character, x, y in _characters(text_page, placing):
                self.characters.append(character)
                self._across.append(x)
                self._down.append(y)
        finally:
            text_page.close()
        self._fields = sorted(_fields(page, placing), key=lambda one: (one.box[1], one.box[0]))
        page.close()

    def texts(self, boxes: Sequence[Box]) -> list[str]:
        places = sorted({place for box in boxes for place in self._inside(box)})
        written = "\n".join(one.text for one in self._fields if any(_shared(one.box, box) for box in boxes))
        runs = self._runs(places)
        exact = self._text(runs)
        whole = self._text([self._whole(first, last) for first, last in runs])
        found = (written, *(f"{text}\n{written}".strip() for text in (exact, whole)))
        return list(dict.fromkeys(text[:MAX_TEXT] for text in found if text.strip()))

    def _inside(self, box: Box) -> Iterator[int]:
        """The characters whose middle lies in the box."""
        left, top, right, bottom = box
        heights = self._by_height
        begin = bisect_left(heights, (top, -1))
        for _, place in heights[begin : bisect_right(heights, (bottom, len(heights)))]:
            if left <= self._across[place] <= right:
                yield place

    @cached_property
    def _by_height(self) -> list[tuple[float, int]]:
        return sorted((y, place) for place, y in enumerate(self._down) if self.characters[place].strip())

    def _runs(self, places: Sequence[int]) -> list[tuple[int, int]]:
        """First and last of the characters that follow each other; what lies between two is no word that was left out."""
        runs: list[tuple[int, int]] = []
        for place in places:
            if runs and self._follows(runs[-1][1], place):
                runs[-1] = (runs[-1][0], place)
            else:
                runs.append((place, place))
        return runs

    def _follows(self, last: int, place: int) -> bool:
        between = self.characters[last + 1 : place]
        marks = [one for one in between if not one.isspace()]
        return len(marks) <= _MARKS_BETWEEN and not any(one.isalnum() for one in marks)

    def _whole(self, first: int, last: int) -> tuple[int, int]:
        for _ in range(_LONGEST_WORD):
            if first and not self.characters[first - 1].isspace():
                first -= 1
            if last + 1 < len(self.characters) and not self.characters[last + 1].isspace():
                last += 1
        return first, last

    def _text(self, runs: Sequence[tuple[int, int]]) -> str:
        return " ".join("".join(self.characters[first : last + 1]) for first, last in runs).strip()


def _characters(text_page: pypdfium2.PdfTextPage, placing: Placing) -> Iterator[tuple[str, float, float]]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for place in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, place)
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
        if raw.FPDFText_GetCharBox(text_page, place, left, right, bottom, top):
            yield character, *placing((left.value + right.value) / 2, (bottom.value + top.value) / 2)
        else:
            yield character, -1.0, -1.0


def _placing(page: pypdfium2.PdfPage) -> Placing:
    """By pdfium's own matrix, in which CropBox and /Rotate are, and UserUnit makes no difference to a share."""

    def corner(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, across, down)
        return across.value / _FINE, down.value / _FINE

    # The map is affine: three points of it are all of it.
    reach = max(page.get_size()) or 1.0
    x0, y0 = corner(0, 0)
    x1, y1 = corner(reach, 0)
    x2, y2 = corner(0, reach)
    a, b, c, d = (x1 - x0) / reach, (y1 - y0) / reach, (x2 - x0) / reach, (y2 - y0) / reach
    return lambda x, y: (x0 + a * x + c * y, y0 + b * x + d * y)


def _fields(page: pypdfium2.PdfPage, placing: Placing) -> Iterator[_Field]:
    if page.formenv is None:
        return
    rect = raw.FS_RECTF()
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET:
                text = _written(page.formenv, annotation)
                if text.strip() and raw.FPDFAnnot_GetRect(annotation, rect):
                    (x1, y1), (x2, y2) = placing(rect.left, rect.bottom), placing(rect.right, rect.top)
                    yield _Field(text, (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _written(form: Any, annotation: Any) -> str:
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _CHECKABLE:
        return ON if raw.FPDFAnnot_IsChecked(form, annotation) else OFF
    size = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0) if kind in _WRITABLE else 0
    if not 2 < size <= 2 * MAX_TEXT:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size)
    return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")


def _shared(field: Box, box: Box) -> bool:
    """Whether the box is about the field: they share enough of the smaller one."""
    across = min(field[2], box[2]) - max(field[0], box[0])
    down = min(field[3], box[3]) - max(field[1], box[1])
    smaller = min((one[2] - one[0]) * (one[3] - one[1]) for one in (field, box))
    return across > 0 and down > 0 and across * down >= _SHARED * smaller
