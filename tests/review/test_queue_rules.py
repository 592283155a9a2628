"""Does another rule reach the open tasks it touches, all of them and no other, and does the trail say what changed?"""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.results.models import Handoff
from reviewapp.review import queue_rules, queues, triage
from reviewapp.review.models import Membership, Queue, Task
from reviewapp.review.queue_forms import QueueForm
from reviewapp.review.queue_rules import Rule
from reviewapp.review.views import queue_settings
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue() -> Queue:
    return queues.default()


@pytest.fixture
def sol() -> User:
    return factories.create_user(username="sol", role=Role.SUPERVISOR)


@pytest.fixture
def browser_of_sol(sol: User) -> Client:
    return factories.sign_in(sol)


def typed(**over: Any) -> dict[str, Any]:
    return {
        "name": "Everything else",
        "policy": "lowest_confidence",
        "threshold": "0.8",
        "grounding_threshold": "0.5",
        "field_thresholds": "",
        "queues_no_confidence": "on",
        "due_minutes": "",
        **over,
    }


def paper(**fields: float) -> dict[str, Any]:
    return factories.unsiloed({name: (12, confidence) for name, confidence in fields.items()})


def test_a_lower_threshold_asks_for_fewer_eyes_at_once(queue: Queue, browser_of_sol: Client) -> None:
    task = factories.create_task(paper(total=0.3, tax=0.7))
    assert task.fields_to_check == 2
    response = browser_of_sol.post(f"/queues/{queue.slug}/", typed(threshold="0.5"))
    assert response.status_code == 302
    task.refresh_from_db()
    assert task.fields_to_check == 1
    assert not Handoff.objects.filter(to=Handoff.To.REVIEW).exists()


def test_a_field_has_a_threshold_of_its_own(queue: Queue, browser_of_sol: Client) -> None:
    task = factories.create_task(paper(total=0.85, tax=0.3))
    assert json.loads(task.eyes) == ["/tax"]
    browser_of_sol.post(f"/queues/{queue.slug}/", typed(field_thresholds="/total = 0.95\n\n /tax=0.2 "))
    task.refresh_from_db()
    assert json.loads(task.eyes) == ["/total"]
    queue.refresh_from_db()
    assert json.loads(queue.field_thresholds) == {"/total": "0.95", "/tax": "0.2"}


def test_the_entry_says_what_the_rule_was_and_is(queue: Queue, browser_of_sol: Client) -> None:
    browser_of_sol.post(f"/queues/{queue.slug}/", typed(threshold="0.65"))
    entry = Entry.objects.get(action=Action.QUEUE_CHANGED)
    assert entry.old is not None and entry.new is not None
    assert json.loads(str(entry.old.text))["threshold"] == "0.8"
    assert json.loads(str(entry.new.text))["threshold"] == "0.65"


def test_the_same_rule_again_changes_nothing_and_writes_nothing(queue: Queue, browser_of_sol: Client) -> None:
    factories.create_task()
    browser_of_sol.post(f"/queues/{queue.slug}/", typed())
    assert not Entry.objects.filter(action=Action.QUEUE_CHANGED).exists()
    assert not Handoff.objects.filter(to=Handoff.To.REVIEW).exists()


def test_a_new_queue_takes_the_open_tasks_that_fit_it(queue: Queue, browser_of_sol: Client) -> None:
    mine, other = factories.create_task(), factories.create_task(factories.talonic([{"values": {"total": None}}]))
    response = browser_of_sol.post("/queues/new/", typed(name="Talonic only", kind="talonic", position="5"))
    assert response.status_code == 302
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.queue.slug, other.queue.slug) == (queue.slug, "talonic-only")


def test_what_is_too_much_for_one_request_waits_for_the_worker_and_is_not_forgotten(
    queue: Queue, browser_of_sol: Client
) -> None:
    tasks = [factories.create_task(paper(total=0.7)) for _ in range(5)]
    with mock.patch.object(queue_settings, "AT_ONCE", 2):
        body = browser_of_sol.post(f"/queues/{queue.slug}/", typed(threshold="0.75"), follow=True).content.decode()
    assert "The others follow in the background" in body
    assert Handoff.objects.filter(to=Handoff.To.REVIEW).count() == 3
    triage.run(at=timezone.now())
    assert not Handoff.objects.filter(to=Handoff.To.REVIEW).exists()
    assert Task.objects.filter(pk__in=[task.pk for task in tasks], state=Task.State.OPEN).count() == 5


