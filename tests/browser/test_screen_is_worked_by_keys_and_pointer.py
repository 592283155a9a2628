"""Can a person review a document with the keys alone, and does nothing happen that they did not mean?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from playwright.sync_api import Page, expect
from reportlab.pdfgen.canvas import Canvas

from .screen_double import Desk, Served, Value, cited

pytestmark = pytest.mark.browser

PAGE = (600.0, 800.0)
PLACES = {"Invoice 4711": 100, "Lagoon Paper": 150, "12586.00": 300, "2026-01-31": 350}


def pdf() -> bytes:
    """Two pages; each value stands 60 points from the left, its top at PLACES."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=PAGE)
    for number in (1, 2):
        canvas.setFont("Helvetica", 14)
        canvas.drawString(400, 760, f"sheet {number}")
        for text, top in PLACES.items():
            canvas.drawString(60, PAGE[1] - top - 12, text)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def value(path: str, text: str, *, page: int = 1, eyes: bool = True, **more: Any) -> Value:
    top = PLACES[text]
    place = cited(page, [58, top - 2, 160, top + 16], PAGE)
    return Value(path=path, label=path[1:].title(), value_text=text, citations=[place], needs_eyes=eyes, **more)


def new_desk() -> Desk:
    cells = [
        Value(path=f"/lines/{at}/amount", label="Amount", value_text=text, type="number", in_array=True, line=at + 1)
        for at, text in enumerate(["10.50", "0"])
    ]
    cells[0].needs_eyes = True
    lines = [{"path": f"/lines/{at}", "number": at + 1, "cells": [cell]} for at, cell in enumerate(cells)]
    array = {"path": "/lines", "lines_id": "the-lines", "label": "Lines", "count_text": "2 lines", "lines": lines}
    return Desk(
        name="invoice.pdf",
        values=[
            value("/number", "Invoice 4711"),
            value("/total", "12586.00", type="number"),
            Value(
                path="/lines", label="Lines", value_text="2 lines", type="array", lines_id="the-lines", enter_kind="x"
            ),
            value("/seller", "Lagoon Paper", eyes=False),
            value("/due", "2026-01-31", page=2, eyes=False, type="date"),
        ],
        arrays=[array | {"columns": [{"label": "Amount", "number": True}], "editable": True, "reasons": []}],
        documents={"it.pdf": pdf()},
        document={"viewer_url": "/documents/it.pdf", "download_url": "/documents/it.pdf", "page_count": 2},
    )


@pytest.fixture
def desk() -> Desk:
    return new_desk()


@pytest.fixture
def screen(page: Page, desk: Desk) -> Iterator[Page]:
    """The screen, its first page drawn."""
    with Served(desk) as served:
        page.goto(served.url + "/tasks/1/")
        page.wait_for_selector(".page[data-loaded] .boxes rect")
        yield page
        page.wait_for_load_state()
        page.goto("about:blank")
    assert desk.native_posts == 0, "a form was sent past htmx"


def given(desk: Desk) -> list[tuple[str, str, str]]:
    """What the server was told: path, kind, value."""
    return [(one.get("path", one.get("to", "")), one.get("kind", ""), one.get("value", "")) for one in desk.said]


def focus(screen: Page, path: str) -> None:
    expect(screen.locator(f'#focus[data-path="{path}"]')).to_be_visible()
    expect(screen.locator("#value")).to_be_focused()


