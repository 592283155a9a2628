"""What machines do with our own API: read jobs, rows, tasks, deliveries and the trail, and act for a person."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts import actors, apikeys, people
from reviewapp.accounts.models import Scope, User
from reviewapp.accounts.roles import Role
from reviewapp.api.v1 import openapi
from reviewapp.audit.models import Content, Entry
from reviewapp.delivery import outbox, push, retrying
from reviewapp.delivery.models import Attempt, Delivery
from reviewapp.extraction import jsontext
from reviewapp.results.models import Final, ResultRow
from reviewapp.review import claims, queues
from reviewapp.review.models import Decision, Membership, Queue, Task, Verdict
from reviewapp.work import leases
from tests.delivery import receiver
from tests.factories import (
    AT,
    VIA,
    create_job,
    create_key,
    create_queue,
    create_task,
    create_user,
    talonic,
    unsiloed,
)

pytestmark = pytest.mark.django_db(transaction=True)
READING = [one for one in Scope if one not in apikeys.WRITING]
BEYOND_UTC = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
UPSTREAMS = ["unsiloed_extract", "talonic"]


class Machine:
    """One key at work."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        answer = Client().get(f"/api/v1{path}", query, headers=self.headers)
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()

    def post(self, path: str, body: Any = None, expect: int = 200, name: str = "") -> Any:
        text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
        headers = {**self.headers, **({"Idempotency-Key": name} if name else {})}
        answer = Client().generic("POST", f"/api/v1{path}", text, "application/json", headers=headers)
        assert answer.status_code == expect, answer.content.decode()
        return answer.json()


def machine(**over: Any) -> Machine:
    _, secret = create_key(**{"upstreams": UPSTREAMS, "scopes": READING, **over})
    return Machine(secret)


@pytest.fixture
def sol():
    create_queue()
    return create_user(username="sol", role=Role.SUPERVISOR)


@pytest.fixture
def worker(sol) -> Machine:
    return machine(scopes=list(Scope), acts_for=sol)


def paper() -> Task:
    return create_task(
        unsiloed(
            {"total": (12.50, 0.3, (10, 20, 30, 40)), "date": ("2026-03-01", 0.4), "lines": [{"n": (1, 0.95)}]},
            properties={"total": {"type": "number"}, "date": {}, "lines": {}},
        )
    )


# -- Jobs and rows


def test_a_job_is_found_by_our_id_and_by_theirs(sol):
    reader, task = machine(), paper()
    one = reader.get(f"/jobs/{task.job_id}")
    assert one == reader.get(f"/upstreams/unsiloed_extract/jobs/{task.job.job_id}")
    assert (one["id"], one["job_id"], one["rows"], one["file_url"]) == (str(task.job_id), task.job.job_id, 1, None)
    assert (one["status"], one["upstream_status"], one["created_at"]) == (
        "completed",
        "completed",
        "2026-03-10T09:00:00.000000Z",
    )
    reader.get("/upstreams/talonic/jobs/" + task.job.job_id, expect=404)


