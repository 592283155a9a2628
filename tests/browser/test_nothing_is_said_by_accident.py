"""Is nothing said that a person did not mean, and nothing lost that they typed? Held keys, chords, drafts, refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.review import queues
from reviewapp.review.models import Decision, Task, Verdict
from tests import factories

from .test_lists import come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("name", "total", "date", "city", "tax", "note")


def on(screen: Page, path: str) -> None:
    expect(screen.locator(f'#focus[data-path="{path}"]')).to_be_visible()
    expect(screen.locator("#focus.htmx-request")).to_have_count(0)
    expect(screen.locator("#value")).to_be_focused()


def said() -> list[tuple[str, str]]:
    return list(Verdict.objects.order_by("id").values_list("path", "kind"))


@pytest.fixture
def here(live_server: LiveServer, page: Page) -> Iterator[LiveServer]:
    """Ana has come in."""
    factories.create_user(username="ana", queues=[queues.default()])
    come_in(page, live_server, "ana")
    yield live_server
    page.goto("about:blank")


def open_talonic(server: LiveServer, page: Page) -> Task:
    """A row without a schema: every type is open."""
    values = {"name": "Lagoon Paper", "total": 12.5, "city": "Ghent", "paid": True}
    task = factories.create_task(factories.talonic([{"values": values, "confidence": 0.3}]))
    page.goto(f"{server.url}/tasks/{task.pk}/?field=/name")
    on(page, "/name")
    return task


def open_extract(server: LiveServer, page: Page) -> Task:
    fields = {name: (f"a {name}", 0.3) for name in NAMES}
    task = factories.create_task(factories.unsiloed(fields, properties={name: {"type": "string"} for name in NAMES}))
    page.goto(f"{server.url}/tasks/{task.pk}/?field=/name")
    on(page, "/name")
    return task


def test_the_chord_says_nothing_about_a_field_that_nobody_touched(
    here: LiveServer, page: Page, complaints: list[str]
) -> None:
    task = open_talonic(here, page)
    assert page.locator("[name=type]").input_value() == "text"
    expect(page.locator("#focus-acts .when-same")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Control+Enter")
        expect(page.locator("#refused:modal")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#refused:modal")).to_have_count(0)
    assert said() == []
    assert not Decision.objects.exists()
    # A type that is chosen is a change: the chord saves it, and says so.
    page.goto(f"{here.url}/tasks/{task.pk}/?field=/total")
    on(page, "/total")
    page.select_option("[name=type]", "text")
    expect(page.locator("#focus-acts .when-changed")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("Saved. Press Ctrl+Enter again to approve the document.")
    assert said() == [("/total", "corrected")]
    assert all("422" in one for one in complaints), complaints
    complaints.clear()


def test_a_key_that_is_held_down_says_one_thing_once(here: LiveServer, page: Page) -> None:
    open_extract(here, page)
    page.keyboard.down("Enter")
    for _ in range(12):
        page.keyboard.down("Enter")  # the keyboard repeats it by itself
        page.wait_for_timeout(60)
    page.keyboard.up("Enter")
    on(page, "/total")
    assert said() == [("/name", "approved")]
    page.keyboard.press("Enter")  # pressed anew it goes on
    on(page, "/date")
    assert len(said()) == 2
    button = page.locator("#focus-acts [data-key=Enter]")
    button.focus()
    page.keyboard.down("Enter")
    for _ in range(6):
        page.keyboard.down("Enter")
        page.wait_for_timeout(60)
    page.keyboard.up("Enter")
    on(page, "/city")
    assert len(said()) == 3


def test_a_held_key_on_a_choice_says_one_thing_once(here: LiveServer, page: Page) -> None:
    flags = dict.fromkeys(NAMES, (True, 0.3))
    task = factories.create_task(factories.unsiloed(flags, properties={name: {"type": "boolean"} for name in NAMES}))
    page.goto(f"{here.url}/tasks/{task.pk}/?field=/name")
    on(page, "/name")
    page.keyboard.down("Enter")
    for _ in range(25):
        page.keyboard.down("Enter")
        page.wait_for_timeout(60)
    page.keyboard.up("Enter")
    on(page, "/total")
    assert said() == [("/name", "approved")]


def test_what_is_typed_and_not_saved_is_marked_and_stands_in_the_way_of_approving(here: LiveServer, page: Page) -> None:
    open_extract(here, page)
    page.keyboard.type("Another name")
    page.locator('.field[data-path="/total"]').click()
    on(page, "/total")
    row = page.locator('.field[data-path="/name"]')
    expect(row).to_contain_text("typed, not saved")
    for path in ("/date", "/city", "/tax", "/note"):
        page.keyboard.press("Enter")
        on(page, path)
    page.keyboard.press("Enter")  # the last but /name
    on(page, "/name")
    expect(page.locator("#value")).to_have_value("Another name")
    page.locator('.field[data-path="/total"]').click()
    on(page, "/total")
    page.keyboard.press("Control+Enter")
    sheet = page.locator("#unsaved:modal")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Typed and not saved")
    link = sheet.get_by_role("link", name="Name")
    expect(link).to_be_focused()
    assert not Decision.objects.exists()
    page.keyboard.press("Enter")
    on(page, "/name")
    expect(page.locator("#value")).to_have_value("Another name")
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("All checked. Ctrl+Enter approves the document.")
    expect(page.locator(".draft")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queue/**")
    assert Decision.objects.count() == 1
    assert Verdict.objects.get(path="/name").kind == "corrected"


def test_a_choice_that_is_not_saved_is_kept_like_letters(here: LiveServer, page: Page) -> None:
    flags = dict.fromkeys(NAMES, (True, 0.3))
    task = factories.create_task(factories.unsiloed(flags, properties={name: {"type": "boolean"} for name in NAMES}))
    page.goto(f"{here.url}/tasks/{task.pk}/?field=/name")
    on(page, "/name")
    page.get_by_label("No", exact=True).check()
    page.locator('.field[data-path="/total"]').click()
    on(page, "/total")
    expect(page.locator('.field[data-path="/name"]')).to_contain_text("typed, not saved")
    page.locator('.field[data-path="/name"]').click()
    expect(page.get_by_label("No", exact=True)).to_be_checked()
    page.keyboard.press("Escape")
    page.wait_for_timeout(400)
    expect(page.get_by_label("Yes", exact=True)).to_be_checked()
    expect(page.locator(".draft")).to_have_count(0)
    assert said() == []


def test_a_refusal_is_a_sheet_in_front_and_signing_off_is_a_form_of_its_own(
    here: LiveServer, page: Page, complaints: list[str]
) -> None:
    open_extract(here, page)
    page.keyboard.press("Control+Enter")
    sheet = page.locator("#refused:modal")
    expect(sheet.get_by_role("link")).to_have_count(6)
    expect(sheet.get_by_role("link", name="Name")).to_be_focused()
    reason = sheet.get_by_label("Approve without looking at them, because")
    reason.focus()
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert not Decision.objects.exists(), "a bare key signs nothing off"
    sheet.get_by_role("button", name="Sign off").click()
    expect(sheet).to_contain_text("Say why, in your own words.")
    expect(sheet.get_by_role("link")).to_have_count(6)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    on(page, "/name")
    page.keyboard.press("Control+Enter")
    sheet.get_by_role("link", name="City").click()
    on(page, "/city")
    expect(sheet).to_have_count(0)
    page.keyboard.press("Control+Enter")
    reason.fill("seen on paper")
    sheet.get_by_role("button", name="Sign off").click()
    page.wait_for_url("**/queue/**")
    reason_kept = Decision.objects.get().reason
    assert reason_kept is not None and reason_kept.text == "seen on paper"
    assert all("422" in one for one in complaints), complaints
    complaints.clear()


def test_a_refusal_can_be_worked_without_javascript(live_server: LiveServer, browser: Browser) -> None:
    factories.create_user(username="ana", queues=[queues.default()])
    task = factories.create_task(factories.unsiloed({name: (f"a {name}", 0.3) for name in NAMES}))
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    come_in(page, live_server, "ana")
    page.goto(f"{live_server.url}/tasks/{task.pk}/")
    assert page.locator(".review kbd:visible").count() == 0, "no key works here"
    assert page.locator("figure.evidence:visible").count() == 0
    page.get_by_role("button", name="Approve document").click()
    sheet = page.locator("#refused")
    expect(sheet.get_by_role("link")).to_have_count(6)
    sheet.get_by_role("link", name="City").click()
    expect(page.locator('#focus[data-path="/city"]')).to_be_visible()
    expect(page.locator("#refused")).to_be_hidden()
    page.get_by_role("link", name="Postpone, reject…").click()
    expect(page.get_by_label("Reject this result, because")).to_be_visible()
    page.get_by_label("Reject this result, because").fill("another customer's")
    page.get_by_role("button", name="Reject").click()
    expect(page.locator("#messages")).to_contain_text("paper.pdf rejected.")
    assert Decision.objects.get().outcome == "rejected"
    context.close()
