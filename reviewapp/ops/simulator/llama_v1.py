"""What does the simulated LlamaCloud v1 answer? Agents, jobs, results and runs of the API that still runs as legacy."""

from __future__ import annotations

import uuid
from typing import Any

from reviewapp.extraction.jsontext import Number

from . import llama_files, made
from .jobs import Job, Shape, Stage, Tree, Vendor, iso
from .refusals import invalid
from .routes import Call, route
from .wire import Answer, said
from .world import PROJECT, lasting


def agents(call: Call) -> Answer:
    return said(200, list(_agents(call).values()))


def agent(call: Call) -> Answer:
    """GET …/extraction-agents/{id}, and /by-name/{name}."""
    wanted = call.arguments
    found = [
        one for one in _agents(call).values() if wanted.get("id") == one["id"] or wanted.get("name") == one["name"]
    ]
    if not found:
        raise call.refuse(404, "Extraction agent not found")
    return said(200, found[0])


def new_agent(call: Call) -> Answer:
    """POST …/extraction-agents `{name, data_schema, config}`."""
    body = call.body()
    if not isinstance(body.get("name"), str) or not isinstance(body.get("data_schema"), dict):
        return invalid(("name", "Field required"), ("data_schema", "Field required"))
    made_one = _agent(call, str(uuid.uuid4()), body["name"], body["data_schema"], body.get("config") or {})
    call.world.agents[made_one["id"]] = made_one
    return said(200, made_one)


def _agents(call: Call) -> dict[str, Tree]:
    """The agents that were made, and one for each agent of the folder's payloads."""
    found = dict(call.world.agents)
    for job in call.world.of(Shape.LLAMA_V1):
        agent_id = str(job.payload.get("extraction_agent_id"))
        if agent_id not in found:
            name = f"simulated agent {agent_id[:8]}"
            found[agent_id] = _agent(call, agent_id, name, made.schema(job.extra.get("schema")), {})
    return found


def _agent(call: Call, agent_id: str, name: str, schema: Tree, config: Any) -> Tree:
    at = iso(call.world.clock.now())
    return {
        "id": agent_id,
        "name": name,
        "project_id": PROJECT,
        "data_schema": schema,
        "config": {"extraction_target": "PER_DOC", "cite_sources": True, "confidence_scores": True, **config},
        "created_at": at,
        "updated_at": at,
    }


def submit(call: Call) -> Answer:
    """POST …/jobs `{extraction_agent_id, file_id, data_schema_override?}`."""
    body = call.body()
    missing = [name for name in ("extraction_agent_id", "file_id") if not isinstance(body.get(name), str)]
    if missing:
        return invalid(*((name, "Field required") for name in missing))
    document = llama_files.known(call, body["file_id"])
    asked = _agents(call).get(body["extraction_agent_id"])
    if asked is None:
        raise call.refuse(404, "Extraction agent not found")
    schema = made.schema(body.get("data_schema_override") or asked["data_schema"])
    payload = call.world.sample(Shape.LLAMA_V1, document.name) or {
        "data": made.values(schema),
        "extraction_metadata": {"field_metadata": made.metadata(schema), "usage": _usage(document.data())},
    }
    payload = {**payload, "extraction_agent_id": asked["id"], "run_id": str(uuid.uuid4())}
    extra = {"schema": schema, "status": "SUCCESS", "file_id": document.id}
    job = call.world.begin(Shape.LLAMA_V1, payload, names=(document.name,), extra=extra)
    return said(200, state(call, job))


def _usage(data: bytes) -> Tree:
    pages = Number(str(made.pages(data)))
    return {
        "num_pages_extracted": pages,
        "num_document_tokens": Number("100"),
        "num_output_tokens": Number("20"),
    }


def listed(call: Call) -> Answer:
    """GET …/jobs?extraction_agent_id=: without pages."""
    wanted = call.request.asked("extraction_agent_id")
    if not wanted:
        return invalid(("extraction_agent_id", "Field required"), where="query")
    jobs = [job for job in call.world.of(Shape.LLAMA_V1) if job.payload.get("extraction_agent_id") == wanted]
    return said(200, [state(call, job) for job in jobs])


def poll(call: Call) -> Answer:
    job = _known(call, "id")
    job.polls += 1
    return said(200, state(call, job))


def state(call: Call, job: Job) -> Tree:
    """A job without its result."""
    document = _document(call, job)
    agent_id = str(job.payload.get("extraction_agent_id"))
    return {
        "id": job.id,
        "status": status(call, job),
        "extraction_agent": _agents(call)[agent_id],
        "error": job.extra.get("error"),
        "file_id": document["id"] if document else None,
        "file": document,
    }


