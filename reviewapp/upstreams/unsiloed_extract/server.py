"""How is Unsiloed asked, whatever the kind of job? Header, probe, and what it does not offer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn

from django.utils.translation import gettext as _

from reviewapp.extraction.jsontext import Json

from .. import ids, presigned, tokens
from ..asking import Answer, Server
from ..clients import BadSignature, Connection, Correction, Event, Listing, Receipt, Submitted

#: Asked for where the page of the organisation's usage is missing: an id that no job has.
_NO_JOB = "00000000-0000-0000-0000-000000000000"
NO_WAY_BACK = "Unsiloed has no way to write back"


def server(to: Connection, at: datetime) -> Server:
    """The key stands in a header of its own; older pages call it X-API-Key, for other addresses than ours."""
    return Server(to, at, {"api-key": to.credential} if to.credential else {})


class Unsiloed:
    """What its clients share: one that lists nothing, sends no signed webhook and takes nothing back."""

    def probe(self, to: Connection, *, at: datetime) -> str:
        """See `clients.VendorClient`. GET /org/get_usage, and where there is no such page a job that is none."""
        asked = server(to, at)
        answer = asked.get("/org/get_usage", accept=frozenset({404}), part="probe")
        if answer.status == 404:
            answer = asked.get(f"/extract/{_NO_JOB}", accept=frozenset({404}), part="probe")
        answer.object()
        return _("%(host)s answered and accepts the credential.") % {"host": asked.host}

    def job_id_in(self, text: str) -> str:
        """See `clients.VendorClient`."""
        return ids.job_id_in(text, after=("extract", "classify", "jobs", "job"))

    def list_jobs(self, to: Connection, *, cursor: str, at: datetime) -> Listing:
        """Not offered."""
        _not_offered("Unsiloed has no list of jobs")

    def event(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
        """Its webhooks are neither documented nor signed, so none is believed."""
        raise BadSignature("Unsiloed signs no webhooks")

    def push(self, to: Connection, what: Correction, *, way: str, at: datetime) -> Receipt:
        """See `clients.VendorClient`. Nothing is sent."""
        return Receipt(accepted=False, said=NO_WAY_BACK)


def submitted(answer: Answer) -> Submitted:
    """What a POST made: a job, or none because personal data was found and blocked (200 without a job). Raises
    BadPayload."""
    found = _found(answer.object())
    if found is None:
        raise answer.bad("the answer names no job, and does not say that none was made")
    return found


def _found(tree: dict[str, Json]) -> Submitted | None:
    job_id = tokens.name(tree.get("job_id"))
    if job_id is not None:
        return Submitted(job_id)
    status = tokens.text(tree.get("status")) or ""
    if "blocked" not in status and "blocked" not in tree:
        return None
    return Submitted(None, blocked=presigned.cut(tokens.text(tree.get("reason")) or status or "blocked"))


def _not_offered(sentence: str) -> NoReturn:
    raise NotImplementedError(sentence)
