"""How does a request read? The bodies that the OpenAPI declares, and that requests are read through.

Numbers are `jsontext.Number` and stay so: nothing of a value ever passes through a float.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, StrictBool, WithJsonSchema

from reviewapp.extraction.jsontext import Json, Number

#: No NUL: no database keeps one.
_TEXT = r"^[^\x00]*$"
_POINTER = r"^/[^\x00]*$"


def _whole(given: object) -> int:
    if isinstance(given, Number) and len(given.text) < 19 and given.decimal == given.decimal.to_integral_value():
        return int(given.decimal)
    raise ValueError("a whole number is needed")


def _scalar(given: object) -> Json:
    if isinstance(given, Number | str | bool):
        return given
    raise ValueError("a text, number or boolean is needed")


def _figure(given: object) -> Number:
    if isinstance(given, Number):
        return given
    raise ValueError("a number is needed")


def _moment(given: object) -> datetime:
    if not isinstance(given, str):
        raise ValueError("a time is needed")
    moment = datetime.fromisoformat(given.upper())
    if moment.tzinfo is None or len(given) < len("2026-01-02T03:04:05Z"):
        raise ValueError("a time with its distance from UTC is needed")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time within the years 1 to 9999 of UTC is needed") from error


def _filled(given: str) -> str:
    if not given.strip():
        raise ValueError("words are needed")
    return given


Whole = Annotated[int, PlainValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10**17})]
Scalar = Annotated[
    Any,
    PlainValidator(_scalar),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": _TEXT}, {"type": "number"}, {"type": "boolean"}]}),
]
Figure = Annotated[Any, PlainValidator(_figure), WithJsonSchema({"type": "number"})]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Pointer = Annotated[str, Field(pattern=_POINTER, max_length=4000, examples=["/line_items/0/amount"])]
Words = Annotated[
    str,
    Field(max_length=4000),
    AfterValidator(_filled),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 4000, "pattern": r"^[^\x00]*[^\s\x00][^\x00]*$"}),
]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class Asked(Schema):
    """A body: what is not known is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


class CitationIn(Asked):
    """Where a value stands: boxes in points of the page as shown, origin top left."""

    page: Annotated[int, PlainValidator(_whole), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100_000})]
    page_width: Figure
    page_height: Figure
    boxes: Annotated[
        list[Annotated[list[Figure], Field(min_length=4, max_length=4)]], Field(min_length=1, max_length=50)
    ]


class Correction(Asked):
    """Another value, and where it stands if you like."""

    change: Literal["correct"]
    path: Pointer
    value: Scalar
    citation: Annotated[list[CitationIn] | None, Field(max_length=20)] = None
    reason: Words | None = None


class Verdict(Asked):
    """What is said about the value that stands there; `keep` and `take` where a newer result disagrees with a person."""

    change: Literal["approve", "keep", "take", "clear", "illegible", "restore", "undo"]
    path: Pointer
    reason: Words | None = None


Change = Annotated[Correction | Verdict, Field(discriminator="change")]


class Verdicts(Asked):
    """Verdicts in their order, as one write, all or none."""

    model_config = _like(
        {
            "revision": 3,
            "changes": [
                {"change": "correct", "path": "/total", "value": 1482.60, "reason": "a smudge on the 8"},
                {"change": "approve", "path": "/invoice_date"},
                {"change": "undo", "path": "/currency"},
            ],
        }
    )

    revision: Whole
    changes: Annotated[list[Change], Field(min_length=1, max_length=500)]


class Approval(Asked):
    """Approve the document. `sign_off`, with a reason, approves it although fields that need eyes have no verdict;
    `override`, with a reason, although rules of its queue fail that demand one."""

    model_config = _like({"revision": 4, "sign_off": True, "reason": "the rest is of no matter here"})

    revision: Whole
    sign_off: StrictBool = False
    override: StrictBool = False
    reason: Words | None = None


class Rejection(Asked):
    """Reject the document, and say why."""

    model_config = _like({"revision": 4, "reason": "another company's invoice"})

    revision: Whole
    reason: Words


class Postponement(Asked):
    """Put the task away until then."""

    model_config = _like({"until": "2027-01-04T08:00:00Z", "reason": "the supplier was asked"})

    until: Moment
    reason: Words | None = None


class Escalation(Asked):
    """Hand the task to who supervises, and say why."""

    model_config = _like({"reason": "two totals, and both add up"})

    reason: Words
