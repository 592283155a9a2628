"""How is a scanned page drawn so that it knows where everything stands? Pillow images whose marks follow a skew.

Space: pixels of the image, origin top left. A text's `y` is the top of its capital letters' line as Pillow draws it.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from .sheet import Align, Box, Mark, Point, flourish, font_path


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path(name), size)


class Easel:
    """One grey page; `at=` leaves a mark around the ink of a text."""

    def __init__(self, width: int, height: int, page: int = 1, paper: int = 255) -> None:
        self.image = Image.new("L", (width, height), paper)
        self.marks: dict[str, list[Mark]] = {}
        self._page = page
        self._draw = ImageDraw.Draw(self.image)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        font: str = "sans",
        size: int = 26,
        ink: int = 30,
        align: Align = "left",
        at: str | None = None,
    ) -> float:
        """Print one line; returns the x where it ends."""
        face = _font(font, size)
        width = face.getlength(text)
        left = x - {"left": 0.0, "right": width, "center": width / 2}[align]
        self._draw.text((left, y), text, font=face, fill=ink)
        if at is not None:
            box = self._draw.textbbox((left, y), text, font=face)
            self.mark(at, (box[0] - 3, box[1] - 3, box[2] + 3, box[3] + 3), text)
        return left + width

    def typed(
        self, x: float, y: float, text: str, rng: random.Random, *, size: int = 30, at: str | None = None
    ) -> None:
        """Print one line with a typewriter: fixed pitch, letters a little high or low, some struck harder."""
        face = _font("typewriter", size)
        pitch = face.getlength("0")
        for place, letter in enumerate(text):
            drop = rng.choice((-2, -1, 0, 0, 0, 1, 1, 2))
            self._draw.text((x + place * pitch, y + drop), letter, font=face, fill=rng.randrange(25, 85))
        if at is not None:
            box = self._draw.textbbox((x, y), text, font=face)
            self.mark(at, (box[0] - 4, box[1] - 5, x + len(text) * pitch + 3, box[3] + 5), text)

    def mark(self, at: str, box: Box, text: str) -> None:
        """Note that `text` stands in `box` as a piece of the value at `at`."""
        self.marks.setdefault(at, []).append(Mark(self._page, box, text))

    def line(self, x0: float, y0: float, x1: float, y1: float, *, width: int = 2, ink: int = 90) -> None:
        """A straight line."""
        self._draw.line((x0, y0, x1, y1), fill=ink, width=width)

    def signature(self, x: float, y: float, width: float, *, loops: int) -> None:
        """A flourish on the line at `y`: it stands for a signature and is nobody's."""
        self._draw.line(flourish(x, y, width, loops), fill=55, width=4, joint="curve")

    def frame(self, x: float, y: float, width: float, height: float, *, line: int = 2, ink: int = 90) -> None:
        """An empty rectangle."""
        self._draw.rectangle((x, y, x + width, y + height), outline=ink, width=line)

    def block(self, x: float, y: float, width: float, height: float, *, ink: int = 40) -> None:
        """A filled rectangle."""
        self._draw.rectangle((x, y, x + width, y + height), fill=ink)


def moved(marks: dict[str, list[Mark]], place: Callable[[Point], Point]) -> dict[str, tuple[Mark, ...]]:
    """Marks after every point of the page went to `place(point)`: the upright boxes around the moved corners."""

    def box(mark: Mark) -> Box:
        left, top, right, bottom = mark.box
        corners = [place(corner) for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return round(min(xs), 2), round(min(ys), 2), round(max(xs), 2), round(max(ys), 2)

    return {path: tuple(Mark(mark.page, box(mark), mark.text) for mark in found) for path, found in marks.items()}


def scanned(easel: Easel, *, degrees: float, margin: int, seed: int) -> tuple[Image.Image, dict[str, tuple[Mark, ...]]]:
    """The page as a flatbed sees it: on a grey lid, turned anticlockwise by `degrees`, soft, with grain and shadow."""
    width, height = easel.image.width + 2 * margin, easel.image.height + 2 * margin
    paper = Image.new("L", (width, height), 0)
    paper.paste(255, (margin, margin, width - margin, height - margin))
    sheet = Image.new("L", (width, height), 222)
    sheet.paste(easel.image, (margin, margin))
    sheet = sheet.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=222)
    paper = paper.rotate(degrees, Image.Resampling.BICUBIC)
    shadow = ImageChops.offset(paper, 5, 7).filter(ImageFilter.GaussianBlur(9)).point([v * 2 // 5 for v in range(256)])
    lid = ImageChops.subtract(Image.new("L", (width, height), 222), shadow)
    picture = Image.composite(sheet, lid, paper).filter(ImageFilter.GaussianBlur(0.7))
    picture = _grained(picture, seed)
    angle = math.radians(degrees)
    middle_x, middle_y = width / 2, height / 2

    def place(point: Point) -> Point:
        x, y = point[0] + margin - middle_x, point[1] + margin - middle_y
        turned = x * math.cos(angle) + y * math.sin(angle), y * math.cos(angle) - x * math.sin(angle)
        return turned[0] + middle_x, turned[1] + middle_y

    return picture, moved(easel.marks, place)


def _grained(picture: Image.Image, seed: int) -> Image.Image:
    # Pillow's own noise cannot be seeded; coarse seeded bytes, softened, read as paper fibre.
    size = (picture.width // 2, picture.height // 2)
    noise = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1])).resize(picture.size)
    noise = noise.filter(ImageFilter.GaussianBlur(0.8))
    return ImageChops.add(picture, noise.point([(v - 128) // 13 + 14 for v in range(256)]), offset=-14)


def jpeg(picture: Image.Image, quality: int = 78) -> bytes:
    """A picture as a JPEG file, a little warm like thermal paper."""
    tinted = Image.merge(
        "RGB",
        (picture, picture.point([v - v // 90 for v in range(256)]), picture.point([v - v // 28 for v in range(256)])),
    )
    buffer = io.BytesIO()
    tinted.save(buffer, "JPEG", quality=quality, optimize=True, dpi=(150, 150))
    return buffer.getvalue()


def tiff(pages: list[Image.Image], dpi: int) -> bytes:
    """Pages as one multi-page TIFF."""
    buffer = io.BytesIO()
    first, *rest = [page.point([v // 17 * 17 for v in range(256)]) for page in pages]
    first.save(buffer, "TIFF", save_all=True, append_images=rest, compression="tiff_adobe_deflate", dpi=(dpi, dpi))
    return buffer.getvalue()
