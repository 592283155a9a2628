"""Do the small pages beside the paper show where one is and what is left, without costing a long document anything?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from reportlab.pdfgen.canvas import Canvas

from .screen_double import Desk, Served, Value, cited
from .test_screen_is_accessible import violations

pytestmark = pytest.mark.browser

PAGE = (600.0, 800.0)
OPEN = ".thumbnails button"
#: Small pages that may have a canvas: those in the strip's view and half a view above and below.
FEW = 14

DRAWN = "() => [...document.querySelectorAll('.thumbnails canvas')].map((one) => [one.width, one.height])"
#: What was drawn in which order: "page" by the paper, "small" in the strip.
WATCH = """
  globalThis.order = []
  document.addEventListener("review:page-drawn", () => order.push("page"))
  new MutationObserver((all) => {
    for (const { addedNodes } of all)
      for (const one of addedNodes)
        if (one.matches?.(".thumbnails canvas")) order.push("small " + one.closest("button").value)
  }).observe(document, { childList: true, subtree: true })
"""


def pdf(pages: int, *, strokes: int = 0) -> bytes:
    """Each page bears its number; the first may have so many strokes that it takes its time."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=PAGE)
    for at in range(strokes):
        canvas.line(at % 600, at % 800, at * 7 % 600, at * 13 % 800)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 240)
        canvas.drawString(80, 400, str(number))
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def new_desk(pages: int) -> Desk:
    """Two fields to check on page 1, one on page 2, one on both 2 and 4; page 3 has one that needs no eyes."""

    def value(name: str, *on: int, eyes: bool = True) -> Value:
        places = [cited(page, [80, 200, 300, 420], PAGE) for page in on if page <= pages]
        return Value(path=f"/{name}", label=name.title(), value_text=name, citations=places, needs_eyes=eyes)

    values = [value("a", 1), value("b", 1), value("c", 2), value("d", 2, 4), value("sure", 3, eyes=False)]
    document = {"viewer_url": "/documents/it.pdf", "download_url": "/documents/it.pdf", "page_count": pages}
    return Desk(name="long.pdf", values=values, documents={"it.pdf": pdf(pages)}, document=document)


def come(page: Page, served: Served) -> None:
    page.goto(served.url + "/tasks/1/")
    page.wait_for_selector(".page[data-loaded] .boxes rect")


