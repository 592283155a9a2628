"""How do the pages look? Pictures of a running demo, at two sizes, light and dark.

    DJANGO_SETTINGS_MODULE=tests.settings python -m tests.pictures.take ADDRESS FOLDER [NAME...]

The two that the README shows: names `screen queue`, `--size 1440x900 --light`, folder `docs/pictures`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from reviewapp.ops import machine
from tests.conftest import CHROMIUM_ARGUMENTS

SIZES = ("1280x720", "1920x1080")


def screen_of(name: str) -> Callable[[Page, str], None]:
    """Open the review screen of a sample by its document's name, on the field that comes first."""

    def go(page: Page, address: str) -> None:
        page.goto(f"{address}/queue/?q={name}")
        page.locator("tbody th a").first.click()
        page.locator("#focus").wait_for()
        page.wait_for_timeout(2500)

    return go


def with_pages(go: Callable[[Page, str], None]) -> Callable[[Page, str], None]:
    """The same, with the small pages open."""

    def open_them(page: Page, address: str) -> None:
        go(page, address)
        page.keyboard.press("F4")
        page.locator(".thumbnails canvas").first.wait_for()
        page.wait_for_timeout(1000)

    return open_them


def at(path: str) -> Callable[[Page, str], None]:
    def go(page: Page, address: str) -> None:
        page.goto(f"{address}{path}")
        page.wait_for_timeout(300)

    return go


def first_of(path: str) -> Callable[[Page, str], None]:
    """The page of the first thing in a list."""

    def go(page: Page, address: str) -> None:
        at(path)(page, address)
        page.locator("tbody th a").first.click()
        page.wait_for_timeout(500)

    return go


#: name -> (who looks, how to get there)
PAGES: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    "queue": ("ana", at("/queue/")),
    "screen": ("ana", screen_of("harrow-vale")),
    "screen-lines": ("ana", screen_of("tamarack")),
    "screen-pages": ("ana", with_pages(screen_of("brackwater"))),
    "screen-receipt": ("ana", screen_of("copper-lantern.jpg")),
    "screen-classification": ("ana", screen_of("saltmarsh")),
    "jobs": ("sol", at("/jobs/")),
    "job": ("sol", first_of("/jobs/")),
    "hand-in": ("sol", at("/jobs/hand-in/")),
    "upstreams": ("ada", at("/upstreams/")),
    "upstream": ("ada", first_of("/upstreams/")),
    "new-upstream": ("ada", at("/upstreams/new/")),
    "work": ("sol", at("/work/")),
    "delivery": ("sol", first_of("/deliveries/")),
    "new-webhook": ("ada", at("/deliveries/destinations/new/webhook/")),
    "new-write-back": ("ada", at("/deliveries/destinations/new/write-back/")),
    "destination": ("ada", first_of("/deliveries/destinations/")),
    "keys": ("ada", at("/keys/")),
    "new-key": ("ada", at("/keys/new/")),
    "deliveries": ("sol", at("/deliveries/")),
    "destinations": ("ada", at("/deliveries/destinations/")),
    "board": ("sol", at("/board/")),
    "trail": ("udo", at("/trail/")),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("address")
    asked.add_argument("folder", type=Path)
    asked.add_argument("names", nargs="*", default=list(PAGES))
    asked.add_argument("--size", action="append")
    asked.add_argument("--light", action="store_true", help="leave the dark ones out")
    said = asked.parse_args()
    said.folder.mkdir(parents=True, exist_ok=True)
    sizes = said.size or list(SIZES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.CHROMIUM.path(), args=list(CHROMIUM_ARGUMENTS))
        for size in sizes:
            width, height = map(int, size.split("x"))
            for theme in ("light",) if said.light else ("light", "dark"):
                for name in said.names:
                    who, go = PAGES[name]
                    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
                    page = context.new_page()
                    sign_in(page, said.address, who)
                    go(page, said.address)
                    plain = len(sizes) == 1
                    file = said.folder / (f"{name}-{theme}.png" if plain else f"{name}-{theme}-{size}.png")
                    page.screenshot(path=file, caret="initial")
                    context.close()
        browser.close()


def sign_in(page: Page, address: str, who: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.fill("input[name=username]", who)
    page.fill("input[name=password]", f"demo-{who}-desk")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/queue/**")


if __name__ == "__main__":
    main()