def test_enter_approves_typing_corrects_and_the_next_that_needs_eyes_opens(screen: Page, desk: Desk) -> None:
    focus(screen, "/number")
    screen.keyboard.press("Enter")
    focus(screen, "/total")
    screen.keyboard.type("12,586.10")
    expect(screen.locator("#focus .when-changed")).to_be_visible()
    screen.keyboard.press("Enter")
    focus(screen, "/lines/0/amount")
    expect(screen.locator("#the-lines")).to_be_visible()
    screen.keyboard.press("Enter")
    expect(screen.locator("#focus")).to_contain_text("Nothing is left to check")
    assert given(desk) == [
        ("/number", "enter", "Invoice 4711"),
        ("/total", "enter", "12,586.10"),
        ("/lines/0/amount", "enter", "10.50"),
    ]
    expect(screen.locator("#field-total")).to_have_attribute("data-verdict", "corrected")
    expect(screen.locator("#field-lines-0-amount")).to_have_attribute("data-verdict", "approved")
    expect(screen.locator("#progress")).to_contain_text("3 of 3")
    expect(screen.locator("#decision button")).to_have_class("button button-first")
    assert screen.locator("#changed, #said, td").count() == 4, "nothing of an answer stays behind but its cells"


def test_escape_restores_and_delete_of_the_whole_value_says_it_is_not_there(screen: Page, desk: Desk) -> None:
    focus(screen, "/number")
    screen.keyboard.type("wrong")
    screen.keyboard.press("Escape")
    expect(screen.locator("#value")).to_have_value("Invoice 4711")
    screen.keyboard.press("End")
    screen.keyboard.press("Delete")
    focus(screen, "/number")
    assert given(desk) == []
    screen.keyboard.press("Control+a")
    screen.keyboard.press("Delete")
    focus(screen, "/total")
    assert given(desk)[0][:2] == ("/number", "cleared")


def test_arrow_keys_change_no_number(screen: Page) -> None:
    screen.click("#field-total")
    focus(screen, "/total")
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "PageUp", "PageDown"):
        screen.keyboard.press(key)
    screen.mouse.wheel(0, 100)
    expect(screen.locator("#value")).to_have_value("12586.00")


def test_no_bare_key_finishes_rejects_or_deletes_a_document(screen: Page, desk: Desk) -> None:
    screen.locator(".paper-view").focus()
    for key in [*"abcdefghijklmnopqrstuvwxyz0123456789-+=[]#.,", "Backspace", "Insert", "Home", "End", "F2", "Escape"]:
        screen.keyboard.press(key)
    assert given(desk) == []


def test_letters_not_saved_outlive_a_reload_and_are_saved_before_the_task_is_approved(screen: Page, desk: Desk) -> None:
    focus(screen, "/number")
    screen.keyboard.type("Invoice 47")
    screen.click("#field-total")
    focus(screen, "/total")
    screen.reload()
    screen.click("#field-number")
    focus(screen, "/number")
    expect(screen.locator("#value")).to_have_value("Invoice 47")
    screen.keyboard.press("Control+Enter")
    focus(screen, "/total")
    assert given(desk) == [("/number", "enter", "Invoice 47")]
    screen.click("#field-number")
    focus(screen, "/number")
    screen.keyboard.press("Control+Enter")
    expect(screen.locator("#progress")).to_be_visible()
    screen.wait_for_timeout(200)
    assert given(desk)[1][:2] == ("/tasks/1/decision/", "approved")


def test_letters_outlive_a_server_that_does_not_answer(screen: Page, complaints: list[str]) -> None:
    focus(screen, "/number")
    screen.keyboard.type("Invoice 47")
    screen.route("**/verdicts/", lambda route: route.abort())
    screen.keyboard.press("Enter")
    expect(screen.get_by_text("The server did not answer.")).to_be_visible()
    screen.unroute_all()
    assert "Invoice 47" in screen.evaluate("() => Object.values(sessionStorage).join()"), "kept, should the tab end now"
    screen.reload()
    focus(screen, "/number")
    expect(screen.locator("#value")).to_have_value("Invoice 47")
    assert all("ERR_FAILED" in one or "htmx:" in one for one in complaints), complaints
    complaints.clear()


def test_a_refused_entry_stays_in_the_input_with_what_is_wrong(screen: Page, complaints: list[str]) -> None:
    focus(screen, "/number")
    screen.keyboard.type("refuse me")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("alert")).to_contain_text("This is refused by the double.")
    expect(screen.locator("#value")).to_have_value("refuse me")
    expect(screen.locator("#value")).to_have_attribute("aria-invalid", "true")
    screen.keyboard.press("Escape")
    expect(screen.locator("#value")).to_have_value("Invoice 4711")
    assert len(complaints) == 1 and "422" in complaints.pop(), "Chromium itself writes a line for every refused answer"


