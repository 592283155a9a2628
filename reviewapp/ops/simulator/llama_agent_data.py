"""What does the simulated Agent Data answer? Records of a deployment: create, get, replace, search; the last write wins."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from reviewapp.extraction.jsontext import Number, equal

from .jobs import Shape, Stage, Tree, Vendor, iso
from .refusals import invalid
from .routes import Call, route, whole
from .wire import Answer, said
from .world import COLLECTION, DEPLOYMENT, PROJECT, lasting


def _order(value: Any) -> Any:
    return value.decimal if isinstance(value, Number) else value


def _compare(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(value: Any, limit: Any) -> bool:
        try:
            return value is not None and bool(holds(_order(value), _order(limit)))
        except TypeError:
            return False

    return test


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": equal,
    "ne": lambda value, limit: not equal(value, limit),
    "gt": _compare(lambda a, b: a > b),
    "gte": _compare(lambda a, b: a >= b),
    "lt": _compare(lambda a, b: a < b),
    "lte": _compare(lambda a, b: a <= b),
    "includes": lambda value, limit: any(equal(value, one) for one in limit or []),
    "excludes": lambda value, limit: not any(equal(value, one) for one in limit or []),
}


def create(call: Call) -> Answer:
    """POST /api/v1/beta/agent-data `{deployment_name, collection, data}`; the deployment has to be there."""
    body = call.body()
    if not isinstance(body.get("data"), dict):
        return invalid(("data", "Field required"))
    deployment = body.get("deployment_name")
    if deployment != DEPLOYMENT:
        raise call.refuse(404, f"There is no deployment {deployment}")
    item = _item(call, str(uuid.uuid4()), str(body.get("collection") or "default"), body["data"])
    call.world.records[item["id"]] = item
    return said(201, item)


def get(call: Call) -> Answer:
    return said(200, _known(call))


def replace(call: Call) -> Answer:
    """PUT …/{id} `{data}`: all of the data anew."""
    item, body = _known(call), call.body()
    if not isinstance(body.get("data"), dict):
        return invalid(("data", "Field required"))
    new = {**item, "data": body["data"], "updated_at": iso(call.world.clock.now())}
    call.world.records[item["id"]] = new
    return said(200, new)


def delete(call: Call) -> Answer:
    item = _known(call)
    call.world.records[item["id"]] = {}
    return Answer(204)


def search(call: Call) -> Answer:
    """POST …/:search: filtered by members of `data`, in pages."""
    body = call.body()
    deployment, collection = body.get("deployment_name"), body.get("collection") or "default"
    asked = body.get("filter") or {}
    found = [
        item
        for item in _all(call).values()
        if item.get("deployment_name") == deployment
        and item["collection"] == collection
        and all(_holds(call, item, name, tests) for name, tests in asked.items())
    ]
    name, _, way = str(body.get("order_by") or "").partition(" ")
    if name:
        found.sort(key=lambda item: str(item.get(name, item["data"].get(name))), reverse=way.strip() == "desc")
    start = whole(body.get("offset")) or 0
    token = body.get("page_token")
    start = int(token) if isinstance(token, str) and token.isdecimal() else start
    size = min(whole(body.get("page_size")) or 50, 1000)
    following = str(start + size) if start + size < len(found) else None
    total = Number(str(len(found))) if body.get("include_total") is True else None
    return said(200, {"items": found[start : start + size], "next_page_token": following, "total_size": total})


def _holds(call: Call, item: Tree, name: str, tests: Any) -> bool:
    if not isinstance(tests, dict) or not tests.keys() <= _TESTS.keys():
        raise call.refuse(400, f"The filter of {name} cannot be read")
    value = item["data"].get(name, item.get(name))
    return all(_TESTS[test](value, limit) for test, limit in tests.items())


def _all(call: Call) -> dict[str, Tree]:
    """What was written, and a record that waits for review for every job that ended."""
    records = dict(call.world.records)
    for job in call.world.of(Shape.LLAMA_V2):
        item_id = lasting("agent-data", job.id)
        if item_id in records or call.world.stage(job) is not Stage.FINAL:
            continue
        document = call.world.document_of(job)
        read = job.payload.get("extract_result")
        metadata = (job.payload.get("extract_metadata") or {}).get("field_metadata") or {}
        data = {
            "original_data": read,
            "data": read,
            "status": "pending_review",
            "overall_confidence": None,
            "field_metadata": metadata.get("document_metadata") or {},
            "file_id": f"dfl-{document.id}" if document else None,
            "file_name": document.name if document else None,
            "file_hash": None,
            "metadata": {"job_id": job.id},
        }
        records[item_id] = _item(call, item_id, COLLECTION, data)
    return {item_id: item for item_id, item in records.items() if item}


def _item(call: Call, item_id: str, collection: str, data: Tree) -> Tree:
    at = iso(call.world.clock.now())
    return {
        "id": item_id,
        "deployment_name": DEPLOYMENT,
        "collection": collection,
        "created_at": at,
        "updated_at": at,
        "project_id": PROJECT,
        "data": data,
    }


def _known(call: Call) -> Tree:
    item = _all(call).get(call.arguments["id"])
    if item is None:
        raise call.refuse(404, "Agent data not found")
    # From now on it is kept, so that its dates stay.
    return call.world.records.setdefault(item["id"], item)


_DATA = "/api/v1/beta/agent-data"
ROUTES = (
    route(Vendor.LLAMACLOUD, "POST", _DATA, "review", create),
    route(Vendor.LLAMACLOUD, "POST", f"{_DATA}/:search", "review", search),
    route(Vendor.LLAMACLOUD, "GET", f"{_DATA}/{{id}}", "review", get),
    route(Vendor.LLAMACLOUD, "PUT", f"{_DATA}/{{id}}", "write_back", replace),
    route(Vendor.LLAMACLOUD, "DELETE", f"{_DATA}/{{id}}", "write_back", delete),
)
