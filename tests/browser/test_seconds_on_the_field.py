"""Are the seconds that somebody spent on a field measured in the browser and stored in the verdict's entry?"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.audit.models import Entry
from reviewapp.review import queues
from tests import factories

from .test_lists import come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: What the test itself takes, in seconds: the browser's clock goes on while it works.
SLACK = 8


def stored() -> list[tuple[str, float]]:
    """Path and seconds of the entries about fields, in their order."""
    bodies = [
        json.loads(bytes(one.body)) for one in Entry.objects.filter(action__startswith="review:field:").order_by("id")
    ]
    assert all(one["seconds"].count(".") == 1 for one in bodies)
    return [(one["path"], float(one["seconds"])) for one in bodies]


def on(screen: Page, path: str) -> None:
    expect(screen.locator(f'#focus[data-path="{path}"]')).to_be_visible()
    expect(screen.locator("#focus.htmx-request")).to_have_count(0)


@pytest.fixture
def screen(live_server: LiveServer, page: Page) -> Iterator[Page]:
    """The screen of three fields to check, on a clock that can be turned on."""
    factories.create_user(username="ana", queues=[queues.default()])
    fields = {"name": ("Lagoon Paper", 0.3), "total": (12, 0.3), "date": ("2026-01-31", 0.3)}
    kinds = {"name": {"type": "string"}, "total": {"type": "number"}, "date": {"type": "string", "format": "date"}}
    task = factories.create_task(factories.unsiloed(fields, properties=kinds))
    come_in(page, live_server, "ana")
    page.clock.install()
    page.goto(f"{live_server.url}/tasks/{task.pk}/?field=/name")
    on(page, "/name")
    yield page
    page.goto("about:blank")


def test_each_verdict_carries_its_own_seconds_whatever_button_gave_it(screen: Page) -> None:
    screen.clock.fast_forward(20_000)
    screen.keyboard.press("Enter")
    on(screen, "/total")
    screen.clock.fast_forward(40_000)
    screen.get_by_role("button", name="Illegible").click()
    on(screen, "/date")
    screen.keyboard.press("Control+a")
    screen.keyboard.press("Delete")
    expect(screen.locator("#field-date, [data-path='/date'][data-verdict]").first).to_be_visible()
    expect(screen.locator('[data-path="/date"][data-verdict="cleared"]')).to_have_count(1)
    (first, a), (second, b), (third, c) = stored()
    assert (first, second, third) == ("/name", "/total", "/date")
    assert 20 <= a < 20 + SLACK
    assert 40 <= b < 40 + SLACK
    assert 0 <= c < SLACK, "the time on the fields before is not counted again"


def test_idle_time_and_time_out_of_sight_do_not_count(screen: Page) -> None:
    screen.clock.fast_forward(3_600_000)
    screen.keyboard.press("Enter")
    on(screen, "/total")
    hide = "(state) => { Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')) }"
    screen.clock.fast_forward(10_000)
    screen.evaluate(hide, "hidden")
    screen.clock.fast_forward(30_000)
    screen.evaluate(hide, "visible")
    screen.clock.fast_forward(5_000)
    screen.keyboard.press("Enter")
    on(screen, "/date")
    for _ in range(3):  # somebody reads for two minutes and moves the pointer now and then
        screen.clock.fast_forward(40_000)
        screen.mouse.move(300 + _, 300)
        screen.mouse.wheel(0, 1)
    screen.keyboard.press("Enter")
    expect(screen.locator('[data-path="/date"][data-verdict="approved"]')).to_have_count(1)
    idle, hidden, alive = (seconds for _, seconds in stored())
    assert 60 <= idle < 60 + SLACK
    assert 15 <= hidden < 15 + SLACK
    assert 120 <= alive < 120 + SLACK, "with signs of life all of it counts"


def test_a_refusal_goes_on_another_field_starts_anew_and_so_does_a_field_that_keeps_the_focus(
    screen: Page, complaints: list[str]
) -> None:
    screen.locator('[data-path="/total"]').first.click()
    on(screen, "/total")
    screen.clock.fast_forward(20_000)
    screen.keyboard.type("no number")
    screen.keyboard.press("Enter")
    expect(screen.locator("#focus [role=alert]")).to_be_visible()
    screen.clock.fast_forward(20_000)
    screen.keyboard.press("Control+a")
    screen.keyboard.type("13")
    screen.keyboard.press("Enter")
    on(screen, "/date")
    screen.clock.fast_forward(50_000)
    screen.locator('[data-path="/name"]').first.click()
    on(screen, "/name")
    screen.keyboard.press("Enter")
    on(screen, "/date")
    screen.keyboard.press("Enter")
    expect(screen.locator('[data-path="/date"][data-verdict="approved"]')).to_have_count(1)
    on(screen, "/date")
    screen.clock.fast_forward(10_000)
    screen.get_by_role("button", name="Take back").click()
    expect(screen.locator('[data-path="/date"][data-verdict]')).to_have_count(0)
    (total, a), (name, b), (date, c), (again, d) = stored()
    assert (total, name, date, again) == ("/total", "/name", "/date", "/date")
    assert 40 <= a < 40 + SLACK, "the refused try belongs to the field"
    assert b < SLACK
    assert c < SLACK, "what was looked at and left is not kept"
    assert 10 <= d < 10 + SLACK, "what went with the first verdict is not counted again"
    assert len(complaints) == 1 and "422" in complaints.pop(), "Chromium itself writes a line for every refused answer"
