"""What do the three vendors hold at the moment? Jobs, documents, reviews and records, all in memory, under one lock."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reviewapp.extraction.jsontext import Number

from . import folder as folders
from .jobs import Clock, Job, Reading, Schedule, Shape, Stage, Tree, Vendor, changed, read_again
from .kept import Kept
from .links import Links

#: What a client shows. Fake, and they say so.
KEYS = {
    Vendor.UNSILOED: "simulated-unsiloed-key",
    Vendor.LLAMACLOUD: "llx-simulated-key",
    Vendor.TALONIC: "tlnc_simulated_key",
}
#: Webhooks are signed with it. Fake as well.
WEBHOOK_SECRET = "whsec_simulated_secret"
#: Agent Data and Extract Review need a place of their own.
DEPLOYMENT, COLLECTION = "simulated", "extractions"
_SPACE = uuid.UUID("6f0f3f0a-53a8-5b7e-9d56-1a2f3c4d5e6f")


def lasting(*words: str) -> str:
    """The same id for the same words, on every start."""
    return str(uuid.uuid5(_SPACE, "/".join(words)))


PROJECT = lasting("project")


@dataclass(slots=True)
class Document:
    """One file that a vendor holds: one of the folder's, or an upload."""

    id: str
    name: str
    source: bytes | Path = field(repr=False)

    @property
    def key(self) -> str:
        """Where its link leads."""
        return f"{self.id}/{self.name}"

    def data(self) -> bytes:
        return self.source.read_bytes() if isinstance(self.source, Path) else self.source


@dataclass(slots=True)
class Review:
    """A LlamaCloud Extract Review of one job. `actions`: by pointer, every one in order; the last one counts."""

    id: str
    job: Job
    created_at: str
    threshold: Any = None
    scope: list[str] | None = None
    required: list[str] | None = None
    revision: int = 0
    status: str = "pending"
    decided_at: str | None = None
    reason: str | None = None
    actions: dict[str, list[Tree]] = field(default_factory=dict)
    events: list[Tree] = field(default_factory=list)


