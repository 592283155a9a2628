"""What did a LlamaCloud v1 extract job read? A payload -> Snapshot: one row for an object, one for each element of a list.

Parts: `result` (GET .../jobs/{id}/result), which holds neither status nor job id, file or schema. Those come, where
they are there, from `sidecar` (`{job_id, status, file, schema}`, laid beside an imported file), `job`, `run` and
`schema`.
"""

from __future__ import annotations

from typing import TypeGuard

from reviewapp.extraction.jsontext import Json, dump
from reviewapp.extraction.model import JobStatus, Kind, NotAResult, Payload, Snapshot

from .. import parts, tokens
from ..refusal import refuse
from . import metadata
from .rows import Form, read_rows

STATUSES = {
    "pending": JobStatus.QUEUED,
    "throttled": JobStatus.QUEUED,
    "running": JobStatus.PROCESSING,
    "success": JobStatus.COMPLETED,
    "completed": JobStatus.COMPLETED,
    "partial_success": JobStatus.PARTIAL,
    "error": JobStatus.FAILED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
}
#: Where v1 keeps what.
FORM = Form(data="data", places=metadata.places)
_OWN_KEYS = {"extraction_metadata", "extract_metadata", "run_id", "extraction_agent_id"}
_NO_DATA = "The result holds no data (null)."


def recognises(tree: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a tree is an answer of GET /api/v1/extraction/jobs/{job_id}/result."""
    if not isinstance(tree, dict) or "data" not in tree or not tree.keys() & _OWN_KEYS:
        return False
    data = tree["data"]
    return (
        data is None
        or isinstance(data, dict)
        or (isinstance(data, list) and all(isinstance(one, dict) for one in data))
    )


def parse(payload: Payload) -> Snapshot:
    """Raises BadJson or NotAResult. A result that came without a status is COMPLETED: the vendor serves none before;
    with `data` null it then has no row and says so in `error`. A part `job` without a result is a job that has none (yet):
    no row."""
    awaited = parts.awaited(payload)
    tree: Json = {"data": None, "run_id": None} if awaited is not None else parts.main(payload)
    if not recognises(tree):
        refuse(tree)
    sidecar, job, run = (parts.side(payload, part) for part in ("sidecar", "job", "run"))
    job_id = tokens.name(sidecar.get("job_id")) or tokens.name(job.get("id")) or tokens.name(tree.get("run_id"))
    if job_id is None:
        raise NotAResult("no_job_id", "a LlamaCloud result without a run id, and no job id beside it")
    raw_status = tokens.text(sidecar.get("status")) or tokens.text(job.get("status")) or ""
    if awaited is not None and (not raw_status or tokens.status(raw_status, STATUSES).has_result):
        raise NotAResult("fragment", "a job that is done, without its result")
    agent = _object(job.get("extraction_agent"))
    schemas = (parts.side(payload, "schema"), sidecar.get("schema"), run.get("data_schema"), agent.get("data_schema"))
    schema = next((found for found in map(_object, schemas) if found), None)
    return Snapshot(
        kind=Kind.LLAMACLOUD,
        job_id=job_id,
        status=tokens.status(raw_status, STATUSES) if raw_status else JobStatus.COMPLETED,
        raw_status=raw_status,
        rows=read_rows(tree, FORM),
        schema=None if schema is None else dump(schema),
        schema_id=tokens.name(agent.get("id")) or tokens.name(tree.get("extraction_agent_id")),
        schema_name=tokens.text(agent.get("name")),
        file_name=tokens.text(sidecar.get("file")) or tokens.text(_object(job.get("file")).get("name")),
        file_id=tokens.name(job.get("file_id")) or tokens.name(run.get("file_id")),
        created_at=tokens.text(run.get("created_at")),
        updated_at=tokens.text(run.get("updated_at")),
        error=_error(tree, job, raw_status),
    )


def _error(tree: dict[str, Json], job: dict[str, Json], raw_status: str) -> str | None:
    said = tokens.complaint(job.get("error")) or metadata.root_error(tree)
    return said or (_NO_DATA if tree["data"] is None and not raw_status else None)


def _object(node: Json) -> dict[str, Json]:
    return node if isinstance(node, dict) else {}