@pytest.fixture
def screen(page: Page, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The screen of a document of 6 pages, or of so many as the test asks for."""
    page.add_init_script(WATCH)
    with Served(new_desk(getattr(request, "param", 6))) as served:
        come(page, served)
        yield page
        page.goto("about:blank")


def small(screen: Page, number: int) -> Any:
    return screen.locator(OPEN).nth(number - 1)


def test_it_opens_marks_the_page_and_goes_to_one(screen: Page) -> None:
    button = screen.get_by_role("button", name="Pages", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    assert screen.locator(OPEN).count() == 0, "nothing is made before somebody asks"
    width = screen.locator(".page").first.bounding_box()["width"]  # type: ignore[index]
    button.click()
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(screen.locator(OPEN)).to_have_count(6)
    expect(small(screen, 1)).to_have_attribute("aria-current", "page")
    expect(small(screen, 1).locator("canvas")).to_be_visible()
    screen.wait_for_function("(was) => document.querySelector('.page').clientWidth < was - 100", arg=width)
    small(screen, 4).click()
    expect(screen.get_by_text("Page 4 of 6")).to_be_visible()
    expect(small(screen, 4)).to_have_attribute("aria-current", "page")
    expect(screen.locator(".thumbnails [aria-current]")).to_have_count(1)
    assert screen.evaluate("document.querySelector('.paper-view').scrollTop") > 1000
    screen.keyboard.press("PageDown")
    expect(small(screen, 5)).to_have_attribute("aria-current", "page")
    screen.locator("#value").focus()
    screen.keyboard.press("F4")
    expect(screen.locator(".thumbnails")).to_be_hidden()
    expect(screen.locator(".thumbnails canvas")).to_have_count(0)
    screen.wait_for_function("(was) => document.querySelector('.page').clientWidth === was", arg=round(width))


def test_it_is_remembered_in_this_tab(screen: Page) -> None:
    screen.keyboard.press("F4")
    expect(small(screen, 1).locator("canvas")).to_be_visible()
    screen.reload()
    expect(small(screen, 1).locator("canvas")).to_be_visible()
    other = screen.context.new_page()
    other.goto(screen.url)
    other.wait_for_selector(".page[data-loaded]")
    expect(other.locator(".thumbnails")).to_be_hidden()
    other.close()


def test_the_paper_is_drawn_first_however_long_it_takes(page: Page) -> None:
    page.add_init_script(WATCH + "; if (location.protocol === 'http:') sessionStorage.setItem('thumbnails', 'open')")
    desk = new_desk(6)
    desk.documents["it.pdf"] = pdf(6, strokes=8_000)
    with Served(desk) as served:
        come(page, served)
        expect(small(page, 3).locator("canvas")).to_be_visible()
        order = page.evaluate("order")
        page.goto("about:blank")
    papers = [at for at, one in enumerate(order) if one == "page"]
    assert papers == list(range(len(papers))), f"first the pages of the paper, each once: {order}"


def test_the_marks_follow_the_verdicts(screen: Page) -> None:
    screen.keyboard.press("F4")
    says = [small(screen, number) for number in (1, 2, 3, 4)]
    for one, words in zip(says, ["Page 1 2 fields", "Page 2 2 fields", "Page 3", "Page 4 1 field"], strict=True):
        expect(one).to_have_accessible_name(f"{words} to check" if "field" in words else words)
    looks, ticks = screen.locator(f"{OPEN} [href='#look']"), screen.locator(f"{OPEN} [href='#approved']")
    assert [one.is_visible() for one in looks.all()] == [True, True, False, True, False, False]
    assert not any(one.is_visible() for one in ticks.all())
    screen.locator("#value").focus()
    for words in ("1 field to check", "all fields checked"):
        screen.keyboard.press("Enter")
        expect(says[0]).to_have_accessible_name(f"Page 1 {words}")
    assert [one.is_visible() for one in ticks.all()] == [True, False, False, False, False, False]
    screen.keyboard.press("Enter")
    expect(says[1]).to_have_accessible_name("Page 2 1 field to check")
    screen.keyboard.press("Enter")
    expect(says[3]).to_have_accessible_name("Page 4 all fields checked")
    assert not any(one.is_visible() for one in looks.all())


@pytest.mark.parametrize("screen", [112], indirect=True)
def test_a_long_document_has_canvases_only_near_the_view(screen: Page) -> None:
    screen.keyboard.press("F4")
    expect(screen.locator(OPEN)).to_have_count(112)
    expect(small(screen, 3).locator("canvas")).to_be_visible()
    most = 0
    for to in range(0, 112, 4):
        screen.evaluate("(at) => document.querySelectorAll('.thumbnails button')[at].scrollIntoView()", to)
        expect(small(screen, to + 1).locator("canvas")).to_be_visible()
        most = max(most, len(screen.evaluate(DRAWN)))
    ever = {one for one in screen.evaluate("order") if one != "page"}
    assert most <= FEW
    assert len(ever) > 100, "it went through the whole document and gave up what it had drawn"
    assert all(wide * high < 96 * 128 * 4 + 1 for wide, high in screen.evaluate(DRAWN))
    assert screen.get_by_text("Page 1 of 112").is_visible(), "looking at the strip turns no page"
    ink = """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
      .data.filter((one, at) => at % 4 === 0 && one < 100).length"""
    assert small(screen, 109).locator("canvas").evaluate(ink) > 50
    # Jumping past pages leaves no drawing behind: what is out of view again is not drawn to its end.
    screen.evaluate("() => (order.length = 0)")
    for at in (100, 80, 60, 40, 20, 2):
        screen.evaluate("(at) => document.querySelectorAll('.thumbnails button')[at].scrollIntoView()", at)
    expect(small(screen, 3).locator("canvas")).to_be_visible()
    assert len(screen.evaluate("order")) <= 2 * FEW, screen.evaluate("order")


@pytest.mark.parametrize("screen", [30], indirect=True)
def test_the_strip_follows_the_page_and_the_keys(screen: Page) -> None:
    screen.keyboard.press("F4")
    expect(small(screen, 1).locator("canvas")).to_be_visible()
    small(screen, 1).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        screen.keyboard.press(key)
    expect(small(screen, 3)).to_be_focused()
    expect(screen.get_by_text("Page 1 of 30")).to_be_visible()
    screen.keyboard.press("Enter")
    expect(screen.get_by_text("Page 3 of 30")).to_be_visible()
    expect(small(screen, 3)).to_be_focused()
    screen.keyboard.press("End")
    expect(small(screen, 30)).to_be_focused()
    expect(small(screen, 30)).to_be_in_viewport()
    assert screen.locator(f"{OPEN}[tabindex='0']").count() == 1, "one stop for Tab, at the page that is shown"
    screen.keyboard.press("Space")
    expect(screen.get_by_text("Page 30 of 30")).to_be_visible()
    screen.locator("#value").focus()
    expect(screen.locator("#value")).to_have_value("a")
    screen.click("#field-c")
    expect(small(screen, 2)).to_have_attribute("aria-current", "page")
    expect(small(screen, 2)).to_be_in_viewport()
    small(screen, 2).focus()
    screen.keyboard.press("F4")
    expect(screen.get_by_role("button", name="Pages", exact=True)).to_be_focused()


def test_a_turned_view_has_turned_small_pages(screen: Page) -> None:
    screen.keyboard.press("F4")
    expect(small(screen, 2).locator("canvas")).to_be_visible()
    assert all(wide < high for wide, high in screen.evaluate(DRAWN))
    screen.get_by_role("button", name="Rotate").click()
    screen.wait_for_function(f"() => {{ const all = ({DRAWN})(); return all.length && all.every(([w, h]) => w > h) }}")


@pytest.mark.parametrize("screen", [1], indirect=True)
def test_a_single_page_has_no_strip(screen: Page) -> None:
    expect(screen.get_by_role("button", name="Pages", exact=True)).to_have_count(0)
    screen.keyboard.press("F4")
    expect(screen.locator(".thumbnails")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 720), (640, 360)], ids=["1280x720", "200 %"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_it(browser: Browser, scheme: Any, size: tuple[int, int]) -> None:
    viewport: Any = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    with Served(new_desk(6)) as served:
        come(page, served)
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.keyboard.press("F4")
        expect(small(page, 1).locator("canvas")).to_be_visible()
        assert violations(page) == []
        boxes = [one.bounding_box() for one in page.locator(OPEN).all()]
        assert all(one is not None and one["width"] >= 24 and one["height"] >= 24 for one in boxes)
        page.evaluate("() => document.querySelectorAll('.thumbnails .unseen').forEach((one) => one.remove())")
        assert violations(page) != [], "a small page without a name is noticed"
        page.goto("about:blank")
    context.close()