def test_jobs_come_by_their_last_change_page_by_page_and_filtered(sol):
    reader = machine()
    jobs = [create_job(unsiloed({"a": ("x", 0.9)}), at=AT + timedelta(minutes=n // 2)) for n in range(5)]
    other = create_job(talonic([{"values": {"a": 1}}], job_status="processing"), at=AT)
    seen, after = [], ""
    while True:
        page = reader.get("/jobs", limit=2, after=after, upstream="unsiloed_extract")
        seen += [one["id"] for one in page["data"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == [str(job.pk) for job in jobs]
    assert [one["id"] for one in reader.get("/jobs", status="processing")["data"]] == [str(other.pk)]
    since = reader.get("/jobs", changed_since="2026-03-10T09:02:00Z")["data"]
    assert [one["id"] for one in since] == [str(jobs[4].pk)]
    assert [one["id"] for one in reader.get("/jobs", job_id=other.job_id)["data"]] == [str(other.pk)]


def test_rows_of_a_job_stand_where_they_ended_and_its_history_has_every_version(sol, worker):
    job = create_job(talonic([{"values": {"n": 1}}, {"values": {"n": 2}, "status": "approved"}, {"values": {"n": 3}}]))
    first = Task.objects.filter(job=job).order_by("id")[0]
    worker.post(f"/tasks/{first.pk}/verdicts", {"revision": 1, "changes": [correct("/n", "7.50")]})
    worker.post(f"/tasks/{first.pk}/approve", {"revision": 3, "sign_off": True, "reason": "fine"})
    page = worker.get(f"/jobs/{job.pk}/rows", limit=2)
    assert [(one["outcome"], one["values"]) for one in page["data"]] == [
        ("approved", {"n": 7.5}),
        ("passed", {"n": 2}),
    ]
    made = page["data"][0]["decision"]
    assert (made["by"]["name"], made["outcome"], made["fields"]) == ("Sol", "approved", {"/n": "corrected"})
    (last,) = worker.get(f"/jobs/{job.pk}/rows", after=page["next"])["data"]
    assert (last["outcome"], last["decision"], last["values"]) == (None, None, {"n": 3})
    history = worker.get(f"/jobs/{job.pk}/history")["data"]
    assert [one["source"] for one in history] == ["upstream"] * 3 + ["review"]
    assert history[3]["base"] == history[0]["row_id"] and history[3]["decision"]["outcome"] == "approved"


def correct(path: str, number: str) -> dict[str, Any]:
    """A correction whose number is written as it stands; see `exact`."""
    return {"change": "correct", "path": path, "value": float(number)}


def test_numbers_come_and_go_with_the_digits_that_were_written(sol, worker):
    task = paper()
    body = '{"revision":1,"changes":[{"change":"correct","path":"/total","value":12586.00}]}'
    worker.post(f"/tasks/{task.pk}/verdicts", body)
    assert Verdict.objects.get().value.text == "12586.00"
    raw = Client().get(f"/api/v1/tasks/{task.pk}", headers=worker.headers).content.decode()
    assert '"value":12586.00,"read":12.5' in raw
    worker.post(f"/tasks/{task.pk}/verdicts", body.replace("12586.00", "1e400").replace(":1,", ":3,"))
    worker.post(f"/tasks/{task.pk}/verdicts", body.replace("12586.00", "1e401").replace(":1,", ":4,"), expect=400)
    assert Verdict.objects.order_by("id").last().value.text == "1e400"
    worker.post(f"/tasks/{task.pk}/approve", {"revision": 4, "sign_off": True, "reason": "so it is"})
    row = ResultRow.objects.get(source="review")
    raw = Client().get(f"/api/v1/rows/{row.pk}", headers=worker.headers).content.decode()
    assert '"values":{"total":1e400,' in raw


def test_a_row_tells_what_the_upstream_said_and_who_decided(sol, worker):
    task = paper()
    one = worker.get(f"/rows/{task.row_id}")
    assert one["values"]["total"] == 12.5 and one["decision"] is None and one["source"] == "upstream"
    assert one["fields"]["/total"]["scores"] == {"extraction": 0.3, "grounding": 0.9}
    (citation,) = one["fields"]["/total"]["citations"]
    assert (citation["page"], citation["page_width"], citation["boxes"]) == (1, 612, [[10, 20, 30, 40]])
    erase(task.row.values)
    gone = worker.get(f"/rows/{task.row_id}")
    assert (gone["values"], gone["erased"], gone["fields"]) == (None, True, {})
    assert worker.get(f"/tasks/{task.pk}", expect=410)["error"]["code"] == "erased"
    body = {"revision": 1, "changes": [{"change": "approve", "path": "/total"}]}
    assert worker.post(f"/tasks/{task.pk}/verdicts", body, expect=410)["error"]["code"] == "erased"


def erase(content: Content) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_content SET text = NULL, salt = NULL, erased_at = %s WHERE id = %s", [AT, content.pk]
        )


def test_the_feed_is_the_old_one_under_both_addresses(sol, worker):
    create_job(unsiloed({"total": (1.00, 0.99)}))
    (one,) = worker.get("/rows")["data"]
    old = Client().get("/api/rows", headers=worker.headers).json()
    assert old == worker.get("/rows") and one["outcome"] == "passed"
    assert worker.get("/rows", after=old["next"]) == {"data": [], "next": old["next"]}


# -- Tasks


def test_tasks_are_listed_in_the_queues_order_and_filtered(sol, worker):
    low = create_task(unsiloed({"a": ("x", 0.1)}))
    high = create_task(unsiloed({"a": ("x", 0.5)}))
    other = create_job(talonic([{"values": {"a": None}, "confidence": 0.6, "flags": ["missing_required_field:a"]}]))
    flagged = Task.objects.get(job=other)

    def ids(**query: Any) -> list[str]:
        return [one["id"] for one in worker.get("/tasks", **query)["data"]]

    assert ids() == [str(low.pk), str(high.pk), str(flagged.pk)]
    first = worker.get("/tasks", limit=2)
    assert ids(after=first["next"]) == [str(flagged.pk)]
    assert ids(upstream="talonic") == ids(reason="upstream_review") == ids(job=str(other.pk)) == [str(flagged.pk)]
    assert ids(queue="nowhere") == []
    worker.post(f"/tasks/{low.pk}/claim")
    assert ids(state="held") == ids(holder="me") == [str(low.pk)]
    assert ids(state="free") == [str(high.pk), str(flagged.pk)]
    assert worker.get("/tasks", after="1e9_1", expect=422)["error"]["code"] == "invalid"
    for other in ("2026-01-01_1", "-5_1", "9" * 19 + "_1"):
        assert worker.get("/tasks", after=other, expect=422)["error"]["code"] == "bad_cursor"
    for no_moment in ("5_1", "2026-01-01T00:00:00_1", *(f"{far}_1" for far in BEYOND_UTC)):
        assert worker.get("/tasks", state="decided", after=no_moment, expect=422)["error"]["code"] == "bad_cursor"
        assert worker.get("/jobs", after=no_moment, expect=422)["error"]["code"] == "bad_cursor"
    for far in BEYOND_UTC:
        assert worker.get("/jobs", changed_since=far, expect=422)["error"]["code"] == "invalid"
    assert worker.get("/tasks", stat="held", expect=422)["error"]["code"] == "invalid"


def test_a_task_tells_of_each_field_what_stands_there_why_it_needs_eyes_and_what_was_said(sol, worker):
    task = paper()
    worker.post(f"/tasks/{task.pk}/verdicts", {"revision": 1, "changes": [correct("/total", "15.5")]})
    one = worker.get(f"/tasks/{task.pk}")
    assert (one["revision"], one["holder"]["name"], one["open"]) == (3, "Sol", ["/date"])
    assert one["reasons"] == ["low_confidence"] and one["lowest_confidence"] == "0.3"
    told = {field["path"]: field for field in one["fields"]}
    assert list(told) == ["/total", "/date", "/lines", "/lines/0/n"]
    total, date = told["/total"], told["/date"]
    assert (total["value"], total["read"], total["open"], total["needs_eyes"]) == (15.5, 12.5, False, True)
    assert total["verdict"]["verdict"] == "corrected" and total["verdict"]["by"]["name"] == "Sol"
    assert date["open"] and date["reasons"] == [{"code": "low_confidence", "text": "Confidence 0.4 is below 0.8."}]
    assert told["/lines/0/n"] | {"facts": None} == {
        "path": "/lines/0/n",
        "label": "N",
        "value": 1,
        "read": 1,
        "needs_eyes": False,
        "open": False,
        "removed": False,
        "reasons": [],
        "facts": None,
        "verdict": None,
        "conflict": None,
    }


@pytest.mark.parametrize(
    ("change", "verdict", "value"),
    [
        ({"change": "keep"}, "corrected", 15.5),
        ({"change": "approve"}, "corrected", 15.5),
        ({"change": "correct", "value": 15.5}, "corrected", 15.5),
        ({"change": "take"}, "approved", 13),
        ({"change": "clear"}, "cleared", None),
    ],
    ids=["keep", "approve", "correct", "take", "clear"],
)
def test_where_a_newer_result_disagrees_the_value_stands_until_it_is_kept_or_the_newer_is_taken(
    sol, worker, change, verdict, value
):
    job_id = "00000000-0000-4000-8000-0000000000d0"
    task = create_task(unsiloed({"total": (12, 0.3), "date": ("2026-03-01", 0.4)}, job_id=job_id))
    worker.post(
        f"/tasks/{task.pk}/verdicts",
        {"revision": 1, "changes": [correct("/total", "15.5"), {"change": "approve", "path": "/date"}]},
    )
    newer = create_task(unsiloed({"total": (13, 0.3), "date": ("2026-03-01", 0.4)}, job_id=job_id))
    one = worker.get(f"/tasks/{newer.pk}")
    total, date = one["fields"]
    assert (one["open"], total["value"], total["read"], total["verdict"]) == (["/total"], 15.5, 13, None)
    conflict = total["conflict"]
    assert conflict["by"] == {"id": str(sol.pk), "name": "Sol"} and conflict["row_id"] == str(task.row_id)
    assert {name: conflict[name] for name in ("open", "was", "now", "kept", "verdict")} == {
        "open": True,
        "was": 12,
        "now": 13,
        "kept": 15.5,
        "verdict": "corrected",
    }
    assert date["verdict"]["earlier"] and date["conflict"] is None
    body = {"revision": one["revision"], "changes": [{"path": "/total", **change}]}
    assert worker.post(f"/tasks/{newer.pk}/verdicts", body)["open"] == []
    total = worker.get(f"/tasks/{newer.pk}")["fields"][0]
    assert (total["verdict"]["verdict"], total["value"], total["conflict"]["open"]) == (verdict, value, False)
    last = worker.get(f"/tasks/{newer.pk}/trail")["data"][-1]["body"]
    told = {"keep": "kept", "approve": "kept", "correct": "kept", "take": "taken", "clear": "neither"}
    assert last["details"]["conflict"] == told[change["change"]]
    body = {"revision": one["revision"] + 1, "changes": [{"path": "/total", "change": "take"}]}
    refused = worker.post(f"/tasks/{newer.pk}/verdicts", body, expect=422)["error"]
    assert (refused["code"], refused["paths"]) == ("unknown_path", ["/total"])


def test_a_rule_that_demands_a_reason_is_overridden_with_one(worker):
    rule = {"id": "1", "name": "Limit", "kind": "lookup", "fields": ["/total"], "values": ["13"], "severity": "must"}
    Queue.objects.filter(pk=queues.default().pk).update(value_rules=json.dumps([rule]))
    task = paper()
    changes = [{"change": "approve", "path": path} for path in ("/total", "/date")]
    given = worker.post(f"/tasks/{task.pk}/verdicts", {"revision": 1, "changes": changes})
    body = {"revision": given["revision"]}
    refused = worker.post(f"/tasks/{task.pk}/approve", body, expect=409)["error"]
    assert (refused["code"], refused["paths"]) == ("rules_fail", ["/total"])
    no_reason = worker.post(f"/tasks/{task.pk}/approve", {**body, "override": True}, expect=422)["error"]
    assert no_reason["code"] == "reason_missing"
    done = worker.post(f"/tasks/{task.pk}/approve", {**body, "override": True, "reason": "agreed by phone"})
    assert done["outcome"] == "approved" and Decision.objects.get().reason.text == "agreed by phone"


def test_a_task_is_worked_from_claim_to_approval_and_the_trail_names_person_and_key(sol, worker):
    task = paper()
    claimed = worker.post(f"/tasks/{task.pk}/claim")
    assert (claimed["revision"], claimed["holder"]["name"], claimed["open"]) == (2, "Sol", ["/total", "/date"])
    open_flags = worker.post(f"/tasks/{task.pk}/approve", {"revision": 2}, expect=409)["error"]
    assert (open_flags["code"], open_flags["paths"]) == ("open_flags", ["/total", "/date"])
    no_reason = worker.post(f"/tasks/{task.pk}/approve", {"revision": 2, "sign_off": True}, expect=422)["error"]
    assert no_reason["code"] == "reason_missing"
    changes = [
        {"change": "approve", "path": "/total"},
        {"change": "correct", "path": "/date", "value": "2026-03-02", "citation": [where()], "reason": "a smudge"},
    ]
    stale = worker.post(f"/tasks/{task.pk}/verdicts", {"revision": 1, "changes": changes}, expect=409)["error"]
    assert (stale["code"], stale["revision"]) == ("stale_revision", 2)
    given = worker.post(f"/tasks/{task.pk}/verdicts", {"revision": 2, "changes": changes})
    assert (given["revision"], given["open"], given["fields_checked"]) == (3, [], 2)
    assert worker.post(f"/tasks/{task.pk}/approve", {"revision": 2}, expect=409)["error"]["revision"] == 3
    done = worker.post(f"/tasks/{task.pk}/approve", {"revision": 3})
    decided = Decision.objects.get().row
    assert (done["state"], done["outcome"], done["decided_row"]) == ("decided", "approved", str(decided.pk))
    assert jsontext.parse(decided.values.text)["date"] == "2026-03-02"
    assert Final.objects.get().row == decided
    entries = worker.get(f"/tasks/{task.pk}/trail")["data"]
    acts = [one["body"]["action"] for one in entries if one["body"]["actor"]["type"] == "person"]
    assert acts == ["review:task:claimed", "review:field:approved", "review:field:corrected", "review:task:approved"]
    prefix = worker.headers["Authorization"].split("_")[1]
    for one in entries:
        body = one["body"]
        assert hashlib.sha256(b"\0" + rfc8785.dumps(body)).hexdigest() == one["leaf"], "the body is the one hashed"
        if body["action"] in acts:
            assert (body["actor"]["name"], body["actor"]["id"], body["via"]["key"]) == ("Sol", str(sol.pk), prefix)
    assert [one["previous"] for one in entries[1:]] == [one["leaf"] for one in entries[:-1]]
    whole = worker.get(f"/jobs/{task.job_id}/trail", limit=2)
    assert len(whole["data"]) == 2 and worker.get(f"/jobs/{task.job_id}/trail", after=whole["next"])["data"]
    assert worker.post(f"/tasks/{task.pk}/claim", expect=409)["error"]["code"] == "closed"


def where() -> dict[str, Any]:
    return {"page": 1, "page_width": 612, "page_height": 792, "boxes": [[1, 2.5, 3, 4]]}


def test_reject_postpone_escalate_and_release(sol, worker):
    first, second, third = paper(), paper(), paper()
    done = worker.post(f"/tasks/{first.pk}/reject", {"revision": 1, "reason": "another paper"})
    assert (done["outcome"], done["decided_row"]) == ("rejected", None)
    assert Decision.objects.get().reason.text == "another paper"
    later = (timezone.now() + timedelta(days=1)).isoformat()
    away = worker.post(f"/tasks/{second.pk}/postpone", {"until": later})
    assert away["postponed_until"] and away["holder"] is None
    past = worker.post(f"/tasks/{second.pk}/postpone", {"until": "2020-01-01T00:00:00Z"}, expect=422)
    assert past["error"]["code"] == "not_to_come"
    worker.post(f"/tasks/{third.pk}/claim")
    assert worker.post(f"/tasks/{third.pk}/release")["holder"] is None
    assert worker.post(f"/tasks/{third.pk}/escalate", {"reason": "odd"})["state"] == "escalated"


# -- Deliveries


def test_a_delivery_tells_of_its_attempts_and_nothing_of_where_it_goes(sol):
    reader = machine()
    with receiver.receiving(receiver.in_turn(500, 422)) as other_side:
        made = receiver.create_destination(other_side.url)
        first, second = receiver.deliveries(each=2)
        receiver.run()
        assert reader.get(f"/deliveries/{first.pk}")["state"] == "retrying"
        receiver.run(AT + timedelta(hours=1))
    one = reader.get(f"/deliveries/{first.pk}")
    assert (one["destination"], one["state"], one["tries"]) == ({"slug": "books", "name": "Books"}, "dead", 2)
    assert (one["job"], one["row_id"], one["webhook_id"]) == (str(first.job_id), str(first.row_id), first.webhook_id)
    assert (one["upstream"], one["key"], one["outcome"]) == ("talonic", first.key, "passed")
    assert one["document_name"] == "paper-0.pdf"
    assert (one["next_at"], one["queued_at"], one["waits_for"]) == (None, "2026-03-10T09:00:00.000000Z", None)
    told = [(attempt["number"], attempt["status"], attempt["code"]) for attempt in one["attempts"]]
    assert told == [(2, 422, "http_422"), (1, 500, "http_500")]
    assert one["attempts"][0]["sentence"] == "answered 422" and 0 <= one["attempts"][0]["seconds"] < 5
    behind = reader.get(f"/deliveries/{second.pk}")
    assert (behind["state"], behind["waits_for"], behind["attempts"]) == ("pending", str(first.pk), [])
    for n, code in enumerate(("not_allowed", "untrusted"), start=3):
        said = f"127.0.0.1 is not valid for '{made.host}', at {other_side.url}"
        Attempt(delivery=first, number=n, at=AT, seconds=0, code=code, sentence=said).save(force_insert=True)
    with CaptureQueriesContext(connection) as asked:
        raw = json.dumps([reader.get("/deliveries"), reader.get(f"/deliveries/{first.pk}")])
    assert "our own rules refuse the address" in raw
    for hidden in ("127.0.0.1", "a-path-that-is-a-key", "http:", str(other_side.port), "whsec_"):
        assert hidden not in raw
    assert not any('"secrets"' in query["sql"] or '"url"' in query["sql"] for query in asked)


def test_deliveries_come_newest_first_page_by_page_and_filtered(sol):
    reader = machine()
    receiver.create_destination()
    receiver.create_destination(slug="archive")
    made = [str(one.pk) for one in receiver.deliveries(documents=2)]
    create_job(unsiloed({"total": (1, 0.99)}))
    outbox.run(at=AT)
    found = Delivery.objects.order_by("-id")
    newest = [str(one.pk) for one in found]
    retrying.give_up(delivery_id=found[0].pk, at=AT, by=actors.person(sol), via=VIA)

    def ids(**query: Any) -> list[str]:
        return [one["id"] for one in reader.get("/deliveries", **query)["data"]]

    assert len(newest) == 6 and ids() == newest
    first = reader.get("/deliveries", limit=4)
    assert [one["id"] for one in first["data"]] + ids(after=first["next"]) == newest
    assert reader.get("/deliveries", limit=6)["next"] is None
    assert ids(state="dead") == [] and ids(state="given_up") == newest[:1]
    ended = reader.get(f"/deliveries/{newest[0]}")
    assert ended["state"] == "given_up" and ended["given_up_at"] is not None
    assert ids(state="pending") == newest[1:] and ids(state="delivered") == []
    assert ids(destination="books") == [str(one.pk) for one in found.filter(destination__slug="books")] != []
    assert ids(destination="nowhere") == [] and ids(job="4711") == []
    assert ids(job=str(Delivery.objects.get(pk=made[0]).job_id)) == made[::-1]
    assert [one["id"] for one in machine(upstreams=["talonic"]).get("/deliveries")["data"]] == made[::-1]
    for bad in (
        {"state": "gone"},
        {"job": "x"},
        {"after": "x"},
        {"after": "9" * 19},
        {"limit": 501},
        {"outcome": "passed"},
    ):
        assert reader.get("/deliveries", expect=422, **bad)["error"]["code"] == "invalid"


def test_a_delivery_is_tried_again_once_as_the_person(sol, worker):
    with receiver.receiving(receiver.always(422)) as other_side:
        receiver.create_destination(other_side.url)
        (delivery,) = receiver.deliveries()
        receiver.run()
    path = f"/deliveries/{delivery.pk}/retry"
    done = worker.post(path, name="one")
    assert (done["id"], done["state"], done["tries"]) == (str(delivery.pk), "pending", 1) and done["next_at"]
    assert worker.post(path, name="one") == done
    entries = worker.get(f"/jobs/{delivery.job_id}/trail")["data"]
    (body,) = [one["body"] for one in entries if one["body"]["action"] == "delivery:row:tried_again"]
    prefix = worker.headers["Authorization"].split("_")[1]
    assert (body["actor"]["name"], body["actor"]["id"], body["via"]["key"]) == ("Sol", str(sol.pk), prefix)
    leases.take(push.due(delivery.destination), at=timezone.now(), worker="w", seconds=60)
    assert worker.post(path, expect=409)["error"]["code"] == "in_flight"
    Delivery.objects.update(lease_until=None, leased_by="")
    retrying.give_up(delivery_id=delivery.pk, at=AT, by=actors.person(sol), via=VIA)
    assert worker.post(path, expect=409)["error"]["code"] == "over"
    assert worker.post(path, name="no name", expect=400)["error"]["code"] == "bad_idempotency_key"


BAD_VERDICTS = [
    ({"change": "approve", "path": "/nope"}, "unknown_path", ["/nope"]),
    ({"change": "correct", "path": "/total", "value": "x"}, "value_refused", ["/total"]),
    ({"change": "correct", "path": "/total"}, "invalid", None),
    ({"change": "correct", "path": "/total", "value": None}, "invalid", None),
    ({"change": "correct", "path": "/total", "value": [1]}, "invalid", None),
    ({"change": "approve", "path": "/total", "value": 1}, "invalid", None),
    ({"change": "confirm", "path": "/total"}, "invalid", None),
    ({"change": "approve", "path": "total"}, "invalid", None),
    ({"change": "approve", "path": ""}, "invalid", None),
    ({"change": "approve", "path": "/total", "note": "x"}, "invalid", None),
    ({"change": "restore", "path": "/total"}, "unknown_path", ["/total"]),
    ({"change": "undo", "path": "/total"}, "unknown_path", ["/total"]),
    ({"change": "keep", "path": "/total"}, "unknown_path", ["/total"]),
    ({"change": "take", "path": "/total"}, "unknown_path", ["/total"]),
]


@pytest.mark.parametrize(("bad", "code", "paths"), BAD_VERDICTS)
def test_one_verdict_that_does_not_fit_refuses_all(sol, worker, bad, code, paths):
    task = paper()
    before = Entry.objects.count()
    changes = [{"change": "approve", "path": "/date"}, bad]
    error = worker.post(f"/tasks/{task.pk}/verdicts", {"revision": 1, "changes": changes}, expect=422)["error"]
    assert (error["code"], error.get("paths")) == (code, paths)
    assert (Verdict.objects.count(), Entry.objects.count()) == (0, before)
    assert Task.objects.get(pk=task.pk).version == 1


# -- Who


def test_foreign_and_unknown_look_the_same_everywhere(sol):
    task, foreign = paper(), machine(upstreams=["somewhere-else"], scopes=list(Scope), acts_for=sol)
    reads = ["/jobs/{job}", "/jobs/{job}/rows", "/jobs/{job}/history", "/jobs/{job}/trail", "/rows/{row}"]
    reads += ["/tasks/{task}", "/tasks/{task}/trail", "/deliveries/{delivery}"]
    places = places_of(task)
    nowhere = dict.fromkeys(places, 4711)
    not_found = {"error": {"code": "not_found", "message": "There is nothing here for this key."}}
    for path in reads:
        for known in (places, nowhere, dict.fromkeys(places, "9" * 18), dict.fromkeys(places, "9" * 40)):
            assert foreign.get(path.format(**known), expect=404) == not_found, path
    for path, body in ACTS.items():
        for known in (places, nowhere):
            assert foreign.post(path.format(**known), body, expect=404) == not_found, path
    assert foreign.get("/jobs")["data"] == foreign.get("/tasks", state="any")["data"] == []
    assert foreign.get("/deliveries")["data"] == foreign.get("/deliveries", destination="books")["data"] == []
    assert Delivery.objects.get().next_at == AT
    task.refresh_from_db()
    assert (task.version, task.holder_id) == (1, None)


ACTS: dict[str, Any] = {
    "/tasks/{task}/claim": None,
    "/tasks/{task}/release": None,
    "/tasks/{task}/verdicts": {"revision": 1, "changes": [{"change": "approve", "path": "/total"}]},
    "/tasks/{task}/approve": {"revision": 1, "sign_off": True, "reason": "r"},
    "/tasks/{task}/reject": {"revision": 1, "reason": "r"},
    "/tasks/{task}/postpone": {"until": "2099-01-01T00:00:00Z"},
    "/tasks/{task}/escalate": {"reason": "r"},
    "/deliveries/{delivery}/retry": None,
}

SCOPED = {
    Scope.JOBS_READ: ["/jobs", "/jobs/{job}", "/jobs/{job}/rows", "/jobs/{job}/history"],
    Scope.ROWS_READ: ["/rows", "/rows/{row}"],
    Scope.TASKS_READ: ["/tasks", "/tasks/{task}"],
    Scope.DELIVERIES_READ: ["/deliveries", "/deliveries/{delivery}"],
    Scope.TRAIL_READ: ["/jobs/{job}/trail", "/tasks/{task}/trail"],
}


def places_of(task: Task) -> dict[str, int]:
    """What stands in an address: the task's things, and a delivery of the same upstream."""
    return {"job": task.job_id, "row": task.row_id, "task": task.pk, "delivery": on_its_way().pk}


def on_its_way() -> Delivery:
    receiver.create_destination()
    create_job(unsiloed({"total": (1, 0.99)}))
    outbox.run(at=AT)
    return Delivery.objects.get()


def test_every_operation_stands_in_the_tables():
    told = set()
    for path, operations in openapi.document()["paths"].items():
        for method in operations:
            told.add(f"{method} {path}")
    reads = {path for paths in SCOPED.values() for path in paths} | {"/upstreams/{upstream}/jobs/{job_id}"}
    expected = {f"get /api/v1{path}" for path in reads} | {f"post /api/v1{path}" for path in ACTS}
    assert told == {re.sub(r"\{(job|row|task|delivery)\}", "{id}", one) for one in expected}


@pytest.mark.parametrize("scope", SCOPED)
def test_each_scope_opens_its_own_doors_alone(sol, scope):
    places = places_of(paper())
    only = machine(scopes=[scope])
    for other, paths in SCOPED.items():
        for path in paths:
            answer = only.get(path.format(**places), expect=200 if other is scope else 403)
            assert other is scope or answer["error"]["code"] == "scope_missing"
    for path, body in ACTS.items():
        assert only.post(path.format(**places), body, expect=403)["error"]["code"] == "scope_missing"
    for writes in apikeys.WRITING:
        writer = machine(scopes=[scope, writes], acts_for=sol)
        for path, body in ACTS.items():
            if ("/tasks/" in path) != (writes is Scope.TASKS_WRITE):
                assert writer.post(path.format(**places), body, expect=403)["error"]["code"] == "scope_missing"


def test_without_a_good_key_nothing_is_told(sol):
    task = paper()
    places = places_of(task)
    for secret in ("", "rva_000000000000_" + "A" * 43):
        for paths in SCOPED.values():
            for path in paths:
                answer = Client().get(f"/api/v1{path.format(**places)}", headers={"Authorization": f"Bearer {secret}"})
                assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
                assert answer.json()["error"]["code"] == "unauthorized" and not answer.cookies
        for path, body in ACTS.items():
            assert Machine(secret).post(path.format(**places), body, expect=401)


def test_what_the_person_may_not_do_the_key_may_not_do_either(sol):
    task = paper()
    ana = create_user(username="ana", role=Role.SUPERVISOR)
    keyed = machine(scopes=list(Scope), acts_for=ana)
    # A key promises what its person may do when it is issued; what the person may do now is another matter.
    User.objects.filter(pk=ana.pk).update(role=Role.ANALYST)
    assert keyed.get("/tasks")["data"] == []
    places = places_of(task)
    for path, body in ACTS.items():
        keyed.post(path.format(**places), body, expect=404 if "/tasks/" in path else 403)
    # An analyst sees no jobs page, no deliveries and no trail, whatever scopes the key has.
    for scope in (Scope.JOBS_READ, Scope.DELIVERIES_READ, Scope.TRAIL_READ):
        for path in SCOPED[scope]:
            assert keyed.get(path.format(**places), expect=403)["error"]["code"] == "not_allowed"
    member = Membership.objects.create(queue=task.queue, user=ana)
    assert keyed.post(f"/tasks/{task.pk}/claim")["holder"]["name"] == "Ana"
    assert keyed.get("/tasks", holder="me")["data"]
    ben = create_user(username="ben", queues=[task.queue])
    assert machine(scopes=[Scope.TASKS_WRITE], acts_for=ben).post(f"/tasks/{task.pk}/claim", expect=409)["error"] == {
        "code": "taken",
        "message": "Ana holds the task now.",
    }
    member.delete()
    keyed.get(f"/tasks/{task.pk}", expect=404)


def test_who_decided_the_first_review_may_not_do_the_second_by_key(sol, worker):
    task = paper()
    Task.objects.filter(pk=task.pk).update(not_by=sol)
    assert worker.post(f"/tasks/{task.pk}/claim", expect=403)["error"]["code"] == "not_allowed"


def test_a_person_who_changed_or_left_takes_the_key_along(sol, worker):
    task = paper()
    ada = actors.person(create_user(role=Role.ADMIN))
    people.set_role(user=sol, role=Role.AUDITOR, by=ada, at=AT, via=VIA)
    assert worker.post(f"/tasks/{task.pk}/claim", expect=403)["error"]["code"] == "not_allowed"
    delivery = on_its_way()
    assert worker.post(f"/deliveries/{delivery.pk}/retry", expect=403)["error"]["code"] == "not_allowed"
    assert worker.get(f"/deliveries/{delivery.pk}")["tries"] == 0
    people.deactivate(user=sol, by=ada, at=AT, via=VIA)
    assert worker.get("/rows", expect=401)["error"]["code"] == "unauthorized"
    assert worker.post(f"/tasks/{task.pk}/claim", expect=401)["error"]["code"] == "unauthorized"


def test_a_key_for_nobody_sees_the_tasks_of_its_upstreams_and_is_nobodys_me(sol):
    task = paper()
    reader = machine()
    assert [one["id"] for one in reader.get("/tasks")["data"]] == [str(task.pk)]
    assert reader.get("/tasks", holder="me", expect=403)["error"]["code"] == "not_allowed"


# -- The edge


EDGES = [
    ("GET", "/nowhere", {}, 404, "not_found"),
    ("GET", "/jobs/", {}, 404, "not_found"),
    ("POST", "/", {}, 404, "not_found"),
    ("DELETE", "/jobs", {}, 405, "method_not_allowed"),
    ("POST", "/jobs", {}, 405, "method_not_allowed"),
    ("OPTIONS", "/jobs", {}, 405, "method_not_allowed"),
    ("GET", "/tasks/1/claim", {}, 405, "method_not_allowed"),
    ("POST", "/tasks/{task}/reject", {"data": "{", "content_type": "application/json"}, 400, "bad_json"),
    ("POST", "/tasks/{task}/reject", {"data": '{"a":1,"a":2}', "content_type": "application/json"}, 400, "bad_json"),
    ("POST", "/tasks/{task}/reject", {"data": "\xff\xfe", "content_type": "application/json"}, 422, "invalid"),
    ("POST", "/tasks/{task}/reject", {"data": "a=b", "content_type": "text/plain"}, 415, "unsupported_media_type"),
    ("POST", "/tasks/{task}/reject", {"data": "", "content_type": "application/json"}, 422, "invalid"),
    ("POST", "/tasks/{task}/reject", {"data": "[]", "content_type": "application/json"}, 422, "invalid"),
    ("POST", "/tasks/{task}/reject", {"data": " " * 1_048_577, "content_type": "application/json"}, 413, "too_large"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), EDGES)
def test_what_cannot_be_read_is_refused_in_the_one_shape(sol, worker, method, path, body, status, code):
    if code == "invalid" and body["data"].startswith("\xff"):
        status, code = 400, "bad_json"
    answer = Client().generic(method, f"/api/v1{path.format(task=paper().pk)}", headers=worker.headers, **body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.content
    assert set(answer.json()) == {"error"} and answer["Content-Type"] == "application/json" and not answer.cookies
    if status == 405:
        assert answer["Allow"] == ("POST" if "claim" in path else "GET, HEAD")


def test_409_tells_vendors_clients_not_to_try_again_and_429_when(sol, worker, settings):
    task = paper()
    claims.take(task_id=task.pk, user=create_user(queues=[task.queue]), at=timezone.now(), via=VIA)
    answer = Client().post(f"/api/v1/tasks/{task.pk}/claim", content_type="application/json", headers=worker.headers)
    assert (answer.status_code, answer["x-should-retry"]) == (409, "false")
    settings.API_REQUESTS_PER_MINUTE = 0
    answer = Client().get("/api/v1/rows", headers=worker.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_head_is_get_without_a_body(sol, worker):
    answer = Client().head("/api/v1/rows", headers=worker.headers)
    assert (answer.status_code, answer.content) == (200, b"")


def test_the_openapi_and_its_page_are_open_and_tell_of_every_operation(sol):
    answer = Client().get("/api/v1/openapi.json")
    tree = answer.json()
    assert tree["openapi"].startswith("3.1") and not answer.cookies
    operations = [one for path in tree["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) == 21
    page = Client().get("/api/v1/docs").content.decode()
    for one in operations:
        assert one["summary"] and one["security"][0]["Key"][0] in Scope.values
        assert f'id="{one["operationId"]}"' in page
        assert set(one["responses"]) >= {"200", "400", "401", "403", "404", "405", "413", "422", "429"}
    assert "<script" not in page.split("<main")[1]
