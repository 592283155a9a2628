"""How is an Unsiloed extract job handed in, looked at and read, and its document found? See `clients.VendorClient`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from .. import ids, tokens
from ..adapter import MAIN, RequestRefused
from ..clients import Capabilities, Connection, Fetched, Located, Source, Submission, Submitted
from .server import Unsiloed, server, submitted

#: Form fields that may be chosen; `enable_citations` is off at the API unless it is asked for.
_CHOICES = (
    "model", "enable_citations", "high_accuracy_mode", "detect_pii", "pii_engine", "pii_block_severity",
)  # fmt: skip
_DEFAULTS = {"enable_citations": "true"}


class Client(Unsiloed):
    """One address tells everything about a job: GET /extract/{job_id}."""

    can = Capabilities(submits=True, has_documents=True, options=_CHOICES)

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        """One call. The document is there where `file_url` is a string; the URL itself is not kept."""
        answer = server(to, at).get(f"/extract/{ids.segment(job_id)}")
        tree = _readable(answer.body)
        sources = (Source(key="", name=tokens.text(tree.get("file_name")) or ""),) if _url(tree) else ()
        return Fetched({MAIN: answer.body}, sources)

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        """The job is asked again: its URL is good for about an hour from the answer on."""
        url = _url(server(to, at).get(f"/extract/{ids.segment(job_id)}", part="").object())
        return Located(url) if url else None

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        """See `clients.VendorClient`. It saves no schemas there, so each document comes with its own."""
        return () if schema else ("schema",)

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        """POST /v2/extract, with our key as Idempotency-Key, so that it may be sent again."""
        if not what.schema:
            raise RequestRefused("Unsiloed reads with a schema, and none was given")
        asked_for = {**to.options, **what.options}
        chosen = {**_DEFAULTS, **{name: asked_for[name] for name in _CHOICES if asked_for.get(name)}}
        form = {"schema_data": what.schema, **chosen}
        if what.schema_name:
            form["schema_name"] = what.schema_name
        return submitted(server(to, at).upload("/v2/extract", what, name="pdf_file", form=form, key=what.key))


def _readable(body: bytes) -> dict[str, Json]:
    # What cannot be read is brought all the same: the gate says what is wrong with it and keeps its bytes.
    try:
        tree = jsontext.parse(body)
    except jsontext.BadJson:
        return {}
    return tree if isinstance(tree, dict) else {}


def _url(tree: dict[str, Json]) -> str:
    return tokens.text(tree.get("file_url")) or ""
