"""How does an image file become pages for the one viewer? As a PDF with one page a frame; no pixel is changed.

JPEG bytes go in as they are, turned upright by the page's matrix; everything else is packed without loss. img2pdf would
be the library for this, but it refuses mirrored EXIF orientations, transparency and a resolution of its own for each
page; this stands on pikepdf as it does. Runs in the reading process (reader.py). No Django here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from pathlib import Path

import pikepdf
from pikepdf import Name

from .findings import Finding
from .images import Frame

# EXIF orientation -> (a, b, c, d, e, f): where the stored image's unit square (u right, v up) lies on the upright
# page's: x = a*u + c*v + e, y = b*u + d*v + f. An image fills the unit square, its first row at the top (ISO 32000-1,
# 8.9.5).
UPRIGHT = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
LEVEL = 1  # of zlib: scans come out as small as with 6, in a third of the time
BITS = {"1": 1, "L": 8, "RGB": 8}


def write(frames: Iterable[Frame], out: Path) -> Finding:
    """Write the frames as a PDF to `out`; the pages found are the frames, in their own sizes."""
    sizes = []
    with pikepdf.new() as pdf:
        for frame in frames:
            _add_page(pdf, frame)
            sizes.append(frame.size)
        pdf.save(out, deterministic_id=True)
    return Finding(pages=tuple(sizes))


def _add_page(pdf: pikepdf.Pdf, frame: Frame) -> None:
    width, height = frame.size
    a, b, c, d, e, f = UPRIGHT[frame.orientation if frame.jpeg is not None else 1]
    matrix = [a * width, b * height, c * width, d * height, e * width, f * height]
    content = f"q {' '.join(f'{number:.4f}' for number in matrix)} cm /Im Do Q".encode()
    page = pikepdf.Dictionary(
        Type=Name.Page,
        MediaBox=[0, 0, round(width, 4), round(height, 4)],
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=_image(pdf, frame))),
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))


def _image(pdf: pikepdf.Pdf, frame: Frame) -> pikepdf.Stream:
    image, jpeg = frame.image, frame.jpeg
    width, height = image.size
    if jpeg is not None and frame.orientation >= 5:
        width, height = height, width
    return pikepdf.Stream(
        pdf,
        jpeg if jpeg is not None else zlib.compress(image.tobytes(), LEVEL),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray,
        BitsPerComponent=BITS[image.mode],
        Filter=Name.DCTDecode if jpeg is not None else Name.FlateDecode,
    )
