"""Does a decision become LlamaCloud's review whatever else happens there, and does a repeat change nothing?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.upstreams import adapter
from reviewapp.upstreams.clients import Change, Receipt
from reviewapp.upstreams.llamacloud_v2.client import Client
from tests.upstreams.clients.scripted import ROW, Heard, Vendor, correction, js, vendor
from tests.upstreams.servers import AT, said

CLIENT = Client()
JOB = "job-1"
PATH = f"/api/v2/extract/{JOB}"
BASE: Json = {"total": Number("12586.00"), "vendor": "Acme", "po": "7", "note": "x"}
ROWED: Json = {"total": Number("12568.00"), "vendor": "Acme", "po": None, "note": None}
CHANGES = (
    Change("/vendor", "approved", "Acme", "Acme"),
    Change("/total", "corrected", Number("12568.00"), Number("12586.00")),
    Change("/po", "cleared", None, "7"),
    Change("/note", "illegible", None, "x"),
)
SENT = [
    {"change": "confirm", "path": "/vendor"},
    {"change": "correct", "path": "/total", "value": 12568.00},
    {"change": "clear", "path": "/po"},
    {"change": "clear", "path": "/note"},
]
DECISION = correction(*CHANGES, base=BASE, row=ROWED)
REJECTION = correction(base=BASE, row=BASE, outcome="rejected", reason="blurred")


@dataclass
class Reviews:
    """The review of one job, as the vendor keeps it. `tells`: whether it names a status."""

    result: Any = field(default_factory=dict)
    exists: bool = False
    revision: int = 0
    status: str = "pending"
    reason: str | None = None
    actions: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    tells: bool = True
    nested: bool = True
    #: Called before a write is looked at, with its step: somebody else is faster, or the answer gets lost.
    before: Callable[[Reviews, str], None] = lambda reviews, step: None
    lose: list[str] = field(default_factory=list)
    spell: Callable[[Any], Any] = lambda value: value
    wrote: int = 0

    def told(self) -> bytes:
        decided = self.status != "pending"
        about = {"status": self.status} if self.tells else {}
        return js(
            {
                "id": "rev-1",
                "revision": self.revision,
                "decided_at": "2026-03-10T12:00:00Z" if decided else None,
                "decided_reason": self.reason,
                "field_actions": self.actions,
                "flags": [{"path": path, "handled": path in self.actions} for path in self.flags],
                **about,
            }
        )

    def refuse(self, code: str, **more: object) -> bytes:
        body = {"code": code, "message": "no", **more}
        return js({"detail": body} if self.nested else body, 409, x_should_retry="false")

    def job(self, asked: Heard) -> bytes:
        return js({"id": JOB, "status": "COMPLETED", "extract_result": self.result})

    def get(self, asked: Heard) -> bytes:
        return self.told() if self.exists else js({"detail": "no review"}, 404)

    def create(self, asked: Heard) -> bytes:
        assert asked.json() == {}
        fresh, self.exists = not self.exists, True
        return self.told().replace(b"200", b"201", 1) if fresh else self.told()

    def write(self, step: str) -> Callable[[Heard], bytes]:
        def play(asked: Heard) -> bytes:
            self.before(self, step)
            body = asked.json()
            if body["revision"] != self.revision:
                return self.refuse("stale_revision", revision=self.revision)
            answer = getattr(self, step)(body)
            if answer is not None:
                return answer  # type: ignore[no-any-return]
            self.revision += 1
            self.wrote += 1
            if step in self.lose:
                self.lose.remove(step)
                return b""
            return self.told()

        return play

    def fields(self, body: dict[str, Any]) -> bytes | None:
        if self.status != "pending":
            return self.refuse("job_not_reviewable")
        for change in body["changes"]:
            value = self.spell(change.get("value"))
            self.actions[change["path"]] = {"action": change["change"], "actor_id": "api", "value": value}
        return None

    def approve(self, body: dict[str, Any]) -> bytes | None:
        if self.status != "pending":
            return self.refuse("job_not_reviewable")
        left = [path for path in self.flags if path not in self.actions]
        if left and not body.get("sign_off"):
            return self.refuse("open_flags", paths=left)
        self.status = "approved"
        return None

    def reject(self, body: dict[str, Any]) -> bytes | None:
        self.status, self.reason = "rejected", body["reason"]
        return None

    def reopen(self, body: dict[str, Any]) -> bytes | None:
        self.status, self.reason = "pending", None
        return None


@contextmanager
def playing(reviews: Reviews) -> Iterator[Vendor]:
    steps = {f"POST {PATH}/review/{step}": reviews.write(step) for step in ("fields", "approve", "reject", "reopen")}
    with vendor(
        {
            f"GET {PATH}": reviews.job,
            f"GET {PATH}/review": reviews.get,
            f"POST {PATH}/review": reviews.create,
            **steps,
        }
    ) as one:
        yield one


def push(one: Vendor, what: Any = DECISION) -> Receipt:
    return CLIENT.push(one.connection(), what, way="extract_review", at=AT)


def steps(one: Vendor) -> list[str]:
    """Each write with its body."""
    return [
        f"{request.target.rpartition('/')[2]} {request.body.decode()}"
        for request in one.heard
        if request.method == "POST"
    ]


def final(reviews: Reviews) -> tuple[str, str | None, dict[str, Any]]:
    return reviews.status, reviews.reason, {path: one["action"] for path, one in reviews.actions.items()}


ENDS = ("approved", None, {"/vendor": "confirm", "/total": "correct", "/po": "clear", "/note": "clear"})


def test_verbs_are_mapped_and_numbers_keep_their_text() -> None:
    reviews = Reviews()
    with playing(reviews) as one:
        receipt = push(one)
        assert one.lines[:4] == [
            f"GET {PATH}",
            f"GET {PATH}/review",
            f"POST {PATH}/review",
            f"POST {PATH}/review/fields",
        ]
        sent = next(request for request in one.heard if request.target.endswith("/fields"))
        assert sent.json() == {"revision": 0, "changes": SENT}
        assert b'"value":12568.00}' in sent.body
        assert steps(one)[-1] == 'approve {"revision":1}'
    assert final(reviews) == ENDS
    assert receipt.accepted and receipt.said == "LlamaCloud's review of the job is approved."
    assert receipt.details == {"revision": Number("2"), "row": ROW, "reopened": False, "signed_off": False}


@pytest.mark.parametrize("tells", [True, False])
def test_a_repeat_writes_nothing(tells: bool) -> None:
    reviews = Reviews(tells=tells)
    with playing(reviews) as one:
        first = push(one)
        wrote = reviews.wrote
        second = push(one)
    assert first.accepted and second.accepted
    assert (reviews.wrote, final(reviews)) == (wrote, ENDS)


@pytest.mark.parametrize("step", ["fields", "approve"])
def test_after_a_lost_answer_a_repeat_ends_in_the_same_state(step: str) -> None:
    reviews = Reviews(lose=[step])
    with playing(reviews) as one:
        with pytest.raises(adapter.Unavailable):
            push(one)
        assert push(one).accepted
        # Each write arrived once.
        assert [line.split(" ")[0] for line in steps(one)] == ["review", "fields", "approve"]
    assert final(reviews) == ENDS


def test_after_a_lost_rejection_too() -> None:
    reviews = Reviews(exists=True, lose=["reject"])
    with playing(reviews) as one:
        with pytest.raises(adapter.Unavailable):
            push(one, REJECTION)
        assert push(one, REJECTION).accepted
        assert [line.split(" ")[0] for line in steps(one)] == ["reject"]
    assert final(reviews) == ("rejected", f"blurred (reviewapp row {ROW})", {})


@pytest.mark.parametrize("nested", [True, False])
def test_somebody_faster_is_read_again(nested: bool) -> None:
    left = ["fields", "approve"]

    def faster(reviews: Reviews, step: str) -> None:
        if step in left:
            left.remove(step)
            reviews.revision += 1

    reviews = Reviews(before=faster, nested=nested)
    with playing(reviews) as one:
        assert push(one).accepted
    assert final(reviews) == ENDS
    assert left == []


def test_somebody_who_is_always_faster_is_a_conflict_to_be_tried_later() -> None:
    def faster(reviews: Reviews, step: str) -> None:
        reviews.revision += 1

    with playing(Reviews(before=faster)) as one:
        with pytest.raises(adapter.Conflict):
            push(one)
        assert len(one.lines) < 30


def test_open_flags_are_signed_off_because_a_person_decided() -> None:
    reviews = Reviews(flags=["/elsewhere", "/total"])
    with playing(reviews) as one:
        receipt = push(one)
        assert steps(one)[-2:] == ['approve {"revision":1}', 'approve {"revision":1,"sign_off":true}']
    assert final(reviews) == ENDS
    assert receipt.details["signed_off"] is True and receipt.details["row"] == ROW


@pytest.mark.parametrize(("status", "reason"), [("approved", None), ("rejected", "theirs")])
@pytest.mark.parametrize("tells", [True, False])
def test_another_decision_is_reopened(status: str, reason: str | None, tells: bool) -> None:
    reviews = Reviews(exists=True, revision=7, status=status, reason=reason, tells=tells)
    with playing(reviews) as one:
        receipt = push(one)
        assert steps(one)[0] == 'reopen {"revision":7}'
    assert final(reviews) == ENDS
    assert receipt.details["reopened"] is True


def test_a_value_that_was_corrected_otherwise_there_is_corrected_again() -> None:
    there = {"/total": {"action": "correct", "value": 1}, "/vendor": {"action": "confirm", "value": "Acme"}}
    reviews = Reviews(exists=True, revision=3, actions=there)
    with playing(reviews) as one:
        assert push(one).accepted
        sent = next(request for request in one.heard if request.target.endswith("/fields"))
        assert sent.json() == {"revision": 3, "changes": SENT[1:]}
    assert reviews.actions["/total"]["value"] == 12568.00


def test_how_the_vendor_spells_a_value_back_counts_for_nothing() -> None:
    reviews = Reviews(spell=str)
    with playing(reviews) as one:
        assert push(one).accepted
        assert [line.split(" ")[0] for line in steps(one)] == ["review", "fields", "approve"]
    assert final(reviews) == ENDS


def test_a_rejection_names_our_row() -> None:
    reviews = Reviews()
    with playing(reviews) as one:
        receipt = push(one, REJECTION)
        assert steps(one) == ["review {}", f'reject {{"revision":0,"reason":"blurred (reviewapp row {ROW})"}}']
    assert receipt.accepted and final(reviews)[0] == "rejected"


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("at", ["", "/review", "/review/fields", "/review/approve"])
def test_where_it_is_not_offered_a_receipt_says_so(status: int, at: str) -> None:
    reviews = Reviews()
    closed = js({"detail": "Not enabled"}, status)
    answers: dict[str, Any] = {
        f"GET {PATH}": reviews.job,
        f"GET {PATH}/review": reviews.get,
        f"POST {PATH}/review": reviews.create,
        f"POST {PATH}/review/fields": reviews.write("fields"),
        f"POST {PATH}/review/approve": reviews.write("approve"),
    }
    answers |= {line: closed for line in answers if line.split(" ")[1] == f"{PATH}{at}"}
    with vendor(answers) as one:
        receipt = push(one)
    assert not receipt.accepted and receipt.said.startswith("LlamaCloud")


def test_a_job_that_cannot_be_reviewed() -> None:
    reviews = Reviews()
    refusal = reviews.refuse("job_not_reviewable")
    answers: dict[str, Any] = {f"GET {PATH}": reviews.job, f"GET {PATH}/review": reviews.get}
    with vendor({**answers, f"POST {PATH}/review": refusal}) as one:
        assert push(one) == Receipt(False, "LlamaCloud says that this job cannot be reviewed")
    reviews.exists = True
    with vendor({**answers, f"GET {PATH}/review": reviews.get, f"POST {PATH}/review/fields": refusal}) as one:
        assert push(one) == Receipt(False, "LlamaCloud says that this job cannot be reviewed")


@pytest.mark.parametrize(
    ("status", "kind"), [(400, adapter.RequestRefused), (401, adapter.AuthRefused), (422, adapter.RequestRefused)]
)
def test_what_the_schema_refuses_is_an_error(status: int, kind: type[Exception]) -> None:
    reviews = Reviews(exists=True)
    answers: dict[str, Any] = {
        f"GET {PATH}": reviews.job,
        f"GET {PATH}/review": reviews.get,
        f"POST {PATH}/review/fields": js({"detail": "Unknown field: /po"}, status),
    }
    with vendor(answers) as one, pytest.raises(kind, match="Unknown field"):
        push(one)


class TestAJobOfSeveralRows:
    LIST = ({"total": 1}, {"total": 2})

    def what(self, **more: Any) -> Any:
        change = Change("/total", "corrected", Number("3"), Number("2"))
        return correction(change, base={"total": Number("2")}, row={"total": Number("3")}, key="1", **more)

    def test_addresses_are_those_of_the_list_and_the_review_is_left_open(self) -> None:
        reviews = Reviews(result=list(self.LIST))
        with playing(reviews) as one:
            receipt = push(one, self.what())
            assert json.loads(steps(one)[-1].partition(" ")[2]) == {
                "revision": 0,
                "changes": [{"change": "correct", "path": "/1/total", "value": 3}],
            }
        assert receipt.accepted and reviews.status == "pending"

    def test_one_row_cannot_be_rejected(self) -> None:
        with playing(Reviews(result=list(self.LIST))) as one:
            assert not push(one, self.what(outcome="rejected")).accepted
            assert steps(one) == []

    def test_a_review_that_is_decided_is_not_reopened_for_one_row(self) -> None:
        reviews = Reviews(result=list(self.LIST), exists=True, status="approved")
        with playing(reviews) as one:
            assert not push(one, self.what()).accepted
        assert reviews.status == "approved"


def test_a_broken_connection_is_not_taken_for_an_answer() -> None:
    with vendor({f"GET {PATH}": said(500)}) as one, pytest.raises(adapter.Unavailable):
        push(one)
