"""Does every documented refusal of every vendor become the right error, with its moment and its words?"""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from reviewapp.upstreams import adapter, errors, failures
from reviewapp.upstreams.adapter import UpstreamError
from reviewapp.upstreams.http import CallFailed, Limits, Request
from tests.upstreams.clients.scripted import KEY, URL, WORD, Reply, calls, js, vendor
from tests.upstreams.servers import AT, HERE, said

HTML = b"<!doctype html><title>Bad gateway</title>"


def flat(status: int, code: str, message: str = "Nope.", **more: object) -> bytes:
    """Talonic's current manner."""
    body = {
        "statusCode": status,
        "code": code,
        "error": "Words",
        "message": message,
        "retryable": False,
        "path": "/v1/x",
    }
    return js({**body, **more}, status)


def nested(status: int, code: str, **more: object) -> bytes:
    """Talonic's older manner."""
    return js({"error": {"code": code, "message": "Nope.", "status": status, "request_id": "r", **more}}, status)


TABLE: dict[str, tuple[bytes, type[UpstreamError], str, float | None]] = {
    # Unsiloed
    "unsiloed 400": (js({"detail": "Bad schema"}, 400), adapter.RequestRefused, "Bad schema", None),
    "unsiloed 401": (js({"detail": "Invalid API key"}, 401), adapter.AuthRefused, "Invalid API key", None),
    "unsiloed 402": (js({"detail": "Quota exceeded"}, 402), adapter.QuotaUsedUp, "Quota exceeded", None),
    "unsiloed classify 402": (
        js({"detail": {"message": "No pages left", "status": "quota_exceeded", "quota_data": {}}}, 402),
        adapter.QuotaUsedUp,
        "No pages left",
        None,
    ),
    "unsiloed 404": (js({"detail": "Job not found"}, 404), adapter.NotFound, "Job not found", None),
    "unsiloed 413": (js({"detail": "Too big"}, 413), adapter.RequestRefused, "Too big", None),
    "unsiloed 422": (
        js({"detail": [{"loc": ["body", "schema_data"], "msg": "field required", "type": "missing"}]}, 422),
        adapter.RequestRefused,
        "body.schema_data: field required",
        None,
    ),
    "unsiloed 429": (
        js({"error": "rate_limited", "message": "Slow down", "retry_after": 7}, 429),
        adapter.RateLimited,
        "Slow down",
        7,
    ),
    "unsiloed 429 detail": (js({"detail": "Too many"}, 429), adapter.RateLimited, "Too many", None),
    "unsiloed 429 text": (said(429, b"Rate limit exceeded"), adapter.RateLimited, "Rate limit exceeded", None),
    "unsiloed 429 billing": (said(429, b"Usage limit exceeded"), adapter.QuotaUsedUp, "Usage limit exceeded", None),
    "unsiloed 500": (js({"detail": "Oops"}, 500), adapter.Unavailable, "Oops", None),
    "unsiloed 503": (
        js(
            {
                "error": {
                    "code": "service_unavailable",
                    "message": "Full",
                    "details": {"reason": "queue_full", "retry_after": 30},
                }
            },
            503,
        ),
        adapter.Unavailable,
        "Full",
        30,
    ),
    "unsiloed 503 header first": (
        js({"error": {"message": "Full", "details": {"retry_after": 30}}}, 503, Retry_After="5"),
        adapter.Unavailable,
        "Full",
        5,
    ),
    # LlamaCloud
    "llamacloud 401": (js({"detail": "Invalid token"}, 401), adapter.AuthRefused, "Invalid token", None),
    "llamacloud 402": (js({"detail": "No credits"}, 402), adapter.QuotaUsedUp, "No credits", None),
    "llamacloud 403": (js({"detail": "Beta"}, 403), adapter.Forbidden, "Beta", None),
    "llamacloud 404": (js({"detail": "Job not found"}, 404), adapter.NotFound, "Job not found", None),
    "llamacloud 409": (
        js({"detail": {"code": "stale_revision", "message": "Old", "revision": 4}}, 409),
        adapter.Conflict,
        "Old",
        None,
    ),
    "llamacloud 422": (
        js({"detail": [{"loc": ["path", "job_id"], "msg": "no uuid", "type": "uuid"}]}, 422),
        adapter.RequestRefused,
        "path.job_id: no uuid",
        None,
    ),
    "llamacloud 429 ms": (js({"detail": "Slow"}, 429, retry_after_ms="1500"), adapter.RateLimited, "Slow", 1.5),
    # Talonic, flat
    "talonic VALIDATION_ERROR": (flat(400, "VALIDATION_ERROR"), adapter.RequestRefused, "Nope.", None),
    "talonic AUTH_REQUIRED": (flat(401, "AUTH_REQUIRED"), adapter.AuthRefused, "Nope.", None),
    "talonic TOKEN_EXPIRED": (flat(401, "TOKEN_EXPIRED"), adapter.AuthRefused, "Nope.", None),
    "talonic INSUFFICIENT_PERMISSIONS": (flat(403, "INSUFFICIENT_PERMISSIONS"), adapter.Forbidden, "Nope.", None),
    "talonic RESOURCE_NOT_FOUND": (flat(404, "RESOURCE_NOT_FOUND"), adapter.NotFound, "Nope.", None),
    "talonic QUOTA_EXCEEDED": (flat(429, "QUOTA_EXCEEDED"), adapter.QuotaUsedUp, "Nope.", None),
    "talonic INSUFFICIENT_CREDITS": (flat(402, "INSUFFICIENT_CREDITS"), adapter.QuotaUsedUp, "Nope.", None),
    "talonic INSUFFICIENT_CREDITS 403": (flat(403, "INSUFFICIENT_CREDITS"), adapter.QuotaUsedUp, "Nope.", None),
    "talonic LLM_RATE_LIMITED": (flat(429, "LLM_RATE_LIMITED", retry_after=12), adapter.RateLimited, "Nope.", 12),
    "talonic LLM_TIMEOUT": (flat(504, "LLM_TIMEOUT"), adapter.Unavailable, "Nope.", None),
    "talonic LLM_UNAVAILABLE": (flat(503, "LLM_UNAVAILABLE"), adapter.Unavailable, "Nope.", None),
    "talonic OCR_FAILED": (flat(422, "OCR_FAILED"), adapter.RequestRefused, "Nope.", None),
    "talonic EXTRACTION_FAILED": (flat(500, "EXTRACTION_FAILED"), adapter.Unavailable, "Nope.", None),
    "talonic EXTRACTION_TIMEOUT": (flat(504, "EXTRACTION_TIMEOUT"), adapter.Unavailable, "Nope.", None),
    "talonic FILE_TOO_LARGE": (flat(413, "FILE_TOO_LARGE"), adapter.RequestRefused, "Nope.", None),
    "talonic DUPLICATE_RESOURCE": (flat(409, "DUPLICATE_RESOURCE"), adapter.Conflict, "Nope.", None),
    "talonic INTERNAL_ERROR": (flat(500, "INTERNAL_ERROR"), adapter.Unavailable, "Nope.", None),
    # Talonic, nested and with the page's own words
    "talonic nested validation_error": (nested(400, "validation_error"), adapter.RequestRefused, "Nope.", None),
    "talonic nested unauthorized": (nested(401, "unauthorized"), adapter.AuthRefused, "Nope.", None),
    "talonic nested not_found": (nested(404, "not_found"), adapter.NotFound, "Nope.", None),
    "talonic nested rate_limited": (nested(429, "rate_limited", retry_after=3), adapter.RateLimited, "Nope.", 3),
    "talonic nested quota_exceeded": (nested(429, "quota_exceeded"), adapter.QuotaUsedUp, "Nope.", None),
    "talonic midnight": (
        js({"code": "rate_limited"}, 429, X_RateLimit_Remaining="0", X_RateLimit_Reset="2026-03-10T13:00:00Z"),
        adapter.RateLimited,
        "",
        3600,
    ),
    # Anybody
    "a page": (said(502, HTML), adapter.Unavailable, "", None),
    "nothing": (said(500), adapter.Unavailable, "", None),
    "a redirect": (said(302, Location=URL), adapter.RequestRefused, "redirect", None),
    "gone": (said(410), adapter.NotFound, "", None),
    "a teapot": (said(418), adapter.RequestRefused, "", None),
    "not implemented": (said(501), adapter.RequestRefused, "", None),
    "too early": (said(425), adapter.Unavailable, "", None),
    "a list": (js([1], 400), adapter.RequestRefused, "", None),
    "a text in JSON": (js('"Usage limit exceeded"', 429), adapter.QuotaUsedUp, "Usage limit", None),
    "more than a day": (js({"retry_after": 999999999}, 429), adapter.RateLimited, "", 86400),
    "garbage": (js({"retry_after": "soon"}, 429), adapter.RateLimited, "", None),
}