class World:
    """Everything that changes while the simulator runs. Callers hold `lock`."""

    def __init__(
        self,
        *,
        folder: Path,
        vendors: frozenset[Vendor],
        schedule: Schedule,
        link_seconds: int,
        extract_review: bool,
        kept: Kept | None = None,
    ) -> None:
        self.folder = folder
        self.vendors = vendors
        self.schedule = schedule
        self.extract_review = extract_review
        self.clock = Clock()
        self.links = Links(self.clock, seconds=link_seconds)
        self.lock = threading.RLock()
        self._kept = kept
        self.fill()
        if kept is not None:
            kept.load(self)

    def reset(self) -> None:
        """Back to what lies in the folder; what was kept over restarts is forgotten."""
        self.fill()
        if self._kept is not None:
            self._kept.clear()
            self._kept.start(self)

    def save(self) -> None:
        """Keep what changed, where something is kept over restarts."""
        if self._kept is not None:
            self._kept.save(self)

    def fill(self) -> None:
        """What lies in the folder."""
        self.jobs: dict[str, Job] = {}
        self.documents: dict[str, Document] = {}
        self.samples: dict[tuple[Shape, str], Tree] = {}
        self.reviews: dict[str, Review] = {}
        self.records: dict[str, Tree] = {}
        self.answers: dict[tuple[Vendor, str], Any] = {}
        self.schemas: dict[str, Tree] = {}
        self.agents: dict[str, Tree] = {}
        #: Talonic: corrections by extraction, {field: value}; decisions by review; resolutions by (document, field).
        self.corrections: dict[str, dict[str, Any]] = {}
        self.decisions: dict[str, Tree] = {}
        self.resolutions: dict[tuple[str, str], Tree] = {}
        for name, path in folders.documents(self.folder).items():
            self.documents[lasting("file", name)] = Document(lasting("file", name), name, path)
        for found in folders.payloads(self.folder):
            if found.shape.vendor in self.vendors:
                self._add(found)
        #: The jobs of the folder; all others were made while the simulator ran.
        self.sampled = frozenset(self.jobs)

    def _add(self, found: folders.Found) -> None:
        payload, sidecar = found.payload, found.sidecar
        stems = {found.stem, *(Path(name).stem for name in found.names)}
        for stem in stems:
            self.samples.setdefault((found.shape, stem), payload)
        if found.shape is Shape.LLAMA_V1:
            job_id = str(sidecar.get("job_id") or payload.get("run_id") or lasting("job", found.stem))
            extra = {"schema": sidecar.get("schema"), "status": sidecar.get("status") or "SUCCESS"}
            job = self.begin(Shape.LLAMA_V1, payload, id=job_id, names=found.names, extra=extra)
            self._read_again(job, sidecar)
            # The same reading as the current API serves it, so that both can be tried.
            current = as_v2(payload, status=str(extra["status"]))
            for stem in stems:
                self.samples.setdefault((Shape.LLAMA_V2, stem), current)
            self.begin(Shape.LLAMA_V2, current, id=f"ext-{job_id}", names=found.names, extra=extra)
            return
        job_id = str(payload.get("job_id") or payload.get("id") or lasting("job", found.stem))
        self.begin(found.shape, payload, id=job_id, names=found.names, extra={"schema": sidecar.get("schema")})
        self._read_again(self.jobs[job_id], sidecar)
        if found.shape is Shape.TALONIC:
            self._remember_talonic(payload, sidecar)

    def _read_again(self, job: Job, sidecar: Tree) -> None:
        """A sidecar's `again`: `{"changes": {pointer: value}, "answers"?, "seconds"?}`."""
        again = sidecar.get("again")
        if isinstance(again, dict):
            self.follow(
                job,
                changed(job.payload, again["changes"]) if "changes" in again else None,
                answers=int(str(again.get("answers", 0))),
                seconds=float(str(again.get("seconds", 0))),
            )

    def follow(self, job: Job, payload: Tree | None, *, answers: int, seconds: float) -> None:
        """Another reading of a job, plainly changed unless it is given: at once, or later."""
        payload = read_again(job.shape, job.payload) if payload is None else payload
        job.later.append(Reading(payload, answers, self.clock.seconds() + seconds if seconds else 0.0))
        if not answers and not seconds:
            job.turn(self.clock)

    def _remember_talonic(self, payload: Tree, sidecar: Tree) -> None:
        schema = payload.get("schema")
        if isinstance(schema, dict) and schema.get("id"):
            known = sidecar.get("schema") or guessed_schema(payload.get("data") or [])
            self.schemas.setdefault(
                str(schema["id"]), {"id": schema["id"], "name": schema.get("name"), "definition": known}
            )
        for row in payload.get("data") or []:
            document = self.named(str(row.get("filename")))
            if document and row.get("document_id"):
                self.documents[str(row["document_id"])] = Document(
                    str(row["document_id"]), document.name, document.source
                )

    def begin(
        self, shape: Shape, payload: Tree, *, id: str = "", names: tuple[str, ...] = (), extra: Tree | None = None
    ) -> Job:
        """A job of today, at its first step."""
        job = Job(
            shape=shape,
            id=id or str(uuid.uuid4()),
            payload=payload,
            started=self.clock.seconds(),
            created_at=self.clock.now(),
            names=names,
            extra=extra or {},
        )
        self.jobs[job.id] = job
        return job

    def of(self, shape: Shape) -> list[Job]:
        """The shape's jobs, newest last."""
        return [job for job in self.jobs.values() if job.shape is shape]

    def job(self, shape: Shape, job_id: str) -> Job | None:
        job = self.jobs.get(job_id)
        return job if job is not None and job.shape is shape else None

    def stage(self, job: Job) -> Stage:
        return job.stage(self.schedule, self.clock)

    def share(self, job: Job) -> float:
        return job.share(self.schedule, self.clock)

    def named(self, name: str) -> Document | None:
        """A document by its name; an upload before one of the folder's."""
        return next((one for one in reversed(self.documents.values()) if one.name == name), None)

    def document_of(self, job: Job) -> Document | None:
        """What a job read: the very upload, or what the folder has under the name that the payload says."""
        known = self.documents.get(str(job.extra.get("file_id")))
        return known or (self.named(job.names[0]) if job.names else None)

    def keep(self, name: str, data: bytes, *, id: str = "") -> Document:
        document = Document(id or str(uuid.uuid4()), name, data)
        self.documents[document.id] = document
        return document

    def bring_back_upload(self, id: str, name: str, source: Path) -> None:
        """An upload of an earlier run."""
        self.documents[id] = Document(id, name, source)

    def sample(self, shape: Shape, name: str) -> Tree | None:
        """The payload that a submitted file gets by its name."""
        return self.samples.get((shape, Path(name).stem))

    def newly_finished(self) -> Iterator[Job]:
        """Jobs that came to their end since this was asked last."""
        for job in self.jobs.values():
            if self.stage(job) is Stage.FINAL:
                job.turn(self.clock)
            if not job.announced and self.stage(job) in {Stage.FINAL, Stage.CANCELLED}:
                job.announced = True
                yield job


def as_v2(payload: Tree, *, status: str) -> Tree:
    """A LlamaCloud v1 result as an answer of the current API, without what the job's own life adds."""
    metadata = payload.get("extraction_metadata") or {}
    of_row = isinstance(payload.get("data"), list)
    found = metadata.get("field_metadata")
    return {
        "status": {"SUCCESS": "COMPLETED", "PARTIAL_SUCCESS": "COMPLETED", "ERROR": "FAILED"}.get(status, status),
        "extract_result": payload.get("data"),
        "extract_metadata": {
            "field_metadata": {
                "document_metadata": None if of_row else found,
                "page_metadata": found if of_row else None,
                "row_metadata": None,
            },
            "parse_job_id": None,
            "parse_tier": "agentic",
        },
        "usage": metadata.get("usage"),
    }


def guessed_schema(rows: list[Any]) -> Tree:
    """A JSON Schema for rows that came without one."""

    def kind(value: Any) -> Tree:
        if isinstance(value, dict):
            return {"type": "object", "properties": {key: kind(child) for key, child in value.items()}}
        if isinstance(value, list):
            return {"type": "array", "items": kind(value[0]) if value else {}}
        if isinstance(value, bool):
            return {"type": "boolean"}
        return {"type": "number" if isinstance(value, Number) else "string"}

    values = [row.get("values") for row in rows if isinstance(row, dict)]
    return kind(next((value for value in values if isinstance(value, dict)), {}))
