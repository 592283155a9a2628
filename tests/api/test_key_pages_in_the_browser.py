"""Is a key made by keyboard alone, and are its pages for everybody?"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts import apikeys
from reviewapp.accounts.models import ApiKey, Scope, User
from reviewapp.accounts.roles import Role
from tests import factories
from tests.browser.test_lists import come_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> User:
    for slug in ("talonic", "unsiloed"):
        factories.create_upstream(slug=slug)
    return factories.create_user(username="ada", role=Role.ADMIN)


def test_a_key_is_made_by_keys_alone(live_server: LiveServer, page: Page, ada: User) -> None:
    come_in(page, live_server, "ada")
    page.goto(f"{live_server.url}/keys/")
    page.keyboard.press("n")
    page.get_by_label("Name").fill("ERP")
    page.get_by_role("checkbox", name="unsiloed").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("code.secret")).to_contain_text("rva_")
    assert ApiKey.objects.get().upstreams == ["unsiloed"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_all_fits(live_server: LiveServer, page: Page, ada: User, scheme: str) -> None:
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    slugs = ["talonic", "unsiloed"]
    apikeys.issue(name="ERP", upstreams=slugs, scopes=list(Scope), acts_for=sol, by=ada, at=factories.AT)
    User.objects.filter(pk=sol.pk).update(role=Role.ANALYST)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    come_in(page, live_server, "ada")
    for width, height in ((640, 360), (1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        for address in ("/keys/", "/keys/new/"):
            page.goto(live_server.url + address)
            violations = Axe().run(page).response["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == [], address
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (address, width)
