"""Who may open what? Every address of queue, board, jobs, deliveries and trail against every role, and Otto and a stranger."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from reviewapp.accounts.roles import Role
from reviewapp.intake import rejections
from reviewapp.review import queues, saved_views
from reviewapp.review.models import Queue
from tests import factories
from tests.delivery import receiver

ROOMS = ("review", "intake", "delivery", "inspection", "ops")
#: Addresses of these rooms with a table of their own elsewhere: the review screen's.
#: An upstream's webhooks come without a person: tests/intake/test_hook.py.
ELSEWHERE = frozenset(["intake:hook"]) | frozenset(
    f"review:{name}"
    for name in (
        "next",
        "task",
        "claim",
        "lease",
        "leave",
        "release",
        "verdicts",
        "lines",
        "undo",
        "redo",
        "decision",
        "postpone",
        "escalate",
        "attach",
        "document",
        "download",
    )
)

# Ana is an analyst in the queue, Sol supervises, Udo audits, Ada is the admin, Otto is an analyst in no queue.
# What each gets: GET and, where there is one, POST. 302 of a stranger is the way to sign in.
SEE = {"ana": 200, "sol": 200, "udo": 200, "ada": 200, "otto": 200}
SUPERVISE = {"ana": 403, "sol": 200, "udo": 403, "ada": 403, "otto": 403}
JOBS = {"ana": 403, "sol": 200, "udo": 200, "ada": 200, "otto": 403}
READ = JOBS
EXPORT = {"ana": 403, "sol": 403, "udo": 200, "ada": 403, "otto": 403}
ADMIN = {"ana": 403, "sol": 403, "udo": 403, "ada": 200, "otto": 403}
MANAGE = {"ana": 403, "sol": 302, "udo": 403, "ada": 302, "otto": 403}

TABLE: dict[str, tuple[str, str, Mapping[str, int]]] = {
    "review:queue": ("GET", "/queue/", SEE),
    "review:save_view": ("POST", "/queue/views/", dict.fromkeys(SEE, 422)),
    "review:remove_view": ("POST", "/queue/views/{view}/removal/", dict.fromkeys(SEE, 404)),  # a foreign one
    "review:board": ("GET", "/board/", SUPERVISE),
    "review:assignment": ("GET", "/board/tasks/{task}/", SUPERVISE),
    "review:assign": ("POST", "/board/tasks/{task}/assign/", {**SUPERVISE, "sol": 302}),
    "review:board_release": ("POST", "/board/tasks/{task}/release/", {**SUPERVISE, "sol": 302}),
    "review:take_over": ("POST", "/board/tasks/{task}/take-over/", {**SUPERVISE, "sol": 302}),
    "review:queues": ("GET", "/queues/", SUPERVISE),
    "review:new_queue": ("GET", "/queues/new/", SUPERVISE),
    "review:queue_rule": ("GET", "/queues/{queue}/", SUPERVISE),
    "review:value_rules": ("GET", "/queues/{queue}/rules/", SUPERVISE),
    "review:new_value_rule": ("GET", "/queues/{queue}/rules/new/sum/", SUPERVISE),
    "review:value_rule": ("GET", "/queues/{queue}/rules/{rule}/", SUPERVISE),
    "review:remove_value_rule": ("POST", "/queues/{queue}/rules/4711/removal/", {**SUPERVISE, "sol": 404}),
    "intake:jobs": ("GET", "/jobs/", JOBS),
    "intake:rejected": ("GET", "/jobs/rejected/", JOBS),
    "intake:rejected_one": ("GET", "/jobs/rejected/{rejected}/", JOBS),
    "intake:ask": ("POST", "/jobs/asked-for/", {**JOBS, "sol": 422, "udo": 403, "ada": 422}),
    "intake:dismiss": ("POST", "/jobs/asked-for/4711/dismissal/", {**JOBS, "sol": 404, "udo": 403, "ada": 404}),
    "intake:hand_in": ("GET", "/jobs/hand-in/", {**JOBS, "udo": 403}),
    "intake:send": ("POST", "/jobs/hand-in/sent/", {**JOBS, "sol": 422, "udo": 403, "ada": 422}),
    "intake:send_again": ("POST", "/jobs/hand-in/4711/again/", {**JOBS, "sol": 404, "udo": 403, "ada": 404}),
    "intake:job": ("GET", "/jobs/{job}/", JOBS),
    "intake:again": ("POST", "/jobs/{job}/again/", {**JOBS, "sol": 302, "udo": 403, "ada": 302}),
    "intake:document": ("POST", "/jobs/{job}/document/", {**JOBS, "sol": 422, "udo": 403, "ada": 422}),
    "intake:shown": ("POST", "/jobs/{job}/shown/4711/", {**JOBS, "sol": 404, "udo": 403, "ada": 404}),
    "intake:file": ("GET", "/jobs/{job}/documents/4711/", {**JOBS, "sol": 404, "udo": 404, "ada": 404}),
    "intake:upstreams": ("GET", "/upstreams/", ADMIN),
    "intake:new_upstream": ("GET", "/upstreams/new/", ADMIN),
    "intake:add_upstream": ("POST", "/upstreams/new/added/", {**ADMIN, "ada": 422}),
    "intake:upstream": ("GET", "/upstreams/{upstream}/", ADMIN),
    "intake:reach": ("POST", "/upstreams/{upstream}/connection/", {**ADMIN, "ada": 422}),
    "intake:probe": ("POST", "/upstreams/{upstream}/test/", {**ADMIN, "ada": 302}),
    "intake:pause": ("POST", "/upstreams/{upstream}/pause/", {**ADMIN, "ada": 302}),
    "intake:webhook_secret": ("POST", "/upstreams/{upstream}/webhook-secret/", {**ADMIN, "ada": 422}),
    "intake:categories": ("POST", "/upstreams/{upstream}/categories/", {**ADMIN, "ada": 302}),
    "intake:schema": ("POST", "/upstreams/{upstream}/schema/", {**ADMIN, "ada": 302}),
    "delivery:deliveries": ("GET", "/deliveries/", READ),
    "delivery:delivery": ("GET", "/deliveries/{delivery}/", READ),
    "delivery:attempt": ("POST", "/deliveries/{delivery}/attempts/", MANAGE),
    "delivery:end": ("POST", "/deliveries/{delivery}/end/", MANAGE),
    "delivery:destinations": ("GET", "/deliveries/destinations/", READ),
    "delivery:new_webhook": ("GET", "/deliveries/destinations/new/webhook/", ADMIN),
    "delivery:new_write_back": ("GET", "/deliveries/destinations/new/write-back/", ADMIN),
    "delivery:destination": ("GET", "/deliveries/destinations/{destination}/", READ),
    "delivery:settings": ("POST", "/deliveries/destinations/{destination}/settings/", {**ADMIN, "ada": 422}),
    "delivery:pause": ("POST", "/deliveries/destinations/{destination}/pause/", MANAGE),
    "delivery:resume": ("POST", "/deliveries/destinations/{destination}/resumption/", MANAGE),
    "delivery:disable": ("POST", "/deliveries/destinations/{destination}/disablement/", {**ADMIN, "ada": 302}),
    "delivery:secret": ("POST", "/deliveries/destinations/{destination}/secret/", {**ADMIN, "ada": 201}),
    "delivery:older_secrets": ("POST", "/deliveries/destinations/{destination}/secret/older/", {**ADMIN, "ada": 302}),
    "delivery:test": ("POST", "/deliveries/destinations/{destination}/test/", MANAGE),
    "delivery:replay": ("POST", "/deliveries/destinations/{destination}/replay/", MANAGE),
    "delivery:earlier": ("POST", "/deliveries/destinations/{destination}/earlier/", {**MANAGE, "sol": 422, "ada": 422}),
    "ops:work": ("GET", "/work/", {**SUPERVISE, "ada": 200}),
    "inspection:trail": ("GET", "/trail/", READ),
    "inspection:job_trail": ("GET", "/trail/jobs/{job}/", READ),
    "inspection:csv": ("GET", "/trail/export.csv", EXPORT),
    "inspection:jsonl": ("GET", "/trail/export.jsonl", EXPORT),
}
#: What is not there is not there for whoever may enter, and closed all the same for whoever may not.
NOT_THERE = (
    "/board/tasks/4711/",
    "/queues/no-such/",
    "/queues/no-such/rules/",
    "/jobs/4711/",
    "/jobs/rejected/4711/",
    "/deliveries/4711/",
    "/deliveries/destinations/no-such/",
    "/trail/jobs/4711/",
)


@pytest.fixture
def cast() -> dict[str, Client]:
    queue = queues.default()
    people = {
        "ana": factories.create_user(username="ana", queues=[queue]),
        "sol": factories.create_user(username="sol", role=Role.SUPERVISOR),
        "udo": factories.create_user(username="udo", role=Role.AUDITOR),
        "ada": factories.create_user(username="ada", role=Role.ADMIN),
        "otto": factories.create_user(username="otto"),
    }
    return {name: factories.sign_in(user) for name, user in people.items()}


def addresses() -> dict[str, str]:
    task = factories.create_task()
    rejected = rejections.keep(data=b"[]", name="n", code="fragment", message="m", at=timezone.now())
    view = saved_views.keep(
        user=factories.create_user(), name="n", query="state=held", at=timezone.now(), via=factories.VIA
    )
    rule = {"id": "1", "name": "r", "kind": "pattern", "fields": ["/f"], "pattern": "a"}
    Queue.objects.filter(pk=task.queue_id).update(value_rules=json.dumps([rule]))
    # An address that our own rules refuse: nothing is called from here.
    destination = receiver.create_destination("http://127.0.0.1:9/", private="")
    (delivery,) = receiver.deliveries()
    places = {
        "destination": destination.slug,
        "delivery": delivery.pk,
        "view": view.pk,
        "task": task.pk,
        "job": task.job_id,
        "queue": task.queue.slug,
        "rule": rule["id"],
        "upstream": task.upstream,
        "rejected": rejected.pk,
    }
    return {name: address.format(**places) for name, (_, address, _who) in TABLE.items()}


def named() -> set[str]:
    """Every address name of these rooms."""

    def walk(patterns: list[URLPattern | URLResolver], room: str) -> set[str]:
        found: set[str] = set()
        for one in patterns:
            if isinstance(one, URLResolver):
                found |= walk(one.url_patterns, one.namespace or room)
            elif room in ROOMS:
                found.add(f"{room}:{one.name}")
        return found

    return walk(get_resolver().url_patterns, "")


def test_every_address_stands_in_the_table() -> None:
    assert named() - ELSEWHERE == set(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ana", "sol", "udo", "ada", "otto"])
def test_each_address_opens_to_whom_it_should(cast: dict[str, Client], who: str) -> None:
    found = {}
    for name, address in addresses().items():
        method, _, _expected = TABLE[name]
        response = cast[who].get(address) if method == "GET" else cast[who].post(address)
        found[name] = response.status_code
    assert found == {name: expected[who] for name, (_, _, expected) in TABLE.items()}


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in_from_everywhere() -> None:
    for name, address in addresses().items():
        method, _, _who = TABLE[name]
        response = Client().get(address) if method == "GET" else Client().post(address)
        assert (name, response.status_code) == (name, 302)
        assert response["Location"].startswith("/sign-in/"), name


@pytest.mark.django_db
def test_nothing_tells_whether_an_unknown_thing_is_there(cast: dict[str, Client]) -> None:
    for address in NOT_THERE:
        assert cast["sol"].get(address).status_code == 404, address
        assert cast["otto"].get(address).status_code == 403, address


@pytest.mark.django_db
def test_a_refused_post_changes_nothing(cast: dict[str, Client]) -> None:
    task = factories.create_task()
    before = (task.version, task.holder_id, task.assignee_id)
    for who in ("ana", "udo", "ada", "otto"):
        for act in ("assign", "release", "take-over"):
            assert cast[who].post(f"/board/tasks/{task.pk}/{act}/").status_code == 403
    task.refresh_from_db()
    assert (task.version, task.holder_id, task.assignee_id) == before
