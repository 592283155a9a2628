"""Does unsiloed-sdk 0.1.7 read our reviewed rows? It checks nothing itself, so every value is asserted here."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.accounts.models import User
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Kind
from reviewapp.review import decisions
from tests.clients.conftest import Asking, Change
from tests.factories import AT, VIA, create_key, create_task, create_upstream, unsiloed
from tests.review.test_decisions import approve, asked, say

pytestmark = pytest.mark.judge
CLIENT = "unsiloed-sdk-0.1.7"
JOB = "36ad1f6e-8d4f-4c06-9d3f-0a4a5a5a5a5a"
READ = {
    "number": ("H-204 ø", 0.97, (441, 131, 520.5, 147)),
    "total": (93.00, 0.41, (0, 446, 107, 465)),
    "count": (7, 0.95),
    "paid": (True, 0.96),
    "note": (None, 0.99),
    "lines": ([{"hours": (2, 0.95, (1, 2, 3, 4))}, {"hours": (12, 0.3, (1, 12, 3, 14))}], 0.98),
}


@pytest.fixture
def payload() -> dict[str, Any]:
    return unsiloed(READ, job_id=JOB)


def corrected(payload: dict[str, Any], user: User) -> None:
    task = create_task(payload)
    say(task, user, "/total", "corrected", Number("98.40"))
    say(task, user, "/lines/1/hours", "corrected", Number("13"))
    approve(task, user)


def assert_reviewed(said: dict[str, Any], payload: dict[str, Any]) -> None:
    fields = said["result"]
    assert said["status"] == "completed"
    assert list(fields) == list(payload["result"]) == said["metadata"]["order"]
    plain = {name: fields[name]["value"] for name in fields if name != "lines"}
    assert plain == {"number": "H-204 ø", "total": 98.4, "count": 7, "paid": True, "note": None}
    assert {name: type(value) for name, value in plain.items()} == {
        "number": str,
        "total": float,
        "count": int,
        "paid": bool,
        "note": type(None),
    }
    hours = [line["hours"]["value"] for line in fields["lines"]["value"]]
    assert (hours, [type(one) for one in hours]) == ([2, 13], [int, int])
    cited = fields["number"]["citation"]
    assert cited == {"bbox": [441, 131, 520.5, 147], "page": 1, "page_width": 612, "page_height": 792}
    assert fields["total"]["citation"]["bbox"] == [0, 446, 107, 465], "the box stays where the machine saw the value"
    assert fields["lines"]["value"][1]["hours"]["citation"]["bbox"] == [1, 12, 3, 14]
    assert fields["total"]["score"] == {"grounding_score": 0.9, "extraction_score": 0.41}, "scores stay the machine's"
    assert fields["count"] == payload["result"]["count"] and fields["count"]["citation"] is None


def test_a_job_is_in_review_as_read_and_completed_as_reviewed(
    ana: User, judge: Asking, payload: dict[str, Any]
) -> None:
    task = create_task(payload)
    before = judge(CLIENT, ["extract", JOB])["said"]
    assert (before["job_id"], before["status"], before["result"]) == (JOB, "review", payload["result"])
    say(task, ana, "/total", "corrected", Number("98.40"))
    say(task, ana, "/lines/1/hours", "corrected", Number("13"))
    approve(task, ana)
    said = judge(CLIENT, ["extract", JOB])["said"]
    assert_reviewed(said, payload)
    assert (said["file_name"], said["error"]) == ("paper.pdf", None)
    assert said["created_at"] == payload["created_at"]


def test_a_key_that_holds_back_sees_a_running_job(ana: User, judge: Asking, payload: dict[str, Any]) -> None:
    create_task(payload)
    _, held = create_key(upstreams=["unsiloed_extract"], hold=True)
    said = judge(CLIENT, ["extract", JOB], key=held)["said"]
    assert (said["status"], said["result"]) == ("processing", None)


def test_a_rejected_job_has_failed(ana: User, judge: Asking, payload: dict[str, Any]) -> None:
    task = create_task(payload)
    decisions.reject(task_id=task.pk, asked=asked(task, reason="wrong paper"), user=ana, at=AT, via=VIA)
    said = judge(CLIENT, ["extract", JOB])["said"]
    assert (said["status"], said["error"], said["result"]) == ("failed", "wrong paper", None)


def test_a_classification_runs_and_is_completed_as_reviewed(ana: User, judge: Asking) -> None:
    page = {"page": 1, "success": True, "confidence": 0.4, "raw_result": "invoice", "classification": "invoice"}
    result = {
        "success": True,
        "classification": "invoice",
        "confidence": 0.41,
        "page_results": [page],
        "total_pages": 1,
    }
    create_upstream(slug="unsiloed_classify", kind=Kind.UNSILOED_CLASSIFY, categories=["invoice", "contract"])
    task = create_task({"job_id": JOB, "status": "completed", "progress": "done", "error": None, "result": result})
    before = judge(CLIENT, ["classify", JOB])["said"]
    assert (before["status"], before["result"], before["error"]) == ("processing", None, None)
    say(task, ana, "/classification", "corrected", "contract")
    say(task, ana, "/pages/1/classification", "approved")
    approve(task, ana)
    after = judge(CLIENT, ["classify", JOB])["said"]
    assert (after["status"], after["progress"]) == ("completed", "done")
    assert after["result"] == {**result, "classification": "contract"}


def test_refusals_are_the_vendors_classes(ana: User, judge: Asking, settings: Any) -> None:
    nobody, unknown = "rva_000000000000_" + "A" * 43, "99999999-9999-4999-8999-999999999999"
    for call in ("extract", "classify"):
        found = judge(CLIENT, [call, unknown])
        assert (found["error"], found["status"], found["message"]) == ("NotFoundError", 404, "Job not found")
        closed = judge(CLIENT, [call, unknown], key=nobody)
        assert (closed["error"], closed["status"]) == ("AuthenticationError", 401)
    settings.API_REQUESTS_PER_MINUTE = 0
    often = judge(CLIENT, ["extract", unknown])
    assert (often["error"], often["status"], often["message"]) == ("APIError", 429, "Rate limit exceeded")


def test_the_judge_refuses_an_answer_without_its_job(
    ana: User, judge: Asking, payload: dict[str, Any], planted: Any
) -> None:
    corrected(payload, ana)
    planted(lambda tree: tree.pop("job_id"))
    assert judge(CLIENT, ["extract", JOB])["error"] == "TypeError"


LET_PASS: dict[str, Change] = {
    "citation as a list": lambda fields: fields["number"].update(citation=[fields["number"]["citation"]]),
    "another kind of box": lambda fields: fields["number"]["citation"].update(
        bbox={"x": 441, "y": 131, "w": 79, "h": 16}
    ),
    "a number as text": lambda fields: fields["total"].update(value="98.40"),
    "an int as float": lambda fields: fields["count"].update(value=Number("7.0")),
    "a line less": lambda fields: fields["lines"]["value"].pop(),
    "a made score": lambda fields: fields["total"].update(score={"grounding_score": 1, "extraction_score": 1}),
}


def test_what_the_judge_lets_pass_is_found_here(
    ana: User, judge: Asking, payload: dict[str, Any], planted: Any
) -> None:
    corrected(payload, ana)

    def into_fields(change: Change) -> Change:
        return lambda tree: change(tree["result"])

    planted(*map(into_fields, LET_PASS.values()))
    *broken, whole = judge(CLIENT, *[["extract", JOB]] * (len(LET_PASS) + 1))
    assert_reviewed(whole["said"], payload)
    for name, one in zip(LET_PASS, broken, strict=True):
        with pytest.raises((AssertionError, TypeError)):
            assert_reviewed(one["said"], payload)
            pytest.fail(f"nothing was found: {name}", pytrace=False)
