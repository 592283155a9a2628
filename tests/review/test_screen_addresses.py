"""The review screen's addresses against every role, Otto and a stranger; and the lease that the page renews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.models import Entry
from reviewapp.review import claims
from reviewapp.review.models import Decision, Task, Verdict
from tests.factories import VIA, create_queue, create_task, create_user, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

POSTS = (
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
    "document",
)
PEOPLE = ("ana", "sol", "udo", "ada", "otto", "")


@pytest.fixture
def task():
    queue = create_queue()
    create_user(username="ana", queues=[queue])
    create_user(username="sol", role=Role.SUPERVISOR)
    create_user(username="udo", role=Role.AUDITOR)
    create_user(username="ada", role=Role.ADMIN)
    create_user(username="otto")
    return create_task()


def client_of(username: str) -> Client:
    return sign_in(User.objects.get(username=username)) if username else Client()


@pytest.mark.parametrize(("username", "expected"), list(zip(PEOPLE, (200, 200, 200, 200, 404, 302), strict=True)))
def test_the_page_is_for_who_is_in_the_queue_or_reads_everything(task, username, expected):
    assert client_of(username).get(f"/tasks/{task.pk}/").status_code == expected


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize(("username", "expected"), [("udo", 403), ("ada", 403), ("otto", 404), ("", 302)])
def test_nobody_else_changes_anything(task, username, expected, name):
    entries = Entry.objects.exclude(action__startswith="accounts:").count()
    before = Task.objects.values().get(pk=task.pk)
    form = {
        "path": "/total",
        "kind": "approved",
        "value": "12",
        "version": task.version,
        "reason": "because",
        "until": "1h",
    }
    assert client_of(username).post(f"/tasks/{task.pk}/{name}/", form).status_code == expected
    assert Task.objects.values().get(pk=task.pk) == before
    assert Entry.objects.exclude(action__startswith="accounts:").count() == entries
    assert not Verdict.objects.exists() and not Decision.objects.exists()


@pytest.mark.parametrize("name", POSTS)
def test_a_get_changes_nothing(task, name):
    before = Task.objects.values().get(pk=task.pk)
    assert client_of("ana").get(f"/tasks/{task.pk}/{name}/").headers["Location"] == f"/tasks/{task.pk}/"
    assert Task.objects.values().get(pk=task.pk) == before


def test_an_unknown_task_is_not_found_whatever_is_asked(task):
    ana = client_of("ana")
    assert ana.get("/tasks/999999/").status_code == 404
    for name in POSTS:
        assert ana.post(f"/tasks/999999/{name}/").status_code == 404, name


def test_a_page_in_sight_renews_the_lease_that_its_person_holds_and_claims_nothing(task):
    ana = client_of("ana")
    path = f"/tasks/{task.pk}/lease/"
    assert ana.post(path).status_code == 204
    task.refresh_from_db()
    assert task.holder is None, "looking is not claiming"
    user = User.objects.get(username="ana")
    claims.take(task_id=task.pk, user=user, at=timezone.now() - timedelta(minutes=10), via=VIA)
    assert ana.post(path).status_code == 204
    task.refresh_from_db()
    assert task.lease_until - timezone.now() > timedelta(minutes=14)
    assert client_of("sol").post(path).status_code == 204
    task.refresh_from_db()
    assert task.holder == user
