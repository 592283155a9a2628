"""Does each fault do on the wire what its line says? Read by hand from the socket, one check for every name of the table."""

from __future__ import annotations

import json
import re
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from reviewapp.extraction import jsontext
from reviewapp.ops.simulator import FAULTS, Simulator, running
from reviewapp.ops.simulator.fault_statuses import WAIT
from reviewapp.ops.simulator.fault_wires import BOMB, OVERSIZED
from reviewapp.upstreams import retry_after
from tests.ops.simulator.asking import Wire, ask, get, wire

JOB = "5dc7ab9d-85b0-5b55-ba5c-9d4ac49eee01"
RESULTS = f"/talonic/v1/jobs/{JOB}/results"
UNSILOED = "/unsiloed/extract/6150397b-4b8f-5189-9b87-e9c7fd724486"
NOT_LONG = 0.5
MB = 1 << 20

Check = Callable[[Wire, bytes], None]


def answers(status: int, *words: bytes, **headers: str) -> Check:
    """A whole answer with a status, words in its body, and headers (underscores are hyphens)."""

    def check(seen: Wire, honest: bytes) -> None:
        assert (seen.status, seen.ended) == (status, "closed")
        assert len(seen.body) == int(seen.headers["content-length"])
        for word in words:
            assert word in seen.body
        for name, pattern in headers.items():
            assert re.fullmatch(pattern, seen.headers[name.replace("_", "-")])

    return check


def waits(seconds: float, *words: bytes, **headers: str) -> Check:
    """As `answers` with 429; the client's own reading of the headers is so many seconds from now."""

    def check(seen: Wire, honest: bytes) -> None:
        answers(429, *words, **headers)(seen, honest)
        now = datetime.now(UTC)
        asked = retry_after.moment(seen.headers, status=429, at=now)
        assert asked is not None and abs((asked - now).total_seconds() - seconds) < 1.5

    return check


def says_nothing(status: int, *words: bytes, **headers: str) -> Check:
    """As `answers`, and there is no moment to be read in the headers."""

    def check(seen: Wire, honest: bytes) -> None:
        answers(status, *words, **headers)(seen, honest)
        assert retry_after.moment(seen.headers, status=status, at=datetime.now(UTC)) is None

    return check


def refused_by_the_gate(code: str) -> Check:
    """200, honest but for what the JSON gate calls `code`."""

    def check(seen: Wire, honest: bytes) -> None:
        assert (seen.status, seen.ended) == (200, "closed")
        assert seen.body != honest
        with pytest.raises(jsontext.BadJson) as caught:
            jsontext.parse(seen.body)
        assert caught.value.code == code
        if code not in {"not_json", "too_deep"}:
            assert honest[1:] in seen.body

    return check


def drips(seen: Wire, honest: bytes) -> None:
    assert (seen.status, seen.ended) == (200, "held")
    assert 1 <= len(seen.data.rstrip(b"\r\n").split(b"x-drip: ")[-1]) <= 4


def drips_body(seen: Wire, honest: bytes) -> None:
    assert (seen.status, seen.ended) == (200, "held")
    assert 1 <= len(seen.body) <= 4 and seen.body.strip() == b"" and int(seen.headers["content-length"]) > MB


def stalls(seen: Wire, honest: bytes) -> None:
    assert (seen.data, seen.ended) == (b"", "held")


