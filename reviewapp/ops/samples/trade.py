"""How is an invoice, a credit note or an order laid out? One table of lines, letterhead in three manners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ...extraction import paths
from ...extraction.jsontext import Json
from .logos import LOGOS
from .printing import Language, shown
from .sheet import A4, FAINT, GREY, INK, Drawn, Sheet


@dataclass(frozen=True, slots=True)
class Style:
    """The look of one company."""

    logo: str
    accent: str
    second: str
    manner: Literal["letter", "band", "rail"] = "letter"
    head: str = "sans-bold"
    body: str = "sans"
    strong: str = "sans-bold"
    size: tuple[float, float] = A4


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the lines: the cell's key, its heading, its share of the table's width."""

    key: str
    label: str
    share: float
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Paper:
    """One commercial document. What is a value stands in `values` and is named by pointer; the rest is print.

    `parties`: (heading, pointers or plain texts); `meta`, `totals`: (label, pointer); `notes`: plain lines, or pointers
    after a label, "label|pointer"; an address is printed one part a line, split at ", ".
    """

    file: str
    word: str
    style: Style
    language: Language
    values: dict[str, Json]
    contact: Sequence[str]
    parties: Sequence[tuple[str, Sequence[str]]]
    meta: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    totals: Sequence[tuple[str, str]]
    lines: str = "line_items"
    seller: str = "/seller_name"
    tagline: str = ""
    notes: Sequence[str] = ()
    footer: Sequence[Sequence[str]] = ()
    stamp: Sequence[str] = ()
    continued: str = "Continued on page"
    printed: Mapping[str, str] = field(default_factory=dict)


def draw(paper: Paper) -> Drawn:
    """Lay the document out, on as many pages as its lines need."""
    return _Layout(paper).draw()


