"""What may a log line not hold? Credentials and the queries of (presigned) addresses: they are cut out at the very end."""

from __future__ import annotations

import logging
import re

CUT = "[cut]"
#: An absolute address's query and fragment: where every vendor's and every store's signature stands.
#: A quotation mark in the middle of one does not end it, nor does a mark with another parameter behind it.
_QUERY = re.compile(
    r"(https?://[^\s\"<>?#]+)[?#](?:[^\s\"'<>]|[\"'](?=[\w%&=])|[\"'<>](?=\S{0,2000}?[?&;#][\w-]+=))*", re.IGNORECASE
)
#: user:password@ in any address, a database's too.
_USER = re.compile(r"([a-z][a-z0-9+.-]*://)[^\s/\"'@]+@", re.IGNORECASE)
#: A secret that is named: `Authorization: Bearer x`, `api-key=x`, `"password": "x"`.
_NAMED = re.compile(
    r"((?:authorization|cookie|[\w-]*(?:api[_-]?key|password|passwd|secret|token|credential|signature)[\w-]*)"
    r"[\"']?\s*[:=]\s*)(?:(?:bearer|basic|token)\s+)?(?:\"[^\"]*\"|'[^']*'|[^\s,;&\"'}\])]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)


def redact(text: str) -> str:
    """The text with each credential and each absolute address's query replaced by `[cut]`."""
    text = _QUERY.sub(rf"\1?{CUT}", text)
    text = _USER.sub(rf"\1{CUT}@", text)
    text = _BEARER.sub(rf"\1 {CUT}", text)
    return _NAMED.sub(rf"\1{CUT}", text)


class RedactingFormatter(logging.Formatter):
    """Works on the finished line, so that arguments and tracebacks are covered as well."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
