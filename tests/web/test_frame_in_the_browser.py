"""The frame in a real Chromium: keys, their sheet, refusals in place, themes, zoom; no complaint from browser or axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from tests import factories

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("frame_alone"),
]


@pytest.fixture
def ada() -> User:
    return factories.create_user(username="ada", role=Role.ADMIN)


def sign_in(page: Page, server: LiveServer, then: str) -> None:
    page.goto(f"{server.url}/sign-in/?next={then}")
    page.get_by_label("Sign-in name").fill("Ada")
    page.get_by_label("Password").fill("a password of tests 1")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(server.url + then)


def violations(page: Page) -> list[Any]:
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]


#: A refused request is a line in Chromium's console and htmx's: what a test of refusals expects.
REFUSALS = ("Failed to load resource", "Response Status Error", "htmx:")


@pytest.fixture
def refusal_expected(complaints: list[str], page: Page) -> Iterator[None]:
    """Takes the lines of refused requests out of what the browser complained about, and only those."""
    yield
    complaints[:] = [one for one in complaints if not any(sign in one for sign in REFUSALS)]


@pytest.mark.usefixtures("refusal_expected")
def test_keys_press_their_buttons_and_leave_typing_alone(live_server: LiveServer, page: Page, ada: User) -> None:
    sign_in(page, live_server, "/kit/")
    page.keyboard.press("/")
    find = page.get_by_label("Find")
    expect(find).to_be_focused()
    page.keyboard.type("n/?")
    expect(find).to_have_value("n/?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#target")).to_contain_text("This cannot be saved as it is")
    find.blur()
    page.keyboard.press("n")
    expect(page).to_have_url(live_server.url + "/me/")


def test_the_sheet_lists_the_keys_in_sight_and_takes_the_keys_while_it_is_open(
    live_server: LiveServer, page: Page, ada: User
) -> None:
    sign_in(page, live_server, "/kit/")
    page.keyboard.press("Shift+?")
    sheet = page.get_by_role("dialog", name="Shortcuts on this page")
    expect(sheet).to_be_visible()
    rows = sheet.locator("dl > div")
    assert [" | ".join(row.inner_text().split("\n")) for row in rows.all()] == [
        "? | Ctrl / | This list of shortcuts",
        "n | Review next",
        "Ctrl Enter | Approve the document",
        "/ | Find a document",
    ]
    assert violations(page) == []
    page.keyboard.press("n")
    expect(page).to_have_url(live_server.url + "/kit/")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("Control+/")
    expect(sheet).to_be_visible()


@pytest.mark.usefixtures("refusal_expected")
def test_each_refusal_stands_where_it_belongs_and_the_page_keeps_what_it_had(
    live_server: LiveServer, page: Page, ada: User
) -> None:
    sign_in(page, live_server, "/kit/")
    target, said = page.locator("#target"), page.locator("#messages")
    page.locator("#forbidden").click()
    expect(said).to_contain_text("There is nothing at this address")
    page.locator("#breaks").click()
    expect(said).to_contain_text("Something in reviewapp broke")
    page.route("**/silent/", lambda route: route.abort())
    page.locator("#silent").click()
    expect(said).to_contain_text("The server did not answer")
    page.unroute("**/silent/")
    page.route("**/silent/", lambda route: route.fulfill(status=502, body="<html><body>Bad gateway</body></html>"))
    page.locator("#silent").click()
    expect(said).to_contain_text("The server did not answer")
    expect(target).to_have_text("as it was")
    page.locator("#conflict").click()
    expect(target).to_contain_text("Somebody was faster")
    expect(said).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_this_room_is_accessible_and_fits_at_200_percent(
    live_server: LiveServer, page: Page, ada: User, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(live_server.url + "/sign-in/")
    assert violations(page) == []
    sign_in(page, live_server, "/me/")
    page.set_viewport_size({"width": 640, "height": 360})
    for address in ("/me/", "/me/password/", "/people/", "/people/new/", f"/people/{ada.pk}/"):
        page.goto(live_server.url + address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_page_with_a_fault_is_found_by_the_same_check(live_server: LiveServer, page: Page, ada: User) -> None:
    sign_in(page, live_server, "/kit/")
    page.evaluate("document.querySelector('label').replaceWith(document.createElement('input'))")
    assert [one[0] for one in violations(page)] == ["label"]


def test_the_theme_is_seen_while_it_is_chosen_and_kept_when_saved(
    live_server: LiveServer, page: Page, ada: User
) -> None:
    sign_in(page, live_server, "/me/")
    root = page.locator("html")
    page.get_by_label("dark", exact=True).check()
    expect(root).to_have_attribute("data-theme", "dark")
    page.reload()
    assert root.get_attribute("data-theme") is None
    page.get_by_label("dark", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(root).to_have_attribute("data-theme", "dark")


def test_the_keyboard_alone_gets_past_the_bar(live_server: LiveServer, page: Page, ada: User) -> None:
    sign_in(page, live_server, "/kit/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the work")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Review next")).to_be_focused()
