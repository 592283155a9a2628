"""How is a LlamaCloud v1 job handed in, looked at and read, and its document found? See `clients.VendorClient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from reviewapp.extraction.jsontext import Json

from .. import ids, tokens
from ..adapter import MAIN, NotAllowed, RequestRefused, Unavailable
from ..clients import (
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
from . import agent_data
from . import server as cloud
from .parse import STATUSES
from .server import server

_EXTRACTION = "/api/v1/extraction"
_AGENT = "extraction_agent_id"
_NONE_YET = frozenset({404})
_CONFIG: dict[str, Json] = {"cite_sources": True, "confidence_scores": True}


class Client:
    """The legacy API: a job, its result and its run are three addresses."""

    can = Capabilities(
        lists_jobs=True,
        submits=True,
        has_documents=True,
        sends_webhooks=True,
        writes_back=(agent_data.WAY,),
        options=(*cloud.SCOPES, _AGENT, *agent_data.OPTIONS),
    )

    def probe(self, to: Connection, *, at: datetime) -> str:
        """See `clients.VendorClient`. The first agent that is set up, else the list of agents."""
        asked = server(to, at)
        agents = _agents(to.options)
        asked.get(
            f"{_EXTRACTION}/extraction-agents{f'/{ids.segment(agents[0])}' if agents else ''}", part="probe"
        ).tree()
        return _("%(host)s answered and accepts the credential.") % {"host": asked.host}

    def job_id_in(self, text: str) -> str:
        """See `clients.VendorClient`."""
        return cloud.job_id_in(text)

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        """Three calls: job, result, run; one for a job that is not done: parts `job` alone. The run may be missing."""
        asked, name = server(to, at), ids.segment(job_id)
        job = asked.get(f"{_EXTRACTION}/jobs/{name}", part="job")
        tree = job.object()
        sources = _sources(tree)
        if not tokens.status(tokens.text(tree.get("status")) or "", STATUSES).has_result:
            return Fetched({"job": job.body}, sources)
        result = asked.get(f"{_EXTRACTION}/jobs/{name}/result", accept=_NONE_YET)
        if result.status == 404:
            raise Unavailable(f"{asked.host} says that the job is done, but has no result of it")
        run = asked.get(f"{_EXTRACTION}/runs/by-job/{name}", accept=_NONE_YET, part="run")
        parts = {MAIN: result.body, "job": job.body}
        return Fetched(parts if run.status == 404 else {**parts, "run": run.body}, sources)

    def list_jobs(self, to: Connection, *, cursor: str, at: datetime) -> Listing:
        """All jobs of the agents that are set up: this API knows neither pages nor an order, nor a list without agent."""
        agents = _agents(to.options)
        if not agents:
            raise NotAllowed("LlamaCloud lists jobs by agent, and no extraction_agent_id is set up")
        found: list[str] = []
        for agent in agents:
            answer = server(to, at).get(f"{_EXTRACTION}/jobs", query=((_AGENT, agent),), part="list")
            names = (tokens.name(job.get("id")) for job in answer.list() if isinstance(job, dict))
            found += [name for name in names if name]
        return Listing(tuple(found))

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        """GET files/{id}/content: a URL, good for a while."""
        path = f"/api/v1/files/{ids.segment(source.file_id)}/content"
        return cloud.located(server(to, at).get(path, accept=frozenset({404}), part=""))

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        """See `clients.VendorClient`. A schema or an agent, which has one."""
        return () if schema or _agents(options) else ("schema", _AGENT)

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        """Upload, then a job of the agent, or without an agent one with the schema alone. Neither is sent twice."""
        asked = server(to, at)
        agent = what.options.get(_AGENT) or next(iter(_agents(to.options)), "")
        if not agent and not what.schema:
            raise RequestRefused("LlamaCloud reads with an agent or a schema, and neither was given")
        schema = cloud.schema(what.schema) if what.schema else None
        uploaded = asked.upload("/api/v1/files", what, name="upload_file", form={}, once=True)
        body: dict[str, Json] = {"file_id": cloud.made_id(uploaded)}
        if agent:
            body = {_AGENT: agent, **body}
            if what.schema:
                body["data_schema_override"] = schema
            job = asked.send("POST", f"{_EXTRACTION}/jobs", body, once=True, part="submitted")
        else:
            body |= {"data_schema": schema, "config": _CONFIG}
            job = asked.send("POST", f"{_EXTRACTION}/run", body, once=True, part="submitted")
        return Submitted(cloud.made_id(job))

    def event(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
        """See `clients.VendorClient`."""
        return cloud.event(headers, body, secrets)

    def push(self, to: Connection, what: Correction, *, way: str, at: datetime) -> Receipt:
        """A v1 result cannot be changed; a decision can be kept beside it as agent data."""
        if way == agent_data.WAY:
            return agent_data.push(server(to, at), what)
        return Receipt(accepted=False, said=f"LlamaCloud v1 has no way {way!r} to write back")


def _sources(job: dict[str, Json]) -> tuple[Source, ...]:
    file = job.get("file")
    about = file if isinstance(file, dict) else {}
    name = tokens.name(job.get("file_id")) or tokens.name(about.get("id")) or ""
    return (Source(key="", file_id=name, name=tokens.text(about.get("name")) or ""),) if cloud.is_file(name) else ()


def _agents(options: Mapping[str, str]) -> list[str]:
    return [name for part in options.get(_AGENT, "").split(",") if (name := part.strip())]
