"""What becomes of a delivery after each answer; in which order, how fairly, and what a lost lease leaves."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.db import connection
from standardwebhooks.webhooks import Webhook

from reviewapp.audit import append_only, trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.delivery import attempts, destinations, outbox, push, retrying, schedule, sending
from reviewapp.delivery.models import Attempt, Delivery, Destination
from reviewapp.delivery.schedule import Verdict
from reviewapp.upstreams.http import Limits
from reviewapp.work import leases
from tests.delivery.receiver import (
    TERMS,
    Heard,
    always,
    create_destination,
    create_rows,
    deliveries,
    finish,
    in_turn,
    receiving,
    run,
)
from tests.factories import AT, VIA
from tests.upstreams import servers

pytestmark = pytest.mark.django_db(transaction=True)


def one() -> Delivery:
    return Delivery.objects.select_related("destination").get()


def entries(action: Action) -> list[dict]:
    return [json.loads(bytes(entry.body)) for entry in Entry.objects.filter(action=action).order_by("id")]


def test_a_delivery_arrives_signed_with_every_secret_and_is_written_down() -> None:
    with receiving(always(202, b"thanks")) as receiver:
        create_destination(receiver.url)
        destination = Destination.objects.get()
        destinations.rotate_secret(destination_id=destination.pk, at=AT, by=trail.SYSTEM, via=VIA)
        deliveries()
        assert run() == push.Pushed(delivered=1)
    (heard,) = receiver.heard
    delivery = one()
    assert heard.body.decode() == delivery.body.text and heard.id == delivery.webhook_id
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    destination.refresh_from_db()
    secrets = destinations.secrets_of(destination)
    signatures = [Webhook(secret).sign(heard.id, AT, heard.body.decode()) for secret in secrets]
    assert heard.headers["webhook-signature"].split(" ") == signatures and len(signatures) == 2
    assert (delivery.state, delivery.next_at, delivery.tries, delivery.attempts) == ("delivered", None, 1, 0)
    attempt = Attempt.objects.get()
    assert (attempt.number, attempt.status, attempt.code, attempt.answer.text) == (1, 202, "ok", "thanks")
    (said,) = entries(Action.DELIVERY_PUSHED)
    assert said["details"]["webhook_id"] == delivery.webhook_id and said["details"]["body"] == delivery.body.commitment


STATES = {
    Verdict.DELIVERED: "delivered",
    Verdict.RETRY: "retrying",
    Verdict.DEAD: "dead",
    Verdict.PAUSE: "pending",
    Verdict.DISABLE: "pending",
}


STATUSES = "200 204 299 301 302 307 308 400 401 403 404 408 409 410 413 422 425 429 500 501 502 503 504 599"


@pytest.mark.parametrize("status", [int(word) for word in STATUSES.split()])
def test_every_status_leads_to_its_state(status: int) -> None:
    headers = {"Location": "http://127.0.0.1:1/elsewhere"} if 300 <= status < 400 else {}
    with receiving(always(status, b"" if status == 204 else b"so it is", **headers)) as receiver:
        create_destination(receiver.url)
        deliveries()
        run()
    assert len(receiver.heard) == 1
    delivery, verdict = one(), schedule.verdict(status)
    assert delivery.state == STATES[verdict]
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.number) == (status, 1)
    assert attempt.sentence and "127.0.0.1" not in attempt.sentence
    waits = {Verdict.PAUSE: "paused", Verdict.DISABLE: "disabled"}
    assert delivery.destination.state == waits.get(verdict, "active")
    if verdict in waits:
        assert (delivery.attempts, delivery.tries, delivery.next_at is None) == (0, 1, False)
        stopped = Action.DESTINATION_PAUSED if verdict is Verdict.PAUSE else Action.DESTINATION_DISABLED
        assert entries(stopped)[0]["details"] == {"destination": "books", "code": f"http_{status}"}
        assert run(AT + timedelta(days=2)) == push.Pushed()
    if verdict is Verdict.RETRY:
        assert AT + timedelta(seconds=2.5) <= delivery.next_at <= AT + timedelta(seconds=25)


def test_a_network_that_fails_is_tried_again() -> None:
    with receiving(always(200)) as receiver:
        url = receiver.url
    create_destination(url)
    deliveries()
    run()
    assert (one().state, one().last_code) == ("retrying", "unreachable")


def test_a_receiver_that_says_nothing_in_time_is_tried_again() -> None:
    ended = threading.Event()

    def hang(heard: Heard) -> tuple[int, dict, bytes]:
        ended.wait(10)
        return 200, {}, b""

    with receiving(hang) as receiver:
        create_destination(receiver.url)
        deliveries()
        began = time.monotonic()
        run(terms=push.Terms(limits=Limits(seconds=0.3, body=1000, tries=1, cut=True)))
        assert time.monotonic() - began < 3
        ended.set()
    assert (one().state, one().last_code) == ("retrying", "out_of_time")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (format_datetime(AT.replace(microsecond=0) + timedelta(hours=2), usegmt=True), 7200),
        ("999999999", 24 * 3600),
        ("soon", 5),
        ("-4", 5),
    ],
)
def test_retry_after_is_a_lower_bound(said: str, seconds: int) -> None:
    with receiving(always(503, Retry_After=said)) as receiver:
        create_destination(receiver.url)
        deliveries()
        run(client=servers.client(pace=servers.FakePace().pace))
    assert one().next_at == AT + timedelta(seconds=seconds)


def test_the_whole_schedule_and_then_it_is_dead() -> None:
    at, waited = AT, []
    with receiving(always(500)) as receiver:
        create_destination(receiver.url)
        deliveries()
        while (delivery := one()).state != "dead":
            waited.append((delivery.next_at - at).total_seconds())
            at = delivery.next_at
            run(at, client=servers.client(pace=servers.FakePace().pace))
    assert waited == [0, *schedule.DELAYS]
    bodies = {(heard.id, heard.body) for heard in receiver.heard}
    assert len(receiver.heard) == len(schedule.DELAYS) + 1 and len(bodies) == 1
    stamps = [heard.headers["webhook-timestamp"] for heard in receiver.heard]
    assert len(set(stamps)) == len(stamps), "each attempt says its own time"
    assert list(Attempt.objects.order_by("id").values_list("number", flat=True)) == list(range(1, 12))
    assert len(entries(Action.DELIVERY_DEAD)) == 1 and len(entries(Action.DELIVERY_FAILED)) == 10


def test_a_document_keeps_its_order_and_holds_back_no_other() -> None:
    refused: set[str] = set()

    def answer(heard: Heard) -> tuple[int, dict, bytes]:
        return (422 if heard.id in refused else 200), {}, b""

    with receiving(answer) as receiver:
        create_destination(receiver.url)
        ours = deliveries(documents=2, each=3)
        documents = {}
        for delivery in ours:
            documents.setdefault(delivery.order_key, []).append(delivery)
        held, free = documents.values()
        refused.add(held[0].webhook_id)
        run()
        arrived = [heard.id for heard in receiver.heard]
        assert [i for i in arrived if i in {one.webhook_id for one in free}] == [one.webhook_id for one in free]
        assert [i for i in arrived if i in {one.webhook_id for one in held}] == [held[0].webhook_id]
        # The dead one holds its document back until somebody gives it up.
        retrying.give_up(delivery_id=held[0].pk, at=AT, by=trail.SYSTEM, via=VIA)
        run()
    assert [heard.id for heard in receiver.heard][4:] == [one.webhook_id for one in held[1:]]


def test_what_waits_for_its_next_try_holds_back_its_document_too() -> None:
    with receiving(in_turn(500, 200)) as receiver:
        create_destination(receiver.url)
        first, second = deliveries(each=2)
        run()
        run(AT + timedelta(seconds=1))
        assert [heard.id for heard in receiver.heard] == [first.webhook_id]
        run(AT + timedelta(seconds=5))
    assert [heard.id for heard in receiver.heard] == [first.webhook_id, first.webhook_id, second.webhook_id]


def test_a_destination_that_hangs_slows_no_other() -> None:
    ended = threading.Event()

    def hang(heard: Heard) -> tuple[int, dict, bytes]:
        ended.wait(20)
        return 200, {}, b""

    with receiving(hang) as bad, receiving(always(200)) as good:
        create_destination(bad.url, slug="bad")
        create_destination(good.url, slug="good")
        deliveries(documents=30)
        terms = push.Terms(limits=Limits(seconds=4.0, body=1000, tries=1, cut=True), seconds=0.1)
        done = run(terms=terms, limit=100)
        ended.set()
    assert (done.delivered, done.failed) == (30, terms.width)
    assert {one.destination.slug for one in Delivery.objects.filter(state="delivered")} == {"good"}
    assert len(bad.heard) == terms.width, "and no more of it was taken"
    tried = Attempt.objects.filter(delivery__destination__slug="bad").order_by("at").first()
    assert tried.at > max(Delivery.objects.filter(state="delivered").values_list("delivered_at", flat=True))


def test_a_destination_that_fails_has_one_in_flight_until_it_takes_something_again() -> None:
    beside: list[int] = []
    lock, inside = threading.Lock(), 0

    def answer(heard: Heard) -> tuple[int, dict, bytes]:
        nonlocal inside
        with lock:
            beside.append(inside)
            inside += 1
        time.sleep(0.05)
        with lock:
            inside -= 1
        return 500, {}, b""

    with receiving(answer) as receiver:
        create_destination(receiver.url)
        deliveries(documents=12)
        assert run().failed == 12
    assert max(beside[4:]) == 0 and len(beside) == 12


def test_a_lost_lease_saves_nothing() -> None:
    with receiving(always(200)) as receiver:
        create_destination(receiver.url)
        deliveries()
        (slow,) = leases.take(push.due(one().destination), at=AT, worker="slow", seconds=60)
        assert run(AT + timedelta(seconds=59)) == push.Pushed()
        assert run(AT + timedelta(seconds=61)).delivered == 1
    outcome = sending.Outcome(Verdict.RETRY, "http_500", "answered 500", status=500)
    assert not attempts.write_down(slow, outcome, at=AT + timedelta(seconds=62), uniform=lambda low, high: high)
    assert one().state == "delivered" and Attempt.objects.count() == 1
    assert not entries(Action.DELIVERY_FAILED)


def test_nothing_is_written_where_the_entry_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(always(200)) as receiver:
        create_destination(receiver.url)
        deliveries()
        with monkeypatch.context() as broken:
            broken.setattr(trail, "record", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                run()
        assert one().state == "pending" and not Attempt.objects.exists()
        # The lease ends, and the same body goes out again under the same id.
        run(AT + timedelta(seconds=TERMS.lease + 1))
    assert one().state == "delivered"
    assert len({(heard.id, heard.body) for heard in receiver.heard}) == 1 and len(receiver.heard) == 2


def test_a_worker_that_is_told_to_stop_takes_nothing_more() -> None:
    with receiving(always(200)) as receiver:
        create_destination(receiver.url)
        deliveries(documents=3)
        assert run(stop=lambda: True) == push.Pushed()
        assert run(limit=2).delivered == 2
    assert len(receiver.heard) == 2


def test_two_workers_send_nothing_twice() -> None:
    found = []
    with receiving(always(200)) as receiver:
        create_destination(receiver.url)
        deliveries(documents=20)

        def work(name: str) -> None:
            try:
                found.append(run(worker=name).delivered)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(found) == 20 and len(receiver.heard) == 20 and len({heard.id for heard in receiver.heard}) == 20


def test_an_address_that_our_rules_refuse_pauses_the_destination() -> None:
    with receiving(always(200)) as receiver:
        create_destination(receiver.url, private="")
        deliveries()
        run()
    assert receiver.heard == []
    assert (one().destination.state, one().state, one().last_code) == ("paused", "pending", "not_allowed")


def test_secrets_sealed_with_another_key_pause_the_destination(settings) -> None:
    create_destination()
    deliveries()
    settings.SECRET_KEY = "quite another key, of the same length as the one before"
    run()
    assert (one().destination.state, one().last_code) == ("paused", "sealed")


def test_one_that_cannot_even_be_made_ready_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    made = destinations.secrets_of
    with receiving(always(200)) as receiver:
        create_destination(receiver.url, slug="bad")
        create_destination(receiver.url, slug="good")
        deliveries()
        broken = lambda one: made(one) if one.slug == "good" else 1 / 0  # noqa: E731
        monkeypatch.setattr(destinations, "secrets_of", broken)
        run()
    states = dict(Delivery.objects.values_list("destination__slug", "state"))
    assert states == {"bad": "retrying", "good": "delivered"}


def test_of_the_answer_only_a_harmless_beginning_is_kept() -> None:
    def echo(heard: Heard) -> tuple[int, dict, bytes]:
        said = f"you sent {heard.headers['webhook-signature']} to a-path-that-is-a-key "
        said += "https://x.example/f?X-Amz-Signature=abc123def "
        return 500, {}, (said + "\x00\x1b[31m" + "x" * 100_000).encode()

    with receiving(echo) as receiver:
        create_destination(receiver.url)
        deliveries()
        run()
    kept = Attempt.objects.get().answer.text
    assert kept.startswith("you sent") and len(kept.encode()) <= 2048
    for secret in (receiver.heard[0].headers["webhook-signature"], "a-path-that-is-a-key", "abc123def", "\x1b"):
        assert secret not in kept


def test_no_secret_leaves_by_logs_trail_or_columns(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with receiving(in_turn(500, 401)) as receiver:
        create_destination(receiver.url)
        secrets = destinations.secrets_of(Destination.objects.get())
        deliveries(documents=2)
        run()
        run(AT + timedelta(hours=1))
    texts = [caplog.text, *(bytes(entry.body).decode() for entry in Entry.objects.all())]
    texts += [str(row) for model in (Delivery, Destination, Attempt) for row in model.objects.values()]
    for secret in (*secrets, secrets[0].removeprefix("whsec_"), "a-path-that-is-a-key"):
        assert not [text for text in texts if secret in text]


def test_attempts_are_facts_and_due_ones_are_found_by_an_index() -> None:
    assert "delivery_attempt" in append_only.guarded_tables()
    create_destination()
    deliveries(documents=2)
    plan = push.due(Destination.objects.get()).filter(next_at__lte=AT).order_by("next_at", "pk").explain()
    if connection.vendor == "sqlite":
        assert "delivery_due_idx" in plan and "delivery_order_idx" in plan


def test_a_row_that_ends_while_an_earlier_end_waits_comes_after_it() -> None:
    with receiving(in_turn(500, 200)) as receiver:
        create_destination(receiver.url)
        (row,) = create_rows()
        for outcome in ("passed", "rejected"):
            finish(row, outcome=outcome)
            outbox.run(at=AT)
            run()
        run(AT + timedelta(seconds=10))
    said = [json.loads(heard.body)["type"] for heard in receiver.heard]
    assert said == ["row.passed", "row.passed", "row.rejected"]
