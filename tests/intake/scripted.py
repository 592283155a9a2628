"""A vendor whose every answer is written down beforehand, in the place of a kind's client; it opens no socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reviewapp.upstreams.clients import (
    BadSignature,
    Capabilities,
    Connection,
    Correction,
    Event,
    Fetched,
    Listing,
    Located,
    Receipt,
    Source,
    Submission,
    Submitted,
)

#: A page of 200 by 100 points.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
ALL = Capabilities(
    lists_jobs=True, submits=True, has_documents=True, sends_webhooks=True, options=("project_id", "model")
)


@dataclass
class Scripted:
    """Answers in turn; an exception among them is raised, a function is called with the job's id. The last one stays."""

    fetches: list[Any] = field(default_factory=list)
    listings: dict[str, Listing] = field(default_factory=dict)
    locations: list[Any] = field(default_factory=list)
    submissions: list[Any] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: list[Submission] = field(default_factory=list)
    can: Capabilities = ALL

    def probe(self, to: Connection, *, at: datetime) -> str:
        self.asked.append(("probe", to.base_url))
        return _next(self.fetches, "")  # type: ignore[no-any-return]

    def job_id_in(self, text: str) -> str:
        if "/" in text and not text.startswith("http"):
            raise ValueError("this is no job's id")
        return text.rsplit("/", 1)[-1]

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        self.asked.append(("fetch", job_id))
        return _next(self.fetches, job_id)  # type: ignore[no-any-return]

    def list_jobs(self, to: Connection, *, cursor: str, at: datetime) -> Listing:
        self.asked.append(("list", cursor))
        return self.listings[cursor]

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        self.asked.append(("locate", job_id))
        return _next(self.locations, job_id)  # type: ignore[no-any-return]

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        return ()

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        self.sent.append(what)
        self.asked.append(("submit", what.path.read_bytes()[:5].decode()))
        return _next(self.submissions, what.key)  # type: ignore[no-any-return]

    def event(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
        if headers.get("x-signature") not in secrets:
            raise BadSignature("the signature is not good")
        said = json.loads(body)
        return Event(name=said["event"], job_id=said["job"], delivery_id=headers.get("x-delivery", ""))

    def push(self, to: Connection, what: Correction, *, way: str, at: datetime) -> Receipt:
        raise NotImplementedError


def answer(payload: Mapping[str, Any] | str | bytes, *sources: Source) -> Fetched:
    """A job as fetched."""
    data = (
        payload
        if isinstance(payload, bytes)
        else (payload if isinstance(payload, str) else json.dumps(payload)).encode()
    )
    return Fetched(parts={"result": data}, sources=sources)


def _next(script: list[Any], asked: str) -> Any:
    one = script.pop(0) if len(script) > 1 else script[0]
    if isinstance(one, Exception):
        raise one
    return one(asked) if isinstance(one, Callable) else one  # type: ignore[arg-type]
