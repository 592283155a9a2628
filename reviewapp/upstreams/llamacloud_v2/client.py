"""How is a LlamaCloud v2 job handed in, looked at and read, and its document found? See `clients.VendorClient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from .. import ids, tokens
from ..adapter import MAIN, RequestRefused
from ..asking import Query
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
from ..llamacloud import agent_data
from ..llamacloud import server as cloud
from ..llamacloud.server import server
from . import review

_EXTRACT = "/api/v2/extract"
_FILES = "/api/v1/beta/files"
#: Without these the answer has neither citations nor a schema.
_EXPAND: Query = (("expand", "extract_metadata"), ("expand", "configuration"))
_PAGE = "100"
_CONFIGURATION = "configuration_id"
#: Parts of a configuration that may be chosen.
_CHOICES = ("tier", "parse_tier", "extraction_target")
_PUSHES = {review.WAY: review.push, agent_data.WAY: agent_data.push}


class Client:
    """The current API: one address tells everything about a job."""

    can = Capabilities(
        lists_jobs=True,
        submits=True,
        has_documents=True,
        sends_webhooks=True,
        writes_back=tuple(_PUSHES),
        options=(*cloud.SCOPES, _CONFIGURATION, *_CHOICES, *agent_data.OPTIONS),
    )

    def probe(self, to: Connection, *, at: datetime) -> str:
        """See `clients.VendorClient`. A page of one job."""
        asked = server(to, at)
        asked.get(_EXTRACT, query=(("page_size", "1"),), part="probe").object()
        return _("%(host)s answered and accepts the credential.") % {"host": asked.host}

    def job_id_in(self, text: str) -> str:
        """See `clients.VendorClient`."""
        return cloud.job_id_in(text)

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        """One call. Early answers name the document `document_input_value`."""
        answer = server(to, at).get(f"{_EXTRACT}/{ids.segment(job_id)}", query=_EXPAND)
        tree = _readable(answer.body)
        file_id = tokens.text(tree.get("file_input")) or tokens.text(tree.get("document_input_value")) or ""
        sources = (Source(key="", file_id=file_id),) if cloud.is_file(file_id) else ()
        return Fetched({MAIN: answer.body}, sources)

    def list_jobs(self, to: Connection, *, cursor: str, at: datetime) -> Listing:
        """A page as the vendor orders it; of one saved configuration where the connection names it."""
        query: Query = (("page_size", _PAGE),)
        if to.options.get(_CONFIGURATION):
            query += ((_CONFIGURATION, to.options[_CONFIGURATION]),)
        if cursor:
            query += (("page_token", cursor),)
        tree = server(to, at).get(_EXTRACT, query=query, part="list").object()
        items = tree.get("items")
        names = (
            (tokens.name(job.get("id")) for job in items if isinstance(job, dict)) if isinstance(items, list) else ()
        )
        return Listing(tuple(name for name in names if name), tokens.text(tree.get("next_page_token")) or "")

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        """GET beta/files/{id}/content: a URL, good for a while."""
        path = f"{_FILES}/{ids.segment(source.file_id)}/content"
        return cloud.located(server(to, at).get(path, accept=frozenset({404}), part=""))

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        """See `clients.VendorClient`. A schema or a saved configuration, which has one."""
        return () if schema or options.get(_CONFIGURATION) else ("schema", _CONFIGURATION)

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        """Upload, then a job with the schema, or without one with the saved configuration. Neither is sent twice."""
        asked = server(to, at)
        saved = what.options.get(_CONFIGURATION) or to.options.get(_CONFIGURATION, "")
        if not what.schema and not saved:
            raise RequestRefused("LlamaCloud reads with a schema or a saved configuration, and neither was given")
        schema = cloud.schema(what.schema) if what.schema else None
        form = {"purpose": "extract", "external_file_id": what.key}
        uploaded = asked.upload(_FILES, what, name="file", form=form, once=True)
        body: dict[str, Json] = {"file_input": cloud.made_id(uploaded)}
        if schema is not None:
            asked_for = {**to.options, **what.options}
            chosen: dict[str, Json] = {name: asked_for[name] for name in _CHOICES if asked_for.get(name)}
            body["configuration"] = {
                "data_schema": schema,
                "cite_sources": True,
                "confidence_scores": True,
                **chosen,
            }
        else:
            body[_CONFIGURATION] = saved
        return Submitted(cloud.made_id(asked.send("POST", _EXTRACT, body, once=True, part="submitted")))

    def event(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
        """See `clients.VendorClient`."""
        return cloud.event(headers, body, secrets)

    def push(self, to: Connection, what: Correction, *, way: str, at: datetime) -> Receipt:
        """See `clients.VendorClient`: `extract_review` (beta, by invitation) or `agent_data`."""
        if way not in _PUSHES:
            return Receipt(accepted=False, said=f"LlamaCloud has no way {way!r} to write back")
        return _PUSHES[way](server(to, at), what)


def _readable(body: bytes) -> dict[str, Json]:
    # What cannot be read is brought all the same: the gate says what is wrong with it and keeps its bytes.
    try:
        tree = jsontext.parse(body)
    except jsontext.BadJson:
        return {}
    return tree if isinstance(tree, dict) else {}