def stalls_in_body(seen: Wire, honest: bytes) -> None:
    assert (seen.body, seen.ended) == (honest[: len(honest) // 2], "held")
    assert int(seen.headers["content-length"]) == len(honest)


def ends_early(seen: Wire, honest: bytes) -> None:
    assert (seen.body, seen.ended) == (honest, "closed")
    assert int(seen.headers["content-length"]) == len(honest) + 1000


def ends_between_chunks(seen: Wire, honest: bytes) -> None:
    assert seen.headers["transfer-encoding"] == "chunked" and "content-length" not in seen.headers
    half = honest[: len(honest) // 2]
    assert (seen.body, seen.ended) == (b"%x\r\n%s\r\n" % (len(half), half), "closed")


def tells_half(seen: Wire, honest: bytes) -> None:
    assert (seen.body, seen.ended) == (honest, "closed")
    assert int(seen.headers["content-length"]) == len(honest) // 2


def resets(seen: Wire, honest: bytes) -> None:
    assert (seen.data, seen.ended) == (b"", "reset")


def resets_in_body(seen: Wire, honest: bytes) -> None:
    assert seen.ended == "reset" and honest.startswith(seen.body) and len(seen.body) < len(honest)


def pours(*, status: int, length: bool) -> Check:
    def check(seen: Wire, honest: bytes) -> None:
        assert (seen.status, seen.ended) == (status, "closed")
        assert seen.size - len(seen.head) - 4 == OVERSIZED > 100 * MB
        assert seen.headers.get("content-length") == (str(OVERSIZED) if length else None)

    return check


def explodes(seen: Wire, honest: bytes) -> None:
    assert seen.headers["content-encoding"] == "gzip" and len(seen.body) < MB
    inflater, size, data = zlib.decompressobj(16 + zlib.MAX_WBITS), 0, seen.body
    while data:
        size += len(inflater.decompress(data, MB))
        data = inflater.unconsumed_tail
    assert size == BOMB and inflater.eof


def encoded(coding: str) -> Check:
    def check(seen: Wire, honest: bytes) -> None:
        assert (seen.headers["content-encoding"], seen.body) == (coding, honest)

    return check


def is_no_http(seen: Wire, honest: bytes) -> None:
    assert seen.data.startswith(b"HTTP/1.0 two hundred")
    with pytest.raises(ValueError, match="invalid literal"):
        _ = seen.status


def floods(seen: Wire, honest: bytes) -> None:
    assert seen.size > 16 * MB and b"\r\n\r\n" not in seen.data and seen.data.count(b"x-flood: ") > 1000


def has_wrong_types(seen: Wire, honest: bytes) -> None:
    was, is_ = json.loads(honest), json.loads(seen.body)
    assert was.keys() == is_.keys() and all(type(was[key]) is not type(is_[key]) for key in was)


def has_wrong_types_inside(seen: Wire, honest: bytes) -> None:
    was, is_ = json.loads(honest), json.loads(seen.body)
    assert was.keys() == is_.keys()
    assert all(
        was[key] == is_[key] if isinstance(was[key], str) else type(was[key]) is not type(is_[key]) for key in was
    )


def levitates(seen: Wire, honest: bytes) -> None:
    was, is_ = json.loads(honest), json.loads(seen.body)
    assert is_ == was | {"job_status": "levitating"} != was


def is_half(seen: Wire, honest: bytes) -> None:
    assert seen.body == honest[: len(honest) // 2] and b"%%EOF" not in seen.body and seen.body.startswith(b"%PDF-")
    assert int(seen.headers["content-length"]) == len(seen.body)


METADATA = r"http://169\.254\.169\.254/.*"
DATE = r"\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
CHECKS: dict[str, Check] = {
    "bad_request": answers(400, b'"VALIDATION_ERROR"'),
    "unauthorized": answers(401, b'"AUTH_REQUIRED"'),
    "quota_used_up": answers(402, b'"QUOTA_EXCEEDED"'),
    "forbidden": answers(403, b'"INSUFFICIENT_PERMISSIONS"'),
    "not_found": answers(404, b'"RESOURCE_NOT_FOUND"'),
    "conflict": answers(409, b'"statusCode":409'),
    "stale_revision": answers(409, b'"stale_revision"', b'"revision":99', x_should_retry="false"),
    "open_flags": answers(409, b'"open_flags"', b'"paths":["', x_should_retry="false"),
    "job_not_reviewable": answers(409, b'"job_not_reviewable"', x_should_retry="false"),
    "too_large": answers(413, b'"FILE_TOO_LARGE"'),
    "unprocessable": answers(422, b'"statusCode":422'),
    "usage_limit": says_nothing(429, b"Usage limit exceeded", content_type="text/plain"),
    "server_error": answers(500, b'"INTERNAL_ERROR"'),
    "bad_gateway": answers(502, b'"retryable":true'),
    "unavailable": answers(503, b'"details":{"reason":"queue_full","retry_after":2}', retry_after=str(WAIT)),
    "unavailable_body_alone": says_nothing(503, b'"details":{"reason":"queue_full","retry_after":2}'),
    "gateway_timeout": answers(504, b'"LLM_TIMEOUT"'),
    "expired_link": answers(403, b"<Message>Request has expired</Message>", content_type="application/xml"),
    "pii_blocked": answers(200, b'"job_id":null,"status":"pii_blocked"'),
    "rate_limited": says_nothing(429, b'"rate_limited"'),
    "retry_after_seconds": waits(WAIT, retry_after=r"\d"),
    "retry_after_date": waits(WAIT, retry_after=r"[A-Z][a-z]{2}, " + DATE),
    "retry_after_rfc850": waits(WAIT, retry_after=r"[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT"),
    "retry_after_asctime": waits(WAIT, retry_after=r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"),
    "retry_after_past": waits(0, retry_after=r"[A-Z][a-z]{2}, " + DATE),
    "retry_after_fractional": waits(0.5, retry_after=r"0\.5"),
    "retry_after_negative": waits(0, retry_after=r"-30"),
    "retry_after_garbage": says_nothing(429, retry_after="soon.*"),
    "retry_after_huge": waits(timedelta(hours=24).total_seconds(), retry_after=r"10{12}"),
    "retry_after_ms": waits(0.3, retry_after_ms="300"),
    "body_retry_after": says_nothing(429, b'"retry_after":2'),
    "rate_limit_reset": waits(WAIT, x_ratelimit_remaining="0", x_ratelimit_reset=r".+T.+Z"),
    "redirect_301": answers(301, location=METADATA),
    "redirect_302": answers(302, location=METADATA),
    "redirect_307": answers(307, location=METADATA),
    "redirect_loop": answers(302, location=re.escape(RESULTS)),
    "wrong_types": has_wrong_types,
    "wrong_types_inside": has_wrong_types_inside,
    "unknown_status": levitates,
    "deep_nesting": refused_by_the_gate("too_deep"),
    "duplicate_keys": refused_by_the_gate("duplicate_key"),
    "nan": refused_by_the_gate("number"),
    "infinite_number": refused_by_the_gate("number"),
    "invalid_utf8": refused_by_the_gate("not_utf8"),
    "lone_surrogate": refused_by_the_gate("lone_surrogate"),
    "nul": refused_by_the_gate("nul"),
    "json_null": answers(200, b"null"),
    "not_json": refused_by_the_gate("not_json"),
    "empty_body": answers(200, content_length="0"),
    "html_200": answers(200, b"<!doctype html>", content_type="text/html.*"),
    "html_for_pdf": answers(200, b"<!doctype html>", content_type="application/pdf"),
    "truncated_pdf": is_half,
    "drip_head": drips,
    "drip_body": drips_body,
    "stall": stalls,
    "stall_body": stalls_in_body,
    "truncated_body": ends_early,
    "truncated_chunks": ends_between_chunks,
    "wrong_length": tells_half,
    "reset": resets,
    "lost_answer": resets,
    "reset_in_body": resets_in_body,
    "oversized": pours(status=200, length=True),
    "oversized_without_length": pours(status=200, length=False),
    "oversized_error": pours(status=500, length=False),
    "gzip_bomb": explodes,
    "false_gzip": encoded("gzip"),
    "unknown_encoding": encoded("br"),
    "http_garbage": is_no_http,
    "header_flood": floods,
}
#: No head that could say so, or none at all.
WITHOUT_MARK = {"stall", "reset", "lost_answer", "http_garbage"}


def test_every_fault_has_a_check_and_a_line() -> None:
    assert CHECKS.keys() == FAULTS.keys()
    assert all(name == one.name and one.does for name, one in FAULTS.items())


@pytest.mark.parametrize("name", CHECKS)
def test_a_fault_does_what_its_line_says_and_only_once(name: str, done: Simulator) -> None:
    path = RESULTS
    if name == "truncated_pdf":
        path = str(get(done, UNSILOED).json["file_url"]).removeprefix(done.url)
    honest = get(done, path).body
    done.fault("*", name)
    seen = wire(done, path, seconds=NOT_LONG if CHECKS[name] in {drips, drips_body, stalls, stalls_in_body} else 10)
    CHECKS[name](seen, honest)
    assert (seen.headers.get("x-simulated") == "reviewapp") or name in WITHOUT_MARK
    assert get(done, path).body == honest
    assert [one.fault for one in done.requests][-2:] == [name, ""]


@pytest.mark.parametrize(
    ("vendor", "path", "key"),
    [
        ("unsiloed", UNSILOED, "detail"),
        ("llamacloud", "/llamacloud/api/v2/extract", "detail"),
        ("talonic", "/talonic/v1/jobs", "statusCode"),
    ],
)
def test_a_refusal_keeps_the_manner_of_its_vendor(vendor: str, path: str, key: str, done: Simulator) -> None:
    done.fault("*", "server_error", vendor=vendor, times=None)
    for _ in range(2):
        reply = get(done, path)
        assert reply.status == 500 and key in reply.json
    done.rules.clear()
    done.fault("*", "conflict", vendor="talonic" if vendor != "talonic" else "unsiloed", times=None)
    assert get(done, path).status == 200


def test_a_fault_meets_its_operation_alone(done: Simulator) -> None:
    done.fault("result", "not_found", times=None)
    assert get(done, RESULTS).status == 404
    assert get(done, RESULTS.removesuffix("/results")).status == 200
    # One address for state and result: both words meet it.
    assert get(done, UNSILOED).status == 404
    done.rules.clear()
    done.fault("poll", "not_found", path="*/talonic/*", times=2)
    assert [get(done, RESULTS.removesuffix("/results")).status for _ in range(3)] == [404, 404, 200]
    assert get(done, UNSILOED).status == 200


def test_faults_are_played_in_the_order_in_which_they_were_set(done: Simulator) -> None:
    done.fault("result", "bad_gateway")
    done.fault("result", "retry_after_seconds", times=2)
    assert [get(done, RESULTS).status for _ in range(4)] == [502, 429, 429, 200]


def test_work_is_done_behind_a_lost_answer_and_not_behind_a_reset(done: Simulator) -> None:
    review = "/llamacloud/api/v2/extract/ext-0367e98b-a6df-57bc-b62b-dab220a301af/review"
    body = {"revision": 0, "changes": [{"change": "confirm", "path": "/currency"}]}
    for name, there in (("reset", 404), ("lost_answer", 200)):
        done.fault("write_back", name)
        with pytest.raises(ConnectionError):
            ask(done, "POST", f"{review}/fields", body)
        assert get(done, review).status == there


def test_redirects_lead_where_a_test_wants_them(done: Simulator) -> None:
    done.redirects_lead_to = "http://127.0.0.1:1/canary"
    done.fault("result", "redirect_302")
    assert get(done, RESULTS).headers["location"] == "http://127.0.0.1:1/canary"


@pytest.mark.parametrize(
    ("operation", "name", "more"),
    [
        ("result", "no_such_fault", {}),
        ("no_such_operation", "stall", {}),
        ("result", "stall", {"vendor": "nobody"}),
        ("result", "stall", {"times": 0}),
    ],
)
def test_what_cannot_be_set_is_refused(operation: str, name: str, more: dict[str, object], done: Simulator) -> None:
    with pytest.raises(ValueError, match=r"there is no|at least 1"):
        done.fault(operation, name, **more)  # type: ignore[arg-type]


def test_the_end_of_the_simulator_ends_what_stalls() -> None:
    seen: list[Wire] = []
    with running(settled=True) as sim:
        sim.fault("result", "stall")
        thread = threading.Thread(target=lambda: seen.append(wire(sim, RESULTS, seconds=10)))
        thread.start()
        while not sim.requests:
            time.sleep(0.01)
    thread.join(5)
    assert seen[0].ended in {"closed", "reset"} and seen[0].seconds < 5
