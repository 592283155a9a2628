"""What is tried again, when, how often, and what is never sent twice? No test here waits: time and chance are given."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from reviewapp.upstreams.failures import Answered, CallFailed, NotAllowed, Unreachable
from reviewapp.upstreams.http import Limits, Request
from tests.upstreams.servers import (
    ANYWHERE,
    AT,
    HERE,
    PUBLIC,
    Dialled,
    FakePace,
    Play,
    Server,
    always,
    answering,
    client,
    said,
)

LIMITS = Limits(seconds=60, body=1000, tries=4)
RETRIED = (408, 425, 429, 500, 502, 503, 504)


def outcome(
    *answers: bytes,
    method: str = "GET",
    repeatable: bool | None = None,
    limits: Limits = LIMITS,
    play: Play | None = None,
) -> tuple[CallFailed | bytes, FakePace, int]:
    """(what came of it, the pace, how many requests the server heard)."""
    pace = FakePace()
    with Server(play or always(*answers)) as server:
        try:
            request = Request(method, server.url, repeatable=repeatable)
            result: CallFailed | bytes = client(pace=pace.pace).send(request, reach=HERE, at=AT, limits=limits).body
        except CallFailed as failure:
            result = failure
    return result, pace, len(server.heard)


@pytest.mark.parametrize("status", RETRIED)
def test_a_status_that_may_pass_is_tried_again(status: int) -> None:
    result, pace, heard = outcome(said(status), said(status), said(200, b"ok"))
    assert (result, heard) == (b"ok", 3)
    assert pace.asked == [(0.0, 0.5), (0.0, 1.0)]


@pytest.mark.parametrize(
    "status", [400, 401, 402, 403, 404, 405, 409, 410, 413, 422, 451, 499, 501, 505, 507, 520, 529, 599]
)
def test_any_other_status_is_tried_once(status: int) -> None:
    result, pace, heard = outcome(said(status), said(200, b"ok"))
    assert isinstance(result, Answered) and result.status == status
    assert heard == 1 and not pace.slept
    assert result.permanent == (status < 500 or status in {501, 505})


@pytest.mark.parametrize("status", RETRIED)
def test_after_the_last_try_the_failure_is_raised_and_not_permanent(status: int) -> None:
    result, pace, heard = outcome(said(status, b"busy"))
    assert isinstance(result, Answered)
    assert (result.status, result.permanent, result.tries, result.body, heard) == (status, False, 4, "busy", 4)
    assert pace.asked == [(0.0, 0.5), (0.0, 1.0), (0.0, 2.0)]


BROKEN: dict[str, bytes] = {
    "closed without a word": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
    "chunks without their end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_a_broken_connection_is_tried_again(answer: bytes) -> None:
    result, _, heard = outcome(answer, said(200, b"ok"))
    assert (result, heard) == (b"ok", 2)
    result, _, heard = outcome(answer)
    assert isinstance(result, Unreachable) and not result.permanent and heard == 4


def test_a_refused_connection_is_tried_again_for_any_method() -> None:
    tried: list[str] = []

    def refusing(address: str, port: int, seconds: float) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError(111, "nobody")

    for method in ("GET", "POST"):
        tried.clear()
        with pytest.raises(Unreachable, match="connection refused") as caught:
            client(pace=FakePace().pace, resolver=answering(PUBLIC), dial=refusing).send(
                Request(method, "http://gone.example/"), reach=ANYWHERE, at=AT, limits=LIMITS
            )
        assert len(tried) == caught.value.tries == 4


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("answer", [said(503), said(429, Retry_After="1"), said(500), *BROKEN.values()])
def test_what_may_have_arrived_is_not_sent_again_unless_that_is_safe(method: str, answer: bytes) -> None:
    result, pace, heard = outcome(answer, said(200, b"ok"), method=method)
    assert isinstance(result, CallFailed) and not result.permanent
    assert (heard, result.tries, pace.slept) == (1, 1, [])
    result, _, heard = outcome(answer, said(200, b"ok"), method=method, repeatable=True)
    assert (result, heard) == (b"ok", 2)


def test_a_post_that_never_left_is_sent_again() -> None:
    with Server(always(said(200, b"ok"))) as server:
        dialled = Dialled(server.port)

        def second_time(address: str, port: int, seconds: float) -> socket.socket:
            connection = dialled(address, port, seconds)
            if len(dialled.addresses) == 1:
                connection.close()
                raise ConnectionResetError(104, "reset")
            return connection

        calling = client(pace=FakePace().pace, resolver=answering(PUBLIC), dial=second_time)
        request = Request("POST", "http://api.example/", content=b"once")
        assert calling.send(request, reach=ANYWHERE, at=AT, limits=LIMITS).body == b"ok"
    assert len([heard for heard in server.heard if heard]) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_idempotent_methods_are_sent_again_unless_the_caller_says_no(method: str) -> None:
    assert outcome(said(503), said(200), method=method)[2] == 2
    assert outcome(said(503), said(200), method=method, repeatable=False)[2] == 1


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("7", 7.0),
        ("7.25", 7.25),
        ("Tue, 10 Mar 2026 12:00:09 GMT", 9.0),
        ("Tuesday, 10-Mar-26 12:00:09 GMT", 9.0),
        ("Tue Mar 10 12:00:09 2026", 9.0),
        ("0.1", 0.5),  # a lower bound: our own wait is longer
        ("0", 0.5),
        ("-5", 0.5),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.5),
        ("soon", 0.5),
        ("", 0.5),
    ],
)
def test_retry_after_is_a_lower_bound_of_the_wait(header: str, waited: float) -> None:
    result, pace, heard = outcome(said(429, Retry_After=header), said(200, b"ok"))
    assert (result, heard) == (b"ok", 2)
    assert pace.slept == [pytest.approx(waited)]


def test_a_moment_in_retry_after_is_compared_with_the_time_of_that_try() -> None:
    asks = said(503, Retry_After="Tue, 10 Mar 2026 12:00:09 GMT")
    result, pace, _ = outcome(said(503, Retry_After="5"), asks, said(200, b"ok"))
    assert result == b"ok"
    assert pace.slept == [pytest.approx(5), pytest.approx(4)]


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("60", timedelta(seconds=60)),
        ("3600", timedelta(hours=1)),
        ("Tue, 10 Mar 2026 13:00:00 GMT", timedelta(hours=1)),
        ("99999999999", timedelta(hours=24)),
        ("Thu, 10 Mar 2050 12:00:00 GMT", timedelta(hours=24)),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_beyond_the_deadline_ends_the_call_at_once_and_says_when(
    header: str, after: timedelta, status: int
) -> None:
    result, pace, heard = outcome(said(status, Retry_After=header), said(200, b"ok"))
    assert isinstance(result, Answered) and not result.permanent
    assert (result.retry_at, heard, pace.slept) == (AT + after, 1, [])
    assert "asks to wait until 2026-03-1" in str(result)


def test_the_moment_is_said_as_well_when_the_tries_are_used_up_or_none_was_allowed() -> None:
    result, _, _ = outcome(said(503, Retry_After="9"), limits=Limits(seconds=60, body=9, tries=1))
    assert isinstance(result, CallFailed) and result.retry_at == AT + timedelta(seconds=9)
    result, _, _ = outcome(said(429, Retry_After="9"), method="POST")
    assert isinstance(result, CallFailed) and result.retry_at == AT + timedelta(seconds=9)
    result, _, _ = outcome(said(503))
    assert isinstance(result, CallFailed) and result.retry_at is None


def test_our_own_wait_is_not_begun_either_when_it_ends_after_the_deadline() -> None:
    result, pace, heard = outcome(said(503), limits=Limits(seconds=1.2, body=9, tries=9))
    assert isinstance(result, CallFailed)
    assert (heard, pace.slept, result.tries) == (2, [0.5], 2)


def test_chance_is_asked_between_nothing_and_the_doubled_wait() -> None:
    _, pace, _ = outcome(said(503), limits=Limits(seconds=1000, body=9, tries=7))
    assert pace.asked == [(0.0, 0.5 * 2**n) for n in range(6)]


def test_a_broken_certificate_or_guard_is_not_tried_again() -> None:
    with Server(always(said(200))) as server:
        with pytest.raises(NotAllowed) as caught:
            client().send(Request("GET", server.url), reach=ANYWHERE, at=AT, limits=LIMITS)
        assert caught.value.tries == 1 and server.heard == []


def test_a_moment_without_a_zone_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="zone"):
        client().send(Request("GET", "http://a.example/"), reach=ANYWHERE, at=AT.replace(tzinfo=None))
