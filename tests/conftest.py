"""What every test may use: the database's guards around a flush, a browser that fails on any complaint, a PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from pytest_django.live_server_helper import LiveServer

from reviewapp.ops import machine, trial_postgres

# Playwright's synchronous interface keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

hypothesis.settings.register_profile("reviewapp", deadline=None, print_blob=True)
hypothesis.settings.load_profile("reviewapp")

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
CHROMIUM_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--part", choices=["database", "browser", "rest"], help="only this part of the tests")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A module that takes seconds to collect (its cases are made then) is read only where its tests are run."""
    needed = config.getoption("--part") in (None, "database") and not _on_postgres()
    return True if collection_path.name == "test_openapi_promises.py" and not needed else None


def part_of(item: pytest.Item) -> str:
    """Every test is in one part: it drives a browser, or touches the database, or neither."""
    if item.get_closest_marker("browser"):
        return "browser"
    return "database" if touches_the_database(item) else "rest"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches the database is run again; what is about the other database is left out."""
    on_postgres = _on_postgres()
    part = config.getoption("--part")
    chosen, left = [], []
    for item in items:
        if on_postgres:
            fits = touches_the_database(item) and item.get_closest_marker("sqlite") is None
        else:
            fits = item.get_closest_marker("postgres") is None and part in (None, part_of(item))
        (chosen if fits else left).append(item)
        if item.get_closest_marker("long") and os.environ.get("REVIEWAPP_LONG") != "1":
            item.add_marker(pytest.mark.skip(reason="long: set REVIEWAPP_LONG=1"))
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = chosen


def _on_postgres() -> bool:
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def touches_the_database(item: pytest.Item) -> bool:
    """Whether a test asks for the database: by mark, by fixture, or as a Django test case."""
    if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
        return True
    cls = getattr(item, "cls", None)
    return cls is not None and issubclass(cls, TransactionTestCase)


@pytest.fixture(autouse=True, scope="session")
def a_transactional_test_is_emptied_after_it() -> Iterator[None]:
    """In the place of Django's flush, which append-only tables refuse and which is slow; afterwards all guards stand."""
    from tests import emptying

    with mock.patch.object(TransactionTestCase, "_fixture_teardown", lambda case: emptying.empty(connection)):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real documents and payloads beside the project; skips where there is none."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real documents (shared/data beside the project) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A throw-away PostgreSQL cluster's URL, for tests that need one beside the default database."""
    try:
        with trial_postgres.cluster() as url:
            yield url
    except trial_postgres.NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """pytest-django's, but static files come through WhiteNoise with the headers of the product, not past it."""
    with mock.patch("django.contrib.staticfiles.handlers.StaticFilesHandler", lambda application: application):
        server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, one for all tests."""
    path = os.environ.get("CHROMIUM") or machine.CHROMIUM.path()
    if path is None:
        pytest.skip("there is no Chromium on this machine (Debian's package chromium)")
    running = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_ARGUMENTS))
    yield running
    running.close()


@pytest.fixture
def context_options() -> dict[str, Any]:
    """Options of the browser's context; a test module that needs others (a dark scheme) has a fixture of this name."""
    return {"viewport": {"width": 1280, "height": 720}, "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture
def browser_context(browser: Browser, context_options: dict[str, Any]) -> Iterator[BrowserContext]:
    context = browser.new_context(**context_options)
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser said against a page. Empty at the end of a test, unless the test takes out what it expected."""
    return []


@pytest.fixture
def page(browser_context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """A fresh page. Any console error, uncaught exception or refused policy fails the test."""
    opened = browser_context.new_page()
    opened.on(
        "console",
        lambda message: complaints.append(f"{message.type}: {message.text}") if message.type == "error" else None,
    )
    opened.on("pageerror", lambda error: complaints.append(f"exception: {error}"))
    yield opened
    assert not complaints, f"the browser complained: {complaints}"
