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
_STATUSES = {"approved": "accepted", "rejected": "rejected"}


def push(server: Server, what: Correction) -> Receipt:
    """Find the item, read it, write the whole of it; else make one. A repeat finds what the first try made."""
    options = server.to.options
    place = {key: options.get(key, "") for key in ("deployment_name", "collection")}
    if not place["deployment_name"]:
        return Receipt(accepted=False, said="Agent Data needs the name of a deployment (deployment_name)")
    place["collection"] = place["collection"] or "default"
    item = _found(server, place, what)
    if item is None:
        made: dict[str, Json] = {**place, "data": _record({"original_data": what.base.values}, what)}
        answer = server.send("POST", _PATH, made, part="agent_data")
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
    return {"field_metadata": {}, **data, "data": what.row.values, "status": status, "metadata": metadata}


def _found(server: Server, place: dict[str, str], what: Correction) -> tuple[str, dict[str, Json]] | None:
    """The item of this row: with its key, else the only one of its job that has none and holds what was read."""
    items = [(name, data) for name, data in _items(server, place, what) if _job_of(data) == what.job_id]
    for name, data in items:
        if _metadata(data).get("row_key") == what.row.key:
            return name, data
    without = [(name, data) for name, data in items if "row_key" not in _metadata(data)]
    same = [(name, data) for name, data in without if corrections.alike(data.get("original_data"), what.base.values)]
    if len(same) == 1:
        return same[0]
    return without[0] if len(without) == 1 and what.row.key == "0" else None


def _items(server: Server, place: dict[str, str], what: Correction) -> Iterator[tuple[str, dict[str, Json]]]:
    # Whether a filter may name what lies inside of `metadata` is not published: where it is refused, all are looked at.
    asked: dict[str, Json] = {
        **place,
        "filter": {"metadata.job_id": {"eq": what.job_id}},
        "page_size": Number(str(_PAGE)),
    }
    for _ in range(_MOST_PAGES):
        answer = server.send("POST", f"{_PATH}/:search", asked, repeatable=True, accept=_REFUSED, part="agent_data")
        if answer.status in _REFUSED:
            if "filter" not in asked:
                raise server.refusal(answer)
            del asked["filter"]
            continue
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
