"""How does the trail leave as a file? Streamed line by line, in keyset pages; no cursor and no transaction stays open.

JSONL is the exact one: each line holds the entry's body as the very text that was hashed, and the values with their salts,
so that anybody can hash them again. CSV is for people (cells.py says what it loses).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry

from . import browse, cells, naming, wording

#: Entries in one page, and contents fetched at once: a value may be a whole result row.
PAGE = 2000
CONTENTS = 100

COLUMNS = (
    "id",
    "stream",
    "seq",
    "at",
    "documentId",
    "documentName",
    "fieldKey",
    "triggerType",
    "action",
    "priorValue",
    "finalValue",
    "reason",
    "decidedBy",
    "decidedByName",
    "decidedAt",
    "decidedByRole",
    "actorType",
    "priorType",
    "finalType",
    "boxesBefore",
    "boxesAfter",
    "confidence",
    "scores",
    "threshold",
    "reasonsShown",
    "schemaSha256",
    "seconds",
    "appVersion",
    "vendorRowKey",
    "rowId",
    "upstream",
    "upstreamJobId",
    "jobId",
    "objectType",
    "objectId",
    "step",
    "priorErasedAt",
    "finalErasedAt",
    "reasonErasedAt",
    "details",
    "requestId",
    "ip",
    "leaf",
    "prev",
)


def announce(*, format: str, filter: browse.Filter, at: datetime, by: trail.Actor, via: trail.Via) -> Entry:
    """Write that the trail leaves, before a byte of it does. The export holds the entries before this one."""
    with transaction.atomic():
        (entry,) = trail.record(
            trail.Note(
                stream="inspection",
                action=Action.TRAIL_EXPORTED,
                object_type="trail",
                object_id=format,
                details={"format": format, "filters": filter.as_plain()},
            ),
            at=at,
            by=by,
            via=via,
        )
        return entry


def csv(filter: browse.Filter, *, before: Entry) -> Iterator[str]:
    """The lines of the CSV file, the oldest entry first."""
    yield cells.header(COLUMNS)
    for page in _pages(filter, before):
        about = naming.of(page)
        for few in _portions(page):
            contents = _contents(few)
            yield "".join(cells.line(_cells(entry, contents, about.get(entry.pk, naming.NOTHING))) for entry in few)


def jsonl(filter: browse.Filter, *, before: Entry) -> Iterator[str]:
    """The lines of the JSONL file, the oldest entry first: {id, leaf, body, values: {old, new, reason}}."""
    for page in _pages(filter, before):
        for few in _portions(page):
            contents = _contents(few)
            # ASCII escapes: some readers end a line at U+2028, which may stand in a value.
            yield "".join(f"{json.dumps(_exact(entry, contents))}\n" for entry in few)


def _pages(filter: browse.Filter, before: Entry) -> Iterator[list[Entry]]:
    last = 0
    asked = browse.entries(filter).filter(pk__lt=before.pk).order_by("pk")
    while page := list(asked.filter(pk__gt=last)[:PAGE]):
        last = page[-1].pk
        yield page


def _portions(page: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for start in range(0, len(page), CONTENTS):
        yield page[start : start + CONTENTS]


def _contents(few: Sequence[Entry]) -> dict[int, Content]:
    ids = {one for entry in few for one in (entry.old_id, entry.new_id, entry.reason_id) if one is not None}
    return Content.objects.in_bulk(ids) if ids else {}


def _exact(entry: Entry, contents: dict[int, Content]) -> dict[str, Any]:
    values = {"old": entry.old_id, "new": entry.new_id, "reason": entry.reason_id}
    return {
        "id": entry.pk,
        "leaf": entry.leaf,
        "body": bytes(entry.body).decode(),
        "values": {name: _opened(contents[one]) if one is not None else None for name, one in values.items()},
    }


def _opened(content: Content) -> dict[str, Any]:
    """What it takes to hash the value again; after an erasure only the commitment and the time are left."""
    if content.text is None or content.salt is None:
        erased = trail.moment(content.erased_at) if content.erased_at is not None else None
        return {"type": content.type, "commitment": content.commitment, "erased_at": erased}
    return {
        "type": content.type,
        "text": content.text,
        "salt": bytes(content.salt).hex(),
        "commitment": content.commitment,
    }


def _cells(entry: Entry, contents: dict[int, Content], about: naming.Called) -> list[str]:
    body: dict[str, Any] = json.loads(bytes(entry.body))
    source, details = body["source"], body["details"]
    old, new, reason = (
        contents.get(one) if one is not None else None for one in (entry.old_id, entry.new_id, entry.reason_id)
    )
    cell = {
        "id": str(entry.pk),
        "stream": entry.stream,
        "seq": str(entry.seq),
        "at": body["at"],
        "documentId": "" if about.document is None else str(about.document),
        "documentName": about.name,
        "fieldKey": entry.path,
        "triggerType": ", ".join(source.get("reasons", [])) or body["actor"]["type"],
        "action": entry.action,
        "priorValue": wording.plain(entry, old),
        "finalValue": wording.plain(entry, new),
        "reason": wording.plain(entry, reason),
        "decidedBy": body["actor"]["id"],
        "decidedByName": body["actor"]["name"],
        "decidedByRole": body["actor"]["role"],
        "decidedAt": body["at"],
        "actorType": body["actor"]["type"],
        "priorType": old.type if old is not None else "",
        "finalType": new.type if new is not None else "",
        "boxesBefore": _json(source.get("boxes")),
        "boxesAfter": _json(details.get("boxes")),
        "confidence": str(source.get("confidence", "")),
        "scores": _json(source.get("scores")),
        "threshold": str(source.get("threshold", details.get("threshold", ""))),
        "reasonsShown": ", ".join(source.get("reasons", [])),
        "schemaSha256": str(source.get("schema", "")),
        "seconds": body["seconds"],
        "appVersion": body["app"],
        "vendorRowKey": about.key,
        "rowId": str(source.get("row", details.get("row", ""))),
        "upstream": str(source.get("upstream", "")),
        "upstreamJobId": str(source.get("job", "")),
        "jobId": body["job"],
        "objectType": entry.object_type,
        "objectId": entry.object_id,
        "step": str(details.get("step", "")),
        "priorErasedAt": _erased(old),
        "finalErasedAt": _erased(new),
        "reasonErasedAt": _erased(reason),
        "details": _json(details),
        "requestId": body["request"],
        "ip": body["via"]["ip"],
        "leaf": entry.leaf,
        "prev": entry.previous,
    }
    return [cell[column] for column in COLUMNS]


def _erased(content: Content | None) -> str:
    return "" if content is None or content.erased_at is None else trail.moment(content.erased_at)


def _json(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")) if plain else ""