def test_undo_takes_back_letters_first_and_verdicts_then(screen: Page, desk: Desk) -> None:
    focus(screen, "/number")
    screen.keyboard.type("x")
    screen.keyboard.press("Control+z")
    assert given(desk) == []
    screen.keyboard.press("Escape")
    with screen.expect_response("**/undo/"):
        screen.keyboard.press("Control+z")
    expect(screen.locator(".htmx-request")).to_have_count(0)
    with screen.expect_response("**/redo/"):
        screen.keyboard.press("Control+Shift+z")
    assert [one["to"] for one in desk.said] == ["/tasks/1/undo/", "/tasks/1/redo/"]


def test_a_click_on_a_box_opens_its_field_and_pointing_is_seen_on_both_sides(screen: Page) -> None:
    box = screen.locator('.boxes rect[data-path="/seller"]').bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen.mouse.move(*middle)
    expect(screen.locator("#field-seller")).to_have_class("field pointed")
    screen.mouse.click(*middle)
    focus(screen, "/seller")
    expect(screen.locator('.boxes rect[data-path="/seller"]')).to_have_class("current")
    screen.hover("#field-total")
    expect(screen.locator('.boxes rect[data-path="/total"]')).to_have_class("doubt pointed")


def test_text_under_a_box_can_be_selected(screen: Page) -> None:
    box = screen.locator('.boxes rect[data-path="/seller"]').bounding_box()
    assert box is not None
    screen.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    screen.mouse.down()
    screen.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=8)
    screen.mouse.up()
    assert screen.evaluate("() => getSelection().toString()").startswith("Lagoon")
    expect(screen.locator('#focus[data-path="/number"]')).to_be_visible()


def test_focus_brings_the_page_and_a_magnified_crop_of_the_box(screen: Page) -> None:
    screen.click("#field-due")
    focus(screen, "/due")
    expect(screen.locator('.page[data-page-number="2"] .boxes rect.current')).to_be_in_viewport()
    expect(screen.locator('.evidence[data-drawn="2"] .mark-now')).to_be_visible()
    dark = screen.evaluate(
        """() => {
          const canvas = document.querySelector(".evidence canvas")
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
          return data.filter((one, at) => at % 4 === 0 && one < 100).length
        }"""
    )
    assert dark > 50


def test_the_crop_is_drawn_at_its_own_scale(screen: Page) -> None:
    screen.click("#field-due")
    focus(screen, "/due")
    expect(screen.locator('.evidence[data-sharp="2"]')).to_be_visible()
    # Of all dots that are not paper, those that are neither ink nor paper: a magnified picture smears them.
    smeared = screen.evaluate(
        """() => {
          const canvas = document.querySelector(".evidence canvas")
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
          const dots = data.filter((one, at) => at % 4 === 0 && one < 245)
          return dots.filter((one) => one > 60).length / dots.length
        }"""
    )
    assert smeared < 0.65, "0.76 when the drawn page is magnified"


def test_a_value_is_found_as_it_is_printed(screen: Page, desk: Desk) -> None:
    found = desk.at("/seller")
    assert found is not None
    found.citations, found.original_text = [], "lagoon paper"
    screen.click("#field-seller")
    focus(screen, "/seller")
    screen.evaluate("""() => { document.querySelector("[data-find]").dataset.find = '["12586","12586.00"]' }""")
    screen.get_by_role("button", name="Find it in the document").click()
    expect(screen.locator(".find [role=status]")).to_have_text("1 of 2")
    screen.keyboard.press("Enter")
    expect(screen.locator(".find [role=status]")).to_have_text("2 of 2")
    screen.keyboard.press("Control+a")
    screen.keyboard.type("nowhere")
    expect(screen.locator(".find [role=status]")).to_have_text("0 of 0")


