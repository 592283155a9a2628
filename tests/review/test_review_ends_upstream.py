"""A job that leaves `review` upstream under an open task says so and keeps the task, whether somebody began or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewapp.review import claims, triage
from reviewapp.review.models import Task
from tests import factories
from tests.factories import AT, VIA

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)


def paper(status: str, **over: Any) -> dict[str, Any]:
    job_id = "00000000-0000-4000-8000-0000000000aa"
    return factories.unsiloed({"total": (12, 0.97), "nr": ("A", 0.99)}, job_id=job_id, status=status, **over)


def codes(task: Task) -> list[str]:
    return sorted(task.reasons.values_list("code", flat=True))


@pytest.mark.parametrize("begun", [False, True])
def test_the_task_stays_and_says_so(begun: bool) -> None:
    queue = factories.create_queue()
    ana = factories.create_user(queues=[queue])
    task = factories.create_task(paper("review"))
    if begun:
        claims.take(task_id=task.pk, user=ana, at=AT, via=VIA)
    factories.take_in(paper("completed"), at=LATER)
    triage.run(at=LATER)
    task.refresh_from_db()
    assert (task.state, codes(task), task.fields_to_check) == (Task.State.OPEN, ["review_ended"], 2)
    triage.again(queue=queue, at=LATER)
    task.refresh_from_db()
    assert codes(task) == ["review_ended"]


def test_a_row_that_changes_as_it_leaves_review_keeps_its_task_too() -> None:
    factories.create_queue()
    job_id = "00000000-0000-4000-9000-0000000000aa"
    row = {"values": {"total": 1}, "confidence": 0.99}
    factories.create_task(factories.talonic([{**row, "status": "review"}], job_id=job_id))
    factories.take_in(factories.talonic([{**row, "status": "approved"}], job_id=job_id), at=LATER)
    triage.run(at=LATER)
    task = Task.objects.get(state=Task.State.OPEN)
    assert "review_ended" in codes(task)


def test_a_task_that_waits_for_another_reason_is_not_kept_by_this() -> None:
    queue = factories.create_queue(slug="strict", threshold="0.999", is_default=True)
    task = factories.create_task(paper("completed"))
    queue.threshold = "0.5"
    queue.save()
    triage.again(queue=queue, at=LATER)
    task.refresh_from_db()
    assert task.state == Task.State.WITHDRAWN
