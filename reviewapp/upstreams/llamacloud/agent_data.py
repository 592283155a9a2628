"""How is a decision kept in LlamaCloud's Agent Data? One item a row, found again by its job, replaced as a whole.

There is no revision: the last to write wins. The record is the vendor's own convention (`original_data`, `data`, `status`,
`metadata.job_id`); what else stands in an item stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewapp.extraction.jsontext import Json, Number

from .. import corrections, ids, tokens
from ..asking import Server
from ..clients import Correction, Receipt
from .server import made_id

WAY = "agent_data"
_PATH = "/api/v1/beta/agent-data"
_PAGE = 100
_MOST_PAGES = 20
_REFUSED = frozenset({400, 422})
_CLOSED = frozenset({403, 404})
#: A key beside the vendor's own, by which an item that we wrote is found again.
#: What a connection says about where its items lie.
OPTIONS = ("deployment_name", "collection")
_OURS = "reviewapp_job"
_NO_PLACE = "LlamaCloud has no such deployment for agent data, or not for this credential"
_STATUSES = {"approved": "accepted", "rejected": "rejected"}


class _Closed(Exception):
    """There is no such place for this credential."""


def push(server: Server, what: Correction) -> Receipt:
    """Find the item, read it, write the whole of it; else make one. A repeat finds what the first try made."""
    options = server.to.options
    place = {key: options.get(key, "") for key in OPTIONS}
    if not place["deployment_name"]:
        return Receipt(accepted=False, said="Agent Data needs the name of a deployment (deployment_name)")
    place["collection"] = place["collection"] or "default"
    try:
        item = _found(server, place, what)
    except _Closed:
        return Receipt(False, _NO_PLACE)
    if item is None:
        made: dict[str, Json] = {**place, "data": _record({"original_data": what.base.values}, what)}
        answer = server.send("POST", _PATH, made, accept=_CLOSED, part="agent_data")
        if answer.status in _CLOSED:
            return Receipt(False, _NO_PLACE)
        return _receipt(made_id(answer), what, "made")
    name, _ = item
    path = f"{_PATH}/{ids.segment(name)}"
    data = server.get(path, part="agent_data").object().get("data")
    body: dict[str, Json] = {"data": _record(data if isinstance(data, dict) else {}, what)}
    server.send("PUT", path, body, part="agent_data")
    return _receipt(name, what, "written")


def _record(data: dict[str, Json], what: Correction) -> dict[str, Json]:
    about = data.get("metadata")
    metadata: dict[str, Json] = {
        **(about if isinstance(about, dict) else {}),
        "job_id": what.job_id,
        "row_key": what.row.key,
        "reviewapp_row": what.row_id,
        "reason": corrections.reason(what),
    }
    status = _STATUSES.get(what.outcome, what.outcome)
    return {
        "field_metadata": {},
        **data,
        "data": what.row.values,
        "status": status,
        "metadata": metadata,
        _OURS: what.job_id,
    }


def _found(server: Server, place: dict[str, str], what: Correction) -> tuple[str, dict[str, Json]] | None:
    """The item of this row, by whichever search brings it."""
    for wanted in _filters(what):
        items = [(name, data) for name, data in _items(server, place, wanted) if _job_of(data) == what.job_id]
        found = _of_row(items, what)
        if found is not None:
            return found
    return None


def _of_row(items: list[tuple[str, dict[str, Json]]], what: Correction) -> tuple[str, dict[str, Json]] | None:
    """The item with the row's key, else the only one of the job that has none and holds what was read."""
    for name, data in items:
        if _metadata(data).get("row_key") == what.row.key:
            return name, data
    without = [(name, data) for name, data in items if "row_key" not in _metadata(data)]
    same = [(name, data) for name, data in without if corrections.alike(data.get("original_data"), what.base.values)]
    if len(same) == 1:
        return same[0]
    return without[0] if len(without) == 1 and what.row.key == "0" else None


def _filters(what: Correction) -> tuple[dict[str, Json] | None, ...]:
    """Our own key stands where filters reach. Whether they reach into `metadata` is not published, and one that does not
    may find nothing or be refused: in the end the items are looked at one by one, as far as `_MOST_PAGES`."""
    equal: Json = {"eq": what.job_id}
    return {_OURS: equal}, {"metadata.job_id": equal}, None


def _items(
    server: Server, place: dict[str, str], wanted: dict[str, Json] | None
) -> Iterator[tuple[str, dict[str, Json]]]:
    asked: dict[str, Json] = {**place, "page_size": Number(str(_PAGE))}
    if wanted is not None:
        asked["filter"] = wanted
    for _ in range(_MOST_PAGES):
        answer = server.send(
            "POST", f"{_PATH}/:search", asked, repeatable=True, accept=_REFUSED | _CLOSED, part="agent_data"
        )
        if answer.status in _CLOSED:
            raise _Closed
        if answer.status in _REFUSED:
            if wanted is None:
                raise server.refusal(answer)
            return
        tree = answer.object()
        listed = tree.get("items")
        for item in listed if isinstance(listed, list) else []:
            if isinstance(item, dict) and isinstance(item.get("data"), dict) and (name := tokens.name(item.get("id"))):
                yield name, _object(item["data"])
        token = tokens.text(tree.get("next_page_token"))
        if token is None:
            return
        asked["page_token"] = token


def _receipt(name: str, what: Correction, done: str) -> Receipt:
    status = _STATUSES.get(what.outcome, what.outcome)
    return Receipt(True, f"Agent data {name} was {done} as {status}.", {"item": name, "status": status})


def _job_of(data: dict[str, Json]) -> str | None:
    return tokens.name(_metadata(data).get("job_id"))


def _metadata(data: dict[str, Json]) -> dict[str, Json]:
    return _object(data.get("metadata"))


def _object(node: Json) -> dict[str, Json]:
    return node if isinstance(node, dict) else {}
