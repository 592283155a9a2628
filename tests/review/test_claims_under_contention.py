"""Do many people who drain one queue at once ever get the same task, or lose what they decided? Over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models import Q
from pytest_django.live_server_helper import LiveServer

from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.extraction.jsontext import Number
from reviewapp.results import chains
from reviewapp.results.models import Final, Handoff
from reviewapp.review import claims
from reviewapp.review.models import Decision, Queue, Task, Verdict
from tests import factories
from tests.review.persons import Person, all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

#: What ends a person's hold on a task.
ENDS = {Action.TASK_RELEASED, Action.TASK_ASSIGNED, Action.TASK_APPROVED, Action.TASK_REJECTED, Action.TASK_POSTPONED}


@pytest.fixture
def queue() -> Queue:
    return factories.create_queue(slug="everything")


@pytest.fixture
def as_in_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite waits for the disk at every commit, as it does outside the tests, so that locks are held as long."""
    options = connections.settings["default"]["OPTIONS"]
    if "init_command" in options:
        full = options["init_command"].replace("synchronous=OFF", "synchronous=FULL")
        assert "synchronous=FULL" in full
        monkeypatch.setitem(options, "init_command", full)


@pytest.fixture
def crowd(live_server: LiveServer, queue: Queue) -> Iterator[Any]:
    """Makes n people of the queue who have signed in; every other one has no JavaScript."""
    people: list[Person] = []

    def gather(n: int) -> list[Person]:
        for number in range(n):
            name = f"person-of-a-crowd-{number}"
            factories.create_user(username=name, queues=[queue])
            people.append(Person(live_server.url, name, script=number % 2 == 0))
        all_at_once(people, "sign_in")
        return people

    yield gather
    for one in people:
        one.close()


def papers(n: int) -> list[int]:
    """n documents, each with two fields that need eyes and one that does not; the ids of their tasks."""
    for number in range(n):
        fields = {"total": (number + 1, 0.3), "date": ("2026-03-01", 0.5), "name": ("Kettle Ridge", 0.97)}
        factories.take_in(
            factories.unsiloed(fields, properties={"total": {"type": "number"}, "date": {}, "name": {}}),
            upstream=None,
        )
    factories.triage.run(at=factories.AT)
    ids = list(Task.objects.filter(state=Task.State.OPEN).values_list("id", flat=True))
    assert len(ids) == n
    return ids


def double_claims() -> list[str]:
    """From the trail alone: every claim of a task that another person holds and has not given back."""
    holders: dict[str, str] = {}
    found = []
    for stream, action, actor in (
        Entry.objects.filter(stream__startswith="task:")
        .order_by("stream", "seq")
        .values_list("stream", "action", "actor_id")
    ):
        if action == Action.TASK_CLAIMED:
            if stream in holders:
                found.append(f"{stream} by {actor} while {holders[stream]} held it")
            holders[stream] = actor
        elif action in ENDS:
            holders.pop(stream, None)
    return found


def entries(action: Action) -> Counter[str]:
    """How often an act stands in the trail, per object."""
    return Counter(Entry.objects.filter(action=action).values_list("object_id", flat=True))


def drained(people: list[Person], tasks: list[int]) -> None:
    """Nothing was given out twice, nothing that was confirmed is missing, nobody was refused anything."""
    assert [line for one in people for line in one.trouble] == []
    assert double_claims() == []
    once = Counter({str(task_id): 1 for task_id in tasks})
    assert Counter(str(task_id) for one in people for task_id in one.opened) == once
    assert entries(Action.TASK_CLAIMED) == once
    assert Counter(str(task_id) for one in people for task_id in one.decided) == once
    assert entries(Action.TASK_APPROVED) == once
    names = dict(Entry.objects.filter(action=Action.TASK_CLAIMED).values_list("object_id", "actor_id"))
    decisions = list(Decision.objects.select_related("row__values", "row__facts", "task"))
    assert len(decisions) == len(tasks)
    for decision in decisions:
        assert decision.row is not None
        assert chains.read(decision.row).values["total"] == Number(f"{decision.task_id}.50")  # type: ignore[index, call-overload]
        assert json.loads(decision.fields) == {"/total": "corrected", "/date": "approved", "/name": "not_reviewed"}
        assert names[str(decision.task_id)] == str(decision.by_id)
        assert decision.task.state == Task.State.DECIDED
    rows = {decision.row_id for decision in decisions}
    assert set(Final.objects.values_list("row", flat=True)) == rows
    assert Final.objects.count() == len(tasks)
    assert set(Handoff.objects.filter(to=Handoff.To.DELIVERY).values_list("row", flat=True)) == rows
    assert Verdict.objects.count() == sum(one.said for one in people) == 2 * len(tasks)
    assert sum(entries(Action.FIELD_CORRECTED).values()) == sum(entries(Action.FIELD_APPROVED).values()) == len(tasks)


