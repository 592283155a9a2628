"""What pages does an image file have, as a person sees them? PNG, JPEG with its EXIF turn, multi-page TIFF, by Pillow.

Runs in the reading process (reader.py): it is handed hostile files. No Django here.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import ExifTags, Image, ImageOps, TiffImagePlugin

from .findings import MAX_SIDE, Finding, MediaType, NotShown, Problem

MAX_PIXELS = 60_000_000  # of one frame: A3 at 600 dpi is 70 million, A4 at 600 dpi 35 million
MAX_PIXELS_IN_ALL = 2_000_000_000  # of all frames: about 230 pages of A4 at 300 dpi
MAX_FRAMES = 500
PILLOW_FORMATS = {MediaType.PNG: "PNG", MediaType.JPEG: "JPEG", MediaType.TIFF: "TIFF"}
SIDEWAYS = frozenset({5, 6, 7, 8})  # EXIF orientations that swap width and height


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One page of an image file.

    `image`: upright, in mode 1, L or RGB. `size`: displayed (width, height) in points. `jpeg`: the file's own bytes
    where a PDF can carry them unchanged, with the EXIF `orientation` (1 to 8) that turns them upright; else None.
    """

    image: Image.Image
    size: tuple[float, float]
    jpeg: bytes | None = None
    orientation: int = 1


def frames(path: Path, media_type: MediaType) -> Iterator[Frame]:
    """The pages of an image file, decoded one at a time; a frame is good only until the next one is asked for.

    Raises NotShown beyond the limits above, and whatever Pillow raises for a file that it cannot read.
    """
    pixels = 0
    with _opened(path, media_type) as image:
        for index in count() if media_type is MediaType.TIFF else range(1):
            try:
                image.seek(index)
            except EOFError:
                return
            if index >= MAX_FRAMES:
                raise NotShown(Problem.TOO_MANY_PAGES)
            pixels += _checked_pixels(image)
            if pixels > MAX_PIXELS_IN_ALL:
                raise NotShown(Problem.TOO_MANY_PIXELS)
            yield _frame(image, path, media_type)


def save_page(path: Path, media_type: MediaType, number: int, out: Path) -> Finding:
    """Write page `number` (from 1) as PNG to `out`; raises as `frames`, and NotShown when there is no such page."""
    for index, frame in enumerate(frames(path, media_type), start=1):
        if index == number:
            frame.image.save(out, "PNG")
            return Finding(pages=(frame.size,))
    raise NotShown(Problem.NO_PAGES)


@contextmanager
def _opened(path: Path, media_type: MediaType) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=(PILLOW_FORMATS[media_type],)) as image:
            yield image


def _checked_pixels(image: Image.Image) -> int:
    """Pixels of the current frame by its header, asked before anything is decoded."""
    pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise NotShown(Problem.TOO_MANY_PIXELS)
    return pixels


def _frame(image: Image.Image, path: Path, media_type: MediaType) -> Frame:
    # The header's facts are taken before load(): Pillow turns a TIFF upright while loading and drops its orientation.
    orientation = _orientation(image)
    across, down = _resolution(image, orientation)
    image.load()
    upright = plain(ImageOps.exif_transpose(image))
    size = (round(upright.width * 72 / across, 4), round(upright.height * 72 / down, 4))
    if max(size) > MAX_SIDE:
        raise NotShown(Problem.PAGE_TOO_LARGE)
    if media_type is MediaType.JPEG and image.mode in ("L", "RGB"):
        return Frame(image=upright, size=size, jpeg=path.read_bytes(), orientation=orientation)
    return Frame(image=upright, size=size)


def _orientation(image: Image.Image) -> int:
    value = image.getexif().get(ExifTags.Base.Orientation, 1)
    return value if value in range(1, 9) else 1


def _resolution(image: Image.Image, orientation: int) -> tuple[float, float]:
    """Pixels per inch across and down the upright page.

    72 for PNG and JPEG, whose citations are in pixels, and for a TIFF that does not say or says nonsense. A TIFF that
    gives no unit (TIFF 6.0, ResolutionUnit = 1) still gives the shape of its pixels.
    """
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 72.0, 72.0
    tags = image.tag_v2
    try:
        x, y = (float(tags.get(TiffImagePlugin.X_RESOLUTION, 0)), float(tags.get(TiffImagePlugin.Y_RESOLUTION, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 72.0, 72.0
    if not (math.isfinite(x) and math.isfinite(y) and x > 0 and y > 0 and 0.1 <= x / y <= 10):
        return 72.0, 72.0
    unit = tags.get(TiffImagePlugin.RESOLUTION_UNIT, 2)
    scale = {2: 1.0, 3: 2.54}.get(unit, 72 / x)
    x, y = x * scale, y * scale
    if not (10 <= x <= 20_000 and 10 <= y <= 20_000):
        return 72.0, 72.0
    return (y, x) if orientation in SIDEWAYS else (x, y)


def plain(image: Image.Image) -> Image.Image:
    """The image in mode 1, L or RGB, transparent parts on white, 16 bits cut to their upper 8."""
    if image.mode in ("1", "L", "RGB") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        paper = Image.new("RGB", over.size, "white")
        paper.paste(over, mask=over.getchannel("A"))
        return paper
    return image.convert("RGB")
