"""What machines do with our own API: read jobs, rows, tasks and the trail, and work on a task for a person."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import rfc8785
from django.test import Client
from django.utils import timezone

from reviewapp.accounts import actors, people
from reviewapp.accounts.models import Scope
from reviewapp.accounts.roles import Role
from reviewapp.api.v1 import openapi
from reviewapp.audit.models import Content, Entry
from reviewapp.extraction import jsontext
from reviewapp.results.models import Final, ResultRow
from reviewapp.review import claims
from reviewapp.review.models import Decision, Membership, Task, Verdict
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
READING = [one for one in Scope if one is not Scope.TASKS_WRITE]
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
    from django.db import connection

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
    }


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
    reads += ["/tasks/{task}", "/tasks/{task}/trail"]
    places = {"job": task.job_id, "row": task.row_id, "task": task.pk}
    nowhere = dict.fromkeys(places, 4711)
    not_found = {"error": {"code": "not_found", "message": "There is nothing here for this key."}}
    for path in reads:
        for known in (places, nowhere, dict.fromkeys(places, "9" * 18), dict.fromkeys(places, "9" * 40)):
            assert foreign.get(path.format(**known), expect=404) == not_found, path
    for act, body in ACTS.items():
        for known in (task.pk, 4711):
            assert foreign.post(f"/tasks/{known}/{act}", body, expect=404) == not_found, act
    assert foreign.get("/jobs")["data"] == foreign.get("/tasks", state="any")["data"] == []
    task.refresh_from_db()
    assert (task.version, task.holder_id) == (1, None)


ACTS: dict[str, Any] = {
    "claim": None,
    "release": None,
    "verdicts": {"revision": 1, "changes": [{"change": "approve", "path": "/total"}]},
    "approve": {"revision": 1, "sign_off": True, "reason": "r"},
    "reject": {"revision": 1, "reason": "r"},
    "postpone": {"until": "2099-01-01T00:00:00Z"},
    "escalate": {"reason": "r"},
}

SCOPED = {
    Scope.JOBS_READ: ["/jobs", "/jobs/{job}", "/jobs/{job}/rows", "/jobs/{job}/history"],
    Scope.ROWS_READ: ["/rows", "/rows/{row}"],
    Scope.TASKS_READ: ["/tasks", "/tasks/{task}"],
    Scope.TRAIL_READ: ["/jobs/{job}/trail", "/tasks/{task}/trail"],
}


def test_every_operation_stands_in_the_tables():
    told = set()
    for path, operations in openapi.document()["paths"].items():
        for method in operations:
            told.add(f"{method} {path}")
    reads = {path for paths in SCOPED.values() for path in paths} | {"/upstreams/{upstream}/jobs/{job_id}"}
    expected = {"get /api/v1" + re.sub(r"\{(job|row|task)\}", "{id}", path) for path in reads}
    assert told == expected | {f"post /api/v1/tasks/{{id}}/{act}" for act in ACTS}


@pytest.mark.parametrize("scope", SCOPED)
def test_each_scope_opens_its_own_doors_alone(sol, scope):
    task = paper()
    only = machine(scopes=[scope])
    for other, paths in SCOPED.items():
        for path in paths:
            path = path.format(job=task.job_id, row=task.row_id, task=task.pk)
            answer = only.get(path, expect=200 if other is scope else 403)
            assert other is scope or answer["error"]["code"] == "scope_missing"
    for act, body in ACTS.items():
        assert only.post(f"/tasks/{task.pk}/{act}", body, expect=403)["error"]["code"] == "scope_missing"


def test_without_a_good_key_nothing_is_told(sol):
    task = paper()
    for secret in ("", "rva_000000000000_" + "A" * 43):
        for paths in SCOPED.values():
            for path in paths:
                path = path.format(job=task.job_id, row=task.row_id, task=task.pk)
                answer = Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})
                assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
                assert answer.json()["error"]["code"] == "unauthorized" and not answer.cookies
        assert Machine(secret).post(f"/tasks/{task.pk}/claim", expect=401)


def test_what_the_person_may_not_do_the_key_may_not_do_either(sol):
    task = paper()
    ana = create_user(username="ana")
    keyed = machine(scopes=list(Scope), acts_for=ana)
    assert keyed.get("/tasks")["data"] == []
    for act, body in ACTS.items():
        keyed.post(f"/tasks/{task.pk}/{act}", body, expect=404)
    # An analyst sees no jobs page and no trail, whatever scopes the key has.
    for path in ("/jobs", f"/jobs/{task.job_id}", f"/jobs/{task.job_id}/trail", f"/tasks/{task.pk}/trail"):
        assert keyed.get(path, expect=403)["error"]["code"] == "not_allowed"
    member = Membership.objects.create(queue=task.queue, user=ana)
    assert keyed.post(f"/tasks/{task.pk}/claim")["holder"]["name"] == "Ana"
    assert keyed.get("/tasks", holder="me")["data"]
    ben = create_user(username="ben", queues=[task.queue])
    assert machine(scopes=list(Scope), acts_for=ben).post(f"/tasks/{task.pk}/claim", expect=409)["error"] == {
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
    assert len({one["operationId"] for one in operations}) == len(operations) == 18
    page = Client().get("/api/v1/docs").content.decode()
    for one in operations:
        assert one["summary"] and one["security"][0]["Key"][0] in Scope.values
        assert f'id="{one["operationId"]}"' in page
        assert set(one["responses"]) >= {"200", "400", "401", "403", "404", "405", "413", "422", "429"}
    assert "<script" not in page.split("<main")[1]