def test_only_the_queue_whose_threshold_changed_is_judged_anew(queue: Queue, sol: User) -> None:
    other = factories.create_queue(slug="talonic", kind="talonic", position=1)
    factories.create_task(paper(total=0.3))
    factories.create_task(factories.talonic([{"values": {"total": None}}]))
    rule = Rule(**{**queue_rules.rule_of(other).as_plain(), "threshold": "0.9", "members": ()})
    queue_rules.change(queue_id=other.pk, rule=rule, user=sol, at=timezone.now(), via=factories.VIA)
    waiting = Handoff.objects.filter(to=Handoff.To.REVIEW)
    assert [one.row.job.kind for one in waiting.select_related("row__job")] == ["talonic"]


def test_members_come_and_go(queue: Queue, browser_of_sol: Client) -> None:
    ana, bob = factories.create_user(username="ana", queues=[queue]), factories.create_user(username="bob")
    browser_of_sol.post(f"/queues/{queue.slug}/", typed(members=[str(bob.pk)]))
    assert list(Membership.objects.filter(queue=queue).values_list("user", flat=True)) == [bob.pk]
    assert ana.queues.count() == 0


def test_two_queues_at_one_position_are_refused(queue: Queue, browser_of_sol: Client) -> None:
    browser_of_sol.post("/queues/new/", typed(name="First", position="1"))
    response = browser_of_sol.post("/queues/new/", typed(name="Second", position="1"))
    assert response.status_code == 422
    assert "Another queue has position 1" in response.content.decode()
    assert not Queue.objects.filter(slug="second").exists()
    assert 'value="2"' in browser_of_sol.get("/queues/new/").content.decode(), "a free position is offered"
    assert browser_of_sol.post("/queues/new/", typed(name="Second", position="2")).status_code == 302
    assert browser_of_sol.post("/queues/second/", typed(name="Second", position="1")).status_code == 422
    assert browser_of_sol.post("/queues/second/", typed(name="Second", position="2")).status_code == 302
    assert Queue.objects.get(slug="second").position == 2


def test_a_queue_at_position_0_can_be_saved(queue: Queue, browser_of_sol: Client) -> None:
    Queue.objects.create(slug="old", name="Old", position=0)
    assert browser_of_sol.post("/queues/old/", typed(name="Old", position="0", threshold="0.7")).status_code == 302


def test_the_list_of_rules_says_what_is_special_in_words(queue: Queue, browser_of_sol: Client) -> None:
    Queue.objects.create(
        slug="own", name="Own", position=3, due_minutes=1440, field_thresholds='{"/total": "0.95", "/tax": "0.9"}'
    )
    body = browser_of_sol.get("/queues/").content.decode()
    assert "and 2 fields of their own" in body and "/total 0.95" in body
    assert "1 d" in body and "1,440" not in body


def test_a_second_queue_of_the_same_name_is_refused(queue: Queue, browser_of_sol: Client) -> None:
    for name, status in (("Invoices", 302), ("invoices", 422), ("new", 422), ("???", 302)):
        position = str(queue_rules.free_position())
        response = browser_of_sol.post("/queues/new/", typed(name=name, position=position))
        assert response.status_code == status, name


@pytest.mark.parametrize(
    "lines",
    [
        "/total",
        "total = 0.9",
        "/total = high",
        "/total = 1.1",
        "/total = -0.1",
        "/total = nan",
        "/total = inf",
        "= 0.9",
        "/total = 0.9\n/total = 0.8",
        "\n".join(f"/f{n} = 0.9" for n in range(501)),
    ],
)
def test_a_line_that_is_no_threshold_is_refused_with_its_number(lines: str) -> None:
    form = QueueForm(typed(field_thresholds=lines), people=[], upstreams=[], is_default=True)
    assert not form.is_valid()
    assert "field_thresholds" in form.errors


@pytest.mark.parametrize("lines", ["", "/total = 0.9", "/a=b/c = 0.5", "/line_items/*/amount = 1", "/total = 0"])
def test_an_honest_line_is_taken(lines: str) -> None:
    form = QueueForm(typed(field_thresholds=lines), people=[], upstreams=[], is_default=True)
    assert form.is_valid(), form.errors


def test_a_refused_form_keeps_what_was_typed(queue: Queue, browser_of_sol: Client) -> None:
    response = browser_of_sol.post(f"/queues/{queue.slug}/", typed(threshold="2", field_thresholds="/total = 0.95"))
    assert response.status_code == 422
    assert "/total = 0.95" in response.content.decode()
    queue.refresh_from_db()
    assert queue.threshold == "0.8"
