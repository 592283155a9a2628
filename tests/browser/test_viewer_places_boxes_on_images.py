"""Does the overlay put every box where the value stands on a photographed, mirrored or faxed page?

The images go through the room of documents as in the product. What is seen under a box on the screen is laid beside the
same stretch of the picture as an image program shows it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from playwright.sync_api import Page

from reviewapp.documents import image_pdf, images
from reviewapp.documents.findings import MediaType

from .screen_double import Desk, Served, Value, cited
from .test_viewer_places_boxes import TOLERANCE, settled, without_overlay, worst

pytestmark = pytest.mark.browser

NAMES = [f"exif-orientation-{at}.jpg" for at in range(1, 9)] + ["fax-g4-200dpi.tif", "fax-g4-204x98dpi.tif"]


@pytest.mark.parametrize("name", NAMES)
def test_at_100_percent_every_box_lies_on_its_value(page: Page, shared_data: Path, tmp_path: Path, name: str) -> None:
    folder = shared_data / "torture" / "images"
    places, size, upright = reference(folder, name)
    values = [
        Value(path=f"/{at}", label=f"value {at}", value_text=text, citations=[cited(1, box, upright.size)])
        for at, (text, box, _shown) in enumerate(places)
    ]
    desk = Desk(
        name=name,
        values=values,
        documents={"it.pdf": as_pdf(folder / name, tmp_path / "it.pdf")},
        document={"viewer_url": "/documents/it.pdf", "download_url": "/documents/it.pdf", "zoom": "1"},
    )
    with Served(desk) as served:
        page.goto(f"{served.url}/tasks/1/?field=/0")
        shown = settled(page, 1)
        assert worst(shown, {text: there for text, _box, there in places}, size) <= TOLERANCE
        picture = without_overlay(page)
        text, box, _there = places[0]
        here = [round(side) for side in shown["boxes"][text]]
        below = [here[0], here[1] + 40, here[2], here[3] + 40]
        assert difference(picture, here, upright, box) < 0.4 * difference(picture, below, upright, box)


def reference(folder: Path, name: str) -> tuple[list[tuple[str, list[float], list[float]]], list[float], Image.Image]:
    """-> (text, box in pixels of the upright picture, box in `size`), size, the upright picture."""
    known: dict[str, Any] = json.loads((folder / "reference.json").read_text())[name]
    upright = ImageOps.exif_transpose(Image.open(folder / name)).convert("L")
    if "boxes" in known:
        boxes = [(str(one["value"]), one["display"], one["display"]) for one in known["boxes"].values()]
        return boxes, known["display_size"], upright
    frame = known["frames"][0]
    assert upright.size == tuple(frame["pixel_size"])
    found = {one["value"]: (one["value"], one["pixels"], one["points"]) for one in frame["boxes"]}
    return list(found.values())[:20], frame["point_size"], upright


def as_pdf(path: Path, out: Path) -> bytes:
    kind = MediaType.JPEG if path.suffix == ".jpg" else MediaType.TIFF
    image_pdf.write(images.frames(path, kind), out)
    return out.read_bytes()


def difference(picture: Image.Image, here: list[int], upright: Image.Image, box: list[float]) -> float:
    """How much a stretch of the screen differs from a stretch of the picture, in grey levels on the average."""
    # (about 7 to 20 at the right place, where only the smoothing differs)
    seen = picture.crop((here[0], here[1], here[2], here[3]))
    meant = upright.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3]))).resize(seen.size)
    mean: float = ImageStat.Stat(ImageChops.difference(seen, meant)).mean[0]
    return mean
