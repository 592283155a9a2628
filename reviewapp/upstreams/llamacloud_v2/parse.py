"""What did a LlamaCloud v2 extract job read? A payload -> Snapshot: one row for an object, one for each element of a list.

Parts: `result` (GET /api/v2/extract/{id}?expand=extract_metadata&expand=configuration), which is the job itself; when
they are there also `sidecar` (`{file, schema}`, laid beside an imported file), `file` (the vendor's word about the
file, for its name) and `schema`.
"""

from __future__ import annotations

from typing import TypeGuard

from reviewapp.extraction.jsontext import Json, dump
from reviewapp.extraction.model import JobStatus, Kind, NotAResult, Payload, Snapshot

from .. import parts, tokens
from ..llamacloud import metadata
from ..llamacloud.rows import Form, Way, read_rows
from ..refusal import refuse

STATUSES = {
    "pending": JobStatus.QUEUED,
    "throttled": JobStatus.QUEUED,
    "running": JobStatus.PROCESSING,
    "completed": JobStatus.COMPLETED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
}
RESULT = "extract_result"
METADATA = "extract_metadata"
#: What was read: a file's id or a parse job's. Early v2 said it under the second name.
INPUTS = ("file_input", "document_input_value")
#: The three members of `field_metadata`, one for each target of an extraction.
_DOCUMENT = "document_metadata"
_LEVELS = {_DOCUMENT, "page_metadata", "row_metadata"}
_NO_DATA = "The result holds no data (null)."


def recognises(tree: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a tree is an answer of GET /api/v2/extract/{id}, at whatever status and with whatever expanded."""
    if not isinstance(tree, dict) or tree.keys() & {"data", "job_id"}:
        return False
    if not isinstance(tree.get(RESULT), dict | list | None):
        return False
    return RESULT in tree or ("status" in tree and any(name in tree for name in INPUTS))


def parse(payload: Payload) -> Snapshot:
    """Raises BadJson or NotAResult. Rows of a job that is not finished are read too; `status` says what they are worth."""
    tree = parts.main(payload)
    if not recognises(tree):
        refuse(tree)
    job_id = tokens.name(tree.get("id"))
    if job_id is None:
        raise NotAResult("no_job_id", "a LlamaCloud v2 result without a job id")
    sidecar, file = parts.side(payload, "sidecar"), parts.side(payload, "file")
    configuration = tree.get("configuration")
    asked = configuration.get("data_schema") if isinstance(configuration, dict) else None
    schemas = (parts.side(payload, "schema"), sidecar.get("schema"), asked)
    schema = next((found for found in schemas if isinstance(found, dict) and found), None)
    raw_status = tokens.text(tree.get("status")) or ""
    status = tokens.status(raw_status, STATUSES)
    return Snapshot(
        kind=Kind.LLAMACLOUD_V2,
        job_id=job_id,
        status=status,
        raw_status=raw_status,
        rows=read_rows(tree, FORM),
        schema=None if schema is None else dump(schema),
        schema_id=tokens.name(tree.get("configuration_id")),
        file_name=tokens.text(sidecar.get("file")) or tokens.text(file.get("name")),
        file_id=next((found for name in INPUTS if (found := tokens.name(tree.get(name)))), None),
        created_at=tokens.text(tree.get("created_at")),
        updated_at=tokens.text(tree.get("updated_at")),
        error=_error(tree) or (_NO_DATA if status.has_result and tree.get(RESULT) is None else None),
    )


def places(tree: dict[str, Json]) -> list[Way | None]:
    """For each row the way to its metadata. As in v1, but an object's stands one step deeper, in `document_metadata`,
    unless `field_metadata` is a plain map of fields as in v1."""
    known = {"extract_metadata": tree[METADATA]} if METADATA in tree else {}
    ways = metadata.places({"data": tree.get(RESULT), **known})
    fields = metadata.at(tree, (METADATA, "field_metadata"))
    if isinstance(fields, dict) and fields and not fields.keys() & _LEVELS:
        return list(ways)
    inside = (METADATA, "field_metadata", _DOCUMENT)
    return [inside if way is not None and len(way) == 2 else way for way in ways]


#: Where v2 keeps what.
FORM = Form(data=RESULT, places=places)


def _error(tree: dict[str, Json]) -> str | None:
    # The vendor may put a bare `error` text beside the fields.
    about = metadata.at(tree, (METADATA, "field_metadata", _DOCUMENT, "error"))
    data = tree.get(RESULT)
    beside = None if isinstance(data, dict) and "error" in data else tokens.text(about)
    return tokens.complaint(tree.get("error_message")) or beside
