"""How does each vendor say no? Statuses and bodies of contracts, in the manner of the one who is played."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .jobs import Vendor
from .wire import Answer, said

#: Talonic's code for a status.
_CODES = {
    400: "VALIDATION_ERROR",
    401: "AUTH_REQUIRED",
    402: "INSUFFICIENT_CREDITS",
    403: "INSUFFICIENT_PERMISSIONS",
    404: "RESOURCE_NOT_FOUND",
    409: "DUPLICATE_RESOURCE",
    413: "FILE_TOO_LARGE",
    422: "VALIDATION_ERROR",
    429: "rate_limited",
    500: "INTERNAL_ERROR",
    502: "LLM_UNAVAILABLE",
    503: "LLM_UNAVAILABLE",
    504: "LLM_TIMEOUT",
}
_WORTH_REPEATING = {408, 429, 500, 502, 503, 504}
WORDS = {
    400: "The request is not valid.",
    401: "The credential is missing or wrong.",
    402: "The account has no credits left.",
    403: "The credential may not do this.",
    404: "Not found",
    409: "It was changed meanwhile.",
    413: "The file is too large.",
    422: "The request is not valid.",
    429: "Too many requests.",
    500: "Something went wrong inside.",
    502: "Bad gateway",
    503: "The service has no room at the moment.",
    504: "It took too long.",
}


class Refused(Exception):
    """A handler says no; the answer is what the client gets."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def refusal(
    vendor: Vendor | None,
    status: int,
    message: str = "",
    *,
    code: str = "",
    path: str = "",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Answer:
    """A refusal in the vendor's manner. `code` and `more`: what a body says beside its sentence."""
    message = message or WORDS.get(status, "Refused.")
    if vendor is Vendor.TALONIC:
        body: Any = {
            "statusCode": status,
            "code": code or _CODES.get(status, "INTERNAL_ERROR"),
            "error": WORDS.get(status, "Refused.").rstrip("."),
            "message": message,
            "retryable": status in _WORTH_REPEATING,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "path": path,
            **more,
        }
    elif vendor is Vendor.UNSILOED and status == 503:
        body = {"error": {"code": code or "service_unavailable", "message": message, **more}}
    elif code or more:
        body = {"detail": {**({"code": code} if code else {}), "message": message, **more}}
    else:
        body = {"detail": message}
    answer = said(status, body)
    return Answer(status, answer.body, {**answer.headers, **(headers or {})})


def invalid(*places: tuple[str, str], vendor: Vendor | None = None, where: str = "body") -> Answer:
    """422 with a list: each (field, message) of a request that is not valid."""
    detail = [{"loc": [where, name], "msg": message, "type": "value_error"} for name, message in places]
    if vendor is Vendor.TALONIC:
        return refusal(vendor, 400, "; ".join(f"{name}: {message}" for name, message in places))
    return said(422, {"detail": detail})