def status(call: Call, job: Job) -> str:
    stage = call.world.stage(job)
    if stage is Stage.FINAL:
        return str(job.extra.get("status") or "SUCCESS")
    return "CANCELLED" if stage is Stage.CANCELLED else "PENDING"


def result(call: Call) -> Answer:
    """GET …/jobs/{id}/result: there is none before the end."""
    job = _known(call, "id")
    job.results += 1
    if call.world.stage(job) is not Stage.FINAL or status(call, job) not in {"SUCCESS", "PARTIAL_SUCCESS"}:
        raise call.refuse(404, "The job has no result (yet)")
    return said(200, job.read(call.world.clock))


def runs(call: Call) -> Answer:
    """GET …/runs?extraction_agent_id&skip&limit."""
    wanted = call.request.asked("extraction_agent_id")
    if not wanted:
        return invalid(("extraction_agent_id", "Field required"), where="query")
    skip, limit = call.whole("skip", 0, most=10**6), call.whole("limit", 100, most=1000)
    jobs = [job for job in call.world.of(Shape.LLAMA_V1) if job.payload.get("extraction_agent_id") == wanted]
    items = [_run(call, job) for job in jobs[skip : skip + limit]]
    sizes = {"skip": Number(str(skip)), "limit": Number(str(limit)), "total": Number(str(len(jobs)))}
    return said(200, {"items": items, **sizes})


def run(call: Call) -> Answer:
    """GET …/runs/{run}, and /runs/by-job/{id}."""
    if "id" in call.arguments:
        return said(200, _run(call, _known(call, "id")))
    found = [job for job in call.world.of(Shape.LLAMA_V1) if job.payload.get("run_id") == call.arguments["run"]]
    if not found:
        raise call.refuse(404, "Extraction run not found")
    return said(200, _run(call, found[0]))


def _run(call: Call, job: Job) -> Tree:
    agent_id = str(job.payload.get("extraction_agent_id"))
    asked = _agents(call)[agent_id]
    done = call.world.stage(job) is Stage.FINAL
    word = status(call, job)
    return {
        "id": job.payload.get("run_id") or lasting("run", job.id),
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at or job.created_at),
        "extraction_agent_id": agent_id,
        "job_id": job.id,
        "project_id": PROJECT,
        "status": {"PENDING": "PENDING", "ERROR": "ERROR", "CANCELLED": "ERROR"}.get(word, "SUCCESS"),
        "error": job.extra.get("error"),
        "config": asked["config"],
        "data_schema": made.schema(job.extra.get("schema")),
        "data": job.payload.get("data") if done else None,
        "extraction_metadata": job.payload.get("extraction_metadata") if done else None,
        "file": _document(call, job),
        "from_ui": False,
    }


def _document(call: Call, job: Job) -> Tree | None:
    document = call.world.document_of(job)
    return llama_files.file(call, document) if document else None


def _known(call: Call, name: str) -> Job:
    job = call.world.job(Shape.LLAMA_V1, call.arguments[name])
    if job is None:
        raise call.refuse(404, "Job not found")
    return job


_AGENTS, _JOBS, _RUNS = (f"/api/v1/extraction/{name}" for name in ("extraction-agents", "jobs", "runs"))
ROUTES = (
    route(Vendor.LLAMACLOUD, "GET", _AGENTS, "schema", agents),
    route(Vendor.LLAMACLOUD, "POST", _AGENTS, "schema", new_agent),
    route(Vendor.LLAMACLOUD, "GET", f"{_AGENTS}/by-name/{{name}}", "schema", agent),
    route(Vendor.LLAMACLOUD, "GET", f"{_AGENTS}/{{id}}", "schema", agent),
    route(Vendor.LLAMACLOUD, "POST", _JOBS, "submit", submit),
    route(Vendor.LLAMACLOUD, "GET", _JOBS, "list", listed),
    route(Vendor.LLAMACLOUD, "GET", f"{_JOBS}/{{id}}", "poll", poll),
    route(Vendor.LLAMACLOUD, "GET", f"{_JOBS}/{{id}}/result", "result", result),
    route(Vendor.LLAMACLOUD, "GET", _RUNS, "run", runs),
    route(Vendor.LLAMACLOUD, "GET", f"{_RUNS}/by-job/{{id}}", "run", run),
    route(Vendor.LLAMACLOUD, "GET", f"{_RUNS}/{{run}}", "run", run),
)
