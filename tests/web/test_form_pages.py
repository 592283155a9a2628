"""Whoever asks with GET for an address that only takes what a form sends comes to the page of that form; machines keep 405."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from reviewapp.accounts.roles import Permission, Role, permissions
from reviewapp.audit.models import Entry
from reviewapp.review import queues
from reviewapp.review.models import Queue
from reviewapp.web import access, form_pages
from tests import factories
from tests.delivery import receiver

pytestmark = pytest.mark.django_db

SAID = "Nothing was sent; this is its page."
#: Addresses of machines: they take POST alone as well, and answer a GET with 405.
MACHINES = {"intake:hook"}


def patterns(resolver: URLResolver, room: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, one.namespace or room)
        else:
            yield f"{room}:{one.name}", one


def methods(view: Any) -> set[str]:
    """Which methods a view takes, as its decorators or its class say; empty: they do not say."""
    while view is not None:
        if hasattr(view, "view_class"):
            return {name.upper() for name in view.view_class.http_method_names}
        cells = dict(zip(view.__code__.co_freevars, view.__closure__ or (), strict=True))
        if "request_method_list" in cells:
            return set(cells["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return set()


def takes_forms_alone(view: Any) -> bool:
    guard = access.guard_of(view)
    found = methods(view)
    return guard is not None and guard.kind != "key" and "POST" in found and "GET" not in found


POST_ONLY = {name: one for name, one in patterns(get_resolver("reviewapp.urls")) if takes_forms_alone(one.callback)}


@pytest.fixture
def things() -> Mapping[str, Any]:
    """What the parts of the addresses name, by room where they differ."""
    task = factories.create_task()
    destination = receiver.create_destination("http://127.0.0.1:9/", private="")
    (delivery,) = receiver.deliveries()
    rule = {"id": "1", "name": "r", "kind": "pattern", "fields": ["/f"], "pattern": "a"}
    Queue.objects.filter(pk=task.queue_id).update(value_rules=json.dumps([rule]))
    return {
        "review:slug": task.queue.slug,
        "rule_id": rule["id"],
        "task_id": task.pk,
        "job_id": task.job_id,
        "delivery_id": delivery.pk,
        "delivery:slug": destination.slug,
        "intake:slug": task.upstream,
        "accounts:pk": factories.create_user().pk,
    }


def who(view: Any) -> Client:
    """Somebody who may enter."""
    wanted = access.guard_of(view)
    assert wanted is not None
    role = next(one for one in Role if not wanted.permission or Permission(wanted.permission) in permissions(one))
    return factories.sign_in(factories.create_user(role=role, queues=[queues.default()]))


def test_there_are_such_addresses_in_every_room_of_people() -> None:
    assert {name.partition(":")[0] for name in POST_ONLY} == {"accounts", "api", "review", "intake", "delivery"}
    assert len(POST_ONLY) > 40 and set(POST_ONLY) > MACHINES


@pytest.mark.parametrize("name", sorted(set(POST_ONLY) - MACHINES))
def test_a_get_leads_to_a_page_that_says_so(name: str, things: Mapping[str, Any]) -> None:
    room = name.partition(":")[0]
    parts = POST_ONLY[name].pattern.converters
    address = reverse(name, kwargs={part: things.get(part, things.get(f"{room}:{part}", 4711)) for part in parts})
    client = who(POST_ONLY[name].callback)
    entries = Entry.objects.count()
    answer = client.get(address, follow=True)
    assert answer.redirect_chain, address
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8"), address
    assert "Content-Disposition" not in answer.headers and answer.content.startswith(b"<!doctype html>")
    assert answer.content.decode().count(SAID) == 1
    assert address.startswith(answer.redirect_chain[-1][0]) or name == "accounts:sign_out"
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/jobs/asked-for/", "/jobs/"),
        ("/jobs/7/again/", "/jobs/7/"),
        ("/jobs/hand-in/7/again/", "/jobs/hand-in/"),
        ("/deliveries/destinations/books/secret/older/", "/deliveries/destinations/books/secret/"),
        ("/keys/7/revocation/", "/keys/"),
        ("/sign-out/", "/"),
        ("/", "/"),
    ],
)
def test_the_page_above(address: str, page: str) -> None:
    assert form_pages.above(address) == page


def test_who_may_not_enter_is_led_nowhere() -> None:
    assert factories.sign_in(factories.create_user()).get("/upstreams/new/added/").status_code == 403
    assert Client().get("/jobs/asked-for/").headers["Location"] == "/sign-in/?next=/jobs/asked-for/"


@pytest.mark.parametrize(("method", "address"), [("get", "/hooks/live/"), ("put", "/jobs/asked-for/")])
def test_machines_and_other_methods_keep_their_405(method: str, address: str) -> None:
    sol = factories.sign_in(factories.create_user(role=Role.SUPERVISOR))
    assert getattr(sol, method)(address).status_code == 405


def test_the_api_keeps_its_405() -> None:
    _, secret = factories.create_key(upstreams=[factories.create_upstream().slug])
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/tasks/1/claim", headers=headers).status_code == 405
