"""What does the simulated LlamaCloud v2 answer? Extract jobs of the current API: submit, list in pages, get, cancel, delete."""

from __future__ import annotations

import uuid
from datetime import datetime

from reviewapp.extraction.jsontext import Number

from . import llama_files, made
from .jobs import Job, Shape, Stage, Tree, Vendor, iso
from .refusals import invalid
from .routes import Call, route
from .wire import Answer, said
from .world import PROJECT

#: Parts of an answer that are there only when they were asked for, and under which name.
EXPANDABLE = {
    "extract_metadata": "extract_metadata",
    "configuration": "configuration",
    "usage": "usage",
    "metadata": "metadata",
}
PARSED = "pjb-"
_ENDED = {"COMPLETED", "FAILED", "CANCELLED"}


def submit(call: Call) -> Answer:
    """POST /api/v2/extract `{file_input, configuration | configuration_id}`."""
    body = call.body()
    file_input = body.get("file_input")
    if not isinstance(file_input, str):
        return invalid(("file_input", "Field required"))
    configuration = body.get("configuration")
    if not isinstance(configuration, dict) and not body.get("configuration_id"):
        raise call.refuse(400, "Either configuration or configuration_id is required")
    configuration = configuration if isinstance(configuration, dict) else {}
    document = None if file_input.startswith(PARSED) else llama_files.known(call, file_input)
    name = document.name if document else file_input
    schema = made.schema(configuration.get("data_schema"))
    payload = call.world.sample(Shape.LLAMA_V2, name) or _plain(schema)
    extra = {"schema": schema, "file_input": file_input, "configuration_id": body.get("configuration_id")}
    extra["file_id"] = document.id if document else None
    job = call.world.begin(Shape.LLAMA_V2, payload, id=f"ext-{uuid.uuid4()}", names=(name,), extra=extra)
    return said(200, told(call, job))


def _plain(schema: Tree) -> Tree:
    field_metadata = {"document_metadata": made.metadata(schema), "page_metadata": None, "row_metadata": None}
    return {
        "status": "COMPLETED",
        "extract_result": made.values(schema),
        "extract_metadata": {"field_metadata": field_metadata, "parse_job_id": None, "parse_tier": "agentic"},
        "usage": {"num_pages_extracted": Number("1")},
    }


def listed(call: Call) -> Answer:
    """GET /api/v2/extract: newest first, filtered, in pages."""
    asked = call.request.asked
    size = max(1, call.whole("page_size", 50, most=1000))
    token = asked("page_token") or "0"
    if not token.isdecimal():
        raise call.refuse(400, "Invalid page token")
    ids = set(call.request.query.get("job_ids", []))
    after, before = _moment(call, "created_at_on_or_after"), _moment(call, "created_at_on_or_before")
    jobs = [
        job
        for job in reversed(call.world.of(Shape.LLAMA_V2))
        if (not asked("status") or status(call, job) == asked("status"))
        and (not asked("configuration_id") or job.extra.get("configuration_id") == asked("configuration_id"))
        and (not asked("file_input") or file_input(call, job) == asked("file_input"))
        and (not ids or job.id in ids)
        and (after is None or job.created_at >= after)
        and (before is None or job.created_at <= before)
    ]
    start = int(token)
    following = str(start + size) if start + size < len(jobs) else None
    items = [told(call, job) for job in jobs[start : start + size]]
    return said(200, {"items": items, "next_page_token": following, "total_size": Number(str(len(jobs)))})


def _moment(call: Call, name: str) -> datetime | None:
    text = call.request.asked(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise call.refuse(400, f"{name} is no date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=call.world.clock.now().tzinfo)


def get(call: Call) -> Answer:
    """GET /api/v2/extract/{id}?expand=…"""
    job = known(call)
    job.polls += 1
    if call.world.stage(job) is Stage.FINAL:
        job.read(call.world.clock)
    return said(200, told(call, job))


def told(call: Call, job: Job) -> Tree:
    """A job as far as it is, with what was asked for."""
    done = call.world.stage(job) is Stage.FINAL
    tree: Tree = {
        "id": job.id,
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at or job.created_at),
        "file_input": file_input(call, job),
        "project_id": PROJECT,
        "status": status(call, job),
        "configuration_id": job.extra.get("configuration_id"),
        "error_message": job.payload.get("error_message") if done else None,
        "extract_result": job.payload.get("extract_result") if done else None,
    }
    asked = {word for text in call.request.query.get("expand", []) for word in text.split(",")}
    for name in EXPANDABLE.keys() & asked:
        tree[name] = job.payload.get(name) if done else None
    if "configuration" in asked:
        schema = made.schema(job.extra.get("schema"))
        tree["configuration"] = {"data_schema": schema, "extraction_target": "per_doc", "cite_sources": True}
    if "metadata" in asked:
        tree["metadata"] = {"usage": job.payload.get("usage")} if done else None
    return tree


def status(call: Call, job: Job) -> str:
    match call.world.stage(job):
        case Stage.FINAL:
            return str(job.payload.get("status") or "COMPLETED")
        case Stage.CANCELLED:
            return "CANCELLED"
        case Stage.QUEUED:
            return "PENDING"
    return "RUNNING"


def file_input(call: Call, job: Job) -> str:
    """What was read: a file, or an earlier parse, of which there is no file."""
    said_so = job.extra.get("file_input") or job.payload.get("file_input")
    if isinstance(said_so, str):
        return said_so
    document = call.world.document_of(job)
    return f"{llama_files.V2}{document.id}" if document else f"{PARSED}{job.id}"


def cancel(call: Call) -> Answer:
    """POST …/{id}/cancel: a job that ended stays as it is."""
    job = known(call)
    if status(call, job) in _ENDED:
        raise call.refuse(409, "The job has ended already", headers={"x-should-retry": "false"})
    job.cancelled = True
    return said(200, told(call, job))


def delete(call: Call) -> Answer:
    del call.world.jobs[known(call).id]
    return Answer(204)


def known(call: Call) -> Job:
    """The job of the path. Raises Refused."""
    job = call.world.job(Shape.LLAMA_V2, call.arguments["id"])
    if job is None:
        raise call.refuse(404, "Job not found")
    return job


_EXTRACT = "/api/v2/extract"
ROUTES = (
    route(Vendor.LLAMACLOUD, "POST", _EXTRACT, "submit", submit),
    route(Vendor.LLAMACLOUD, "GET", _EXTRACT, "list", listed),
    route(Vendor.LLAMACLOUD, "GET", f"{_EXTRACT}/{{id}}", "poll result", get),
    route(Vendor.LLAMACLOUD, "POST", f"{_EXTRACT}/{{id}}/cancel", "cancel", cancel),
    route(Vendor.LLAMACLOUD, "DELETE", f"{_EXTRACT}/{{id}}", "cancel", delete),
)
