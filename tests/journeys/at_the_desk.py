"""How does a person work at the desk, by keys, in a real browser?"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

expect.set_options(timeout=20_000)


def sign_in(page: Page, url: str, username: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", "a password of tests 1")
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/queue/"))


def drawn(page: Page) -> None:
    """Wait until the page's overlay stands on a drawn page."""
    expect(page.locator(".pdfViewer .page[data-loaded] canvas").first).to_be_visible()
    expect(page.locator("rect[data-path]").first).to_be_attached()


def focused(page: Page) -> str:
    return page.locator("#focus").get_attribute("data-path") or ""


def decide_all(page: Page) -> None:
    """Press Enter until nothing is left to check, then Ctrl+Enter, and be on another page."""
    here = page.url.split("?")[0]
    for _ in range(60):
        done, of = re.findall(r"\d+", page.locator(".progress span").inner_text())[:2]
        if done == of:
            break
        agree(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: not url.startswith(here))


def agree(page: Page) -> None:
    """Say of the value in focus that it is right; where nothing stands and something must, that it is not in the document:
    Enter alone does not agree to that."""
    before = page.locator("#progress").inner_html()
    owed = page.locator("#focus:has(.reason-broken) input#value[value='']").count()
    page.keyboard.press("Delete" if owed else "Enter")
    page.wait_for_function(
        """before => document.querySelector('#progress').innerHTML !== before
            && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')""",
        arg=before,
    )


def correct(page: Page, value: str) -> None:
    """Type another value over the one in focus, save it with Enter, and be on the next field."""
    path = focused(page)
    page.locator("#focus #value").fill(value)
    page.keyboard.press("Enter")
    page.wait_for_function("path => document.querySelector('#focus').dataset.path !== path", arg=path)
    expect(page.locator(f"[data-path='{path}']:is(a, td)")).to_have_attribute("data-verdict", "corrected")


def printed_under(page: Page, path: str) -> str:
    """The words of the page's text layer under the middle of the focused value's box, once the page has come to rest."""
    script = """path => {
        const box = document.querySelector(`rect.current[data-path="${path}"]`)?.getBoundingClientRect()
        if (!box) return ''
        return document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
            .filter(one => one.closest('.textLayer') && !one.matches('.textLayer, .endOfContent'))
            .map(one => one.textContent).join(' ')
    }"""
    return str(page.wait_for_function(script, arg=path).json_value())
