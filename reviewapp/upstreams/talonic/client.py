"""How is a Talonic job handed in, looked at and read? See `clients.VendorClient`. It gives no document back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from .. import ids, signatures, tokens
from ..adapter import MAIN, Unavailable
from ..asking import Answer, Server
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
from . import writing
from .parse import JOB_STATUSES
from .server import next_cursor, rows, server

SIGNATURE = "x-talonic-signature"
_PAGE = "50"
_OPTIONS = ("schema_id", "instructions")
_NONE_YET = frozenset({404, 409})
_NO_SCHEMA = frozenset({400, 403, 404})
_IN_A_PATH = re.compile(r"/jobs/([^/?#]+)")


class Client:
    """A job, its rows (also while it runs) and the schema that they name are three addresses."""

    can = Capabilities(
        lists_jobs=True, submits=True, sends_webhooks=True, writes_back=tuple(writing.WAYS), options=_OPTIONS
    )

    def probe(self, to: Connection, *, at: datetime) -> str:
        """See `clients.VendorClient`. A page of one job."""
        asked = server(to, at)
        asked.get("/v1/jobs", query=(("limit", "1"),), part="probe").object()
        return _("%(host)s answered and accepts the credential.") % {"host": asked.host}

    def job_id_in(self, text: str) -> str:
        """See `clients.VendorClient`."""
        return ids.job_id_in(text, after=("jobs", "job"))

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        """Job, results, and the schema where the job names one that can be had. Parts `job` alone as long as a running
        job has no results."""
        asked, name = server(to, at), ids.segment(job_id)
        job = asked.get(f"/v1/jobs/{name}", part="job")
        about = job.object()
        result = asked.get(f"/v1/jobs/{name}/results", accept=_NONE_YET)
        if result.status in _NONE_YET:
            if tokens.status(tokens.text(about.get("status")) or "", JOB_STATUSES).has_result:
                raise Unavailable(f"{asked.host} says that the job is complete, but has no results of it")
            return Fetched({"job": job.body})
        parts = {MAIN: result.body, "job": job.body}
        schema = _schema(asked, about, result)
        return Fetched(parts if schema is None else {**parts, "schema": schema})

    def list_jobs(self, to: Connection, *, cursor: str, at: datetime) -> Listing:
        """A page; within it the newest first."""
        query = (("limit", _PAGE), *((("cursor", cursor),) if cursor else ()))
        tree = server(to, at).get("/v1/jobs", query=query, part="list").object()
        jobs = sorted(rows(tree), key=lambda job: tokens.text(job.get("created_at")) or "", reverse=True)
        names = (tokens.name(job.get("id")) for job in jobs)
        return Listing(tuple(name for name in names if name), next_cursor(tree))

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        """Not offered."""
        raise NotImplementedError("Talonic gives no document back")

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        """See `clients.VendorClient`. Nowhere is it said that Talonic needs a schema, so none is asked for."""
        return ()

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        """POST /v1/extract with an Idempotency-Key. A short document may be read at once (200), which makes no job: where
        a saved schema is known, a job is asked for over that document."""
        asked = server(to, at)
        chosen = {**to.options, **what.options}
        saved = chosen.get("schema_id", "")
        form = {"options": jsontext.dump({"async": True})}
        if what.schema:
            form["schema"] = what.schema
        elif saved:
            form["schema_id"] = saved
        if chosen.get("instructions"):
            form["instructions"] = chosen["instructions"]
        tree = asked.upload("/v1/extract", what, name="file", form=form, key=what.key).object()
        job_id = _job_of(tree)
        if job_id:
            return Submitted(job_id)
        schema_id, document = _id_below(tree, "schema") or saved, _id_below(tree, "document")
        if schema_id and document:
            wanted: dict[str, Json] = {"schema_id": schema_id, "document_ids": [document], "name": what.name}
            key = f"{what.key}-job"
            made = asked.send("POST", "/v1/jobs", wanted, key=key, repeatable=True, part="submitted").object()
            job_id = _job_of(made) or tokens.name(made.get("id")) or ""
            if job_id:
                return Submitted(job_id)
        read = tokens.name(tree.get("extraction_id")) or "?"
        return Submitted(
            None, blocked=f"Talonic read the document at once, as extraction {read}, and made no job of it"
        )

    def event(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
        """See `clients.VendorClient`. The headers beside the signature are not signed: the body's words come first."""
        tree = signatures.signed(headers.get(SIGNATURE, ""), body, secrets)
        data = tree.get("data")
        about = data if isinstance(data, dict) else {}
        name = tokens.text(tree.get("event")) or headers.get("x-talonic-event", "")
        own = about.get("id") if name.startswith("job.") else None
        places = (about.get("job_id"), tree.get("job_id"), _id_below(about, "job"), own)
        deliveries = (tree.get("delivery_id"), tree.get("idempotency_key"), headers.get("x-talonic-delivery-id"))
        return Event(
            name=name,
            job_id=next((found for found in map(tokens.name, places) if found), ""),
            delivery_id=next((found for found in map(tokens.name, deliveries) if found), ""),
        )

    def push(self, to: Connection, what: Correction, *, way: str, at: datetime) -> Receipt:
        """See `clients.VendorClient`: `corrections`, `field_review` or `record_review`."""
        if way not in writing.WAYS:
            return Receipt(accepted=False, said=f"Talonic has no way {way!r} to write back")
        return writing.WAYS[way](server(to, at), what)


def _schema(asked: Server, job: dict[str, Json], result: Answer) -> bytes | None:
    try:
        tree = jsontext.parse(result.body)
    except jsontext.BadJson:
        return None  # the gate says what is wrong with it
    named = tree if isinstance(tree, dict) else {}
    found = _id_below(named, "schema") or _id_below(job, "schema") or tokens.name(job.get("schema_id"))
    if not found:
        return None
    answer = asked.get(f"/v1/schemas/{ids.segment(found)}", accept=_NO_SCHEMA, part="schema")
    return None if answer.status in _NO_SCHEMA else answer.body


def _job_of(tree: dict[str, Json]) -> str:
    job = tree.get("job")
    about = job if isinstance(job, dict) else {}
    links = tree.get("links")
    linked = links.get("job") if isinstance(links, dict) else None
    named = tokens.name(about.get("id")) or tokens.name(tree.get("job_id"))
    if named:
        return named
    for address in (about.get("poll_url"), tree.get("poll_url"), linked):
        found = _IN_A_PATH.search(address) if isinstance(address, str) else None
        if found:
            return found[1]
    return ""


def _id_below(tree: dict[str, Json], key: str) -> str:
    """The id of an object, or the object's place taken by its id."""
    node = tree.get(key)
    return (tokens.name(node.get("id")) if isinstance(node, dict) else tokens.name(node)) or ""
