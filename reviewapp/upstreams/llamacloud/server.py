"""How is LlamaCloud asked, whatever the version? Credential, project, ids in addresses, webhooks, uploads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from .. import ids, signatures, tokens
from ..adapter import RequestRefused
from ..asking import Answer, Server
from ..clients import Connection, Event, Located

SIGNATURE = "lc-signature"
SCOPES = ("project_id", "organization_id")
_NAMES = ("event_type", "event", "type", "event_name")
_DELIVERIES = ("event_id", "delivery_id")
_PARSE_JOB = "pjb-"


def server(to: Connection, at: datetime) -> Server:
    """`project_id` and `organization_id` of the connection are said with every request."""
    scope = tuple((name, to.options[name]) for name in SCOPES if to.options.get(name))
    return Server(to, at, {"Authorization": f"Bearer {to.credential}"} if to.credential else {}, scope)


def job_id_in(text: str) -> str:
    """See `clients.VendorClient`."""
    return ids.job_id_in(text, after=("jobs", "job", "extract", "by-job"))


def event(headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Event:
    """See `clients.VendorClient`. Which keys hold what is not published whole, so the likely ones are looked at."""
    tree = signatures.signed(headers.get(SIGNATURE, ""), body, secrets)
    about = _object(tree.get("data"))
    name = next((word for key in _NAMES if (word := tokens.text(tree.get(key)))), "")
    # Parse jobs and the like are none of ours: such an event names no job here.
    ours = not name or name.startswith("extract.")
    places = (tree.get("job_id"), about.get("job_id"), _object(about.get("job")).get("id"), about.get("id"))
    job_id = next((found for found in map(tokens.name, places) if found and ours), "")
    delivery = next((found for key in _DELIVERIES if (found := tokens.name(tree.get(key)))), "")
    return Event(name=name, job_id=job_id, delivery_id=delivery)


def located(answer: Answer) -> Located | None:
    """`{"url", "expires_at", "form_fields"}`. None where the file is gone."""
    if answer.status == 404:
        return None
    url = tokens.text(answer.object().get("url"))
    return Located(url) if url else None


def is_file(name: str) -> bool:
    """A parse job may be read as well as a file, and has no document to fetch."""
    return bool(name) and not name.startswith(_PARSE_JOB)


def made_id(answer: Answer) -> str:
    """The id of what was made. Raises BadPayload."""
    found = tokens.name(answer.object().get("id"))
    if found is None:
        raise answer.bad("the answer names no id")
    return found


def schema(text: str) -> Json:
    """A schema's exact text as a tree. Raises RequestRefused, before anything was sent."""
    try:
        return jsontext.parse(text)
    except jsontext.BadJson as bad:
        raise RequestRefused(f"the schema cannot be read: {bad}") from None


def _object(node: Json) -> dict[str, Json]:
    if isinstance(node, str):
        # webhook_output_format "string" may hold the data as text.
        try:
            node = jsontext.parse(node)
        except jsontext.BadJson:
            return {}
    return node if isinstance(node, dict) else {}
