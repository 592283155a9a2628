"""Does the simulated Extract Review keep its contract? Revisions, verbs, open flags, events, all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.ops.simulator import Simulator
from tests.ops.simulator.asking import Reply, ask, get

JOB = "ext-0367e98b-a6df-57bc-b62b-dab220a301af"
REVIEW = f"/llamacloud/api/v2/extract/{JOB}/review"


def post(sim: Simulator, what: str = "", body: Any = None) -> Reply:
    return ask(sim, "POST", f"{REVIEW}{what}", body)


def change(sim: Simulator, revision: int, *changes: dict[str, Any]) -> Reply:
    return post(sim, "/fields", {"revision": revision, "changes": list(changes)})


def test_403_until_it_is_enabled(done: Simulator) -> None:
    done.enable_extract_review(False)
    assert (post(done).status, get(done, REVIEW).status, change(done, 0).status) == (403, 403, 403)


def test_a_review_is_made_once(done: Simulator) -> None:
    assert get(done, REVIEW).status == 404
    made = post(done, body={"confidence_threshold": 0.6, "required_fields": ["/purchase_order"]})
    assert (made.status, made.json["revision"], made.json["status"]) == (201, 0, "pending")
    again = post(done)
    assert (again.status, again.json["confidence_threshold"]) == (200, 0.6)
    flags = {flag["path"]: flag["reason"] for flag in again.json["flags"]}
    assert flags["/invoice_number"] == "low_confidence" and flags["/purchase_order"] == "missing_required"
    assert get(done, REVIEW).json == again.json


def test_unknown_fields_are_refused(done: Simulator) -> None:
    assert post(done, body={"fields_in_scope": ["/nothing"]}).status == 400
    assert change(done, 0, {"change": "confirm", "path": "/nothing"}).status == 400
    assert change(done, 0, {"change": "approve", "path": "/currency"}).status == 400
    assert change(done, 0, {"change": "correct", "path": "/currency"}).status == 400
    assert change(done, 0, {"change": "correct", "path": "/invoice_number", "value": 7}).status == 400


def test_a_job_that_runs_has_nothing_to_correct(sim: Simulator) -> None:
    sim.enable_extract_review()
    assert post(sim).status == 201
    refused = change(sim, 0, {"change": "confirm", "path": "/currency"})
    assert (refused.status, refused.json["detail"]["code"]) == (409, "job_not_reviewable")


def test_every_verb_and_its_event(done: Simulator) -> None:
    first = change(
        done,
        0,
        {"change": "correct", "path": "/invoice_number", "value": "1184"},
        {"change": "confirm", "path": "/currency"},
        {"change": "clear", "path": "/purchase_order"},
    )
    assert (first.status, first.json["revision"]) == (200, 1)
    actions = first.json["field_actions"]
    assert {path: one["action"] for path, one in actions.items()} == {
        "/invoice_number": "correct",
        "/currency": "confirm",
        "/purchase_order": "clear",
    }
    assert first.json["reviewed_result"]["invoice_number"] == "1184"
    assert first.json["extract_result"]["invoice_number"] != "1184"
    change(done, 1, {"change": "correct", "path": "/invoice_number", "value": "other"})
    undone = change(done, 2, {"change": "undo", "path": "/invoice_number"}).json
    assert undone["field_actions"]["/invoice_number"]["value"] == "1184"
    restored = change(done, 3, {"change": "restore", "path": "/invoice_number"}).json
    assert "/invoice_number" not in restored["field_actions"]
    page = get(done, f"{REVIEW}/events?page_size=2").json
    assert [one["kind"] for one in page["items"]] == ["field_restored", "field_undone"]
    rest = get(done, f"{REVIEW}/events?page_size=200&page_token={page['next_page_token']}").json
    assert [one["kind"] for one in rest["items"]] == [
        "field_corrected", "field_cleared", "field_confirmed", "field_corrected", "created",
    ]  # fmt: skip
    assert rest["next_page_token"] is None


def test_a_stale_revision_changes_nothing_and_tells_the_latest(done: Simulator) -> None:
    change(done, 0, {"change": "confirm", "path": "/currency"})
    for what, body in {
        "/fields": {"revision": 0, "changes": [{"change": "clear", "path": "/currency"}]},
        "/approve": {"revision": 0, "sign_off": True},
        "/reject": {"revision": 0, "reason": "no"},
        "/reopen": {"revision": 0},
    }.items():
        refused = post(done, what, body)
        assert (refused.status, refused.headers["x-should-retry"]) == (409, "false")
        assert (refused.json["detail"]["code"], refused.json["detail"]["revision"]) == ("stale_revision", 1)
    assert get(done, REVIEW).json["field_actions"]["/currency"]["action"] == "confirm"


def test_one_bad_change_leaves_none(done: Simulator) -> None:
    good = {"change": "correct", "path": "/currency", "value": "EUR"}
    assert change(done, 0, good, {"change": "clear", "path": "/nothing"}).status == 400
    assert get(done, REVIEW).json["field_actions"] == {}


def test_open_flags_block_approval_unless_signed_off(done: Simulator) -> None:
    post(done, body={"required_fields": ["/purchase_order"]})
    refused = post(done, "/approve", {"revision": 0})
    assert (refused.status, refused.json["detail"]["code"]) == (409, "open_flags")
    assert refused.json["detail"]["paths"] == ["/purchase_order"]
    approved = post(done, "/approve", {"revision": 0, "sign_off": True}).json
    assert (approved["status"], approved["revision"]) == ("approved", 1) and approved["decided_by"]
    kinds = [one["kind"] for one in get(done, f"{REVIEW}/events").json["items"]]
    assert kinds == ["approved", "flags_signed_off", "created"]
    again = post(done, "/approve", {"revision": 1})
    assert (again.status, again.json["detail"]["code"]) == (409, "job_not_reviewable")
    reopened = post(done, "/reopen", {"revision": 1}).json
    assert (reopened["status"], reopened["decided_at"]) == ("pending", None)


def test_a_handled_flag_does_not_block(done: Simulator) -> None:
    post(done, body={"required_fields": ["/purchase_order"]})
    change(done, 0, {"change": "clear", "path": "/purchase_order"})
    assert post(done, "/approve", {"revision": 1}).status == 200


@pytest.mark.parametrize(("reason", "status"), [("", 400), (None, 400), ("unreadable", 200)])
def test_a_rejection_needs_a_reason(reason: str | None, status: int, done: Simulator) -> None:
    post(done)
    assert post(done, "/reject", {"revision": 0, "reason": reason}).status == status


def test_a_cancelled_job_may_be_rejected_and_nothing_else(sim: Simulator) -> None:
    sim.enable_extract_review()
    ask(sim, "POST", f"/llamacloud/api/v2/extract/{JOB}/cancel")
    assert post(sim).json["detail"]["code"] == "job_not_reviewable"
    assert post(sim, "/reject", {"revision": 0, "reason": "cancelled"}).json["status"] == "rejected"
