"""What is asked of a line that a person added? That it is filled or taken out; and that it can be, whatever the list holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from reviewapp.results import chains
from reviewapp.review.models import Queue, Task, Verdict
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
ITEM = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "amount": {"type": ["number", "null"]}},
}
SCHEMA = {"lines": {"type": "array", "items": ITEM}}


@pytest.fixture
def ana() -> Client:
    queue: Queue = factories.create_queue()
    return factories.sign_in(factories.create_user(username="ana", queues=[queue]))


def with_lines() -> Task:
    lines = ([{"name": "tea", "amount": 3}], 0.95)
    return factories.create_task(factories.unsiloed({"total": (3, 0.3), "lines": lines}, properties=SCHEMA))


def with_tags() -> Task:
    payload = factories.unsiloed(
        {"total": (3, 0.3)}, properties={"tags": {"type": "array", "items": {"type": "string"}}}
    )
    score = {"grounding_score": 0.9, "extraction_score": 0.9}
    tag = {"__value__": {"value": "urgent", "score": score, "citation": None}}
    payload["result"]["tags"] = {"value": [tag], "score": score, "citation": None}
    return factories.create_task(payload)


def say(client: Client, task: Task, **said: str) -> int:
    newest = Verdict.objects.filter(task=task, path=said["path"]).exclude(kind="restored").order_by("-id").first()
    seen = str(newest.pk) if newest is not None else "0"
    return client.post(f"/tasks/{task.pk}/verdicts/", {"seen": seen, **said}).status_code


def line(client: Client, task: Task, **what: str) -> int:
    return client.post(f"/tasks/{task.pk}/lines/", what).status_code


def decide(client: Client, task: Task, **said: str) -> Any:
    task.refresh_from_db()
    sent = {"kind": "approved", "version": str(task.version), **said}
    return client.post(f"/tasks/{task.pk}/decision/", sent)


def decided(task: Task) -> Any:
    return chains.read(Task.objects.get(pk=task.pk).decision.row).values


def test_an_empty_line_is_not_written_into_the_row(ana: Client) -> None:
    task = with_lines()
    assert say(ana, task, path="/total", kind="enter", value="3") == 302
    assert line(ana, task, line_added="/lines") == 302
    for sign_off in ({}, {"sign_off": "1", "reason": "no time"}):
        refused = decide(ana, task, **sign_off)
        body = refused.content.decode()
        assert refused.status_code == 422
        assert "Lines that you added are not filled yet" in body
        assert "Sign off" not in body, "who added it fills it or takes it out"
        assert 'data-path="/lines/+1/name"' in body
    assert chains.current_rows(task.job)["0"].source != "review"


def test_what_the_schema_demands_of_a_line_is_asked_of_an_added_one(ana: Client) -> None:
    task = with_lines()
    say(ana, task, path="/total", kind="enter", value="3")
    line(ana, task, line_added="/lines")
    assert say(ana, task, path="/lines/+1/amount", kind="enter", value="4.50") == 302
    assert decide(ana, task).status_code == 422
    assert say(ana, task, path="/lines/+1/name", kind="cleared") == 302, "it is not in the document: somebody said so"
    assert decide(ana, task).status_code == 302
    assert json.dumps(decided(task)["lines"], default=str) == json.dumps(
        [{"name": "tea", "amount": "3"}, {"amount": "4.50", "name": None}]
    )


def test_an_added_line_may_be_taken_out_and_put_back_with_what_was_said_of_it(ana: Client) -> None:
    task = with_lines()
    say(ana, task, path="/total", kind="enter", value="3")
    line(ana, task, line_added="/lines")
    say(ana, task, path="/lines/+1/name", kind="enter", value="cake")
    assert line(ana, task, line_removed="/lines/+1") == 302
    assert ana.get(f"/tasks/{task.pk}/").status_code == 200
    assert line(ana, task, line_restored="/lines/+1") == 302
    assert decide(ana, task).status_code == 302
    assert [one["name"] for one in decided(task)["lines"]] == ["tea", "cake"]


def test_a_removed_added_line_leaves_nothing_behind(ana: Client) -> None:
    task = with_lines()
    say(ana, task, path="/total", kind="enter", value="3")
    line(ana, task, line_added="/lines")
    say(ana, task, path="/lines/+1/name", kind="enter", value="cake")
    line(ana, task, line_removed="/lines/+1")
    assert decide(ana, task).status_code == 302
    assert [one["name"] for one in decided(task)["lines"]] == ["tea"]


def test_a_list_of_plain_values_grows_as_well(ana: Client) -> None:
    task = with_tags()
    say(ana, task, path="/total", kind="enter", value="3")
    assert line(ana, task, line_added="/tags") == 302
    assert ana.get(f"/tasks/{task.pk}/", {"field": "/tags/+1"}).status_code == 200
    assert decide(ana, task).status_code == 422
    assert say(ana, task, path="/tags/+1", kind="enter", value="paid") == 302
    assert say(ana, task, path="/tags/+1", kind="restored") == 302
    assert decide(ana, task).status_code == 422, "its value was taken back, and the line is still there"
    assert say(ana, task, path="/tags/+1", kind="enter", value="late") == 302
    assert decide(ana, task).status_code == 302
    assert decided(task)["tags"] == ["urgent", "late"]


def test_nothing_is_said_of_a_line_that_nobody_added(ana: Client) -> None:
    task = with_lines()
    assert say(ana, task, path="/lines/+1/name", kind="enter", value="cake") == 422
    assert say(ana, task, path="/lines/+1", kind="corrected", value="cake") == 422
    assert not Verdict.objects.exists()


def test_the_screen_stands_when_all_lines_were_said_to_be_there(ana: Client) -> None:
    task = with_lines()
    assert line(ana, task, lines_complete="/lines") == 302
    page = ana.get(f"/tasks/{task.pk}/", {"field": "/lines"})
    assert page.status_code == 200
    assert "all lines are there" in page.content.decode()
