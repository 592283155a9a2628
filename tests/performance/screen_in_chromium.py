"""When can a person begin on a screen of 1,147 fields? `python -m tests.performance.screen_in_chromium [--times 7]`.

The real 43-page report of `shared/data` beside the project, served as the product serves it (gunicorn and worker of
`ops/serving.py`, hashed files, SQLite), opened in the system's Chromium. Cold: a new browser context, nothing kept. Warm: the
same context once more. Milliseconds from the start of the navigation; *usable* is the last of: a page has its ink, boxes
stand on it, the value has the cursor. Then a letter is typed and taken back, and Enter is pressed: from
the key to the next field with the cursor in it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.performance.ground import table
from tests.performance.long_screen import REPORT

WITHIN_MS = 2_000
#: Marks of a page's life, in the page itself, where no way to the browser and back is counted.
MARKS = """
const at = {}
const mark = (name) => (at[name] ??= performance.now())
window.marks = at
addEventListener("DOMContentLoaded", () => mark("page read"))
addEventListener("review:opened", () => mark("document opened"))
addEventListener("review:page-drawn", ({ detail: { element } }) => {
  const small = new OffscreenCanvas(32, 32).getContext("2d")
  small.drawImage(element.querySelector("canvas"), 0, 0, 32, 32)
  if (small.getImageData(0, 0, 32, 32).data.some((part) => part < 250)) mark("ink")
})
const wait = () => {
  if (at.ink && document.querySelector(".page[data-loaded] .boxes rect")) mark("boxes")
  if (document.activeElement?.id === "value") mark("cursor")
  if (at.ink && at.boxes && at.cursor) mark("usable")
  else requestAnimationFrame(wait)
}
requestAnimationFrame(wait)
addEventListener("keydown", ({ key, timeStamp }) => {
  if (key !== "Enter") return
  const before = document.querySelector("#focus").dataset.path
  const look = () => {
    const form = document.querySelector("#focus")
    if (form?.dataset.path !== before && form?.contains(document.activeElement)) at.answered = performance.now() - timeStamp
    else requestAnimationFrame(look)
  }
  look()
}, true)
"""
PARTS = ("answer", "page read", "cursor", "document opened", "ink", "usable", "answered")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--times", type=int, default=7)
    times = arguments.parse_args().times
    with tempfile.TemporaryDirectory(prefix="reviewapp-chromium-") as data:
        os.environ.update(REVIEWAPP_DATA=data, REVIEWAPP_LOG_LEVEL="ERROR", REVIEWAPP_BOOTSTRAP="off")
        os.environ["DJANGO_SETTINGS_MODULE"] = "reviewapp.settings"
        os.environ.pop("REVIEWAPP_DATABASE_URL", None)
        import django

        django.setup()
        _run(times)


def _run(times: int) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from reviewapp.ops import serving
    from reviewapp.ops.management.commands.demo import free_port

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    addresses, session = _task(settings.BASE_DIR.parent / "shared" / "data" / "real")
    connections.close_all()
    port = free_port("127.0.0.1", None)
    with serving.running(host="127.0.0.1", port=port) as processes:
        address = f"http://127.0.0.1:{port}"
        serving.wait_until_it_answers(address, processes)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}
        cold, warm = _open_often([f"{address}{path}" for path in addresses], cookie, times)
    lines = [
        [kind, part, statistics.median(took), max(took)]
        for kind, found in (("cold", cold), ("warm", warm))
        for part in PARTS
        if (took := [one[part] for one in found])
    ]
    print(table(["", "milliseconds to", "median", "worst"], lines))
    for kind, found in (("cold", cold), ("warm", warm)):
        slow = statistics.median(one["usable"] for one in found)
        print(f"{kind}: usable within {WITHIN_MS} ms: {'kept' if slow < WITHIN_MS else 'BROKEN'} ({slow:.0f})")


def _task(data: Path) -> tuple[list[str], str]:
    """The addresses of the report's figures that are to be checked, and the session of an analyst who may do it."""
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from reviewapp.extraction import paths
    from reviewapp.extraction.jsontext import Number
    from reviewapp.intake import importing
    from reviewapp.results import chains
    from reviewapp.review import queues, triage
    from reviewapp.review.models import Task
    from tests import factories

    payload = data / "payloads" / "unsiloed_nested" / f"{REPORT}.json"
    report = importing.run(files=[payload], at=timezone.now(), documents=data / "documents")
    assert not report.rejected, report.rejected
    triage.run(at=timezone.now())
    task = Task.objects.get()
    client = Client()
    user = factories.create_user(queues=[queues.default()])
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    print(f"{task.fields_total} fields, {task.fields_to_check} to check\n")
    row = chains.read(task.row)
    figures = [path for path in json.loads(task.eyes) if isinstance(paths.get(row.values, path), Number)]
    return [f"/tasks/{task.pk}/?field={quote(path, safe='')}" for path in figures], client.cookies[
        settings.SESSION_COOKIE_NAME
    ].value


def _open_often(
    urls: Sequence[str], cookie: Any, times: int
) -> tuple[Sequence[dict[str, float]], Sequence[dict[str, float]]]:
    from playwright.sync_api import sync_playwright

    from reviewapp.ops import machine
    from tests.conftest import CHROMIUM_ARGUMENTS

    cold, warm = [], []
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or machine.CHROMIUM.path()
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
        for number in range(times + 1):
            context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
            context.add_cookies([cookie])
            context.add_init_script(MARKS)
            first, again = _open(context, urls[2 * number]), _open(context, urls[2 * number + 1])
            context.close()
            if number:  # the first one of all also wakes the server
                cold.append(first)
                warm.append(again)
        browser.close()
    return cold, warm


def _open(context: Any, url: str) -> dict[str, float]:
    page = context.new_page()
    page.goto(url, wait_until="commit")
    _until(page, "window.marks?.usable")
    shown = page.input_value("#value")
    page.keyboard.type("7")
    typed = page.input_value("#value")
    assert typed == "7", f"the value does not take a letter: {shown!r} became {typed!r}"
    page.keyboard.press("Escape")
    assert page.input_value("#value") == shown
    page.keyboard.press("Enter")
    _until(page, "window.marks.answered")
    found: dict[str, float] = page.evaluate(
        "({ ...window.marks, answer: performance.getEntriesByType('navigation')[0].responseEnd })"
    )
    page.close()
    return found


def _until(page: Any, said: str) -> None:
    """Playwright's own waiting evaluates a text in the page, which its policy forbids."""
    for _ in range(1_000):
        if page.evaluate(said):
            return
        page.wait_for_timeout(30)
    raise TimeoutError(f"{said}: {page.evaluate('window.marks')}")


if __name__ == "__main__":
    main()