def test_six_people_drain_twenty_tasks_without_getting_one_twice_or_losing_one(crowd: Any) -> None:
    tasks = papers(20)
    people = crowd(6)
    all_at_once(people, "drain")
    drained(people, tasks)


@pytest.mark.long
@pytest.mark.usefixtures("as_in_the_product")
def test_sixteen_people_drain_five_hundred_tasks_without_getting_one_twice_or_losing_one(
    crowd: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = papers(500)
    people = crowd(16)
    begun = time.monotonic()
    all_at_once(people, "drain")
    seconds = time.monotonic() - begun
    asked = sum(sum(one.asked.values()) for one in people)
    with capsys.disabled():
        shares = sorted(len(one.decided) for one in people)
        print(
            f"\n16 people, 500 tasks on {connections['default'].vendor}: {seconds:.0f} s, {asked} requests, "
            f"{len(double_claims())} double claims, {500 - sum(shares)} lost, "
            f"{sum(len(one.trouble) for one in people)} refused, {shares[0]} to {shares[-1]} tasks a person"
        )
    drained(people, tasks)


def test_nobody_is_told_that_nothing_waits_while_something_does(crowd: Any) -> None:
    tasks = papers(8)
    people = crowd(8)
    all_at_once(people, "get_one")
    assert sorted(task_id for one in people for task_id in one.opened) == sorted(tasks)


@pytest.mark.postgres
def test_who_comes_while_another_is_being_served_is_given_the_next_one(queue: Queue) -> None:
    tasks = papers(2)
    ana, ben = [factories.create_user(queues=[queue]) for _ in range(2)]

    def come() -> Task | None:
        try:
            return claims.next_task(user=ben, at=factories.AT, via=factories.VIA)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        first = claims.next_task(user=ana, at=factories.AT, via=factories.VIA)
        second = pool.submit(come).result(timeout=60)
    assert first is not None and second is not None
    assert {first.pk, second.pk} == set(tasks)


def test_of_all_who_ask_for_one_task_one_gets_it(crowd: Any) -> None:
    (task_id,) = papers(1)
    people = crowd(6)
    assert sorted(ask_for(task_id, people)) == [302, 409, 409, 409, 409, 409]
    assert double_claims() == []
    assert entries(Action.TASK_CLAIMED) == Counter({str(task_id): 1})


def test_negative_control_without_the_updates_condition_double_claims_are_found(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_anyway(task_id: int, *, user: Any, at: datetime) -> bool:
        return Task.objects.filter(pk=task_id).update(holder=user, lease_until=at + claims.LEASE, held_since=at) == 1

    monkeypatch.setattr(claims, "_take", take_anyway)
    (task_id,) = papers(1)
    people = crowd(4)
    assert ask_for(task_id, people) == [302] * 4
    assert len(double_claims()) == 3


def test_negative_control_when_held_tasks_count_as_free_the_drain_finds_double_claims(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "_free", lambda at: Q())
    tasks = papers(3)
    people = crowd(3)
    for one in people:
        one.review_next()
    assert len(double_claims()) == 2
    with pytest.raises(AssertionError):
        drained(people, tasks)


def ask_for(task_id: int, people: list[Person]) -> list[int]:
    """Everybody claims the same task at the same time; the answers' statuses."""
    ready = threading.Barrier(len(people))

    def ask(person: Person) -> int:
        ready.wait()
        return person.claim(task_id)

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(ask, people))
