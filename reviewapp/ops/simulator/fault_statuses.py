"""Which faults are whole answers with a status? Refusals, waits in every form, redirects, and a quota used up."""

from __future__ import annotations

import email.utils
from collections.abc import Callable
from datetime import datetime, timedelta

from reviewapp.extraction.jsontext import Number

from .exchange import Exchange, Fault, Play
from .jobs import Vendor
from .links import denied
from .refusals import WORDS
from .unsiloed import pii_blocked
from .wire import Answer, said

#: How long the polite waits are.
WAIT = 2


def _status(name: str, status: int) -> Fault:
    return Fault(
        name, f"{status} with the vendor's own body: {WORDS[status]}", lambda exchange: exchange.refuse(status)
    )


def _slow_down(name: str, does: str, header: str, value: Callable[[datetime], str]) -> Fault:
    def play(exchange: Exchange) -> Answer:
        return exchange.refuse(429, headers={header: value(exchange.now)})

    return Fault(name, f"429 with {header}: {does}", play)


def _later(moment: datetime) -> datetime:
    return moment + timedelta(seconds=WAIT)


def _rfc850(moment: datetime) -> str:
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    imf = email.utils.format_datetime(moment, usegmt=True)
    day, month, year, clock, _ = imf.partition(", ")[2].split(" ")
    return f"{days[moment.weekday()]}, {day}-{month}-{year[2:]} {clock} GMT"


def _asctime(moment: datetime) -> str:
    weekday, _, rest = email.utils.format_datetime(moment, usegmt=True).partition(", ")
    day, month, year, clock, _ = rest.split(" ")
    return f"{weekday} {month} {int(day):2} {clock} {year}"


def _reset(moment: datetime) -> str:
    return _later(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _body_retry_after(exchange: Exchange) -> Answer:
    return said(429, {"error": "rate_limited", "message": "Too many requests.", "retry_after": Number(str(WAIT))})


def _rate_limit_reset(exchange: Exchange) -> Answer:
    left = {"X-RateLimit-Limit": "500", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": _reset(exchange.now)}
    return exchange.refuse(429, headers=left)


def _unavailable(*, header: bool) -> Play:
    def play(exchange: Exchange) -> Answer:
        details = {"reason": "queue_full", "retry_after": Number(str(WAIT))}
        error = {"code": "service_unavailable", "message": "The queue is full.", "details": details}
        return said(503, {"error": error}, **({"Retry_After": str(WAIT)} if header else {}))

    return play


def _conflict(code: str, **more: object) -> Fault:
    def play(exchange: Exchange) -> Answer:
        body = {"detail": {"code": code, "message": "The review says no.", **more}}
        return said(409, body, x_should_retry="false")

    return Fault(code, f"409 with the code {code} of Extract Review", play)


def _usage_limit(exchange: Exchange) -> Answer:
    return Answer(429, b"Usage limit exceeded", {"content-type": "text/plain"})


def _quota(exchange: Exchange) -> Answer:
    code = "QUOTA_EXCEEDED" if exchange.vendor is Vendor.TALONIC else ""
    return exchange.refuse(402, "The quota is used up.", code=code)


def _redirect(status: int) -> Fault:
    def play(exchange: Exchange) -> Answer:
        return Answer(status, b"", {"location": exchange.leads_to})

    return Fault(
        f"redirect_{status}", f"{status} to a private address (the cloud's metadata unless told otherwise)", play
    )


def _redirect_loop(exchange: Exchange) -> Answer:
    return Answer(302, b"", {"location": exchange.request.target})


STATUSES = (
    _status("bad_request", 400),
    _status("unauthorized", 401),
    Fault("quota_used_up", "402: the quota is used up", _quota),
    _status("forbidden", 403),
    _status("not_found", 404),
    _status("conflict", 409),
    _conflict("stale_revision", revision=Number("99")),
    _conflict("open_flags", paths=["/simulated"]),
    _conflict("job_not_reviewable"),
    _status("too_large", 413),
    _status("unprocessable", 422),
    Fault("usage_limit", "429 in plain text, “Usage limit exceeded”: a billing cap, no reason to repeat", _usage_limit),
    _status("server_error", 500),
    _status("bad_gateway", 502),
    Fault("unavailable", "503 with error.details.retry_after and Retry-After", _unavailable(header=True)),
    Fault("unavailable_body_alone", "503 with error.details.retry_after and no header", _unavailable(header=False)),
    _status("gateway_timeout", 504),
    Fault(
        "expired_link",
        "403 with S3's XML: Request has expired",
        lambda _: denied("AccessDenied", "Request has expired"),
    ),
    Fault("pii_blocked", "200 without a job: personal data was found", lambda _: said(200, pii_blocked())),
)
WAITS = (
    Fault("rate_limited", "429 without a word about when", lambda exchange: exchange.refuse(429)),
    _slow_down("retry_after_seconds", "whole seconds", "Retry-After", lambda _: str(WAIT)),
    _slow_down(
        "retry_after_date",
        "an HTTP date as it is written today",
        "Retry-After",
        lambda now: email.utils.format_datetime(_later(now), usegmt=True),
    ),
    _slow_down(
        "retry_after_rfc850", "an HTTP date in the form of RFC 850", "Retry-After", lambda now: _rfc850(_later(now))
    ),
    _slow_down(
        "retry_after_asctime", "an HTTP date in the form of asctime", "Retry-After", lambda now: _asctime(_later(now))
    ),
    _slow_down(
        "retry_after_past",
        "an HTTP date of yesterday",
        "Retry-After",
        lambda now: email.utils.format_datetime(now - timedelta(days=1), usegmt=True),
    ),
    _slow_down("retry_after_fractional", "half a second", "Retry-After", lambda _: "0.5"),
    _slow_down("retry_after_negative", "seconds below zero", "Retry-After", lambda _: "-30"),
    _slow_down("retry_after_garbage", "words", "Retry-After", lambda _: "soon, we hope"),
    _slow_down("retry_after_huge", "a million million seconds", "Retry-After", lambda _: str(10**12)),
    _slow_down("retry_after_ms", "milliseconds", "retry-after-ms", lambda _: "300"),
    Fault("body_retry_after", "429 with retry_after in the body and no header", _body_retry_after),
    Fault("rate_limit_reset", "429 with X-RateLimit-Reset in two seconds and nothing remaining", _rate_limit_reset),
)
REDIRECTS = (
    _redirect(301),
    _redirect(302),
    _redirect(307),
    Fault("redirect_loop", "302 to where the request went", _redirect_loop),
)
