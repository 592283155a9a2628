"""Does the screen get each box as the upstream sent it? Kept in its own points, beside its own page size (design law 5)."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from reviewapp.extraction.jsontext import Number
from reviewapp.results import chains
from reviewapp.review.models import Task, TaskReason
from tests import factories

pytestmark = pytest.mark.django_db


def field(value: str, box: list[float], *, width: int, height: int, page: int = 1) -> dict[str, Any]:
    return {
        "value": value,
        "score": {"grounding_score": 0.9, "extraction_score": 0.3},
        "citation": {"bbox": box, "page": page, "page_width": width, "page_height": height},
    }


@pytest.fixture
def task() -> Task:
    """One document whose citations speak of pages of different sizes, as other renderings of the same page."""
    payload = factories.unsiloed({})
    payload["result"] = {
        "letter": field("a", [61.2, 79.2, 122.4, 158.4], width=612, height=792),
        "pixels": field("b", [170, 220, 340, 440], width=1700, height=2200),
        "outside": field("c", [700, 100, 800, 120], width=612, height=792),
        "inverted": field("d", [122.4, 158.4, 61.2, 79.2], width=612, height=792),
    }
    factories.create_queue()
    return factories.create_task(payload)


def drawn(body: str) -> dict[str, Any]:
    """The boxes that the page hands to the overlay, by path."""
    found = re.findall(r'data-path="([^"]*)"[^>]* data-boxes="([^"]*)"', body)
    return {path: json.loads(html.unescape(boxes)) for path, boxes in found}


def test_every_box_goes_to_the_page_with_the_size_of_its_own_citation(task: Task) -> None:
    sol = factories.sign_in(factories.create_user(queues=[task.queue]))
    boxes = drawn(sol.get(f"/tasks/{task.pk}/").content.decode())
    assert boxes["/letter"] == [{"p": 1, "b": [61.2, 79.2, 122.4, 158.4], "s": [612, 792]}]
    assert boxes["/pixels"] == [{"p": 1, "b": [170, 220, 340, 440], "s": [1700, 2200]}]
    (letter,), (pixels,) = boxes["/letter"], boxes["/pixels"]
    shares = [[side / one["s"][at % 2] for at, side in enumerate(one["b"])] for one in (letter, pixels)]
    assert shares[0] == pytest.approx(shares[1]), "the same place on the page"


def test_an_odd_box_is_flagged_and_kept_as_it_was_sent(task: Task) -> None:
    found = dict(TaskReason.objects.filter(code__startswith="box").values_list("path", "code"))
    assert found == {"/outside": "box_outside", "/inverted": "box_unusable"}
    kept = chains.read(task.row).fields["/inverted"].citations[0].boxes[0]
    assert (kept.left, kept.top, kept.right, kept.bottom) == tuple(map(Number, ("122.4", "158.4", "61.2", "79.2")))
