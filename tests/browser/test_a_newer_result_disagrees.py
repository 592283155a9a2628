"""Does the screen offer both values where a newer result disagrees with a person, and does Enter discard neither?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.extraction.jsontext import Number
from reviewapp.review import current, queues, verdicts
from reviewapp.review.models import Task, Verdict
from tests import factories

from .test_lists import come_in
from .test_screen_is_accessible import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
JOB = "00000000-0000-4000-8000-0000000000e0"
KINDS = {"total": {"type": "number"}, "paid": {"type": "boolean"}, "seller": {"type": "string"}}


def paper(total: float, *, paid: bool = False) -> dict[str, object]:
    fields = {"total": (total, 0.3), "paid": (paid, 0.3), "seller": ("Lagoon Paper", 0.3)}
    return factories.unsiloed(fields, job_id=JOB, properties=KINDS)


@pytest.fixture
def newer(live_server: LiveServer, page: Page) -> Iterator[Task]:
    """Ana corrected the total and approved the rest; then the upstream read the total and the tick anew."""
    ana = factories.create_user(username="ana", queues=[queues.default()])
    at = timezone.now() - timedelta(minutes=9)
    task = factories.create_task(paper(1284.00), at=at)
    for path, kind, value in (
        ("/total", Verdict.Kind.CORRECTED, Number("1254.00")),
        ("/paid", Verdict.Kind.APPROVED, None),
        ("/seller", Verdict.Kind.APPROVED, None),
    ):
        said = verdicts.Said(path=path, kind=kind, value=value)
        verdicts.give(task_id=task.pk, said=said, user=ana, at=at, via=factories.VIA)
    task = factories.create_task(paper(1834.00, paid=True), at=timezone.now())
    come_in(page, live_server, "ana")
    page.goto(f"{live_server.url}/tasks/{task.pk}/")
    on(page, "/total")
    yield task
    page.goto("about:blank")


def on(page: Page, path: str) -> None:
    expect(page.locator(f'#focus[data-path="{path}"]')).to_be_visible()
    expect(page.locator("#focus.htmx-request")).to_have_count(0)


def said(task: Task) -> dict[str, tuple[str, str]]:
    """What this task's people said themselves: path -> kind and value."""
    return {
        path: (one.kind, (one.value.text or "") if one.value else "")
        for path, one in current.verdicts(task).items()
        if one.carried_id is None
    }


def test_both_are_offered_with_their_keys_and_enter_keeps(page: Page, newer: Task) -> None:
    expect(page.locator("#value")).to_have_value("1254.00")
    keep = page.get_by_role("button", name="Keep 1254.00 Enter")
    take = page.get_by_role("button", name="Take 1834.0 F8")
    expect(keep).to_be_visible()
    expect(take).to_be_visible()
    expect(page.locator("#conflict")).to_have_text(
        re.compile(
            r"The newer result disagrees\.\s+Read before: 1284\.0\s+→\s+read now: 1834\.0\s+→\s+"
            r"earlier, Ana, .*, on the row before: corrected 1254\.00"
        )
    )
    page.keyboard.press("Enter")
    on(page, "/paid")
    page.keyboard.press("Enter")
    expect(page.locator("[data-done]")).to_be_visible()
    assert said(newer) == {"/total": ("corrected", "1254.00"), "/paid": ("corrected", "false")}


def test_f8_takes_what_is_read_now_while_the_cursor_is_in_the_value(page: Page, newer: Task) -> None:
    expect(page.locator("#value")).to_be_focused()
    page.keyboard.press("F8")
    on(page, "/paid")
    page.get_by_role("button", name="Take Yes F8").click()
    expect(page.locator("[data-done]")).to_be_visible()
    assert said(newer) == {"/total": ("approved", ""), "/paid": ("approved", "")}


def test_what_is_typed_is_saved_by_enter_and_the_button_says_so(page: Page, newer: Task) -> None:
    page.keyboard.type("1300")
    expect(page.get_by_role("button", name="Keep 1254.00")).to_be_hidden()
    expect(page.get_by_role("button", name="Save Enter")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keep 1254.00")).to_be_visible()
    page.keyboard.type("1300")
    page.keyboard.press("Enter")
    on(page, "/paid")
    assert said(newer) == {"/total": ("corrected", "1300")}


def test_taken_back_it_is_asked_again_and_a_carried_word_says_that_it_is_earlier(page: Page, newer: Task) -> None:
    page.keyboard.press("F8")
    on(page, "/paid")
    page.locator("#fields a[data-path='/total']").click()
    on(page, "/total")
    expect(page.get_by_role("button", name="Take 1834.0")).to_have_count(0)
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_role("button", name="Keep 1254.00 Enter")).to_be_visible()
    seller = page.locator("#fields a[data-path='/seller']")
    expect(seller).to_contain_text("approved, earlier")
    seller.click()
    on(page, "/seller")
    expect(page.locator("#why")).to_contain_text("on the row before")


def test_a_line_that_was_taken_out_is_kept_out_by_enter(live_server: LiveServer, page: Page) -> None:
    ana = factories.create_user(username="ana", queues=[queues.default()])

    def lines(*names: str) -> dict[str, object]:
        fields = {"total": (12, 0.3), "lines": [{"what": (name, 0.9)} for name in names]}
        return factories.unsiloed(fields, job_id=JOB)

    task = factories.create_task(lines("bolt", "nut"), at=timezone.now())
    out = verdicts.Said(path="/lines/1", kind=Verdict.Kind.LINE_REMOVED)
    verdicts.give(task_id=task.pk, said=out, user=ana, at=timezone.now(), via=factories.VIA)
    task = factories.create_task(lines("bolt", "wing nut"), at=timezone.now())
    come_in(page, live_server, "ana")
    page.goto(f"{live_server.url}/tasks/{task.pk}/")
    on(page, "/lines/1")
    expect(page.get_by_role("button", name="Put it back as read now F8")).to_be_visible()
    page.keyboard.press("Enter")
    on(page, "/total")
    assert said_kinds(task) == {"/lines/1": "line_removed"}
    page.locator("#fields a[data-path='/lines/1']").click()
    on(page, "/lines/1")
    page.get_by_role("button", name="Put back line 2").click()
    expect(page.locator("#fields a[data-path='/lines/1']")).to_contain_text("wing nut")
    assert said_kinds(task) == {"/lines/1": "approved"}
    page.goto("about:blank")


def said_kinds(task: Task) -> dict[str, str]:
    return {path: kind for path, (kind, _value) in said(task).items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_against_it(page: Page, newer: Task, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []
    page.evaluate("() => document.querySelector('#choice button').replaceChildren()")
    assert violations(page) != [], "a button without a name is noticed"
