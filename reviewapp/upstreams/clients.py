"""What can be asked of a vendor's server? The records that go in and out, and the protocol that each `client.py` keeps.

A client speaks its vendor's words over `http.Client` and keeps nothing. It raises `adapter.UpstreamError` for what the
vendor or the way to it does; what it brings is bytes as received: the gate (`intake.gate`) judges them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Row

from . import http


@dataclass(frozen=True, slots=True, repr=False)
class Connection:
    """How one upstream is reached. `base_url`: without a slash at its end. `credential`: in the clear, in memory alone.

    `reach`: where the vendor's API may be asked; `file_reach`: where its documents may be fetched from. `secrets`: those
    that its webhooks may be signed with, the newest first. `options`: what a vendor wants beside (`project_id`,
    `organization_id`, `extraction_agent_id`, several with commas between them ...). `limits`, `file_limits`: what one
    question, and one document on its way, may cost.
    """

    base_url: str
    credential: str
    client: http.Client
    reach: http.Reach
    file_reach: http.Reach
    secrets: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    limits: http.Limits = http.JSON
    file_limits: http.Limits = http.FILE


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a vendor offers beside telling about one job; each is a method of its client that may be called."""

    lists_jobs: bool = False
    submits: bool = False
    has_documents: bool = False
    sends_webhooks: bool = False
    #: Ways to write back, by the word that a destination is set up with; empty: none.
    writes_back: tuple[str, ...] = ()
    #: What a connection may say beside address and key (`Connection.options`), by name; whatever else it said would be lost.
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A document that the upstream holds: of one row, or with key "" of the whole job. `file_id`: the vendor's, where
    it has one. Never a URL: those are keys to the file, and die."""

    key: str
    file_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """A job as received: named parts (adapter.Adapter.needs and knows), and which documents it was read from."""

    parts: Mapping[str, bytes]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Located:
    """A URL that opens a document for a while, with the headers to send along (most need none)."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of an upstream's jobs, as ids. `cursor`: where to go on, "" at the end of what there is now."""

    job_ids: tuple[str, ...]
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """A document to be read. `schema`: exact JSON text; for classification `categories` instead. `key`: the same for
    every try of the same submission, so that a vendor that knows idempotency makes one job."""

    path: Path
    name: str
    media_type: str
    key: str
    schema: str = ""
    schema_name: str = ""
    categories: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of it. `job_id` is None when the vendor refused to make a job (`blocked`: why, in its words)."""

    job_id: str | None
    blocked: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook whose signature is good. It never carries data to us: it only says that a job is worth a look.

    `job_id` is "" where the event names none (Talonic's own `extraction.complete` tells a document alone): then new jobs
    are worth a look. `delivery_id`: the same for every repetition, "" where the vendor has none."""

    name: str
    job_id: str
    delivery_id: str = ""


class BadSignature(ValueError):
    """A webhook that none of the secrets signed, or that is none."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person said of one field. `verb`: approved, corrected, cleared, illegible; `path`: JSON Pointer in the row
    that it was decided on; `value`: as decided, `read`: as the upstream read it."""

    path: str
    verb: str
    value: Json
    read: Json


@dataclass(frozen=True, slots=True)
class Correction:
    """A decided row on its way to the vendor. `row_id` is ours and stands in every reason that the vendor records,
    because the vendor knows us only as "api". `outcome`: approved or rejected. `base`, `row`: as read, as decided."""

    job_id: str
    row_id: str
    outcome: str
    reason: str
    changes: tuple[Change, ...]
    base: Row
    row: Row


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the vendor made of it. `accepted` False: it has no place for this, and saying so is the end of it. `said`:
    a sentence for people, in English, without secrets; `details`: what is worth keeping (revision, locked fields)."""

    accepted: bool
    said: str = ""
    details: Mapping[str, Json] = field(default_factory=dict)


class VendorClient(Protocol):
    """One kind's client. Methods that `can` does not name raise NotImplementedError."""

    can: Capabilities

    def probe(self, to: Connection, *, at: datetime) -> str:
        """Whether address and credential are good: a sentence about what answered, without any effect there."""

    def job_id_in(self, text: str) -> str:
        """The id of the job that a person means who pastes an id or a URL of it. Raises ValueError."""

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        """The job, with as many calls as that takes."""

    def list_jobs(self, to: Connection, *, cursor: str, at: datetime) -> Listing:
        """A page of jobs, the newest first, or from the cursor on."""

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        """A fresh URL of a document; None when the vendor gives it no more."""

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        """What is missing before a document can be handed in, with the connection's options; each of these alone would do:
        `schema`, `categories`, or an option's name. () when nothing is missing. Asks nobody."""

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        """Hand in a document. Raises Uncertain when it may have arrived at a vendor that would read it twice."""

    def event(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
        """Check a webhook. `headers` by lower-case names. Raises BadSignature."""

    def push(self, to: Connection, what: Correction, *, way: str, at: datetime) -> Receipt:
        """Write a decision back, in the way that the destination names; harmless when repeated."""
