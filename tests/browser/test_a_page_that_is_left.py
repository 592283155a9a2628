"""Does leaving the page give the document up soon, and does a page that is loaded again or another tab keep it?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from reviewapp.audit.models import Entry
from reviewapp.review import leaving, queues
from reviewapp.review.models import Task
from tests import factories

from .test_lists import come_in
from .test_nothing_is_said_by_accident import on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def task(live_server: LiveServer, page: Page) -> Iterator[Task]:
    """Held by Ana, who has said something about one of two fields."""
    factories.create_user(username="ana", queues=[queues.default()])
    come_in(page, live_server, "ana")
    fields = {"name": ("Lagoon Paper", 0.3), "city": ("Ghent", 0.3)}
    kinds = {"name": {"type": "string"}, "city": {"type": "string"}}
    task = factories.create_task(factories.unsiloed(fields, properties=kinds))
    page.goto(f"{live_server.url}/tasks/{task.pk}/?field=/name")
    on(page, "/name")
    page.keyboard.press("Enter")
    on(page, "/city")
    yield task
    page.goto("about:blank")
    page.wait_for_timeout(500)


def left(task: Task) -> timedelta:
    """What is left of the hold."""
    task.refresh_from_db()
    assert task.lease_until is not None
    return task.lease_until - timezone.now()


def becomes(task: Task, *, short: bool) -> bool:
    for _ in range(100):
        if (left(task) <= leaving.GRACE) is short:
            return True
        time.sleep(0.1)
    return False


def test_who_goes_elsewhere_gives_the_hold_up_and_keeps_what_was_typed(
    page: Page, task: Task, live_server: LiveServer
) -> None:
    assert left(task) > timedelta(minutes=14)
    page.keyboard.type("Antwerp")
    page.goto(f"{live_server.url}/queue/")
    assert becomes(task, short=True)
    assert Entry.objects.filter(action="review:task:released").count() == 1
    page.goto(f"{live_server.url}/tasks/{task.pk}/?field=/city")
    on(page, "/city")
    assert page.locator("#value").input_value() == "Antwerp"
    assert task.verdicts.count() == 1
    assert becomes(task, short=False), "who comes back in time holds it again"


def test_a_page_loaded_again_keeps_the_hold(page: Page, task: Task) -> None:
    page.reload()
    on(page, "/name")
    assert becomes(task, short=True)
    assert becomes(task, short=False)


def test_the_same_persons_other_tab_keeps_the_hold(page: Page, task: Task) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#value")
    other.wait_for_timeout(5500)  # its own word that it is there has been sent
    other.close(run_before_unload=False)
    assert becomes(task, short=True)
    assert becomes(task, short=False)
