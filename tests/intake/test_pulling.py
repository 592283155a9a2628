"""A pull is asked for when it is due; whatever the upstream does ends in a state, and nothing that was kept is touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reviewapp.audit.models import Content, Entry
from reviewapp.intake import polls, pulling
from reviewapp.intake.models import Pull, Rejected, SourceFile
from reviewapp.results.models import Job, ResultRow
from reviewapp.review import triage
from reviewapp.review.models import Task
from reviewapp.upstreams import adapter, http
from reviewapp.upstreams.clients import Source
from reviewapp.upstreams.models import Upstream
from reviewapp.work import leases
from tests import factories
from tests.factories import AT

from .scripted import Scripted, answer

pytestmark = pytest.mark.django_db
JOB = "00000000-0000-4000-8000-0000000000aa"


def highest(low: float, high: float) -> float:
    return high


@pytest.fixture
def step(client_out: http.Client) -> Any:
    def one(at: Any) -> bool:
        return pulling.step(at=at, client=client_out, worker="w", uniform=highest)

    return one


def added(live: Upstream, job_id: str = JOB) -> Pull:
    pull, _ = pulling.add(upstream=live, text=job_id, at=AT, by=factories.trail.SYSTEM)
    return pull


def paper(status: str = "completed", **over: Any) -> dict[str, Any]:
    return factories.unsiloed({"total": (12, 0.3)}, job_id=JOB, status=status, **over)


def running(status: str = "processing") -> dict[str, Any]:
    payload = paper(status)
    del payload["result"]
    return payload


def test_a_job_that_runs_is_asked_for_until_it_is_over(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [answer(running("queued")), answer(running()), answer(running()), answer(paper())]
    pull = added(live)
    waits = []
    at = AT
    for _ in range(3):
        assert step(at)
        pull.refresh_from_db()
        waits.append((pull.next_at - at).total_seconds())
        assert not step(pull.next_at - timedelta(milliseconds=1))
        at = pull.next_at
    assert step(at)
    pull.refresh_from_db()
    assert waits == [1, 1, 2]  # what differs makes it eager again
    assert (pull.state, pull.next_at, pull.attempts) == (Pull.State.SETTLED, None, 0)
    assert pull.known_job.status == "completed"
    assert ResultRow.objects.filter(job=pull.known_job).count() == 1
    assert not step(at + timedelta(days=9))


def test_what_is_taken_in_waits_for_people(live: Upstream, vendor: Scripted, step: Any) -> None:
    factories.create_queue()
    vendor.fetches = [answer(paper("review"))]
    added(live)
    step(AT)
    triage.run(at=AT)
    assert Task.objects.get().job.job_id == JOB
    received = Entry.objects.filter(action="intake:row:received").get()
    assert (received.actor_type, received.actor_id) == ("upstream", "live")


@pytest.mark.parametrize(
    ("failure", "state", "next_in"),
    [
        (adapter.Unavailable("down"), Pull.State.WAITING, 2),
        (adapter.RateLimited("slow down", retry_at=AT + timedelta(seconds=77)), Pull.State.WAITING, 77),
        (adapter.AuthRefused("the key is bad"), Pull.State.WAITING, 2),
        (adapter.QuotaUsedUp("paid up?"), Pull.State.WAITING, 2),
        (adapter.Conflict("changed"), Pull.State.WAITING, 2),
        (adapter.NotAllowed("a private address"), Pull.State.WAITING, 2),
        (adapter.NotFound("no such job"), Pull.State.GONE, None),
        (adapter.Forbidden("not yours"), Pull.State.REFUSED, None),
        (adapter.RequestRefused("no"), Pull.State.REFUSED, None),
        (adapter.TooLarge("more than 20 MB"), Pull.State.REFUSED, None),
        (adapter.Uncertain("only what makes something"), Pull.State.WAITING, 2),
        (adapter.BadPayload("not what was promised", data=b"{"), Pull.State.WAITING, 2),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_failure_ends_in_its_state(
    failure: adapter.UpstreamError, state: str, next_in: float | None, live: Upstream, vendor: Scripted, step: Any
) -> None:
    vendor.fetches = [failure]
    pull = added(live)
    assert step(AT)
    pull.refresh_from_db()
    assert (pull.state, pull.attempts, pull.last_code, pull.last_error) == (state, 1, failure.code, str(failure))
    assert pull.next_at == (None if next_in is None else AT + timedelta(seconds=next_in))
    assert not Job.objects.exists()


def test_every_failure_there_is_was_tried() -> None:
    tried = {mark.args[1][place][0].__class__ for mark in _marks() for place in range(len(mark.args[1]))}
    assert tried == set(adapter.UpstreamError.__subclasses__())


def _marks() -> list[Any]:
    return [mark for mark in test_each_failure_ends_in_its_state.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("bad", [b"<html>", b'{"job_id": 1e999}', b'{"detail": "x"}', b"", b"\xff\xfe"])
def test_an_answer_that_is_no_result_is_kept_and_asked_for_thrice(
    bad: bytes, live: Upstream, vendor: Scripted, step: Any
) -> None:
    vendor.fetches = [answer(bad)]
    pull = added(live)
    at = AT
    for _ in range(polls.BAD_ANSWERS):
        assert step(at)
        pull.refresh_from_db()
        at += timedelta(minutes=10)
    assert (pull.state, pull.next_at, pull.last_code) == (Pull.State.REFUSED, None, "bad_payload")
    assert not step(at)
    assert Rejected.objects.count() == (1 if bad else 0)
    assert not Job.objects.exists()


def test_an_answer_about_another_job_is_not_taken_in(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [answer(factories.unsiloed({"total": 1}))]
    pull = added(live)
    step(AT)
    pull.refresh_from_db()
    assert pull.last_code == "bad_payload"
    assert not Job.objects.exists()


def test_a_job_that_is_gone_keeps_its_rows_and_tasks(live: Upstream, vendor: Scripted, step: Any) -> None:
    factories.create_queue()
    vendor.fetches = [answer(paper("review")), adapter.NotFound("no such job")]
    pull = added(live)
    step(AT)
    triage.run(at=AT)
    later = AT + timedelta(minutes=6)
    assert step(later)
    pull.refresh_from_db()
    assert (pull.state, pull.known_job.status) == (Pull.State.GONE, "review")
    assert Task.objects.get().state == Task.State.OPEN
    assert Entry.objects.filter(action="intake:job:gone", stream=f"job:{pull.known_job_id}").count() == 1


def test_a_day_without_anything_new_is_stalled_and_never_failed(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [answer(running())]
    pull = added(live)
    step(AT)
    assert step(AT + timedelta(hours=25))
    pull.refresh_from_db()
    assert (pull.state, pull.next_at) == (Pull.State.STALLED, AT + timedelta(hours=26))
    vendor.fetches = [answer(paper())]
    assert step(pull.next_at)
    pull.refresh_from_db()
    assert pull.state == Pull.State.SETTLED


def test_a_server_that_is_down_costs_one_question_at_a_time(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [adapter.Unavailable("down")]
    for number in range(5):
        added(live, f"00000000-0000-4000-8000-00000000000{number}")
    assert step(AT)
    assert not step(AT)
    live.refresh_from_db()
    assert (live.trouble, live.trouble_code, live.troubles) == ("down", "unavailable", 1)
    assert live.held_until == AT + timedelta(seconds=1)
    assert step(live.held_until)
    live.refresh_from_db()
    assert live.held_until == AT + timedelta(seconds=3)
    vendor.fetches = [lambda job_id: answer(factories.unsiloed({"total": 1}, job_id=job_id))]
    at = AT + timedelta(seconds=10)
    assert [step(at) for _ in range(6)] == [True] * 5 + [False]
    live.refresh_from_db()
    assert (live.trouble, live.troubles, live.held_until) == ("", 0, None)


def test_a_paused_upstream_and_one_without_address_are_not_asked(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [answer(paper())]
    added(live)
    Upstream.objects.update(paused=True)
    assert not step(AT)
    Upstream.objects.update(paused=False, base_url="")
    assert not step(AT)
    with pytest.raises(pulling.CannotAsk):
        pulling.add(upstream=Upstream.objects.get(), text=JOB, at=AT, by=factories.trail.SYSTEM)


def test_a_job_is_named_by_its_id_or_its_url_and_is_one(live: Upstream, vendor: Scripted) -> None:
    first, new = pulling.add(upstream=live, text=JOB, at=AT, by=factories.trail.SYSTEM)
    again, new_again = pulling.add(
        upstream=live, text=f"https://api.example.com/extract/{JOB}", at=AT, by=factories.trail.SYSTEM
    )
    assert (first.pk, new, new_again) == (again.pk, True, False)
    with pytest.raises(pulling.CannotAsk):
        pulling.add(upstream=live, text="../secrets", at=AT, by=factories.trail.SYSTEM)


def test_a_person_may_ask_again_for_what_was_settled(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [answer(paper())]
    pull = added(live)
    step(AT)
    job = Job.objects.get()
    pulling.again(job=job, at=AT + timedelta(days=2), by=factories.trail.SYSTEM)
    pull.refresh_from_db()
    assert (pull.state, pull.next_at) == (Pull.State.WAITING, AT + timedelta(days=2))
    assert step(AT + timedelta(days=2))
    assert ResultRow.objects.count() == 1
    assert Entry.objects.filter(action="intake:job:asked_for").count() == 2


def test_documents_are_left_to_be_fetched_once(live: Upstream, vendor: Scripted, step: Any) -> None:
    vendor.fetches = [answer(paper("review"), Source(key="", name="paper.pdf"))]
    added(live)
    step(AT)
    assert step(AT + timedelta(minutes=6))
    wanted = SourceFile.objects.get()
    assert (wanted.name, wanted.next_at, wanted.state) == ("paper.pdf", AT, SourceFile.State.WAITING)


def test_who_lost_the_lease_takes_nothing_in(
    live: Upstream, vendor: Scripted, step: Any, client_out: http.Client
) -> None:
    def slow(job_id: str) -> Any:
        other = AT + timedelta(seconds=pulling.LEASE_SECONDS)
        assert leases.take(Pull.objects.all(), at=other, worker="quick", seconds=60)
        return answer(paper())

    vendor.fetches = [slow]
    added(live)
    with pytest.raises(leases.Lost):
        step(AT)
    assert not Job.objects.exists()


CREDENTIAL = "a credential of tests"


@pytest.mark.parametrize("status", ["completed", "processing"])
def test_a_credential_that_an_upstream_repeats_is_kept_nowhere(
    status: str, live: Upstream, vendor: Scripted, step: Any
) -> None:
    echo = paper("completed", note=f"you came with {CREDENTIAL}")
    bad = f'{{"job_id": "{CREDENTIAL}", "{CREDENTIAL}": 1, "{CREDENTIAL}": 2}}'
    vendor.fetches = [answer(echo if status == "completed" else bad)]
    added(live)
    step(AT)
    assert Job.objects.exists() == (status == "completed")
    assert Rejected.objects.exists() == (status == "processing")
    kept = [*Content.objects.values_list("text", flat=True), *Pull.objects.values_list("last_error", flat=True)]
    kept += list(Rejected.objects.values_list("message", flat=True))
    assert any("[cut]" in text for text in kept if text)
    assert not any(CREDENTIAL in text for text in kept if text)
