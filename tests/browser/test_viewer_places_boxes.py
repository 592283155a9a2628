"""Does the overlay put every box where the word stands? In Chromium, against boxes that were worked out from the drawing.

The citations come from the payloads; what they are measured against is `reference.json`, which knows from the drawing
commands where each word must lie, and the ink of the word in a picture of the screen.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from .screen_double import Desk, Served, Value, cited

pytestmark = pytest.mark.browser

TOLERANCE = 1.5  # CSS pixels
NAMES = [
    "rotate-0",
    "rotate-90",
    "rotate-180",
    "rotate-270",
    "rotate-minus90",
    "rotate-450",
    "crop-offset",
    "crop-offset-rotate-90",
    "crop-offset-rotate-270",
    "crop-larger-than-media",
    "crop-partial-overlap",
    "media-negative-origin",
    "media-negative-origin-rotate-90",
    "media-positive-offset",
    "media-positive-offset-rotate-180-crop",
    "media-swapped-corners",
    "userunit-2",
    "userunit-2-rotate-90",
    "userunit-0_5",
    "a0",
    "tiny-72x36",
    "huge-14400",
    "long-strip-200x5000",
    "fractional-a4",
    "trim-art-boxes",
    "content-rotated-90",
    "content-rotated-90-page-rotate-90",
    "content-scaled",
    "content-flipped-y",
    "inherited-rotate-mediabox",
    "mixed-sizes",
]


@pytest.fixture
def torture(shared_data: Path) -> Path:
    return shared_data / "torture"


def test_every_document_of_the_torture_set_is_tried(torture: Path) -> None:
    reference = json.loads((torture / "reference.json").read_text())
    assert sorted(NAMES) == sorted(reference)
    assert sum(len(document["pages"]) for document in reference.values()) == 43


@pytest.mark.parametrize("name", NAMES)
def test_at_100_percent_every_box_lies_on_its_word(page: Page, torture: Path, name: str) -> None:
    pages = json.loads((torture / "reference.json").read_text())[name]["pages"]
    with Served(desk(torture, name, zoom="1")) as served:
        for reference in pages:
            shown = open_page(page, served, reference["page"])
            words = visible_words(reference)
            assert worst(shown, words, reference["display_size"]) <= TOLERANCE
            if not in_sight(page, shown, words):  # on the page of five metres a single word is wider than the screen
                page.click('[data-view="fit-page"]')
                shown = settled(page, reference["page"])
            assert in_sight(page, shown, words)
            assert uncovered_ink(page, shown, words) == []
            assert len(shown["boxes"]) == len(words), "a word off the page has no box"


@pytest.mark.parametrize("name", ["rotate-0", "rotate-90", "userunit-2", "tiny-72x36", "crop-offset-rotate-270"])
def test_a_page_size_that_is_wrong_by_three_percent_is_noticed(page: Page, torture: Path, name: str) -> None:
    reference = json.loads((torture / "reference.json").read_text())[name]["pages"][0]
    with Served(desk(torture, name, zoom="1", size_factor=1.03)) as served:
        shown = open_page(page, served, 1)
        assert worst(shown, visible_words(reference), reference["display_size"]) > TOLERANCE


@pytest.mark.parametrize("name", ["rotate-0", "crop-offset-rotate-90", "userunit-2-rotate-90", "fractional-a4"])
def test_the_boxes_follow_zoom_and_turning(page: Page, torture: Path, name: str) -> None:
    reference = json.loads((torture / "reference.json").read_text())[name]["pages"][0]
    words, size = visible_words(reference), reference["display_size"]
    with Served(desk(torture, name)) as served:
        open_page(page, served, 1)
        for act in ("zoom-in", "zoom-in", "fit-page", "zoom-out", "fit-width"):
            page.click(f'[data-view="{act}"]')
            assert worst(settled(page, 1), words, size) <= TOLERANCE, act
        for degrees in (90, 180, 270, 0):
            page.click('[data-view="rotate"]')
            turned = {word: turn(box, size, degrees) for word, box in words.items()}
            turned_size = size if degrees % 180 == 0 else size[::-1]
            assert worst(settled(page, 1), turned, turned_size) <= TOLERANCE, degrees


# -- the double


def desk(torture: Path, name: str, *, zoom: str = "page-width", size_factor: float = 1.0) -> Desk:
    """The words of a payload as fields, their citations as the payload has them."""
    result = json.loads((torture / "payloads" / f"{name}.json").read_text())["result"]
    pages = result["pages"]["value"] if "pages" in result else [result]
    values = []
    for at, words in enumerate(pages):
        for key, one in words.items():
            citation = one["citation"]
            if citation is None:
                continue
            size = [citation["page_width"] * size_factor, citation["page_height"] * size_factor]
            place = cited(citation["page"], citation["bbox"], size)
            path = f"/{at}/{key}"
            values.append(Value(path=path, label=key, value_text=one["value"], citations=[place], needs_eyes=True))
    return Desk(
        name=f"{name}.pdf",
        values=values,
        documents={"it.pdf": (torture / "documents" / f"{name}.pdf").read_bytes()},
        document={"viewer_url": "/documents/it.pdf", "download_url": "/documents/it.pdf", "zoom": zoom},
    )


def visible_words(reference: dict[str, Any]) -> dict[str, list[float]]:
    """word -> where it must lie, in points of the shown page."""
    return {word["word"]: word["display_analytic"] for word in reference["words"] if word["visible"]}


def turn(box: list[float], size: list[float], degrees: int) -> list[float]:
    left, top, right, bottom = box
    width, height = size
    return {
        0: [left, top, right, bottom],
        90: [height - bottom, left, height - top, right],
        180: [width - right, height - bottom, width - left, height - top],
        270: [top, width - right, bottom, width - left],
    }[degrees]


# -- the screen


def open_page(page: Page, served: Served, number: int) -> dict[str, Any]:
    """Bring the first field of that page into focus; -> what `settled` finds there."""
    first = next(one for one in served.desk.values if one.citations[0]["page"] == number)
    if page.url.startswith(served.url):
        page.click(f'.field[data-path="{first.path}"]')
        page.wait_for_selector(f'#focus[data-path="{first.path}"]')
    else:
        page.goto(served.url + first.focus_url)
    return settled(page, number)


def settled(page: Page, number: int) -> dict[str, Any]:
    """The page's element and its boxes on the screen, when the page is drawn and nothing moves any more.

    {"page": [left, top, width, height], "boxes": {text: [left, top, right, bottom]}}
    """
    page.wait_for_selector(f'.page[data-page-number="{number}"][data-loaded] .boxes')
    page.wait_for_selector(".page.loading", state="detached")
    seen: dict[str, Any] = {}
    for _ in range(60):
        now: dict[str, Any] = page.evaluate(MEASURE, number)
        if now == seen:
            return now
        seen = now
        page.wait_for_timeout(120)
    raise AssertionError("the page does not come to rest")


MEASURE = """(number) => {
  const page = document.querySelector(`.page[data-page-number="${number}"]`)
  const { left, top, width, height } = page.getBoundingClientRect()
  const boxes = {}
  for (const rect of page.querySelectorAll(".boxes rect")) {
    const row = document.querySelector(`.field[data-path="${rect.dataset.path}"] .field-value`)
    const box = rect.getBoundingClientRect()
    boxes[row.textContent.trim()] = [box.left, box.top, box.right, box.bottom]
  }
  return { page: [left, top, width, height], boxes }
}"""


def worst(shown: dict[str, Any], words: dict[str, list[float]], size: list[float]) -> float:
    """By how many CSS pixels the worst side of a box is off."""
    offsets = []
    for word, box in words.items():
        want = on_screen(shown["page"], box, size)
        offsets += [abs(a - b) for a, b in zip(shown["boxes"][word], want, strict=True)]
    return max(offsets)


def on_screen(element: list[float], box: list[float], size: list[float]) -> list[float]:
    left, top, width, height = element
    across, down = width / size[0], height / size[1]
    return [left + box[0] * across, top + box[1] * down, left + box[2] * across, top + box[3] * down]


def in_sight(page: Page, shown: dict[str, Any], words: dict[str, list[float]]) -> list[str]:
    """The words whose whole box, and a little around it, is within the pane."""
    pane = page.locator(".paper-view").bounding_box()
    assert pane is not None
    right, bottom = pane["x"] + pane["width"] - 5, pane["y"] + pane["height"] - 5
    boxes = {word: shown["boxes"][word] for word in words}
    within = {
        w: b[0] > pane["x"] + 5 and b[1] > pane["y"] + 5 and b[2] < right and b[3] < bottom for w, b in boxes.items()
    }
    return [word for word, inside in within.items() if inside]


def uncovered_ink(page: Page, shown: dict[str, Any], words: dict[str, list[float]]) -> list[str]:
    """Words in sight whose ink is not found, or reaches out of the box, in a picture without the overlay."""
    picture = without_overlay(page)
    wrong = []
    for word in in_sight(page, shown, words):
        box = shown["boxes"][word]
        beside = min(4.0, (box[3] - box[1]) * 0.3, (box[2] - box[0]) * 0.3)  # no further: there stands another word
        around = [round(box[0] - beside), round(box[1] - beside), round(box[2] + beside), round(box[3] + beside)]
        ink = picture.crop(tuple(around)).point(lambda grey: 255 if grey < 215 else 0).getbbox()
        if ink is None:
            wrong.append(f"{word}: no ink")
            continue
        found = [around[0] + ink[0], around[1] + ink[1], around[0] + ink[2], around[1] + ink[3]]
        if found[0] < box[0] - 2 or found[1] < box[1] - 2 or found[2] > box[2] + 2 or found[3] > box[3] + 2:
            wrong.append(f"{word}: ink {found}, box {box}")
    return wrong


def without_overlay(page: Page) -> Image.Image:
    """The screen in grey, the boxes out of sight for that long. The cursor stays: hiding it would need inline styles."""
    show = "(how) => document.querySelectorAll('.boxes').forEach((one) => (one.style.visibility = how))"
    page.evaluate(show, "hidden")
    picture = Image.open(io.BytesIO(page.screenshot(caret="initial"))).convert("L")
    page.evaluate(show, "")
    return picture