class _Layout:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.style = paper.style
        self.sheet = Sheet(f"{paper.word} {paths.get(paper.values, paper.seller)}", paper.style.size)
        self.left = 56.0
        self.right = self.sheet.width - 52.0
        self.bottom = self.sheet.height - 92.0

    def draw(self) -> Drawn:
        y = self._head()
        y = self._parties(y)
        y = self._table(y)
        y = self._totals(y + 8)
        self._notes(y)
        self._foot()
        return self.sheet.finish(self.paper.file, self.paper.values)

    def value(self, pointer: str) -> str:
        """The printed form of the value at a pointer."""
        if pointer in self.paper.printed:
            return self.paper.printed[pointer]
        return shown(paths.get(self.paper.values, pointer), self.paper.language)

    def _head(self) -> float:
        manner = {"letter": self._letter, "band": self._band, "rail": self._rail}
        return manner[self.style.manner]()

    def _letter(self) -> float:
        sheet, style = self.sheet, self.style
        LOGOS[style.logo](sheet, self.left, 46, 30, style.accent, style.second)
        sheet.text(self.left + 44, 62, self.value(self.paper.seller), font=style.head, size=16, at=self.paper.seller)
        sheet.text(self.left + 44, 76, self.paper.tagline, font=style.body, size=8.5, color=GREY)
        for number, line in enumerate(self.paper.contact):
            sheet.text(self.right, 54 + 11 * number, line, font=style.body, size=8, color=GREY, align="right")
        sheet.rule(self.left, 98, self.right, width=1.2, color=style.accent)
        sheet.text(self.left, 134, self.paper.word, font=style.head, size=22, color=style.accent)
        return 162

    def _band(self) -> float:
        sheet, style = self.sheet, self.style
        sheet.rectangle(0, 0, sheet.width, 96, fill=style.accent)
        sheet.rectangle(0, 96, sheet.width, 3, fill=style.second)
        LOGOS[style.logo](sheet, self.left, 32, 32, "#ffffff", style.second)
        name = self.value(self.paper.seller)
        sheet.text(self.left + 48, 50, name, font=style.head, size=17, color="#ffffff", at=self.paper.seller)
        sheet.text(self.left + 48, 65, self.paper.tagline, font=style.body, size=8.5, color="#e4e8ee")
        sheet.text(self.right, 58, self.paper.word, font=style.head, size=20, color="#ffffff", align="right")
        for number, line in enumerate(self.paper.contact):
            sheet.text(self.right, 120 + 11 * number, line, font=style.body, size=8, color=GREY, align="right")
        return 122 + 11.0 * max(2, len(self.paper.contact)) + 16

    def _rail(self) -> float:
        sheet, style = self.sheet, self.style
        sheet.rectangle(0, 0, 18, sheet.height, fill=style.accent)
        sheet.rectangle(18, 0, 3, sheet.height, fill=style.second)
        sheet.text(self.left, 78, self.paper.word, font=style.head, size=27, color=style.accent)
        LOGOS[style.logo](sheet, self.right - 26, 40, 26, style.accent, style.second)
        name = self.value(self.paper.seller)
        sheet.text(self.right, 84, name, font=style.strong, size=11, align="right", at=self.paper.seller)
        for number, line in enumerate((self.paper.tagline, *self.paper.contact)):
            sheet.text(self.right, 97 + 11 * number, line, font=style.body, size=8, color=GREY, align="right")
        return 108 + 11.0 * len(self.paper.contact) + 26

    def _parties(self, top: float) -> float:
        sheet, style = self.sheet, self.style
        lowest = top
        for number, (heading, entries) in enumerate(self.paper.parties):
            x, y = self.left + 152 * number, top
            sheet.text(x, y, heading, font=style.strong, size=7.5, color=style.accent)
            y += 14
            for place, entry in enumerate(entries):
                font = style.strong if place == 0 else style.body
                pieces, at = ([entry], None) if not entry.startswith("/") else (self._pieces(entry), entry)
                y = sheet.lines(x, y, pieces, lead=12.5, font=font, size=9.5 if place == 0 else 9, at=at)
            lowest = max(lowest, y)
        y = top
        for label, pointer in self.paper.meta:
            sheet.text(self.right - 172, y, label, font=style.body, size=8.5, color=GREY)
            sheet.text(self.right, y, self.value(pointer), font=style.body, size=9, align="right", at=pointer)
            sheet.rule(self.right - 172, y + 5, self.right)
            y += 17
        return max(lowest, y) + 18

    def _pieces(self, pointer: str) -> list[str]:
        text = self.value(pointer)
        return text.split(", ") if pointer.endswith("address") else [text]

    def _edges(self) -> list[tuple[float, float]]:
        edges, x = [], self.left
        for column in self.paper.columns:
            width = column.share * (self.right - self.left)
            edges.append((x, x + width))
            x += width
        return edges

    def _table_head(self, y: float) -> float:
        sheet, style = self.sheet, self.style
        if style.manner != "letter":
            sheet.rectangle(self.left - 6, y - 13, self.right - self.left + 12, 20, fill=style.accent, radius=2)
        color = style.accent if style.manner == "letter" else "#ffffff"
        for column, (start, end) in zip(self.paper.columns, self._edges(), strict=True):
            x = start if column.align == "left" else end
            sheet.text(x, y, column.label, font=style.strong, size=8, color=color, align=column.align)
        if style.manner == "letter":
            sheet.rule(self.left, y + 6, self.right, width=0.9, color=style.accent)
        return y + 23

    def _table(self, y: float) -> float:
        y = self._table_head(y)
        lines = paths.get(self.paper.values, f"/{self.paper.lines}")
        assert isinstance(lines, list)
        for index in range(len(lines)):
            cells = [self._cell(index, number) for number in range(len(self.paper.columns))]
            height = 11.5 * max(len(texts) for texts, _ in cells) + 8
            # The totals, the notes and the last line stay together.
            if y + height > self.bottom - (120 if index == len(lines) - 1 else 24):
                y = self._turn_page()
            for (texts, pointer), column, (start, end) in zip(cells, self.paper.columns, self._edges(), strict=True):
                x = start if column.align == "left" else end
                how = {"font": self.style.body, "size": 9.0, "align": column.align, "at": pointer}
                self.sheet.lines(x, y, texts, lead=11.5, **how)
            self.sheet.rule(self.left, y + height - 13, self.right)
            y += height
        return y

    def _cell(self, index: int, number: int) -> tuple[list[str], str]:
        column, (start, end) = self.paper.columns[number], self._edges()[number]
        pointer = f"/{self.paper.lines}/{index}/{column.key}"
        value = paths.get(self.paper.values, pointer)
        if value is None:
            return [], pointer
        text = self.value(pointer)
        if column.align == "right":
            return [text], pointer
        return self.sheet.wrapped(text, end - start - 8, self.style.body, 9.0), pointer

    def _turn_page(self) -> float:
        sheet, style = self.sheet, self.style
        following = f"{self.paper.continued} {sheet.page + 1}"
        sheet.text(self.right, self.bottom, following, font=style.body, size=8, color=GREY, align="right")
        self._foot()
        sheet.next_page()
        if style.manner == "rail":
            sheet.rectangle(0, 0, 18, sheet.height, fill=style.accent)
            sheet.rectangle(18, 0, 3, sheet.height, fill=style.second)
        number = self.value(self.paper.meta[0][1])
        head = f"{self.value(self.paper.seller)}  ·  {self.paper.word.capitalize()} {number}"
        sheet.text(self.left, 58, head, font=style.strong, size=9, color=style.accent)
        return self._table_head(88)

    def _totals(self, y: float) -> float:
        sheet, style = self.sheet, self.style
        label_x = self.right - 190
        for number, (label, pointer) in enumerate(self.paper.totals):
            last = number == len(self.paper.totals) - 1
            if last:
                sheet.rule(label_x, y - 9, self.right, width=1.2, color=style.accent)
                y += 6
            font, size = (style.strong, 12.0) if last else (style.body, 9.5)
            words, _, extra = label.partition("|")
            end = sheet.text(label_x, y, words, font=font, size=size, color=INK if last else GREY)
            if extra:
                sheet.text(end + 4, y, self.value(extra), font=font, size=size, color=INK if last else GREY, at=extra)
            sheet.text(self.right, y, self.value(pointer), font=font, size=size, align="right", at=pointer)
            y += 17
        if self.paper.stamp:
            sheet.stamp(self.left + 78, y - 38, self.paper.stamp, "#5b4b9a", 7)
        return y

    def _notes(self, y: float) -> None:
        y += 40
        for note in self.paper.notes:
            words, _, pointer = note.partition("|")
            end = self.sheet.text(self.left, y, words, font=self.style.body, size=8.8, color=GREY if pointer else INK)
            if pointer:
                self.sheet.text(end + 5, y, self.value(pointer), font=self.style.body, size=9, at=pointer)
            y += 15

    def _foot(self) -> None:
        sheet, top = self.sheet, self.sheet.height - 62
        sheet.rule(self.left, top, self.right, color=FAINT)
        for number, lines in enumerate(self.paper.footer):
            x = self.left + number * (self.right - self.left) / max(3, len(self.paper.footer))
            y = top + 13
            for line in lines:
                words, _, pointer = line.partition("|")
                end = sheet.text(x, y, words, font=self.style.body, size=7.2, color=GREY)
                if pointer and pointer not in sheet.marks:
                    sheet.text(end + 3, y, self.value(pointer), font=self.style.body, size=7.2, at=pointer)
                elif pointer:
                    sheet.text(end + 3, y, self.value(pointer), font=self.style.body, size=7.2)
                y += 9.5
        sheet.text(self.right, top + 13, str(sheet.page), font=self.style.body, size=7.2, color=GREY, align="right")
