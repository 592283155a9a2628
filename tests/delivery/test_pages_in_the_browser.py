"""Do the pages of deliveries work in a real browser: filtered in place, by keyboard, without script, and for everybody?"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.roles import Role
from reviewapp.delivery.models import Delivery, Destination
from reviewapp.extraction.model import Kind
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.browser.test_lists import come_in
from tests.delivery.receiver import create_destination, create_write_back, deliveries, in_turn, receiving, run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def stuck() -> list[Delivery]:
    factories.create_user(username="ada", role=Role.ADMIN)
    factories.create_upstream(slug="talonic", kind=Kind.TALONIC)
    Upstream.objects.update(base_url="https://api.example.com")
    with receiving(in_turn(422, 200, 500)) as receiver:
        create_destination(receiver.url)
        deliveries(documents=3)
        for _ in range(3):
            run(limit=1)
    return list(Delivery.objects.order_by("id"))


def test_a_filter_narrows_in_place_and_a_key_tries_again(
    live_server: LiveServer, page: Page, stuck: list[Delivery]
) -> None:
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/deliveries/")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.evaluate("window.notReloaded = true")
    page.select_option("[name=state]", "dead")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.evaluate("window.notReloaded") is True and "state=dead" in page.url
    page.locator("tbody th a").click()
    page.get_by_text("Nobody tries any more").wait_for()
    page.keyboard.press("t")
    expect(page.get_by_text("It is tried again as soon as a worker is free.")).to_be_visible()
    stuck[0].refresh_from_db()
    assert stuck[0].state == "pending"


def test_all_of_it_works_without_script(live_server: LiveServer, browser: Browser, stuck: list[Delivery]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/deliveries/")
    page.select_option("[name=state]", "dead")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").click()
    page.get_by_text("Give up…").click()
    page.get_by_role("button", name="Give it up for good").click()
    expect(page.get_by_text("It is given up.")).to_be_visible()
    page.goto(f"{live_server.url}/deliveries/destinations/books/")
    page.get_by_label("Reason").fill("they move house")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Why: they move house")).to_be_visible()
    context.close()


def test_giving_up_is_worked_by_keys_and_leaves_the_heading_where_it_is(
    live_server: LiveServer, page: Page, stuck: list[Delivery]
) -> None:
    for size in ({"width": 1280, "height": 720}, {"width": 1920, "height": 1080}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if size["width"] == 1280:
            come_in(page, live_server, "ada")
        page.goto(f"{live_server.url}/deliveries/{stuck[0].pk}/")
        places = ("h1", ".page-acts", ".page-head .button-first", ".facts")
        before = [page.locator(place).bounding_box() for place in places]
        page.locator("summary", has_text="Give up").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Give it up for good")).to_be_visible()
        assert [page.locator(place).bounding_box() for place in places] == before
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is given up.")).to_be_visible()
    stuck[0].refresh_from_db()
    assert stuck[0].standing == "given_up"


def test_a_way_back_is_chosen_by_keys_and_a_taken_one_passed_over(
    live_server: LiveServer, page: Page, stuck: list[Delivery]
) -> None:
    create_write_back(Upstream.objects.get(slug="talonic"), "corrections")
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/deliveries/destinations/new/write-back/")
    page.get_by_label("Name", exact=True).fill("Back again")
    page.get_by_label("Short name").fill("back-again")
    expect(page.get_by_role("radio", name="Talonic: Corrections")).to_be_disabled()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    chosen = page.locator("[name=upstream]:checked")
    assert chosen.get_attribute("value") == "talonic:field_review"
    described = chosen.get_attribute("aria-describedby")
    assert "holds for review" in (page.locator(f"#{described}").text_content() or "")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The destination is there.")).to_be_visible()
    assert Destination.objects.get(slug="back-again").way == "field_review"


OF_A_WRITE_BACK = ("destinations/new/write-back/", "destinations/back-corrections/")


def test_axe_finds_nothing(live_server: LiveServer, page: Page, stuck: list[Delivery]) -> None:
    create_write_back(Upstream.objects.get(slug="talonic"), "corrections")
    come_in(page, live_server, "ada")
    found = {}
    for path in (
        "",
        f"{stuck[0].pk}/",
        "destinations/",
        "destinations/books/",
        "destinations/new/webhook/",
        *OF_A_WRITE_BACK,
    ):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{live_server.url}/deliveries/{path}")
            violations = Axe().run(page).response["violations"]
            found[path, scheme] = [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]
    assert {place: what for place, what in found.items() if what} == {}