def failure(reply: Reply, *, method: str = "GET") -> CallFailed:
    with vendor({f"{method} /x": reply}) as one, pytest.raises(CallFailed) as raised:
        calls().send(
            Request(method, f"{one.server.url}x", headers={"api-key": KEY}),
            reach=HERE,
            at=AT,
            limits=Limits(seconds=20, body=100_000, tries=1),
        )
    return raised.value


@pytest.mark.parametrize("name", TABLE)
def test_every_refusal_becomes_the_error_that_it_means(name: str) -> None:
    reply, kind, words, seconds = TABLE[name]
    error = errors.meaning(failure(reply), at=AT)
    assert type(error) is kind
    assert words in str(error) and "127.0.0.1" in str(error)
    assert error.retry_at == (None if seconds is None else AT + timedelta(seconds=seconds))


def test_a_sentence_is_short_and_holds_no_page_and_no_secret() -> None:
    for reply in (
        said(502, HTML + HTML * 500),
        js({"detail": f"your key {KEY} at {URL} " + "x" * 1900}, 400),
        said(400, f"{KEY} {URL}".encode()),
        js({"detail": {"message": KEY, "code": KEY}}, 401),
    ):
        error = errors.meaning(failure(reply), at=AT)
        assert len(str(error)) < 500
        assert WORD not in str(error) and "doctype" not in str(error)
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("failed", "kind"),
    [
        (failures.NotAllowed("no"), adapter.NotAllowed),
        (failures.TooLarge("much"), adapter.TooLarge),
        (failures.Unreadable("br"), adapter.BadPayload),
        (failures.Unreachable("gone"), adapter.Unavailable),
        (failures.Untrusted("who"), adapter.Unavailable),
        (failures.OutOfTime("late"), adapter.Unavailable),
    ],
)
def test_without_an_answer(failed: CallFailed, kind: type[UpstreamError]) -> None:
    failed.host = "api.example"
    error = errors.meaning(failed, at=AT)
    assert type(error) is kind
    assert str(error) == f"api.example: {failed.args[0]}"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (said(500), adapter.Uncertain),
        (said(502), adapter.Uncertain),
        (said(504), adapter.Uncertain),
        (said(408), adapter.Uncertain),
        (b"", adapter.Uncertain),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", adapter.Uncertain),
        (said(503), adapter.Unavailable),
        (said(429), adapter.RateLimited),
        (said(400), adapter.RequestRefused),
        (said(401), adapter.AuthRefused),
        (said(409), adapter.Conflict),
    ],
)
def test_what_may_have_been_done_is_uncertain_where_it_must_not_be_done_twice(
    reply: bytes, kind: type[UpstreamError]
) -> None:
    failed = failure(reply, method="POST")
    error = errors.meaning(failed, at=AT, once=True)
    assert type(error) is kind
    assert kind is not adapter.Uncertain or error.permanent
    assert type(errors.meaning(failed, at=AT)) is not adapter.Uncertain


def test_what_never_left_is_not_uncertain() -> None:
    with vendor({}) as one:
        url = one.server.url
    with pytest.raises(CallFailed) as raised:
        calls().send(Request("POST", url), reach=HERE, at=AT, limits=Limits(seconds=5, body=10, tries=1))
    assert not raised.value.sent
    assert type(errors.meaning(raised.value, at=AT, once=True)) is adapter.Unavailable


def test_an_error_can_go_to_another_process() -> None:
    error = errors.meaning(failure(js({"detail": "x", "retry_after": 3}, 429)), at=AT)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
