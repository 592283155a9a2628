"""Is a decision written back to Talonic by the documented bodies alone, and does a repeat change nothing?"""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Kind
from reviewapp.upstreams import adapter, registry
from reviewapp.upstreams.clients import Change, Correction, Receipt
from tests.upstreams.clients.scripted import ROW, Heard, Vendor, correction, js, vendor
from tests.upstreams.servers import AT, said

CLIENT = registry.client(Kind.TALONIC)
REASON = f"approved by review (reviewapp row {ROW})"
BASE: Json = {"total": Number("4250.00"), "vendor": "Acme", "a/b": "x", "lines": [{"q": Number("1")}]}
ROWED: Json = {"total": Number("4520.00"), "vendor": "Acme", "a/b": None, "lines": [{"q": Number("2")}]}
CHANGES = (
    Change("/vendor", "approved", "Acme", "Acme"),
    Change("/total", "corrected", Number("4520.00"), Number("4250.00")),
    Change("/a~1b", "cleared", None, "x"),
    Change("/lines/0/q", "corrected", Number("2"), Number("1")),
)
DECISION = correction(*CHANGES, base=BASE, row=ROWED, document_id="doc-1")
REJECTION = correction(base=BASE, row=BASE, outcome="rejected", reason="blurred", document_id="doc-1")
NO_DOCUMENT = correction(*CHANGES, base=BASE, row=ROWED)

LIST = "GET /v1/documents/doc-1/extractions"
PATCH = "PATCH /v1/extractions/e2/data"
EXTRACTIONS = js(
    {
        "data": [
            {"id": "e1", "created_at": "2026-01-01T00:00:00Z"},
            {"id": "e2", "created_at": "2026-02-01T00:00:00Z"},
            {"id": None, "created_at": "2026-03-01T00:00:00Z"},
        ]
    }
)
PATCHED = js({"id": "e2", "status": "complete", "locked_fields": ["total"]})


def push(one: Vendor, way: str, what: Correction = DECISION) -> Receipt:
    return CLIENT.push(one.connection(), what, way=way, at=AT)


def test_the_ways_that_there_are() -> None:
    assert CLIENT.can.writes_back == ("corrections", "field_review", "record_review")
    with vendor({}) as one:
        assert not push(one, "extract_review").accepted
        assert one.heard == []


def test_corrections_go_to_the_newest_extraction_of_the_document_whole_and_with_exact_numbers() -> None:
    with vendor({LIST: EXTRACTIONS, PATCH: PATCHED}) as one:
        receipt = push(one, "corrections")
        assert one.lines == [LIST, PATCH]
        assert one.heard[1].body.decode() == (
            '{"corrections":['
            f'{{"field":"total","value":4520.00,"reason":"{REASON}"}},'
            f'{{"field":"a/b","value":null,"reason":"{REASON}"}},'
            f'{{"field":"lines","value":[{{"q":2}}],"reason":"{REASON}"}}'
            '],"propagate":"this_document_only"}'
        )
    assert receipt.accepted
    assert receipt.details == {"extraction": "e2", "locked_fields": ["total"]}


@pytest.mark.parametrize("status", [400, 422])
def test_where_one_body_is_refused_the_other_is_sent(status: int) -> None:
    refused = js({"code": "VALIDATION_ERROR", "message": "bad body", "statusCode": status}, status)
    with vendor({LIST: EXTRACTIONS, PATCH: [refused, PATCHED]}) as one:
        assert push(one, "corrections").accepted
        second = one.heard[2].json()
    assert second == {
        "corrections": [
            {"row_index": 0, "field": "total", "new_value": 4520.0, "reason": REASON},
            {"row_index": 0, "field": "a/b", "new_value": None, "reason": REASON},
            {"row_index": 0, "field": "lines", "new_value": [{"q": 2}], "reason": REASON},
        ]
    }


def test_where_both_are_refused_the_first_refusal_counts() -> None:
    first, second = (js({"code": "VALIDATION_ERROR", "message": word}, 400) for word in ("first", "second"))
    with (
        vendor({LIST: EXTRACTIONS, PATCH: [first, second]}) as one,
        pytest.raises(adapter.RequestRefused, match="first"),
    ):
        push(one, "corrections")


def test_nothing_is_ever_propagated() -> None:
    refused = js({"code": "VALIDATION_ERROR"}, 400)
    with vendor({LIST: EXTRACTIONS, PATCH: [refused, PATCHED]}) as one:
        push(one, "corrections")
        assert not any(b"all_similar" in request.body for request in one.heard)


