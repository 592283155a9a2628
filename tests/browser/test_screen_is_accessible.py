"""Does axe find anything against the review screen?"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from .screen_double import Served
from .test_screen_is_worked_by_keys_and_pointer import new_desk

pytestmark = pytest.mark.browser

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def violations(page: Page) -> list[str]:
    found: Any = Axe().run(page, options=WCAG).response["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("field", ["/number", "/lines/0/amount", "/lines"])
def test_no_rule_of_wcag_2_2_aa_is_broken(browser: Browser, scheme: Any, field: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme=scheme)
    page = context.new_page()
    with Served(new_desk()) as served:
        page.goto(f"{served.url}/tasks/1/?field={field}")
        page.wait_for_selector(".page[data-loaded] .boxes rect")
        assert violations(page) == []
        page.evaluate("() => document.querySelector('h1').removeAttribute('title')")
        page.evaluate("() => document.querySelector('.paper-tools button[aria-label]').removeAttribute('aria-label')")
        assert violations(page) != [], "a button without a name is noticed"
    context.close()
