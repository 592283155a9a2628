"""How is a PDF page drawn so that it knows where everything stands?

Space: points of the page as shown, origin top left, y downwards; a text's `y` is its baseline. Every text that is drawn
with `at=` (a JSON Pointer) leaves a Mark, so no box of a sample is ever typed by hand.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from PIL import ImageFont
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from ...extraction.jsontext import Json

A4 = (595.28, 841.89)
LETTER = (612.0, 792.0)

#: Our short names -> font files; both families may be embedded (SIL OFL; Bitstream Vera licence).
FONTS = {
    "sans": "LiberationSans-Regular.ttf",
    "sans-bold": "LiberationSans-Bold.ttf",
    "sans-italic": "LiberationSans-Italic.ttf",
    "serif": "LiberationSerif-Regular.ttf",
    "serif-bold": "LiberationSerif-Bold.ttf",
    "serif-italic": "LiberationSerif-Italic.ttf",
    "mono": "LiberationMono-Regular.ttf",
    "mono-bold": "LiberationMono-Bold.ttf",
    "wide": "DejaVuSans.ttf",
    "wide-bold": "DejaVuSans-Bold.ttf",
    "slab": "DejaVuSerif.ttf",
    "slab-bold": "DejaVuSerif-Bold.ttf",
    "typewriter": "DejaVuSansMono.ttf",
}
INK = "#1d2330"
GREY = "#69707d"
FAINT = "#c9ced6"

Align = Literal["left", "right", "center"]
Box = tuple[float, float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One printed piece of a value: page from 1, `[left, top, right, bottom]`, and the letters that stand there."""

    page: int
    box: Box
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document as made: `right` is the plain tree of true values, `marks` where each leaf of it is printed, `sizes`
    the page sizes in the unit of the marks."""

    file: str
    content: bytes
    sizes: tuple[tuple[float, float], ...]
    right: dict[str, Json] = field(default_factory=dict)
    marks: dict[str, tuple[Mark, ...]] = field(default_factory=dict)


@cache
def font_path(name: str) -> str:
    """The file of one of FONTS, as Pillow finds it among the system's fonts. Raises OSError naming the missing file."""
    try:
        return str(ImageFont.truetype(FONTS[name], 10).path)
    except OSError as error:
        raise OSError(f"{FONTS[name]} is not installed (Debian: fonts-liberation, fonts-dejavu-core)") from error


def flourish(x: float, y: float, width: float, loops: int) -> list[Point]:
    """The points of a looping, fading stroke from `x` on along `y`."""
    points = []
    for step in range(241):
        share = step / 240
        turn = 2 * math.pi * loops * share
        height = width * 0.115 * (1.15 - share) * (1 + 0.55 * math.sin(2.3 * turn / loops + 1))
        sway = width * 0.035 * math.cos(turn)
        points.append((x + width * share + sway, y - width * 0.1 - height * math.sin(turn + 0.4)))
    return points


@cache
def _bearings(name: str, first: str, last: str) -> tuple[float, float]:
    """The blank before the first and after the last letter's ink, as shares of the font size."""
    face = ImageFont.truetype(font_path(name), 1000)
    # The mask's own box is the ink; what Pillow calls a text's box reaches over the whole advance.
    begin, finish = face.getmask(first).getbbox(), face.getmask(last).getbbox()
    return begin[0] / 1000, (face.getlength(last) - finish[2]) / 1000


@cache
def _registered(name: str) -> str:
    pdfmetrics.registerFont(TTFont(name, font_path(name)))
    return name


