"""How does a call to the outside fail, and what may be said of it? One exception tree, without anything secret in it.

CallFailed                permanent?
+-- NotAllowed            yes    refused by us before a byte left: address, host, scheme, header
+-- Unreachable           no     no connection, or it broke before the answer was whole
|   +-- Untrusted         no     the server could not prove its name (not repeated within a call)
+-- OutOfTime             no     the deadline of the whole call passed
+-- TooLarge              yes    more bytes than the cap, in the head or in the body
+-- Unreadable            yes    compressed in a way that was not asked for, or broken inside
+-- Answered              by status: a whole answer whose status is no success

An adapter turns `Answered` into the vendor's meaning (`adapter.UpstreamError`), a delivery into its own states.

Nothing of an error holds a credential, a query or a header's value: texts name the host alone (the path of a webhook
may be its password); `body` is cut and redacted here; a client raises with no cause, no context and no inner frames.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime

from . import presigned

#: Bytes of an error's body that are read, and that are kept after redaction.
READ = 16 * 1024
KEPT = 2 * 1024
_LONGEST_SECRET = 8 * 1024  # an address's query: `targets.LONGEST`
CUT = "[cut]"
#: Statuses that may be another next time: RFC 9110 (408, 500, 502, 503, 504), RFC 8470 (425), RFC 6585 (429).
WORTH_REPEATING = frozenset({408, 425, 429, 500, 502, 503, 504})
#: Of the 5xx, those that say something about the request: not implemented, HTTP version not supported.
_ABOUT_THE_REQUEST = frozenset({501, 505})


class CallFailed(Exception):
    """No usable answer came. `str()` is one sentence for people, in English, after the host's name where it is known.

    `permanent`: the same call cannot succeed later. `host`: with its port unless that is the scheme's own. `status`: when
    there was one. `retry_at`: not before this moment, when the server said so. `body`: at most 2 kB of the answer as text
    without control characters and secrets. `tries`: how often it was tried. `sent`: bytes of the last try may have arrived.
    """

    permanent: bool = False

    def __init__(
        self, sentence: str, *, status: int | None = None, retry_at: datetime | None = None, body: str = ""
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_at = retry_at
        self.body = body
        self.tries = 1
        self.host = ""
        self.sent = False

    def __reduce__(self) -> tuple[object, ...]:
        # An engine that runs the acts in other processes pickles what they raise.
        return _again, (type(self), self.args, vars(self))

    def __str__(self) -> str:
        return f"{self.host}: {self.args[0]}" if self.host else str(self.args[0])


class NotAllowed(CallFailed):
    """Refused by our own rules before anything was sent."""

    permanent = True


class Unreachable(CallFailed):
    """The name did not resolve, nothing answered there, or the connection broke off."""


class Untrusted(Unreachable):
    """TLS failed: the certificate is not valid for the name, or no common protocol."""


class OutOfTime(CallFailed):
    """The deadline passed: over resolution, connection, TLS, head and body of all tries together."""


class TooLarge(CallFailed):
    """The answer is larger than the caller accepts."""

    permanent = True


class Unreadable(CallFailed):
    """The answer's encoding is none that we asked for or can undo."""

    permanent = True


class Answered(CallFailed):
    """An answer with a status that is no success; never followed when it is a redirect."""

    def __init__(self, sentence: str, *, status: int, retry_at: datetime | None = None, body: str = "") -> None:
        super().__init__(sentence, status=status, retry_at=retry_at, body=body)
        self.permanent = status not in WORTH_REPEATING and (status < 500 or status in _ABOUT_THE_REQUEST)


def _again(kind: type[CallFailed], args: tuple[object, ...], said: dict[str, object]) -> CallFailed:
    failure = kind.__new__(kind, *args)
    vars(failure).update(said)
    return failure


def stripped(failure: CallFailed) -> CallFailed:
    """The same failure without where it came from: inner frames and causes hold what was sent."""
    failure.__cause__ = failure.__context__ = None
    return failure.with_traceback(None)


def excerpt(body: bytes, *, whole: bool, secrets: Iterable[str]) -> str:
    """An answer's first bytes as text that may be shown and kept: at most 2 kB, one line, no control characters, the
    given secrets and presigned queries cut. `whole`: these are all its bytes."""
    # Controls first: one in the middle of a secret would hide it from the search. What a text is made of is a
    # matter of its category: Cc and Cf (bidirectional marks, zero width), lone surrogates, and line separators.
    text = "".join(_kept(character) for character in body.decode("utf-8", "replace"))
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, CUT)
    text = " ".join(presigned.cut(text).split())
    # Half a secret at the end of what was read is recognised by nothing: that end must be far from what is kept.
    if not whole and len(text) < KEPT + _LONGEST_SECRET:
        return ""
    return text.encode()[:KEPT].decode("utf-8", "ignore")


def _kept(character: str) -> str:
    if character in "\t\n\r":
        return " "
    return "" if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character
