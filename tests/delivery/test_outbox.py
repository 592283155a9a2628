"""What is handed over becomes one delivery for each destination that wants it, with a body that stays as it is."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from reviewapp.accounts.models import Scope, User
from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry
from reviewapp.delivery import compose, destinations, outbox
from reviewapp.delivery.models import Delivery, Destination
from reviewapp.extraction import edit
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Row
from reviewapp.results import chains
from reviewapp.results.models import Handoff
from reviewapp.review import decisions
from tests import factories
from tests.delivery.receiver import create_destination, create_rows, finish
from tests.factories import AT, VIA
from tests.review.test_decisions import approve, asked, say

pytestmark = pytest.mark.django_db(transaction=True)
HANDED = Handoff.objects.filter(to=Handoff.To.DELIVERY)


@pytest.fixture
def ana() -> User:
    return factories.create_user(username="ana", queues=[factories.create_queue()])


def bodies() -> list[str]:
    return [one.body.text or "" for one in Delivery.objects.select_related("body").order_by("id")]


def test_a_row_goes_once_to_each_destination_that_wants_it() -> None:
    create_destination(slug="all")
    create_destination(slug="other", upstreams=["somebody-else"])
    create_destination(slug="this", upstreams=["talonic"])
    create_destination(slug="rejected", outcomes=["rejected"])
    (row,) = create_rows()
    finish(row)
    assert outbox.run(at=AT) == 2
    assert [one.destination.slug for one in Delivery.objects.order_by("id")] == ["all", "this"]
    assert outbox.run(at=AT) == 0
    assert not HANDED.exists()
    (entry,) = Entry.objects.filter(action=Action.DELIVERY_QUEUED)
    assert json.loads(bytes(entry.body))["details"]["destinations"] == ["all", "this"]
    assert len(set(Delivery.objects.values_list("webhook_id", flat=True))) == 2


def test_a_row_that_nobody_wants_is_taken_up_all_the_same() -> None:
    (row,) = create_rows()
    finish(row)
    assert outbox.run(at=AT) == 0
    assert not HANDED.exists() and not Delivery.objects.exists()
    assert not Entry.objects.filter(action=Action.DELIVERY_QUEUED).exists()


def test_a_later_destination_gets_later_rows_alone_and_earlier_ones_by_an_act() -> None:
    first, second, third = create_rows(3)
    finish(first)
    create_destination(slug="late")
    assert outbox.run(at=AT) == 0
    finish(second)
    assert outbox.run(at=AT) == 1
    late = Destination.objects.get()
    finish(third, at=AT - timedelta(days=2))
    assert outbox.run(at=AT) == 1
    # What it has is not sent again, what ended too long ago is left out.
    assert outbox.fill(destination_id=late.pk, since=AT - timedelta(days=1), at=AT, by=trail.SYSTEM, via=VIA) == 1
    assert set(Delivery.objects.values_list("row", flat=True)) == {first.pk, second.pk, third.pk}


def test_filling_never_puts_an_older_state_of_a_document_behind_a_newer() -> None:
    (row,) = create_rows()
    finish(row, outcome="passed")
    outbox.run(at=AT)
    late = create_destination(slug="late")
    finish(row, outcome="rejected")
    assert outbox.run(at=AT) == 1
    assert outbox.fill(destination_id=late.pk, since=AT - timedelta(days=1), at=AT, by=trail.SYSTEM, via=VIA) == 0


def test_one_hand_off_brings_every_end_of_its_row_in_order() -> None:
    create_destination()
    (row,) = create_rows()
    finals = [finish(row, outcome="passed"), finish(row, outcome="rejected")]
    assert HANDED.count() == 1
    assert outbox.run(at=AT) == 2
    assert list(Delivery.objects.order_by("id").values_list("final", flat=True)) == [one.pk for one in finals]


def test_a_paused_destination_is_queued_for_and_a_disabled_one_is_not() -> None:
    paused, disabled = create_destination(slug="paused"), create_destination(slug="disabled")
    destinations.pause(destination_id=paused.pk, reason="", at=AT, by=trail.SYSTEM, via=VIA)
    destinations.disable(destination_id=disabled.pk, reason="", at=AT, by=trail.SYSTEM, via=VIA)
    (row,) = create_rows()
    finish(row)
    outbox.run(at=AT)
    assert [one.destination for one in Delivery.objects.all()] == [paused]


def test_nothing_is_taken_up_where_the_entry_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    create_destination()
    (row,) = create_rows()
    finish(row)
    monkeypatch.setattr(trail, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        outbox.run(at=AT)
    assert HANDED.count() == 1 and not Delivery.objects.exists()


def test_a_webhook_says_what_the_feed_says(ana: User) -> None:
    create_destination(slug="whole")
    create_destination(slug="told", form="event")
    task = factories.create_task('{"job_id":"j-1","status":"completed","file_name":"a.pdf","file_url":null,"metadata":'
        '{"order":["total"],"schema":{"type":"object","properties":{"total":{}}},"page_count":1},"result":{"total":'
        '{"value":12586.00,"score":{"grounding_score":0.9,"extraction_score":0.3},"citation":null}}}')  # fmt: skip
    say(task, ana, "/total", "corrected", Number("1e2"))
    decision = approve(task, ana)
    outbox.run(at=AT)
    whole, told = bodies()
    _key, secret = factories.create_key(upstreams=[task.upstream], scopes=[Scope.ROWS_READ])
    feed = Client().get("/api/rows", headers={"Authorization": f"Bearer {secret}"}).content.decode()
    data = feed[len('{"data":[') : feed.index('],"next"')]
    assert whole == f'{{"type":"row.approved","timestamp":"{trail.moment(decision.at)}","data":{data}}}'
    assert '"values":{"total":1e2}' in whole
    assert set(json.loads(told)["data"]) == set(json.loads(data)) - {"values", "verdicts", "reason"}


def test_a_rejection_says_why(ana: User) -> None:
    create_destination()
    task = factories.create_task()
    said = asked(task, reason="not a bill")
    decisions.reject(task_id=task.pk, asked=said, user=ana, at=AT, via=VIA)
    outbox.run(at=AT)
    body = json.loads(bodies()[0])
    assert (body["type"], body["data"]["reason"], body["data"]["verdicts"]) == ("row.rejected", "not a bill", {})


def test_a_row_that_was_erased_meanwhile_is_not_sent() -> None:
    create_destination()
    (row,) = create_rows()
    finish(row)

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_content SET text = NULL, salt = NULL, erased_at = %s WHERE id = %s", [AT, row.values_id]
        )
    outbox.run(at=AT)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_code, delivery.next_at) == ("not_accepted", "erased", None)


def test_a_write_back_is_frozen_whole_and_read_again_exactly(ana: User) -> None:
    task = factories.create_task(
        factories.unsiloed(
            {"total": (12.5, 0.3), "name": ("Orrery", 0.2), "note": ("x", 0.2), "date": ("2026-03-01", 0.95)}
        )
    )
    wanted = destinations.Wanted(
        name="Back", outcomes=["approved", "rejected"], upstream=task.job.upstream, way="corrections"
    )
    destinations.add_write_back(slug="back", wanted=wanted, at=AT, by=trail.SYSTEM, via=VIA)
    say(task, ana, "/total", "corrected", Number("15.00"))
    say(task, ana, "/name", "approved")
    say(task, ana, "/note", "illegible")
    decision = approve(task, ana)
    assert outbox.run(at=AT) == 1
    said = compose.correction(bodies()[0])
    assert (said.job_id, said.row_id, said.outcome) == (task.job.job_id, str(decision.row_id), "approved")
    assert [(one.path, one.verb, one.value, one.read) for one in said.changes] == [
        ("/total", "corrected", Number("15.00"), Number("12.5")),
        ("/name", "approved", "Orrery", "Orrery"),
        ("/note", "illegible", None, "x"),
    ]
    assert said.base == chains.read(task.row) and said.row == chains.read(decision.row)


def test_a_write_back_takes_only_what_people_said_of_its_own_upstream() -> None:
    own, foreign = create_rows(), factories.take_in(factories.unsiloed({"a": 1})).rows
    wanted = destinations.Wanted(name="B", outcomes=["approved", "rejected"], upstream=own[0].job.upstream, way="w")
    destinations.add_write_back(slug="b", wanted=wanted, at=AT, by=trail.SYSTEM, via=VIA)
    finish(own[0], outcome="passed")
    finish(foreign[0], outcome="rejected")
    assert outbox.run(at=AT) == 0
    finish(own[0], outcome="rejected")
    assert outbox.run(at=AT) == 1


LINES = [{"sku": "a", "n": Number("1")}, {"sku": "b", "n": Number("2")}]


@pytest.mark.parametrize(
    ("after", "verdicts", "expected"),
    [
        ({"t": None, "lines": LINES}, {"/t": "cleared"}, [("/t", "cleared")]),
        ({"t": "x", "lines": LINES}, {"/t": "not_reviewed"}, []),
        ({"t": "y", "lines": LINES}, {"/t": "approved"}, [("/t", "corrected")]),
        ({"t": "x", "lines": LINES}, {"/t": "corrected"}, [("/t", "approved")]),
        ({"t": "x", "lines": LINES[1:]}, {"/lines/0/sku": "corrected"}, [("/lines", "corrected")]),
        ({"t": "x", "lines": LINES[::-1]}, {},
            [("/lines/0/sku", "corrected"), ("/lines/0/n", "corrected"),
             ("/lines/1/sku", "corrected"), ("/lines/1/n", "corrected")]),
        ({"t": "x", "lines": LINES, "more": "z"}, {"/more": "corrected"}, [("/more", "corrected")]),
        ({"t": "x", "lines": LINES, "more": "z"}, {}, [("/more", "corrected")]),
    ],
)  # fmt: skip
def test_the_changes_lead_from_what_was_read_to_what_was_decided(after, verdicts, expected) -> None:
    base, row = Row(key="0", values={"t": "x", "lines": LINES}), Row(key="0", values=after)
    found = compose.changes(base, row, verdicts)
    assert [(one.path, one.verb) for one in found] == expected
    known = [one for one in found if one.path in ("/t", "/lines") or one.path.startswith("/lines/")]
    again = edit.apply(base, [edit.Edit(one.path, edit.EditKind(one.verb), one.value) for one in known]).row
    assert edit.diff(again, row) == [one for one in edit.diff(base, row) if one.path == "/more"]


def test_bodies_stand_in_content_alone() -> None:
    create_destination()
    factories.create_job(factories.unsiloed({"name": ("Quagga", 0.99)}))
    assert outbox.run(at=AT) == 1
    assert Content.objects.filter(pk=Delivery.objects.get().body_id, text__contains="Quagga").exists()


def test_two_workers_at_the_outbox_make_each_delivery_once_and_in_order() -> None:
    create_destination()
    rows = create_rows(6)
    for _ in range(4):
        for row in rows:
            finish(row)
    found: list[int] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(outbox.run(at=AT))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [] and sum(found) == 24
    for key in set(Delivery.objects.values_list("order_key", flat=True)):
        finals = list(Delivery.objects.filter(order_key=key).order_by("id").values_list("final", flat=True))
        assert finals == sorted(finals) and len(finals) == 4
    assert not HANDED.exists()
