"""Does the screen stay where the person acted? Added and removed lines, undo, counts, the end of a document, classes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.review import queues
from reviewapp.review.models import Task, Verdict
from tests import factories

from .test_lists import come_in
from .test_nothing_is_said_by_accident import on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINE = {"type": "object", "properties": {"item": {"type": "string"}, "amount": {"type": "number"}}}
PROPERTIES = {
    "total": {"type": "number", "description": "Total"},
    "lines": {"type": "array", "items": LINE},
    "date": {"type": "string"},
}


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.tagName")


def path_of(page: Page) -> str:
    return page.locator("#focus").get_attribute("data-path") or ""


@pytest.fixture
def task(live_server: LiveServer, page: Page) -> Iterator[Task]:
    """Three lines between a total and a date; all is to be checked."""
    factories.create_user(username="ana", queues=[queues.default()])
    come_in(page, live_server, "ana")
    lines = [{"item": (f"item {at}", 0.3), "amount": (at, 0.95)} for at in (1, 2, 3)]
    fields = {"total": (6, 0.3), "lines": lines, "date": ("2026-03-01", 0.3)}
    task = factories.create_task(factories.unsiloed(fields, properties=PROPERTIES))
    page.goto(f"{live_server.url}/tasks/{task.pk}/?field=/lines/0/item")
    on(page, "/lines/0/item")
    yield task
    page.goto("about:blank")


def test_an_added_line_is_filled_cell_by_cell_and_called_by_its_number(page: Page, task: Task) -> None:
    page.get_by_role("button", name="Add line").click()
    on(page, "/lines/+1/item")
    expect(page.locator("#focus-name")).to_have_text("Line 4, Item")
    expect(page.locator("#why")).to_contain_text("Added by a person")
    expect(page.locator("#why")).not_to_contain_text("Read as empty")
    page.keyboard.type("a fourth")
    page.keyboard.press("Enter")
    on(page, "/lines/+1/amount")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    on(page, "/total")
    assert dict(Verdict.objects.values_list("path", "kind")) == {
        "/lines/+1": "line_added",
        "/lines/+1/item": "corrected",
        "/lines/+1/amount": "corrected",
    }


def test_a_line_taken_out_and_put_back_keeps_the_table_open(page: Page, task: Task) -> None:
    page.get_by_role("button", name="Remove line 2").click()
    expect(page.locator("tr.removed")).to_have_count(1)
    assert path_of(page) == "/lines/1/item"
    expect(page.locator(".lines")).to_be_visible()
    expect(page.locator("#focus")).to_contain_text("This line was taken out.")
    assert focused(page) != "BODY"
    page.get_by_role("button", name="Put back line 2").click()
    expect(page.locator("tr.removed")).to_have_count(0)
    on(page, "/lines/1/item")
    page.keyboard.press("Enter")
    on(page, "/lines/2/item")
    page.locator('td[data-path="/lines/1/item"] a').click()
    on(page, "/lines/1/item")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator('td[data-path="/lines/1/item"][data-verdict]')).to_have_count(0)
    on(page, "/lines/1/item")
    expect(page.locator(".lines")).to_be_visible()


def test_undo_and_redo_are_always_there_and_come_to_a_field_that_exists(page: Page, task: Task) -> None:
    page.get_by_role("button", name="Add line").click()
    on(page, "/lines/+1/item")
    page.keyboard.press("Control+z")
    expect(page.locator("tr.added")).to_have_count(0)
    expect(page.locator("#focus")).not_to_contain_text("Nothing is left to check")
    assert path_of(page) == "/lines"
    assert focused(page) != "BODY"
    page.keyboard.press("Control+Shift+z")
    on(page, "/lines/+1/item")
    page.get_by_role("button", name="Remove line 1").click()
    expect(page.locator("tr.removed")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tr.removed")).to_have_count(0)
    on(page, "/lines/0/item")
    page.keyboard.press("Control+z")
    expect(page.locator("tr.added")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator("#messages")).to_contain_text("There is nothing of yours to undo.")
    assert path_of(page) == "/lines"


def test_counts_follow_and_after_the_last_verdict_no_key_by_habit_says_more(page: Page, task: Task) -> None:
    expect(page.locator("#left")).to_have_text("5 of 5 left")
    row = page.locator('.field[data-path="/lines"]')
    expect(row).to_contain_text("3 cells to check")
    page.keyboard.press("Enter")
    on(page, "/lines/1/item")
    expect(page.locator("#left")).to_have_text("4 of 5 left")
    expect(row).to_contain_text("1 of 3 cells checked")
    expect(row).to_contain_text("2 cells to check")
    for path in ("/lines/2/item", "/date", "/total"):
        page.keyboard.press("Enter")
        expect(page.locator("#focus.htmx-request")).to_have_count(0)
        page.wait_for_timeout(100)
        assert path
    assert path_of(page) in ("/total", "/date")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("All checked. Ctrl+Enter approves the document.")
    expect(page.locator(".progress")).to_be_focused()
    expect(page.locator(".button-first:visible")).to_have_count(1)
    expect(page.locator(".button-first:visible")).to_contain_text("Approve document")
    before = Verdict.objects.count()
    for key in ("Enter", "a", "Delete", "Backspace"):
        page.keyboard.press(key)
    page.wait_for_timeout(1500)
    task.refresh_from_db()
    assert Verdict.objects.count() == before and task.state == "open"
    page.keyboard.press("Control+ArrowDown")
    expect(page.locator("#value, #focus-name").and_(page.locator(":focus"))).to_have_count(1)


def test_keys_move_when_nothing_is_in_focus(page: Page, task: Task, live_server: LiveServer) -> None:
    for _ in range(5):
        page.keyboard.press("Enter")
        expect(page.locator("#focus.htmx-request")).to_have_count(0)
        page.wait_for_timeout(150)
    page.goto(f"{live_server.url}/tasks/{task.pk}/")
    expect(page.locator("#focus")).to_contain_text("Nothing is left to check")
    assert focused(page) != "BODY"
    page.keyboard.press("Control+ArrowDown")
    expect(page.locator("#focus[data-path]")).to_be_visible()
    page.goto(f"{live_server.url}/tasks/{task.pk}/")
    page.keyboard.press("Control+ArrowUp")
    expect(page.locator("#focus[data-path]")).to_be_visible()


def test_the_list_does_not_slide_when_a_field_gets_its_verdict(page: Page, task: Task) -> None:
    page.locator('.field[data-path="/total"]').click()
    on(page, "/total")
    expect(page.locator(".focus-head p")).to_have_count(0)  # the description says what the label says
    high = page.locator("#focus").bounding_box()
    page.keyboard.press("Enter")
    expect(page.locator('.field[data-path="/total"][data-verdict]')).to_have_count(1)
    page.locator('.field[data-path="/total"]').click()
    on(page, "/total")
    expect(page.get_by_role("button", name="Take back")).to_be_visible()
    after = page.locator("#focus").bounding_box()
    assert high is not None and after is not None and high["height"] == after["height"]
    colour = "getComputedStyle(document.querySelector('#why .reason')).color"
    quiet = "getComputedStyle(document.querySelector('#why .small')).color"
    assert page.evaluate(colour) == page.evaluate(quiet), "a doubt that is answered is quiet"
