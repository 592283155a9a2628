"""How is an Unsiloed classify job handed in and read? See `clients.VendorClient`. It tells nothing about its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reviewapp.extraction import jsontext

from .. import ids
from ..adapter import MAIN, RequestRefused
from ..clients import Capabilities, Connection, Fetched, Located, Source, Submission, Submitted
from ..unsiloed_extract.server import Unsiloed, server, submitted


class Client(Unsiloed):
    """GET /classify/{job_id}."""

    can = Capabilities(submits=True)

    def fetch(self, to: Connection, job_id: str, *, at: datetime) -> Fetched:
        """One call; the vendor has no document to give."""
        return Fetched({MAIN: server(to, at).get(f"/classify/{ids.segment(job_id)}").body})

    def locate(self, to: Connection, job_id: str, source: Source, *, at: datetime) -> Located | None:
        """Not offered."""
        raise NotImplementedError("Unsiloed gives no document of a classification")

    def lacks(self, *, options: Mapping[str, str], schema: str, categories: Sequence[str]) -> tuple[str, ...]:
        """See `clients.VendorClient`."""
        return () if categories else ("categories",)

    def submit(self, to: Connection, what: Submission, *, at: datetime) -> Submitted:
        """POST /classify. The categories are not echoed by the result: whoever submits keeps them."""
        if not what.categories:
            raise RequestRefused("Unsiloed chooses among categories, and none were given")
        form = {"categories": jsontext.dump([{"name": name} for name in what.categories])}
        return submitted(server(to, at).upload("/classify", what, name="pdf_file", form=form, key=what.key))
