"""Are rules about values written, tried and obeyed in a real browser: without script by who supervises, with it at the desk?"""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.roles import Role
from reviewapp.review import queues
from reviewapp.review.models import Decision, Queue
from tests import factories
from tests.browser.test_lists import come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUM = {
    "id": "1",
    "name": "Net and tax",
    "kind": "sum",
    "fields": ["/net", "/tax"],
    "target": "/total",
    "severity": "must",
}


def test_a_rule_is_written_tried_and_saved_without_script(live_server: LiveServer, browser: Browser) -> None:
    factories.create_user(username="sol", role=Role.SUPERVISOR)
    factories.create_job(factories.unsiloed({"net": 100, "tax": 19, "total": 120}), at=timezone.now())
    page = browser.new_context(java_script_enabled=False).new_page()
    come_in(page, live_server, "sol")
    page.goto(f"{live_server.url}/queues/{queues.default().slug}/")
    page.get_by_role("link", name="Rules about values").click()
    page.get_by_role("link", name="Sum of values").click()
    page.get_by_label("Name").fill("Net and tax")
    page.get_by_label("What is added up").fill("/net\n/tax")
    page.get_by_label("The total").fill("/total")
    page.get_by_role("button", name="Try on the last 50 documents").click()
    expect(page.get_by_role("heading", name="1 of 1 documents would break it")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The rule “Net and tax” is saved.")).to_be_visible()
    page.get_by_role("button", name="Remove Net and tax").click()
    expect(page.get_by_text("The rule “Net and tax” is removed.")).to_be_visible()


def test_the_pages_of_rules_have_no_serious_finding(live_server: LiveServer, page: Page) -> None:
    factories.create_user(username="sol", role=Role.SUPERVISOR)
    Queue.objects.filter(pk=queues.default().pk).update(value_rules=json.dumps([SUM]))
    factories.create_job(factories.unsiloed({"net": 100, "tax": 19, "total": 120}), at=timezone.now())
    come_in(page, live_server, "sol")
    address = f"{live_server.url}/queues/{queues.default().slug}/rules/"
    for place in (address, f"{address}1/", f"{address}new/lookup/"):
        page.goto(place)
        if place.endswith("/1/"):
            page.get_by_text("Addresses in the last documents").click()
            page.get_by_role("button", name="Try on the last 50 documents").click()
            expect(page.locator("#trial")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == [], place


def test_at_the_desk_a_correction_clears_the_complaint_everywhere_and_a_reason_overrides(
    live_server: LiveServer, page: Page, complaints: list[str]
) -> None:
    factories.create_user(username="ana", queues=[queues.default()])
    Queue.objects.filter(pk=queues.default().pk).update(value_rules=json.dumps([SUM]))
    mended, kept = (
        factories.create_task(factories.unsiloed({"net": 100, "tax": 19, "total": 120}), at=timezone.now())
        for _ in range(2)
    )
    come_in(page, live_server, "ana")
    page.goto(f"{live_server.url}/tasks/{mended.pk}/?field=/total")
    expect(page.locator("#why")).to_contain_text("Net and tax: the parts add up to 119, the total says 120")
    net = page.locator("#fields [data-path='/net']")
    expect(net).to_contain_text("A rule fails")
    page.locator("#value").fill("119")
    page.keyboard.press("Enter")
    expect(net).not_to_contain_text("A rule fails")
    expect(page.locator("#progress")).to_contain_text("1 of 1")
    page.keyboard.press("Control+z")
    expect(net).to_contain_text("A rule fails")
    expect(page.locator("#progress")).to_contain_text("0 of 3")
    page.goto(f"{live_server.url}/tasks/{kept.pk}/")
    for n in range(3):
        expect(page.locator("#progress")).to_contain_text(f"{n} of 3")
        page.locator("#value").press("Enter")
    expect(page.locator("#progress")).to_contain_text("3 of 3")
    page.keyboard.press("Control+Enter")
    sheet = page.locator("#refused")
    expect(sheet).to_contain_text("the parts add up to 119")
    assert all("422" in one for one in complaints), complaints
    complaints.clear()
    sheet.get_by_label("Approve although it fails, because").fill("as agreed")
    sheet.get_by_role("button", name="Approve all the same").click()
    page.wait_for_url(lambda url: f"/tasks/{kept.pk}/" not in url)
    assert Decision.objects.get().task_id == kept.pk
