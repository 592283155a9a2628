"""A POST with an Idempotency-Key is done once: same question, same answer; whatever happens between."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from reviewapp.accounts.models import Scope
from reviewapp.accounts.roles import Role
from reviewapp.api.models import IdempotentAnswer
from reviewapp.api.v1 import errors
from reviewapp.audit.models import Entry
from reviewapp.review import claims
from reviewapp.review.models import Decision, Task, Verdict
from tests.factories import create_key, create_queue, create_task, create_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sol():
    create_queue()
    return create_user(username="sol", role=Role.SUPERVISOR)


@pytest.fixture
def task(sol) -> Task:
    return create_task()


@pytest.fixture
def secret(task, sol) -> str:
    _, secret = create_key(upstreams=[task.upstream], scopes=list(Scope), acts_for=sol)
    return secret


def post(secret: str, path: str, body: Any, name: str | None = "n-1", at: timedelta = timedelta()) -> Any:
    headers = {"Authorization": f"Bearer {secret}", **({} if name is None else {"Idempotency-Key": name})}
    text = body if isinstance(body, str) else json.dumps(body)
    now = timezone.now() + at
    with mock.patch("reviewapp.web.middleware.timezone.now", return_value=now):
        return Client().generic("POST", f"/api/v1{path}", text, "application/json", headers=headers)


def verdict(path: str = "/total", revision: int = 1) -> dict[str, Any]:
    return {"revision": revision, "changes": [{"change": "approve", "path": path}]}


def test_asked_again_it_answers_the_same_and_does_nothing(task, secret):
    first = post(secret, f"/tasks/{task.pk}/verdicts", verdict())
    done = (Verdict.objects.count(), Entry.objects.count(), Task.objects.get(pk=task.pk).version)
    again = post(secret, f"/tasks/{task.pk}/verdicts", verdict())
    assert (again.status_code, again.content) == (first.status_code, first.content) == (200, first.content)
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert (Verdict.objects.count(), Entry.objects.count(), Task.objects.get(pk=task.pk).version) == done
    # Without the name the same question is a new one, and too old.
    assert post(secret, f"/tasks/{task.pk}/verdicts", verdict(), name="n-2").status_code == 409


def test_a_decision_is_made_once(task, secret):
    body = {"revision": 1, "sign_off": True, "reason": "r"}
    answers = [post(secret, f"/tasks/{task.pk}/approve", body) for _ in range(3)]
    assert {(one.status_code, one.content) for one in answers} == {(200, answers[0].content)}
    assert Decision.objects.count() == 1


def test_a_refusal_by_the_act_is_the_answer_as_well(task, secret):
    refused = post(secret, f"/tasks/{task.pk}/approve", {"revision": 1})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "open_flags")
    post(secret, f"/tasks/{task.pk}/verdicts", verdict(), name="n-2")
    again = post(secret, f"/tasks/{task.pk}/approve", {"revision": 1})
    assert (again.status_code, again.content, again["x-should-retry"]) == (409, refused.content, "false")
    missing = post(secret, "/tasks/4711/claim", "", name="n-3")
    assert missing.status_code == 404
    assert post(secret, "/tasks/4711/claim", "", name="n-3")["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [("/tasks/{}/verdicts", verdict("/date")), ("/tasks/{}/claim", ""), ("/tasks/{}/approve", verdict())],
)
def test_another_question_under_the_same_name_is_refused(task, secret, path, body):
    post(secret, f"/tasks/{task.pk}/verdicts", verdict())
    before = Entry.objects.count()
    other = post(secret, path.format(task.pk), body)
    if "approve" in path:
        # What does not fit the schema never gets so far, and is not kept.
        assert other.json()["error"]["code"] == "invalid"
    else:
        assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert Entry.objects.count() == before


def test_a_request_that_never_ran_leaves_its_name_free(task, secret):
    assert post(secret, f"/tasks/{task.pk}/verdicts", "{").status_code == 400
    assert post(secret, f"/tasks/{task.pk}/verdicts", {"revision": 1}).status_code == 422
    assert not IdempotentAnswer.objects.exists()
    assert post(secret, f"/tasks/{task.pk}/verdicts", verdict()).status_code == 200


@pytest.mark.parametrize("name", ["", " ", "a b", "a" * 256, "ä"])
def test_a_name_that_is_none_is_refused(task, secret, name):
    answer = post(secret, f"/tasks/{task.pk}/claim", "", name=name)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_idempotency_key")


def test_two_keys_may_use_the_same_name(task, secret, sol):
    _, other = create_key(upstreams=[task.upstream], scopes=list(Scope), acts_for=sol)
    assert post(secret, f"/tasks/{task.pk}/verdicts", verdict()).status_code == 200
    assert post(other, f"/tasks/{task.pk}/verdicts", verdict("/date", 3)).status_code == 200
    assert IdempotentAnswer.objects.count() == 2


def test_after_a_day_a_name_is_new_and_the_old_answers_are_gone(task, secret):
    post(secret, f"/tasks/{task.pk}/claim", "")
    post(secret, f"/tasks/{task.pk}/claim", "", name="n-2")
    almost = post(secret, f"/tasks/{task.pk}/claim", "", at=timedelta(hours=23, minutes=59))
    assert almost["Idempotent-Replayed"] == "true"
    fresh = post(secret, f"/tasks/{task.pk}/claim", "", at=timedelta(hours=24, minutes=1))
    assert "Idempotent-Replayed" not in fresh
    assert list(IdempotentAnswer.objects.values_list("name", flat=True)) == ["n-1"]


def test_while_it_runs_another_is_told_so_and_what_died_is_taken_up(task, secret):
    post(secret, f"/tasks/{task.pk}/claim", "")
    IdempotentAnswer.objects.update(state="running", status=None, answer="")
    waits = post(secret, f"/tasks/{task.pk}/claim", "", at=timedelta(seconds=60))
    assert (waits.status_code, waits.json()["error"]["code"], waits["x-should-retry"]) == (
        409,
        "still_running",
        "false",
    )
    taken_up = post(secret, f"/tasks/{task.pk}/claim", "", at=timedelta(seconds=100))
    assert taken_up.status_code == 200 and IdempotentAnswer.objects.get().state == "done"


def test_a_crash_before_the_answer_is_kept_leaves_neither_act_nor_answer(task, secret):
    before = Entry.objects.count()
    update = QuerySet.update

    def crashing(found: QuerySet[Any], **values: Any) -> int:
        if found.model is IdempotentAnswer and "answer" in values:
            assert Verdict.objects.count() == 1, "the act is done by now"
            raise RuntimeError("the disk is full")
        return update(found, **values)

    with mock.patch.object(QuerySet, "update", crashing), pytest.raises(RuntimeError):
        post(secret, f"/tasks/{task.pk}/verdicts", verdict(), name="n-9")
    assert (Verdict.objects.count(), Entry.objects.count()) == (0, before)
    assert not IdempotentAnswer.objects.filter(name="n-9").exists()
    assert post(secret, f"/tasks/{task.pk}/verdicts", verdict(), name="n-9").status_code == 200


@pytest.mark.parametrize("name", ["n-1", None])
def test_what_cannot_be_answered_is_not_done(task, secret, name):
    refusal = errors.Refused(410, "erased", "m")
    with mock.patch("reviewapp.api.v1.tasks.written", side_effect=refusal):
        answer = post(secret, f"/tasks/{task.pk}/verdicts", verdict(), name=name)
    assert answer.status_code == 410
    assert (Verdict.objects.count(), Task.objects.get(pk=task.pk).version) == (0, 1)
    assert IdempotentAnswer.objects.filter(status=410).exists() == (name is not None)


def test_who_was_taken_for_dead_and_was_not_leaves_nothing(task, secret, sol):
    """The lease ran out while the act was at work, and another took it up: the act of the first is rolled back."""
    act = claims.take

    def slow(**over: Any) -> Task:
        IdempotentAnswer.objects.update(taken_at=timezone.now() + timedelta(hours=1))
        return act(**over)

    with mock.patch("reviewapp.api.v1.task_posts.claims.take", slow):
        answer = post(secret, f"/tasks/{task.pk}/claim", "")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "still_running")
    assert Task.objects.get(pk=task.pk).holder_id is None


def test_of_many_at_once_one_does_it_and_all_answer_alike_or_say_that_it_runs(task, secret):
    answers: list[tuple[int, bytes]] = []

    def ask() -> None:
        try:
            answer = post_now(secret, f"/tasks/{task.pk}/verdicts", verdict())
            answers.append((answer.status_code, answer.content))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    good = {content for status, content in answers if status == 200}
    assert len(answers) == 6 and len(good) == 1
    assert {json.loads(content)["error"]["code"] for status, content in answers if status != 200} <= {"still_running"}
    assert Verdict.objects.count() == 1


def post_now(secret: str, path: str, body: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "n-1"}
    return Client().generic("POST", f"/api/v1{path}", json.dumps(body), "application/json", headers=headers)


def test_no_value_and_no_guessable_trace_of_one_is_kept(task, secret):
    body = {"revision": 1, "changes": [{"change": "correct", "path": "/date", "value": "a-secret-word"}]}
    assert post(secret, f"/tasks/{task.pk}/verdicts", body).status_code == 200
    kept = " ".join(str(one) for one in IdempotentAnswer.objects.values_list().get())
    assert "a-secret-word" not in kept