class Sheet:
    """A PDF in the making, one page at a time; `turned` draws upright on a page that carries /Rotate 90."""

    def __init__(self, title: str, size: tuple[float, float] = A4, *, turned: bool = False) -> None:
        self.width, self.height = size
        self.page = 1
        self.marks: dict[str, list[Mark]] = {}
        self._turned = turned
        self._buffer = io.BytesIO()
        # For a turned page reportlab itself exchanges the sides of the MediaBox.
        self._canvas = Canvas(self._buffer, pagesize=size, invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor("reviewapp samples")
        self._canvas.setCreator("reviewapp.ops.samples")
        self._begin()

    def _begin(self) -> None:
        if self._turned:
            self._canvas.setPageRotation(90)
            self._canvas.rotate(90)
            self._canvas.translate(0, -self.height)

    def next_page(self) -> None:
        """End this page and begin another of the same size."""
        self._canvas.showPage()
        self.page += 1
        self._begin()

    def finish(self, file: str, right: dict[str, Json] | None = None) -> Drawn:
        """The document, with the truth it was drawn from."""
        self._canvas.save()
        marks = {path: tuple(found) for path, found in self.marks.items()}
        sizes = tuple((self.width, self.height) for _ in range(self.page))
        return Drawn(file, self._buffer.getvalue(), sizes, right or {}, marks)

    def width_of(self, text: str, font: str, size: float) -> float:
        """How far a text reaches, in points."""
        return float(pdfmetrics.stringWidth(text, _registered(font), size))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        font: str = "sans",
        size: float = 9.0,
        color: str = INK,
        align: Align = "left",
        at: str | None = None,
    ) -> float:
        """Print one line; with `at` it is (a piece of) the value at that pointer. Returns the x where it ends."""
        width = self.width_of(text, font, size)
        left = x - {"left": 0.0, "right": width, "center": width / 2}[align]
        self._canvas.setFillColor(HexColor(color))
        self._canvas.setFont(_registered(font), size)
        self._canvas.drawString(left, self.height - y, text)
        if at is not None:
            start, end = _bearings(font, text[0], text[-1])
            box = (left + start * size - 0.6, y - 0.76 * size, left + width - end * size + 0.6, y + 0.22 * size)
            self.mark(at, box, text)
        return left + width

    def mark(self, at: str, box: Box, text: str) -> None:
        """Note that `text` stands in `box` on this page as a piece of the value at `at`."""
        left, top, right, bottom = (round(edge, 2) for edge in box)
        self.marks.setdefault(at, []).append(Mark(self.page, (left, top, right, bottom), text))

    def lines(self, x: float, y: float, texts: Sequence[str], *, lead: float, **how: object) -> float:
        """Print several lines below each other, all pieces of one value. Returns the baseline after the last."""
        for text in texts:
            self.text(x, y, text, **how)  # type: ignore[arg-type]
            y += lead
        return y

    def wrapped(self, text: str, width: float, font: str, size: float) -> list[str]:
        """Break a text into lines no wider than `width` points."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_of(longer, font, size) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def rule(self, x0: float, y: float, x1: float, *, width: float = 0.5, color: str = FAINT) -> None:
        """A horizontal line."""
        self.stroke([(x0, y), (x1, y)], width=width, color=color)

    def stroke(self, points: Sequence[Point], *, width: float = 0.5, color: str = FAINT) -> None:
        """A line through points."""
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], self.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self.height - y)
        self._canvas.setLineWidth(width)
        self._canvas.setStrokeColor(HexColor(color))
        self._canvas.drawPath(path, stroke=1, fill=0)

    def signature(self, x: float, y: float, width: float, *, loops: int, color: str = "#25336b") -> None:
        """A flourish on the line at `y`, `width` wide: it stands for a signature and is nobody's."""
        self.stroke(flourish(x, y, width, loops), width=1.1, color=color)

    def shape(self, points: Sequence[Point], color: str) -> None:
        """A filled polygon."""
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], self.height - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, self.height - y)
        path.close()
        self._canvas.setFillColor(HexColor(color))
        self._canvas.drawPath(path, stroke=0, fill=1)

    def rectangle(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        line: float = 0.6,
        radius: float = 0,
    ) -> None:
        """A rectangle by its top left corner."""
        if fill:
            self._canvas.setFillColor(HexColor(fill))
        if stroke:
            self._canvas.setStrokeColor(HexColor(stroke))
            self._canvas.setLineWidth(line)
        bottom = self.height - y - height
        self._canvas.roundRect(x, bottom, width, height, radius, stroke=int(bool(stroke)), fill=int(bool(fill)))

    def disc(self, x: float, y: float, radius: float, *, fill: str | None = None, stroke: str | None = None) -> None:
        """A circle about a point; a stroke is a fifth of the radius wide."""
        if fill:
            self._canvas.setFillColor(HexColor(fill))
        if stroke:
            self._canvas.setStrokeColor(HexColor(stroke))
            self._canvas.setLineWidth(radius / 5)
        self._canvas.circle(x, self.height - y, radius, stroke=int(bool(stroke)), fill=int(bool(fill)))

    def stamp(self, x: float, y: float, texts: Sequence[str], color: str, degrees: float) -> None:
        """A rubber stamp about a point, turned anticlockwise."""
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(x, self.height - y)
        canvas.rotate(degrees)
        canvas.setStrokeColor(HexColor(color), alpha=0.75)
        canvas.setFillColor(HexColor(color), alpha=0.75)
        canvas.setLineWidth(1.4)
        height = 13.0 * len(texts) + 10
        canvas.roundRect(-52, -height / 2, 104, height, 4, stroke=1, fill=0)
        for number, text in enumerate(texts):
            canvas.setFont(_registered("sans-bold"), 11 if number == 0 else 9)
            canvas.drawCentredString(0, height / 2 - 15 - 13 * number, text)
        canvas.restoreState()

    def picture(self, content: bytes, x: float, y: float, width: float, height: float) -> None:
        """An image file by its top left corner."""
        reader = ImageReader(io.BytesIO(content))
        self._canvas.drawImage(reader, x, self.height - y - height, width, height)
