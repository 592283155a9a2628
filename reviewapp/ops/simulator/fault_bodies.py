"""Which faults are whole answers with a damaged body? JSON that no gate may let through, and files that are none.

What is damaged is the honest answer: everything else in it is right, so that whoever overlooks the damage takes it in.
"""

from __future__ import annotations

from typing import Any

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Number

from .exchange import Exchange, Fault, Play
from .wire import Answer

_JSON = {"content-type": "application/json"}
_HTML = b"<!doctype html><html><head><title>Simulated</title></head><body><p>Please sign in.</p></body></html>"
#: Deeper than any reader goes by recursion.
_DEEP = 100_000


def _planted(member: bytes) -> Play:
    """The honest JSON object with one more member at its beginning; that member alone where the answer is no object."""

    def play(exchange: Exchange) -> Answer:
        honest = exchange.honest
        rest = honest.body[1:] if honest.body.startswith(b"{") and honest.body != b"{}" else b"}"
        comma = b"," if rest != b"}" else b""
        return Answer(honest.status, b"{" + member + comma + rest, _JSON)

    return play


def _wrong_types(*, texts: bool) -> Play:
    """Every value of the honest object in another type; without `texts` its id and status stay."""

    def play(exchange: Exchange) -> Answer:
        try:
            tree = jsontext.parse(exchange.honest.body)
        except jsontext.BadJson:
            tree = {}
        body: Any = {"data": "text"}
        if isinstance(tree, dict):
            body = {
                key: value if isinstance(value, str) and not texts else _other(value) for key, value in tree.items()
            }
        return Answer(200, jsontext.dump(body).encode(), _JSON)

    return play


def _other(value: Any) -> Any:
    """A value of another type."""
    if isinstance(value, str):
        return Number("7")
    if isinstance(value, dict):
        return ["a list"]
    if isinstance(value, list):
        return {"an": "object"}
    return "a text"


def _unknown_status(exchange: Exchange) -> Answer:
    try:
        tree = jsontext.parse(exchange.honest.body)
    except jsontext.BadJson:
        return exchange.honest
    if not isinstance(tree, dict):
        return exchange.honest
    words: Any = {key: "levitating" for key in ("status", "job_status") if key in tree}
    return Answer(exchange.honest.status, jsontext.dump({**tree, **words}).encode(), _JSON)


def _half(exchange: Exchange) -> Answer:
    honest = exchange.honest
    return Answer(honest.status, honest.body[: len(honest.body) // 2], honest.headers)


def _html(kind: str) -> Play:
    return lambda exchange: Answer(200, _HTML, {"content-type": kind})


def _body(body: bytes, kind: str = "application/json") -> Play:
    return lambda exchange: Answer(200, body, {"content-type": kind})


BODIES = (
    Fault("wrong_types", "200 with every value of the honest object in another JSON type", _wrong_types(texts=True)),
    Fault("wrong_types_inside", "the same, but texts stay: id and status look honest", _wrong_types(texts=False)),
    Fault("unknown_status", "the honest answer with a status word that nobody knows", _unknown_status),
    Fault(
        "deep_nesting",
        f"the honest object with {_DEEP} lists inside one another",
        _planted(b'"simulated":' + b"[" * _DEEP + b"]" * _DEEP),
    ),
    Fault("duplicate_keys", "the honest object with one key twice", _planted(b'"simulated":1,"simulated":2')),
    Fault("nan", "the honest object with NaN, which is no JSON", _planted(b'"simulated":NaN')),
    Fault("infinite_number", "the honest object with 1e999, which no float holds", _planted(b'"simulated":1e999')),
    Fault("invalid_utf8", "the honest object with bytes that are no UTF-8", _planted(b'"simulated":"\xff\xfe\xc3"')),
    Fault("lone_surrogate", "the honest object with half a surrogate pair", _planted(b'"simulated":"\\ud800"')),
    Fault("nul", "the honest object with a NUL in a text", _planted(b'"simulated":"\\u0000"')),
    Fault("json_null", "200 with null in place of an object", _body(b"null")),
    Fault("not_json", "200 with text that is no JSON", _body(b'{"status": completed')),
    Fault("empty_body", "200 without a body", _body(b"")),
    Fault("html_200", "200 with a web page", _html("text/html; charset=utf-8")),
    Fault("html_for_pdf", "200 with a web page that says it is a PDF", _html("application/pdf")),
    Fault("truncated_pdf", "half of the honest body, with the right length of that half", _half),
)
