"""What is a result, whoever read it? Frozen dataclasses of the normal form.

Space: every box is in points of the page **as shown** (CropBox after /Rotate), origin top left, y downwards; pages count
from 1. A box is drawn as a share of its citation's own page size (design law 5). Numbers are `jsontext.Number`: exact text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .jsontext import Json, Number


class Kind(StrEnum):
    """Which contract a payload keeps; one adapter each."""

    UNSILOED_EXTRACT = "unsiloed_extract"
    UNSILOED_CLASSIFY = "unsiloed_classify"
    TALONIC = "talonic"
    LLAMACLOUD = "llamacloud"
    LLAMACLOUD_V2 = "llamacloud_v2"


class JobStatus(StrEnum):
    """A job's state in our words; the upstream's own word stands beside it as `raw_status`."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    PARTIAL = "partial"
    REVIEW = "review"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"

    @property
    def has_result(self) -> bool:
        """Rows of such a job are readings that may be triaged."""
        return self in (JobStatus.COMPLETED, JobStatus.PARTIAL, JobStatus.REVIEW)


class Presence(StrEnum):
    """Three ways to have no citation, kept apart: `present`, `null`, and the key `absent`."""

    PRESENT = "present"
    NULL = "null"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Box:
    """`[left, top, right, bottom]` as received: it may be inverted, empty or outside the page."""

    left: Number
    top: Number
    right: Number
    bottom: Number


@dataclass(frozen=True, slots=True)
class Citation:
    """One page on which a value was found, with its boxes.

    `problem` says why it cannot be drawn as sent: "" when it can, else `malformed` (page or box of the wrong form),
    `no_page_size`, `page` (below 1). What the geometry alone shows (outside the page, inverted, empty) is judged in
    `geometry.py`, not here.
    """

    page: int | None
    boxes: tuple[Box, ...]
    page_width: Number | None
    page_height: Number | None
    text: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What the upstream said about the value at one address, beside the value itself.

    `scores` holds what the upstream sent under our names: `grounding`, `extraction` (Unsiloed nested), `score` (flat and
    old shapes, and classify's confidence), `confidence`, `extraction`, `parsing` (LlamaCloud). A key that was absent is
    absent, null is None, zero is `Number("0.0")`: three different things.
    """

    scores: Mapping[str, Number | None] = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()
    citation_presence: Presence = Presence.ABSENT
    reasoning: str | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A complaint about a row (`path` None) or one field. `raw` is the upstream's own token, a string or an object."""

    code: str
    path: str | None
    raw: Json = None


@dataclass(frozen=True, slots=True)
class Row:
    """The values read from one document (or page, or table row), in the normal form.

    `key`: identity inside the job, stable over fetches. `values`: the plain JSON tree, without any wrapper. `fields`: by
    JSON Pointer into `values`, for leaves and for arrays and objects that carry a score of their own; an address without
    facts is absent. `status`/`raw_status`: the row's own, "" where only the job has one. `file_name`/`document_id`: the
    row's own, None where only the job has one.
    """

    key: str
    values: Json
    fields: Mapping[str, Field] = field(default_factory=dict)
    status: JobStatus | None = None
    raw_status: str = ""
    confidence: Number | None = None
    flags: tuple[Flag, ...] = ()
    file_name: str | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A job as fetched once.

    `schema` is the exact JSON text of the schema, None when unknown. `citations_off`: not one value of the whole job has
    a citation, so a grounding score of 0.0 says nothing. `pages_read` is the number of pages classification looked at,
    never the document's page count. `file_id` is what the upstream calls the file by.
    """

    kind: Kind
    job_id: str
    status: JobStatus
    raw_status: str
    rows: tuple[Row, ...] = ()
    schema: str | None = None
    schema_id: str | None = None
    schema_name: str | None = None
    field_order: tuple[str, ...] = ()
    file_name: str | None = None
    file_id: str | None = None
    page_count: int | None = None
    pages_read: int | None = None
    total_rows: int | None = None
    created_at: str | None = None
    updated_at: str | None = None
    error: str | None = None
    progress: str | None = None
    citations_off: bool = False


#: A payload: part name (`result`, `job`, `run`, `schema`, `request`, `sidecar`) -> the exact JSON text as kept.
Payload = Mapping[str, str]


class NotAResult(ValueError):
    """JSON that no adapter can read as a job: a bare fragment, an error body, a shape unknown to us. `code` is one of
    `fragment`, `error_body`, `unknown_shape`, `no_job_id`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
