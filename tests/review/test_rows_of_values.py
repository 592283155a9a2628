"""Do the rows and cells that Python writes say what the template would, and is nothing from outside ever markup?"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from reviewapp.review import screen
from reviewapp.review.models import Task
from reviewapp.review.templatetags import value_rows
from tests import factories

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "{} {0} {name} %s",
    "&lt;b&gt; & &amp;",
    "</bdi></a></td><b>",
    "\u202egnp.exe\u2066",
)


class Reader(HTMLParser):
    """Elements with their attributes, and the text: what a browser would make of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def field(value: str) -> dict[str, Any]:
    return {"value": value, "score": {"grounding_score": 0.9, "extraction_score": 0.3}, "citation": None}


@pytest.fixture
def shown() -> screen.Screen:
    """Every hostile text as a key, as a value, and as a value in a line."""
    payload = factories.unsiloed({})
    payload["result"] = {text: field(text) for text in HOSTILE} | {
        "lines": {"value": [{"x" + text: field(text) for text in HOSTILE}], "score": None, "citation": None}
    }
    factories.create_queue()
    task = Task.objects.get(pk=factories.create_task(payload).pk)
    return screen.build(task=task, locale="en")


@pytest.mark.parametrize("oob", [False, True])
def test_no_text_from_outside_becomes_markup(shown: screen.Screen, oob: bool) -> None:
    (array,) = shown.arrays.values()
    (line,) = array.lines
    written = {
        "rows": value_rows.rows(shown.fields, oob=oob),
        "cells": value_rows.cells(line.cells, oob=oob),
        "table": value_rows.table(array),
    }
    for name, html in written.items():
        read = Reader(html)
        assert {tag for tag, _attrs in read.elements} <= {
            *("a", "i", "svg", "use", "span", "bdi", "del", "td"),
            *("table", "thead", "tbody", "tr", "th", "button"),
        }, name
        attributes = {key for _tag, attrs in read.elements for key in attrs}
        assert not any(key.startswith("on") for key in attributes), name
        assert [text for text in HOSTILE if text not in read.text] == [], name
        paths = {attrs["data-path"] for _tag, attrs in read.elements if "data-path" in attrs}
        views = shown.fields if name == "rows" else line.cells
        assert paths == {view.path for view in views}, name


def test_a_value_is_kept_apart_from_the_direction_of_the_page(shown: screen.Screen) -> None:
    view = next(one for one in shown.fields if "\u202e" in one.value_text)
    assert f"<bdi>{view.value_text}</bdi>" in value_rows.rows([view])


def test_nothing_is_worked_out_before_it_is_read(shown: screen.Screen) -> None:
    assert not any({"value_text", "boxes", "reasons"} & set(vars(view)) for view in shown.by_path.values())


def test_an_array_whose_lines_are_all_there_has_a_mark_that_the_page_can_draw(shown: screen.Screen) -> None:
    task = shown.task
    client = factories.sign_in(factories.create_user(queues=[task.queue]))
    said = {"lines_complete": "/lines", "form_key": "1", "version": task.version}
    assert client.post(f"/tasks/{task.pk}/lines/", said, headers={"HX-Request": "true"}).status_code == 200
    answer = client.get(f"/tasks/{task.pk}/", {"field": "/lines"})
    assert answer.status_code == 200
    assert 'data-verdict="approved"' in answer.content.decode()
