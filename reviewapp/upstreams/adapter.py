"""What must every vendor's folder offer, and how do upstreams fail? The Adapter record and the exception tree.

UpstreamError                permanent?
+-- AuthRefused              yes    the credential is missing, wrong or expired
+-- Forbidden                yes    the credential may not see this job
+-- NotFound                 yes    unknown, foreign or deleted: the vendors do not say which
+-- RequestRefused           yes    the vendor calls our request invalid
+-- NotAllowed               yes    our own rules refuse the address before anything is sent
+-- TooLarge                 yes    more than we take
+-- QuotaUsedUp              yes    billing or quota, also when it comes as a 429: waiting does not help
+-- Uncertain                yes    it may have arrived, and the vendor would do it twice: a person decides
+-- Conflict                 no     somebody else changed it first: read again
+-- RateLimited              no     slow down
+-- Unavailable              no     5xx, network, time-out
+-- BadPayload               yes    an answer that cannot be read; its bytes are kept
NoSuchRow                           a row is to be composed into a payload that does not hold it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from reviewapp.extraction.model import Kind, Payload, Row, Snapshot

#: The part of a payload that holds the result itself.
MAIN = "result"


class UpstreamError(Exception):
    """An upstream did not give what was asked. `permanent`: asking again the same way cannot help. `retry_at`: not
    before this moment, when the upstream said so. `code`: a word for it, as kept with what was tried."""

    permanent: ClassVar[bool] = True
    code: ClassVar[str] = "upstream"

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class AuthRefused(UpstreamError):
    """The credential is missing, wrong or expired."""

    code = "auth"


class Forbidden(UpstreamError):
    """The credential is good but may not see this job."""

    code = "forbidden"


class NotFound(UpstreamError):
    """Unknown, another organisation's, or deleted."""

    code = "not_found"


class RequestRefused(UpstreamError):
    """The upstream calls our request invalid."""

    code = "refused"


class NotAllowed(UpstreamError):
    """Our own rules refuse the address or the request: nothing was sent."""

    code = "not_allowed"


class TooLarge(UpstreamError):
    """The answer is larger than we take."""

    code = "too_large"


class QuotaUsedUp(UpstreamError):
    """A billing cap or quota: not to be repeated even when it comes as a 429."""

    code = "quota"


class Uncertain(UpstreamError):
    """A request that makes something may have arrived, no answer told so, and the vendor knows no idempotency: sent
    again it may be done twice."""

    code = "uncertain"


class BadPayload(UpstreamError):
    """An answer that is not what its contract promises. `part`, `data`: which, and its bytes, to be kept as rejected."""

    code = "bad_payload"

    def __init__(self, message: str, *, part: str = MAIN, data: bytes = b"") -> None:
        super().__init__(message)
        self.part = part
        self.data = data


class Conflict(UpstreamError):
    """The object changed under us."""

    permanent = False
    code = "conflict"


class RateLimited(UpstreamError):
    """Too many requests."""

    permanent = False
    code = "rate_limited"


class Unavailable(UpstreamError):
    """The upstream or the way to it is down."""

    permanent = False
    code = "unavailable"


class NoSuchRow(LookupError):
    """A row's key names nothing in the payload that it is to be composed into."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A lens on one kind of payload; pure functions without clock, network or database (design law 1).

    `needs`: parts without which nothing can be parsed; `knows`: further parts that are read when they are there.

    `parse(payload)` -> Snapshot; raises `jsontext.BadJson` or `model.NotAResult`.
    `compose(payload, rows)` -> a payload in which only what differs from `parse(payload)` was rewritten, in the part
    `result`; rows by key, rows that are not named stay as they are; raises NoSuchRow.
    `expressible(row, payload)` -> the same row without what this shape cannot say: what `parse` will read back.
    """

    kind: Kind
    label: str
    needs: tuple[str, ...]
    knows: tuple[str, ...]
    parse: Callable[[Payload], Snapshot]
    compose: Callable[[Payload, Mapping[str, Row]], Payload]
    expressible: Callable[[Row, Payload], Row]
