"""What does a vendor mean by an answer that is no success? `failures.CallFailed` -> `adapter.UpstreamError`. Pure.

The status comes first, for it is what all of them agree on. Of the body only this counts: whether a quota is used up
(waiting does not help, though it may come as a 429), when to come again, and the vendor's own words. Bodies seen:

    {"detail": "text"}  {"detail": [{"loc", "msg", "type"}]}  {"detail": {"message", "status", "code", ...}}
    {"error": {"code", "message", "status", "retryable", "details": {"retry_after"}}}  {"error": "text", "message", "retry_after"}
    {"statusCode", "code", "error", "message", "retryable", "timestamp", "path"}  text without any JSON
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from . import failures, retry_after, tokens
from .adapter import (
    AuthRefused,
    BadPayload,
    Conflict,
    Forbidden,
    NotAllowed,
    NotFound,
    QuotaUsedUp,
    RateLimited,
    RequestRefused,
    TooLarge,
    Unavailable,
    Uncertain,
    UpstreamError,
)

#: What each status says; others of the 4xx say that the request is wrong, others of the 5xx that the server is down.
STATUSES: dict[int, type[UpstreamError]] = {
    401: AuthRefused,
    402: QuotaUsedUp,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    425: Unavailable,
    429: RateLimited,
    501: RequestRefused,
    505: RequestRefused,
}
_SENTENCES: dict[type[UpstreamError], str] = {
    AuthRefused: "does not accept the credential",
    Forbidden: "says that this credential may not do that",
    NotFound: "does not know it (any more), or not for this credential",
    RequestRefused: "refuses the request",
    QuotaUsedUp: "says that the quota or the credit is used up",
    Conflict: "says that somebody else changed it meanwhile",
    RateLimited: "asks for fewer requests",
    Unavailable: "cannot answer now",
}
_QUOTA_CODES = {"quota_exceeded", "insufficient_credits"}
_QUOTA_WORDS = "usage limit exceeded"
_LONGEST = 300
#: The client has cut presigned addresses; what looks like a query without one goes as well.
_QUERY = re.compile(r"\?[^\s\"'<>]*=[^\s\"'<>]*")


@dataclass(frozen=True, slots=True)
class Said:
    """What an error's body says. `code`: lower case; `pause`: seconds, as it was written."""

    words: str = ""
    code: str = ""
    pause: str = ""


def meaning(failure: failures.CallFailed, *, at: datetime, once: bool = False) -> UpstreamError:
    """The error to raise. `at`: when the call began. `once`: the request makes something, and the vendor would make it
    twice; where it may have arrived without an answer that says no, that is Uncertain."""
    kept: type[UpstreamError]
    if not isinstance(failure, failures.Answered):
        kept = _without_an_answer(failure)
        if once and failure.sent and kept is Unavailable:
            return _uncertain(failure)
        return kept(str(failure))
    said = read(failure.body)
    kept = _status(failure.status or 0)
    if (said.code in _QUOTA_CODES or _QUOTA_WORDS in said.words.lower()) and kept not in {AuthRefused, NotFound}:
        kept = QuotaUsedUp
    if once and kept is Unavailable and failure.status != 503:
        return _uncertain(failure)
    retry_at = failure.retry_at
    if retry_at is None and said.pause:
        retry_at = retry_after.moment({"retry-after": said.pause}, status=failure.status or 0, at=at)
    words = f": {said.words}" if said.words else ""
    if kept not in _SENTENCES or 300 <= (failure.status or 0) < 400:
        return kept(str(failure))
    return kept(f"{failure.host} {_SENTENCES[kept]} ({failure.status}){words}".strip(), retry_at=retry_at)


def read(body: str) -> Said:
    """What a body says, in whatever of the vendors' manners; nothing where it is a page or empty."""
    try:
        tree = jsontext.parse(body)
    except jsontext.BadJson:
        text = _plain(body)
        return Said() if text.startswith(("<", "{", "[")) else Said(words=text)
    if isinstance(tree, str):
        return Said(words=_plain(tree))
    if not isinstance(tree, dict):
        return Said()
    inner = next((node for node in (tree.get("detail"), tree.get("error")) if isinstance(node, dict)), {})
    details = inner.get("details")
    below = details if isinstance(details, dict) else {}
    words = _first(inner.get("message"), tree.get("message"), _listed(tree.get("detail")), tree.get("error"))
    code = _first(inner.get("code"), inner.get("status"), tree.get("code"), tree.get("error"))
    pauses = (node.get("retry_after") for node in (below, inner, tree))
    pause = next((name for name in map(tokens.name, pauses) if name), "")
    return Said(words=_plain(words), code=code.lower(), pause=pause)


def _status(status: int) -> type[UpstreamError]:
    return STATUSES.get(status) or (Unavailable if status >= 500 else RequestRefused)


def _without_an_answer(failure: failures.CallFailed) -> type[UpstreamError]:
    if isinstance(failure, failures.NotAllowed):
        return NotAllowed
    if isinstance(failure, failures.TooLarge):
        return TooLarge
    return BadPayload if isinstance(failure, failures.Unreadable) else Unavailable


def _uncertain(failure: failures.CallFailed) -> Uncertain:
    return Uncertain(f"{failure!s}; whether the request arrived is not known, so it is not sent again")


def _plain(words: str) -> str:
    return _QUERY.sub("?[cut]", " ".join(words.split()))[:_LONGEST]


def _first(*nodes: Json) -> str:
    return next((node for node in nodes if isinstance(node, str) and node), "")


def _listed(detail: Json) -> Json:
    """FastAPI's list of complaints in one line."""
    if not isinstance(detail, list):
        return detail
    lines = []
    for node in detail:
        if isinstance(node, dict) and isinstance(node.get("msg"), str):
            place = node.get("loc")
            names = [tokens.name(step) or "" for step in place] if isinstance(place, list) else []
            lines.append(f"{'.'.join(names)}: {node['msg']}" if names else str(node["msg"]))
    return "; ".join(lines)
