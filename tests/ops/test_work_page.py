"""The work page: what is due, running, later, failing and given up, the rows in trouble, and who is at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.roles import Role
from reviewapp.intake.models import Pull
from reviewapp.ops import overview
from reviewapp.upstreams.models import Upstream
from reviewapp.work import workers
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db


def pull(upstream: Upstream, job_id: str, **columns: Any) -> Pull:
    return Pull.objects.create(
        upstream=upstream, job_id=job_id, origin="named", since=AT, changed_at=AT, tried_at=AT, **columns
    )


@pytest.fixture
def upstream() -> Upstream:
    return factories.create_upstream(slug="main")


def test_each_row_is_counted_where_it_stands(upstream: Upstream) -> None:
    soon = AT + timedelta(minutes=1)
    pull(upstream, "due", next_at=AT - timedelta(minutes=3))
    pull(upstream, "running", next_at=AT, lease_until=soon)
    pull(upstream, "left behind", next_at=AT - timedelta(minutes=9), lease_until=AT)
    pull(upstream, "later", next_at=soon)
    pull(upstream, "failing", next_at=soon, attempts=3, last_error="the host is down")
    pull(upstream, "gone", state="gone", attempts=1, last_error="no such job")
    pull(upstream, "settled", state="settled")
    work = overview.of(at=AT)
    (jobs,) = [one for one in work.errands if str(one.name) == "Jobs to ask for"]
    assert (jobs.due, jobs.running, jobs.later, jobs.failing, jobs.stuck) == (2, 1, 2, 1, 1)
    assert jobs.since == AT - timedelta(minutes=9)
    assert {(one.about, one.error) for one in work.troubles} == {
        ("failing", "the host is down"),
        ("gone", "no such job"),
    }


def test_rows_that_wait_for_triage_are_counted() -> None:
    factories.take_in(factories.unsiloed({"total": 1}))
    factories.take_in(factories.talonic([{"values": {"total": 1}}], job_status="processing"))
    (rows,) = [one for one in overview.of(at=AT).errands if str(one.name) == "Rows to triage"]
    assert (rows.due, rows.later) == (1, 1)


def test_who_is_at_work_and_who_was_killed() -> None:
    workers.begin(name="quick", at=AT)
    workers.begin(name="killed", at=AT - timedelta(minutes=5))
    workers.begin(name="ended", at=AT)
    workers.end(name="ended", at=AT)
    found = {worker.name: lives for worker, lives in overview.of(at=AT).workers}
    assert found == {"quick": True, "killed": False, "ended": False}
    assert overview.of(at=AT).alive == 1


def test_the_page_says_when_nobody_works_and_costs_the_same_however_much_there_is(upstream: Upstream) -> None:
    sol = factories.sign_in(factories.create_user(role=Role.SUPERVISOR))
    assert "No worker is running" in sol.get("/work/").content.decode()

    def queries() -> int:
        with CaptureQueriesContext(connection) as spent:
            assert sol.get("/work/").status_code == 200
        return len(spent.captured_queries)

    queries()
    before = queries()
    for number in range(30):
        pull(upstream, str(number), next_at=timezone.now(), attempts=1, last_error="down")
        workers.begin(name=str(number), at=timezone.now())
    assert queries() == before
    assert "30 workers are at it" in sol.get("/work/").content.decode()


def test_the_partial_is_the_page_without_its_frame() -> None:
    sol: Client = factories.sign_in(factories.create_user(role=Role.SUPERVISOR))
    part = sol.get("/work/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="work"')
