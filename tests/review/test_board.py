"""Does the board tell how the work stands, and do its acts do what they say?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.review import claims, queues
from reviewapp.review.models import Queue, Task
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue() -> Queue:
    return queues.default()


@pytest.fixture
def ana(queue: Queue) -> User:
    return factories.create_user(username="ana", queues=[queue])


@pytest.fixture
def sol() -> User:
    return factories.create_user(username="sol", role=Role.SUPERVISOR)


@pytest.fixture
def browser_of_sol(sol: User) -> Client:
    return factories.sign_in(sol)


def test_the_figures_equal_a_recount(ana: User, browser_of_sol: Client) -> None:
    now = timezone.now()
    tasks = [factories.create_task(at=now - timedelta(minutes=n)) for n in range(4)]
    claims.take(task_id=tasks[0].pk, user=ana, at=now, via=factories.VIA)
    Task.objects.filter(pk=tasks[1].pk).update(due_at=now - timedelta(minutes=1))
    Task.objects.filter(pk=tasks[2].pk).update(postponed_until=now + timedelta(hours=1), postponed_by=ana)
    Task.objects.filter(pk=tasks[3].pk).update(state=Task.State.ESCALATED)
    board = browser_of_sol.get("/board/").context["board"]
    (figures,) = board.queues
    assert (figures.waiting, figures.held, figures.overdue, figures.postponed, figures.escalated) == (2, 1, 1, 1, 1)
    assert figures.oldest == tasks[3].opened_at
    assert (board.total.waiting, board.total.escalated) == (2, 1)
    (held,) = board.held
    assert (held.task.pk, held.ended) == (tasks[0].pk, False)


def test_a_lease_that_ended_stays_on_the_board(ana: User, browser_of_sol: Client) -> None:
    task = factories.create_task()
    claims.take(task_id=task.pk, user=ana, at=timezone.now() - timedelta(hours=1), via=factories.VIA)
    assert "lease ended" in browser_of_sol.get("/board/").content.decode()


def test_the_board_costs_the_same_however_much_there_is(ana: User, browser_of_sol: Client) -> None:
    costs = []
    for _ in range(2):
        for _ in range(5):
            task = factories.create_task()
            claims.take(task_id=task.pk, user=ana, at=timezone.now(), via=factories.VIA)
        with CaptureQueriesContext(connection) as spent:
            browser_of_sol.get("/board/")
        costs.append(len(spent))
    assert costs[0] == costs[1] <= 8


def test_the_board_refreshes_itself_by_the_link_that_works_without_script(browser_of_sol: Client) -> None:
    body = browser_of_sol.get("/board/").content.decode()
    assert 'href="/board/" hx-get="/board/" hx-trigger="click, every 10s"' in body
    part = browser_of_sol.get("/board/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="board">')


def test_a_held_task_is_released_and_the_entry_says_whose_it_was(ana: User, browser_of_sol: Client) -> None:
    task = factories.create_task()
    claims.take(task_id=task.pk, user=ana, at=timezone.now(), via=factories.VIA)
    response = browser_of_sol.post(f"/board/tasks/{task.pk}/release/")
    assert response.status_code == 302
    task.refresh_from_db()
    assert task.holder is None
    assert b"Ana" in bytes(Entry.objects.get(action=Action.TASK_RELEASED).body)


def test_a_held_task_is_taken_over_and_opens(ana: User, sol: User, browser_of_sol: Client) -> None:
    task = factories.create_task()
    claims.take(task_id=task.pk, user=ana, at=timezone.now(), via=factories.VIA)
    response = browser_of_sol.post(f"/board/tasks/{task.pk}/take-over/")
    assert response["Location"] == f"/tasks/{task.pk}/"
    task.refresh_from_db()
    assert task.holder == sol


def test_a_task_is_given_to_one_person_who_alone_gets_it(ana: User, queue: Queue, browser_of_sol: Client) -> None:
    bob = factories.create_user(username="bob", queues=[queue])
    task = factories.create_task()
    assert browser_of_sol.post(f"/board/tasks/{task.pk}/assign/", {"to": ana.pk}).status_code == 302
    assert claims.next_task(user=bob, at=timezone.now(), via=factories.VIA) is None
    given = claims.next_task(user=ana, at=timezone.now(), via=factories.VIA)
    assert given is not None
    assert given.pk == task.pk


def test_a_task_cannot_be_given_to_somebody_outside_its_queue(browser_of_sol: Client) -> None:
    otto = factories.create_user(username="otto")
    task = factories.create_task()
    assert "Otto" not in browser_of_sol.get(f"/board/tasks/{task.pk}/").content.decode()
    assert browser_of_sol.post(f"/board/tasks/{task.pk}/assign/", {"to": otto.pk}).status_code == 422
    task.refresh_from_db()
    assert task.assignee is None


def test_an_act_on_a_decided_task_is_refused_and_says_so(browser_of_sol: Client) -> None:
    task = factories.create_task()
    Task.objects.filter(pk=task.pk).update(state=Task.State.DECIDED, decided_at=timezone.now())
    response = browser_of_sol.post(f"/board/tasks/{task.pk}/take-over/")
    assert response.status_code == 409
    assert "Nothing was changed" in response.content.decode()