@pytest.mark.parametrize(
    ("what", "lines", "accepted"),
    [
        (REJECTION, [], False),
        (NO_DOCUMENT, [], False),
        (correction(CHANGES[0], base=BASE, row=BASE, document_id="doc-1"), [], True),
    ],
)
def test_when_there_is_nothing_to_correct(what: Correction, lines: list[str], accepted: bool) -> None:
    with vendor({}) as one:
        assert push(one, "corrections", what).accepted is accepted
        assert one.lines == lines


@pytest.mark.parametrize("answer", [js({"data": []}), js([]), js({"code": "RESOURCE_NOT_FOUND"}, 404)])
def test_a_document_without_an_extraction(answer: bytes) -> None:
    with vendor({LIST: answer}) as one:
        assert not push(one, "corrections").accepted


def test_a_list_without_data_around_it_and_without_dates() -> None:
    with vendor({LIST: js([{"id": "e2"}, {"id": "e3"}]), PATCH: PATCHED}) as one:
        assert push(one, "corrections").details["extraction"] == "e2"


def test_a_correction_whose_answer_was_lost_is_sent_again_with_the_same_body() -> None:
    with vendor({LIST: EXTRACTIONS, PATCH: [b"", PATCHED]}) as one:
        assert push(one, "corrections").accepted
        assert one.heard[1].body == one.heard[2].body


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (js({"code": "INSUFFICIENT_PERMISSIONS"}, 403), adapter.Forbidden),
        (js({"code": "RESOURCE_NOT_FOUND"}, 404), adapter.NotFound),
        (said(500), adapter.Unavailable),
        (js({"code": "QUOTA_EXCEEDED"}, 429), adapter.QuotaUsedUp),
        (said(200, b"<html>"), adapter.BadPayload),
    ],
)
def test_a_correction_that_fails(answer: bytes, kind: type[Exception]) -> None:
    with vendor({LIST: EXTRACTIONS, PATCH: answer}) as one, pytest.raises(kind):
        push(one, "corrections")


# Held fields


def field_line(name: str, method: str = "POST") -> str:
    return f"{method} /v1/field-reviews/doc-1/{name}" + ("/resolve" if method == "POST" else "")


NOT_HELD = js({"code": "VALIDATION_ERROR", "message": "not in review"}, 400)
FLAT = correction(
    *CHANGES[:2],
    base={"total": Number("4250.00"), "vendor": "Acme"},
    row={"total": Number("4520.00"), "vendor": "Acme"},
    document_id="doc-1",
)


def test_held_fields_are_resolved_one_by_one() -> None:
    resolved = js({"status": "progressing"})
    with vendor({field_line("total"): resolved, field_line("vendor"): resolved}) as one:
        receipt = push(one, "field_review", FLAT)
        assert [(request.line, request.body.decode()) for request in one.heard] == [
            (field_line("total"), f'{{"action":"correct","corrected_value":4520.00,"reason":"{REASON}"}}'),
            (field_line("vendor"), f'{{"action":"approve","reason":"{REASON}"}}'),
        ]
    assert receipt == Receipt(
        True, "2 of 2 field(s) were resolved.", {"resolved": ["total", "vendor"], "not_in_review": []}
    )


def test_fields_that_are_not_held_are_noted() -> None:
    told = js({"fieldKey": "vendor", "priorDecisions": []})
    answers = {
        field_line("total"): js({"status": "progressing"}),
        field_line("vendor"): NOT_HELD,
        field_line("vendor", "GET"): told,
    }
    with vendor(answers) as one:  # type: ignore[arg-type]
        receipt = push(one, "field_review", FLAT)
    assert receipt.accepted and receipt.details == {"resolved": ["total"], "not_in_review": ["vendor"]}


def test_where_none_is_held_there_is_no_place_for_it() -> None:
    gone = js({"code": "RESOURCE_NOT_FOUND"}, 404)
    answers = {field_line(name): gone for name in ("total", "vendor")}
    answers |= {field_line(name, "GET"): gone for name in ("total", "vendor")}
    with vendor(answers) as one:  # type: ignore[arg-type]
        assert not push(one, "field_review", FLAT).accepted


def test_a_field_whose_answer_was_lost_is_known_by_our_row() -> None:
    done: list[str] = []

    def resolve(asked: Heard) -> bytes:
        if asked.target in done:
            return NOT_HELD
        done.append(asked.target)
        return b"" if asked.target.endswith("total/resolve") else js({"status": "progressing"})

    def history(asked: Heard) -> bytes:
        return js({"priorDecisions": [{"action": "correct", "reason": REASON}]})

    answers: dict[str, Any] = {field_line(name): resolve for name in ("total", "vendor")}
    with vendor({**answers, field_line("total", "GET"): history, field_line("vendor", "GET"): history}) as one:
        first = push(one, "field_review", FLAT)
        assert first == push(one, "field_review", FLAT)
        assert first.details == {"resolved": ["total", "vendor"], "not_in_review": []}


