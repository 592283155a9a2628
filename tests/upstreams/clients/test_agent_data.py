"""Is a decision kept as one item of Agent Data, found again by its job, and whole after every repeat?"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Kind
from reviewapp.upstreams import adapter, registry
from reviewapp.upstreams.clients import Change, Correction, Receipt, VendorClient
from reviewapp.upstreams.llamacloud_v2 import client as llamacloud_v2
from tests.upstreams.clients.scripted import ROW, Vendor, correction, heard, js, vendor
from tests.upstreams.servers import AT, Server, said

CLIENTS: list[VendorClient] = [registry.client(Kind.LLAMACLOUD), llamacloud_v2.Client()]
PATH = "/api/v1/beta/agent-data"
PLACE = {"deployment_name": "d", "collection": "invoices"}
CHANGE = Change("/total", "corrected", Number("12568.00"), Number("12586.00"))
DECISION = correction(CHANGE, base={"total": Number("12586.00")}, row={"total": Number("12568.00")})
METADATA = {
    "job_id": "job-1",
    "row_key": "0",
    "reviewapp_row": ROW,
    "reason": f"approved by review (reviewapp row {ROW})",
}


@dataclass
class Items:
    """The collection, as the vendor keeps it."""

    items: dict[str, Any] = field(default_factory=dict)
    lose: list[str] = field(default_factory=list)
    #: Filters that reach into `metadata`: honoured, ignored, blind (they find nothing) or refused.
    filters: str = "honoured"
    page: int = 100
    lines: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def play(self, connection: socket.socket, data: bytes) -> None:
        asked = heard(data)
        self.lines.append(asked.line)
        self.bodies.append(asked.body)
        answer = self.answer(asked.method, asked.target, asked.json() if asked.body else None)
        if asked.method in self.lose and not asked.target.endswith(":search"):
            self.lose.remove(asked.method)
            return
        connection.sendall(answer)

    def answer(self, method: str, target: str, body: Any) -> bytes:
        name = target.rpartition("/")[2]
        if target == f"{PATH}/:search":
            return self.search(body)
        if method == "POST":
            name = f"ad-{len(self.items) + 1}"
            self.items[name] = {"id": name, **body}
            return js(self.items[name])
        if name not in self.items:
            return js({"detail": "not found"}, 404)
        if method == "PUT":
            self.items[name]["data"] = body["data"]
        return js(self.items[name])

    def search(self, body: dict[str, Any]) -> bytes:
        assert {key: body[key] for key in PLACE} == PLACE
        wanted = body.get("filter", {})
        found = list(self.items.values())
        if "reviewapp_job" in wanted:
            found = [one for one in found if one["data"].get("reviewapp_job") == wanted["reviewapp_job"]["eq"]]
        elif wanted and self.filters == "refused":
            return js({"detail": "unknown filter"}, 422)
        elif wanted and self.filters == "blind":
            found = []
        elif wanted and self.filters == "honoured":
            job_id = wanted["metadata.job_id"]["eq"]
            found = [one for one in found if one["data"].get("metadata", {}).get("job_id") == job_id]
        start = int(body.get("page_token", "0"))
        following = str(start + self.page) if start + self.page < len(found) else None
        return js({"items": found[start : start + self.page], "next_page_token": following})


@contextmanager
def playing(items: Items) -> Iterator[Vendor]:
    with Server(items.play) as server:
        yield Vendor(server, {})


def push(one: Vendor, what: Correction = DECISION, client: VendorClient = CLIENTS[1], **place: str) -> Receipt:
    return client.push(one.connection(**(place or PLACE)), what, way="agent_data", at=AT)


def item(name: str, job_id: str = "job-1", **more: Any) -> dict[str, Any]:
    data = {"original_data": {"total": 12586.0}, "data": {"total": 12586.0}, "status": "pending_review", **more}
    data.setdefault("metadata", {"job_id": job_id, "theirs": 1})
    return {"id": name, **PLACE, "data": data}


@pytest.mark.parametrize("client", CLIENTS)
def test_an_item_is_made_where_there_is_none(client: VendorClient) -> None:
    items = Items()
    with playing(items) as one:
        receipt = push(one, client=client)
    assert items.lines == [*[f"POST {PATH}/:search"] * 3, f"POST {PATH}"]
    assert [json.loads(body) for body in items.bodies[:3]] == [
        {**PLACE, "page_size": 100, "filter": {"reviewapp_job": {"eq": "job-1"}}},
        {**PLACE, "page_size": 100, "filter": {"metadata.job_id": {"eq": "job-1"}}},
        {**PLACE, "page_size": 100},
    ]
    assert json.loads(items.bodies[3]) == {
        **PLACE,
        "data": {
            "field_metadata": {},
            "original_data": {"total": 12586.00},
            "data": {"total": 12568.00},
            "status": "accepted",
            "metadata": METADATA,
            "reviewapp_job": "job-1",
        },
    }
    assert b'"data":{"total":12568.00}' in items.bodies[3]
    assert receipt == Receipt(True, "Agent data ad-1 was made as accepted.", {"item": "ad-1", "status": "accepted"})


def test_the_item_of_the_job_is_written_whole_and_keeps_what_else_it_holds() -> None:
    items = Items({"ad-0": item("ad-0", "job-0"), "ad-7": item("ad-7", file_id="dfl-1", field_metadata={"total": {}})})
    with playing(items) as one:
        receipt = push(one)
    assert items.lines == [*[f"POST {PATH}/:search"] * 2, f"GET {PATH}/ad-7", f"PUT {PATH}/ad-7"]
    assert items.items["ad-7"]["data"] == {
        "original_data": {"total": 12586.0},
        "data": {"total": 12568.0},
        "status": "accepted",
        "metadata": {**METADATA, "theirs": 1},
        "file_id": "dfl-1",
        "field_metadata": {"total": {}},
        "reviewapp_job": "job-1",
    }
    assert receipt.accepted and items.items["ad-0"] == item("ad-0", "job-0")


@pytest.mark.parametrize("filters", ["honoured", "ignored", "blind", "refused"])
@pytest.mark.parametrize("page", [1, 100])
def test_however_the_vendor_searches_only_the_items_of_the_job_are_taken(filters: str, page: int) -> None:
    held = {name: item(name, job) for name, job in (("ad-1", "x"), ("ad-2", "job-1"), ("ad-3", "y"))}
    items = Items(held, filters=filters, page=page)
    with playing(items) as one:
        assert push(one).details["item"] == "ad-2"
    assert {name for name, one_ in items.items.items() if one_["data"]["status"] == "accepted"} == {"ad-2"}


@pytest.mark.parametrize("lost", ["POST", "PUT"])
def test_after_a_lost_answer_a_repeat_ends_in_the_same_state(lost: str) -> None:
    items = Items({} if lost == "POST" else {"ad-1": item("ad-1")}, lose=[lost])
    with playing(items) as one:
        if lost == "POST":
            with pytest.raises(adapter.Unavailable):
                push(one)
        push(one)
    assert list(items.items) == ["ad-1"]
    assert items.items["ad-1"]["data"]["status"] == "accepted"
    assert items.items["ad-1"]["data"]["data"] == {"total": 12568.0}


def test_what_we_wrote_is_found_with_one_search() -> None:
    items = Items(filters="blind")
    with playing(items) as one:
        push(one)
        before = len(items.lines)
        push(one)
    assert items.lines[before:] == [f"POST {PATH}/:search", f"GET {PATH}/ad-1", f"PUT {PATH}/ad-1"]


def test_a_rejection_keeps_the_values_as_they_were_decided() -> None:
    items = Items()
    with playing(items) as one:
        push(one, correction(base={"total": "1"}, row={"total": "1"}, outcome="rejected", reason="blurred"))
    kept = items.items["ad-1"]["data"]
    assert (kept["status"], kept["metadata"]["reason"]) == ("rejected", f"blurred (reviewapp row {ROW})")


def test_each_row_of_a_job_has_an_item_of_its_own() -> None:
    items = Items()
    rows = [correction(base={"n": str(n)}, row={"n": str(n)}, key=str(n)) for n in range(3)]
    with playing(items) as one:
        for what in (*rows, *rows):
            push(one, what)
    assert sorted(one_["data"]["metadata"]["row_key"] for one_ in items.items.values()) == ["0", "1", "2"]


def test_an_item_of_theirs_is_found_though_we_wrote_another_row_of_the_job() -> None:
    items = Items({"ad-0": item("ad-0", original_data={"n": "0"}), "ad-1": item("ad-1", original_data={"n": "1"})})
    with playing(items) as one:
        for n in range(2):
            push(one, correction(base={"n": str(n)}, row={"n": "z"}, key=str(n)))
    assert {name: one_["data"]["metadata"]["row_key"] for name, one_ in items.items.items()} == {
        "ad-0": "0",
        "ad-1": "1",
    }


def test_of_several_items_without_a_key_the_one_that_was_read_is_meant() -> None:
    held = {name: item(name, original_data={"n": name}) for name in ("ad-1", "ad-2", "ad-3")}
    items = Items(held)
    with playing(items) as one:
        assert push(one, correction(base={"n": "ad-2"}, row={"n": "z"}, key="1")).details["item"] == "ad-2"
        assert push(one, correction(base={"n": "other"}, row={"n": "z"}, key="0")).details["item"] == "ad-4"


def test_without_a_deployment_nothing_is_sent() -> None:
    items = Items()
    with playing(items) as one:
        assert not push(one, collection="invoices").accepted
    assert items.lines == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_place_that_is_not_there_is_a_receipt(status: int) -> None:
    answer = js({"detail": "There is no such deployment"}, status)
    with Server(lambda connection, data: connection.sendall(answer)) as server:
        assert not push(Vendor(server, {})).accepted
    with vendor({f"POST {PATH}/:search": js({"items": []}), f"POST {PATH}": answer}) as one:
        assert not push(one).accepted


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (js({"detail": "no"}, 422), adapter.RequestRefused),
        (js({"detail": "no"}, 401), adapter.AuthRefused),
        (said(500), adapter.Unavailable),
    ],
)
def test_a_search_that_fails(answer: bytes, kind: type[Exception]) -> None:
    with Server(lambda connection, data: connection.sendall(answer)) as server, pytest.raises(kind):
        push(Vendor(server, {}))
