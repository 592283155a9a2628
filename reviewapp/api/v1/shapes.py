"""In which form do things come and go? The models that the OpenAPI is made of; requests are read through them as well.

Numbers in a request are `jsontext.Number` and stay so: nothing of a value ever passes through a float. Answers are written
by `jsontext.dump`; their models only describe them, and the tests hold the two together.
"""

from __future__ import annotations

from datetime import datetime
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
    return moment


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
ExactNumber = Annotated[float, Field(description="Written with the very digits that were read.")]
Value = Annotated[Any, Field(description="JSON; numbers are written with the very digits that were read.")]
Id = Annotated[str, Field(pattern=r"^[0-9]+$", examples=["57"])]


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})


class Asked(Schema):
    """A body: what is not known is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")


# -- Requests


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
    """What is said about the value that stands there."""

    change: Literal["approve", "clear", "illegible", "restore", "undo"]
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
    """Approve the document. `sign_off`, with a reason, approves it although fields that need eyes have no verdict."""

    model_config = _like({"revision": 4, "sign_off": True, "reason": "the rest is of no matter here"})

    revision: Whole
    sign_off: StrictBool = False
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


# -- Answers


class Problem(Schema):
    """`paths`: the fields that it is about; `revision`: the task's newest one."""

    code: Annotated[str, Field(examples=["open_flags"])]
    message: str
    paths: list[str] = []
    revision: int = 0


class Error(Schema):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"error": {"code": "open_flags", "message": "These fields need eyes.", "paths": ["/total"]}}]
        }
    )

    error: Problem


class Person(Schema):
    id: Id
    name: str


class Decided(Schema):
    """`fields`: pointer in the decided row -> approved, corrected, cleared, illegible or not_reviewed."""

    outcome: Literal["approved", "rejected"]
    by: Person
    at: datetime
    fields: dict[str, str]
    signed_off: list[str]
    reason: str | None


class Job(Schema):
    """`id` is ours, `job_id` the upstream's; `upstream_status` is the upstream's own word for `status`."""

    id: Id
    upstream: str
    kind: str
    job_id: str
    status: str
    upstream_status: str
    error: str | None
    schema_name: str | None
    file_name: str | None
    page_count: int | None
    created_at: datetime
    fetched_at: datetime
    changed_at: datetime


class JobWithFile(Job):
    """`file_url`: a link to the kept file, good for an hour; null when there is none."""

    rows: int
    file_url: str | None


class Jobs(Schema):
    data: list[Job]
    next: str | None


class StandingRow(Schema):
    """The row to answer with: the last decided one, else the one as read. `outcome` null: nobody has decided yet."""

    row_id: Id
    key: str
    outcome: Literal["approved", "rejected", "passed"] | None
    values: Value
    erased: bool
    decision: Decided | None


class StandingRows(Schema):
    data: list[StandingRow]
    next: str | None


class ChainRow(Schema):
    """One version of a row. `source`: the chain it stands in; `supersedes`: the one before it there."""

    row_id: Id
    key: str
    source: Literal["upstream", "review"]
    base: Id | None
    supersedes: Id | None
    created_at: datetime
    decision: Decided | None


class History(Schema):
    data: list[ChainRow]
    next: str | None


class FeedRow(Schema):
    row_id: Id
    upstream: str
    kind: str
    job_id: str
    key: str
    outcome: Literal["approved", "rejected", "passed"]
    at: datetime
    base: Id | None
    supersedes: Id | None
    values: Value
    verdicts: dict[str, str] | None
    reason: str | None


class Feed(Schema):
    """`next`: the cursor to go on from, also when nothing new is there."""

    data: list[FeedRow]
    next: str


class Citation(Schema):
    """`boxes`: left, top, right, bottom in points of the page as shown; `problem` "" or why they cannot be drawn."""

    page: int | None
    page_width: ExactNumber | None
    page_height: ExactNumber | None
    boxes: list[list[ExactNumber]]
    text: str | None
    problem: str


class Facts(Schema):
    """What the upstream said about one value. A score that was not sent is absent; null was sent as null."""

    scores: dict[str, ExactNumber | None]
    citations: list[Citation]
    reasoning: str | None


class FlagOut(Schema):
    code: str
    path: str | None
    raw: Value


class Row(Schema):
    """`fields`: pointer -> what the upstream said there; `standing`: whether it is the row that counts now."""

    row_id: Id
    job: Id
    upstream: str
    kind: str
    job_id: str
    key: str
    source: Literal["upstream", "review"]
    base: Id | None
    supersedes: Id | None
    superseded_by: Id | None
    created_at: datetime
    values: Value
    erased: bool
    confidence: ExactNumber | None
    fields: dict[str, Facts]
    flags: list[FlagOut]
    decision: Decided | None


class Task(Schema):
    """`revision` grows with every write; send the one you know. `lowest_confidence` as text, for it is a score's token."""

    id: Id
    state: Literal["open", "escalated", "decided", "withdrawn"]
    revision: int
    queue: str
    upstream: str
    kind: str
    job: Id
    job_id: str
    key: str
    row_id: Id
    document_name: str
    reasons: list[str]
    fields_total: int
    fields_to_check: int
    fields_checked: int
    lowest_confidence: str | None
    holder: Person | None
    held_until: datetime | None
    postponed_until: datetime | None
    due_at: datetime | None
    opened_at: datetime
    decided_at: datetime | None


class Tasks(Schema):
    data: list[Task]
    next: str | None


class Reason(Schema):
    code: str
    text: str


class VerdictOut(Schema):
    verdict: str
    by: Person
    at: datetime


class FieldOut(Schema):
    """`value` with the verdicts so far, `read` as the upstream sent it; `open`: needs eyes and has no verdict yet."""

    path: str
    label: str
    value: Value
    read: Value
    needs_eyes: bool
    open: bool
    removed: bool
    reasons: list[Reason]
    facts: Facts | None
    verdict: VerdictOut | None


class TaskWithFields(Task):
    """`open`: the paths that block an approval, in the order to check them."""

    open: list[str]
    fields: list[FieldOut]
    decision: Decided | None


class Written(Schema):
    """The task after a write. `decided_row`: the new row's id, once there is one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "57",
                    "state": "open",
                    "revision": 4,
                    "holder": {"id": "3", "name": "Ana"},
                    "held_until": "2027-01-04T08:15:00.000000Z",
                    "postponed_until": None,
                    "fields_to_check": 3,
                    "fields_checked": 2,
                    "open": ["/grand_total"],
                    "outcome": None,
                    "decided_row": None,
                }
            ]
        }
    )

    id: Id
    state: Literal["open", "escalated", "decided", "withdrawn"]
    revision: int
    holder: Person | None
    held_until: datetime | None
    postponed_until: datetime | None
    fields_to_check: int
    fields_checked: int
    open: list[str]
    outcome: Literal["approved", "rejected"] | None
    decided_row: Id | None


class Entry(Schema):
    """`body` is RFC 8785 JSON; `leaf` = SHA-256(0x00 || body), `previous` the leaf before it in the stream."""

    id: Id
    stream: str
    seq: int
    leaf: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    previous: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    body: dict[str, Any]


class Trail(Schema):
    data: list[Entry]
    next: str | None