def test_a_scan_says_that_it_has_no_text(page: Page) -> None:
    desk = new_desk()
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=PAGE)
    canvas.rect(60, 600, 100, 40)
    canvas.showPage()
    canvas.save()
    desk.documents["it.pdf"] = written.getvalue()
    with Served(desk) as served:
        page.goto(served.url + "/tasks/1/")
        page.wait_for_selector(".page[data-loaded]")
        page.locator("#value").press("Control+f")
        page.keyboard.type("lagoon")
        expect(page.locator(".find [role=status]")).to_have_text("This document has no text to search (a scan)")
        page.goto("about:blank")


def test_the_page_of_a_class_is_shown_though_it_has_no_box(screen: Page, desk: Desk) -> None:
    found = desk.at("/seller")
    assert found is not None
    found.citations, found.page, found.is_class = [], 2, True
    screen.reload()
    screen.wait_for_selector(".page[data-loaded] .boxes rect")
    status = screen.locator(".paper-tools > [role=status]")
    expect(status).to_have_text("Page 1 of 2")
    screen.click("#field-seller")
    focus(screen, "/seller")
    expect(status).to_have_text("Page 2 of 2")
    assert screen.locator("[data-find]").count() == 0, "a class is no word to look for"


def test_words_are_found_in_the_document(screen: Page) -> None:
    screen.locator("#value").press("Control+f")
    screen.keyboard.type("lagoon")
    expect(screen.locator(".find [role=status]")).to_have_text("1 of 2")
    screen.keyboard.press("Enter")
    expect(screen.locator(".find [role=status]")).to_have_text("2 of 2")
    screen.keyboard.press("Escape")
    expect(screen.locator("#value")).to_be_focused()


def test_lines_are_added_and_removed(screen: Page, desk: Desk) -> None:
    screen.click("#field-lines")
    expect(screen.locator("#the-lines")).to_be_visible()
    with screen.expect_response("**/lines/"):
        screen.get_by_role("button", name="Add line").click()
    screen.click("#field-lines")
    with screen.expect_response("**/lines/"):
        screen.get_by_role("button", name="Remove line 2").click()
    assert desk.said[0]["line_added"] == "/lines"
    assert desk.said[1]["line_removed"] == "/lines/1"


def test_without_a_document_the_fields_stay_and_one_can_be_attached(page: Page) -> None:
    desk = new_desk()
    desk.document = None
    with Served(desk) as served:
        page.goto(served.url + "/tasks/1/")
        expect(page.get_by_text("No document came with this result.")).to_be_visible()
        expect(page.locator('input[type="file"]')).to_be_visible()
        page.keyboard.press("Enter")
        focus(page, "/total")


@pytest.mark.parametrize(("how", "says"), [("locked", "locked with a password"), ("junk", "cannot be read")])
def test_a_document_that_cannot_be_shown_says_why(page: Page, how: str, says: str) -> None:
    desk = new_desk()
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    desk.documents["it.pdf"] = locked.getvalue() if how == "locked" else b"%PDF-1.7 and then nothing of the kind"
    with Served(desk) as served:
        page.goto(served.url + "/tasks/1/")
        expect(page.locator(".paper-says:visible")).to_contain_text(says)
        page.keyboard.press("Enter")
        focus(page, "/total")
        page.goto("about:blank")


def test_without_javascript_every_field_has_its_form_and_its_link(browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    desk = new_desk()
    with Served(desk) as served:
        page.goto(served.url + "/tasks/1/")
        page.click("#field-seller")
        expect(page.locator('#focus[data-path="/seller"]')).to_be_visible()
        expect(page.get_by_text("Open the document by itself")).to_be_visible()
        page.locator("#value").fill("Lagoon Papers")
        page.locator("#value").press("Enter")
        assert given(desk) == [("/seller", "enter", "Lagoon Papers")]
        assert desk.native_posts == 1
    context.close()
