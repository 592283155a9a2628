"""How does an answer look? The models that the OpenAPI declares.

Answers are written by `jsontext.dump`, so that numbers keep their text; these only describe them, and the tests hold the two
together.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

ExactNumber = Annotated[float, Field(description="Written with the very digits that were read.")]
Value = Annotated[Any, Field(description="JSON; numbers are written with the very digits that were read.")]
Id = Annotated[str, Field(pattern=r"^[0-9]+$", examples=["57"])]


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
    """`earlier`: it was given on a row before, and the newer row does not disagree."""

    verdict: str
    by: Person
    at: datetime
    earlier: bool


class ConflictOut(Schema):
    """A newer result disagrees with what a person said. `was`: what was read when they said it, `now`: what is read now,
    `kept`: their value, null where it is none (`verdict` says what it is). While `open` is true it stands as the field's
    `value`; `keep` and `take` settle it."""

    open: bool
    was: Value
    now: Value
    kept: Value
    verdict: str
    by: Person
    at: datetime
    row_id: Id


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
    conflict: ConflictOut | None


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
