"""Do the lists work in a real browser: filtered in place, refreshed by themselves, and all the same without script?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.roles import Role
from reviewapp.review import claims, queues
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def come_in(page: Page, server: LiveServer, username: str) -> None:
    page.goto(f"{server.url}/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", factories.PASSWORD)
    page.locator("main button[type=submit], main .form-acts button").first.click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def papers() -> None:
    for name, confidence in (("alpha.pdf", 0.2), ("beta.pdf", 0.75)):
        factories.create_task(factories.unsiloed({"total": (12, confidence)}, file_name=name), at=timezone.now())


def test_a_filter_narrows_the_list_in_place_and_the_address_keeps_it(live_server: LiveServer, page: Page) -> None:
    factories.create_user(username="ana", queues=[queues.default()])
    papers()
    come_in(page, live_server, "ana")
    page.goto(f"{live_server.url}/queue/")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.evaluate("window.notReloaded = true")
    page.select_option("[name=confidence]", "good")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("beta.pdf")).to_be_visible()
    assert page.evaluate("window.notReloaded") is True
    assert "confidence=good" in page.url
    page.keyboard.press("/")
    page.keyboard.type("alpha")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()


def test_a_view_is_saved_and_the_mark_in_the_margin_follows_the_filters(live_server: LiveServer, page: Page) -> None:
    factories.create_user(username="ana", queues=[queues.default()])
    papers()
    come_in(page, live_server, "ana")
    page.goto(f"{live_server.url}/queue/")
    page.select_option("[name=confidence]", "good")
    page.get_by_text("Save view").click()
    page.get_by_label("Name of the view").fill("Nearly sure")
    page.keyboard.press("Enter")
    current = page.locator("#queue-aside [aria-current]")
    expect(current).to_have_text("Nearly sure")
    page.select_option("[name=confidence]", "low")
    expect(current).to_have_count(0)
    page.select_option("[name=confidence]", "good")
    expect(current).to_have_text("Nearly sure")
    page.get_by_role("button", name="Remove view Nearly sure").click()
    expect(page.locator("#queue-aside").get_by_text("Nearly sure")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_lists_work_without_script(live_server: LiveServer, browser: Browser) -> None:
    factories.create_user(username="sol", role=Role.SUPERVISOR)
    papers()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    come_in(page, live_server, "sol")
    page.goto(f"{live_server.url}/queue/")
    page.select_option("[name=confidence]", "good")
    page.get_by_role("button", name="Filter").click()
    assert "confidence=good" in page.url
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"{live_server.url}/board/")
    page.get_by_role("link", name="Refresh").click()
    expect(page.get_by_role("heading", name="Who holds what")).to_be_visible()
    page.goto(f"{live_server.url}/trail/")
    page.select_option("[name=action]", "review:task:opened")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr:not(.day)")).to_have_count(2)
    context.close()


def test_the_board_shows_what_changed_and_keeps_the_focus(live_server: LiveServer, page: Page) -> None:
    ana = factories.create_user(username="ana", queues=[queues.default()])
    factories.create_user(username="sol", role=Role.SUPERVISOR)
    papers()
    come_in(page, live_server, "sol")
    page.goto(f"{live_server.url}/board/")
    expect(page.get_by_text("Nobody holds anything.")).to_be_visible()
    page.focus("#board-refresh")
    taken = claims.next_task(user=ana, at=timezone.now() + timedelta(seconds=1), via=factories.VIA)
    assert taken is not None
    expect(page.get_by_role("button", name="Take over")).to_be_visible(timeout=15_000)
    assert page.evaluate("document.activeElement.id") == "board-refresh"
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Nobody holds anything.")).to_be_visible()
    expect(page.get_by_text("What was decided about its fields is kept.")).to_be_visible()


@pytest.mark.parametrize(("address", "opens"), [("/queue/", "Queues"), ("/jobs/", "By status")])
def test_at_twice_the_size_the_first_row_is_in_sight_and_the_margin_a_button_away(
    live_server: LiveServer, browser: Browser, address: str, opens: str
) -> None:
    factories.create_user(username="sol", role=Role.SUPERVISOR)
    papers()
    context = browser.new_context(viewport={"width": 640, "height": 360})
    page = context.new_page()
    come_in(page, live_server, "sol")
    page.goto(f"{live_server.url}{address}")
    margin = page.locator("nav.aside")
    expect(page.locator("tbody th").first).to_be_in_viewport(ratio=1)
    if address == "/queue/":
        expect(page.get_by_role("button", name="Review next")).to_be_in_viewport(ratio=1)
    expect(margin).to_be_hidden()
    page.get_by_role("button", name=opens, exact=True).click()
    expect(margin).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(margin).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(margin).to_be_in_viewport()
    expect(page.get_by_role("button", name=opens, exact=True)).to_be_hidden()
    context.close()


def test_at_twice_the_size_no_column_of_the_board_is_cut_off(live_server: LiveServer, browser: Browser) -> None:
    factories.create_user(username="sol", role=Role.SUPERVISOR)
    papers()
    context = browser.new_context(viewport={"width": 640, "height": 360})
    page = context.new_page()
    come_in(page, live_server, "sol")
    page.goto(f"{live_server.url}/board/")
    boxes = (
        page.locator("table")
        .first.locator("thead th")
        .evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    )
    assert max(boxes) <= 640
    context.close()