def test_a_name_with_a_slash_cannot_be_asked_for_and_keeps_no_other_field_back() -> None:
    base: Json = {"a/b": "x", "total": "1"}
    row: Json = {"a/b": None, "total": "2"}
    with vendor({field_line("total"): js({})}) as one:
        receipt = push(one, "field_review", correction(CHANGES[2], base=base, row=row, document_id="doc-1"))
        assert one.lines == [field_line("total")]
    assert receipt.details == {"resolved": ["total"], "not_in_review": ["a/b"]}


@pytest.mark.parametrize("what", [REJECTION, NO_DOCUMENT])
def test_what_field_reviews_cannot_say(what: Correction) -> None:
    with vendor({}) as one:
        assert not push(one, "field_review", what).accepted
        assert one.heard == []


# The record


RECORDS = "GET /v1/review?limit=100"
ACT = "POST /v1/review/rec-1/action"


def record(name: str, document: str = "doc-1", status: str = "pending", run: str = "run") -> dict[str, object]:
    return {"id": name, "document_id": document, "status": status, "run_id": run}


@pytest.mark.parametrize(
    ("what", "body"),
    [
        (DECISION, f'{{"action":"approve","reason":"{REASON}"}}'),
        (REJECTION, f'{{"action":"reject","reason":"blurred (reviewapp row {ROW})"}}'),
    ],
)
def test_a_record_is_approved_or_rejected(what: Correction, body: str) -> None:
    page = js({"data": [record("rec-0", "doc-0"), record("rec-1")], "pagination": {"has_more": False}})
    with vendor({RECORDS: page, ACT: [b"", js({"id": "rec-1"})]}) as one:
        receipt = push(one, "record_review", what)
        assert one.lines == [RECORDS, ACT, ACT]
        assert {request.body.decode() for request in one.heard[1:]} == {body}
    assert receipt.accepted and receipt.details == {"record": "rec-1"}


def test_a_record_may_stand_on_a_later_page_and_of_several_our_run_counts() -> None:
    first = js({"data": [record("rec-0")], "pagination": {"has_more": True, "next_cursor": "c"}})
    second = js({"data": [record("rec-1", run="job-1")], "pagination": {"has_more": False}})
    with vendor({RECORDS: first, f"{RECORDS}&cursor=c": second, ACT: js({})}) as one:
        assert push(one, "record_review").details == {"record": "rec-1"}


def test_a_record_that_says_so_already_is_left_alone() -> None:
    with vendor({RECORDS: js({"data": [record("rec-1", status="approved")]})}) as one:
        assert push(one, "record_review").accepted
        assert one.lines == [RECORDS]


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize(("now", "accepted"), [("approved", True), ("rejected", False)])
def test_a_record_that_was_decided_meanwhile(status: int, now: str, accepted: bool) -> None:
    refused = js({"code": "VALIDATION_ERROR", "message": "decided already"}, status)
    answers = {
        RECORDS: js({"data": [record("rec-1")]}),
        ACT: refused,
        "GET /v1/review/rec-1": js(record("rec-1", status=now)),
    }
    with vendor(answers) as one:  # type: ignore[arg-type]
        assert push(one, "record_review").accepted is accepted


def test_a_record_that_cannot_be_acted_on() -> None:
    refused = js({"code": "VALIDATION_ERROR", "message": "no such action"}, 400)
    answers = {RECORDS: js({"data": [record("rec-1")]}), ACT: refused, "GET /v1/review/rec-1": js(record("rec-1"))}
    with vendor(answers) as one, pytest.raises(adapter.RequestRefused, match="no such action"):  # type: ignore[arg-type]
        push(one, "record_review")


@pytest.mark.parametrize("page", [{"data": []}, {"data": [record("rec-0", "doc-0")]}])
def test_a_document_without_a_record(page: object) -> None:
    with vendor({RECORDS: js(page)}) as one:
        assert not push(one, "record_review").accepted
        assert not push(one, "record_review", NO_DOCUMENT).accepted


def test_a_queue_without_end_is_not_read_for_ever() -> None:
    page = js({"data": [], "pagination": {"has_more": True, "next_cursor": "c"}})
    with vendor({RECORDS: page, f"{RECORDS}&cursor=c": page}) as one:
        assert not push(one, "record_review").accepted
        assert len(one.lines) == 20
