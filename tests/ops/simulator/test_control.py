"""Can the simulator be steered from another process, and does its log keep what was asked without credentials?"""

from __future__ import annotations

import hashlib
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from reviewapp.ops.simulator import FAULTS, KEYS, Simulator, Vendor
from tests.ops.simulator.asking import Reply, ask, get, hand_in

JOB = "6150397b-4b8f-5189-9b87-e9c7fd724486"
PATH = f"/unsiloed/extract/{JOB}"


def control(sim: Simulator, method: str, what: str, body: Any = None) -> Reply:
    return ask(sim, method, f"/_control/{what}", body)


def test_the_overview_says_that_it_is_a_stand_in(sim: Simulator) -> None:
    told = control(sim, "GET", "")
    assert told.headers["x-simulated"] == "reviewapp" and "stand-in" in told.json["simulator"]
    assert told.json["vendors"]["talonic"] == {"base": f"{sim.url}/talonic", "key": KEYS[Vendor.TALONIC]}
    assert {job["id"] for job in told.json["jobs"]} == set(sim.world.jobs)


def test_faults_are_listed_set_and_taken_away(sim: Simulator) -> None:
    assert control(sim, "GET", "faults").json["faults"] == {name: one.does for name, one in FAULTS.items()}
    rule = {"fault": "server_error", "operation": "poll", "vendor": "unsiloed", "times": 1}
    assert control(sim, "POST", "faults", rule).json["rules"][0]["times"] == 1
    assert [get(sim, PATH).status for _ in range(2)] == [500, 200]
    control(sim, "POST", "faults", {"fault": "not_found", "operation": "*", "times": None})
    assert [get(sim, PATH).status for _ in range(3)] == [404, 404, 404]
    assert control(sim, "GET", "faults").json["rules"][1]["met"] == 3
    assert control(sim, "DELETE", "faults").json["rules"] == []
    assert get(sim, PATH).status == 200


@pytest.mark.parametrize(
    ("status", "method", "what", "body"),
    [
        (400, "POST", "faults", {"fault": "none_such", "operation": "poll"}),
        (400, "POST", "faults", {"fault": "stall", "times": 0}),
        (400, "POST", "faults", b"{"),
        (400, "POST", "clock", {"advance": "soon"}),
        (404, "POST", "jobs/nobody/settle", {}),
        (404, "GET", "nothing", None),
    ],
)
def test_what_cannot_be_done_is_said(status: int, method: str, what: str, body: Any, sim: Simulator) -> None:
    reply = control(sim, method, what, body)
    assert reply.status == status and reply.json["error"]


def test_jobs_links_and_the_clock_are_moved(sim: Simulator) -> None:
    assert control(sim, "POST", f"jobs/{JOB}/settle").json == {"done": True}
    first = get(sim, PATH).json
    control(sim, "POST", "links/expire")
    link = first["file_url"].removeprefix(sim.url)
    assert get(sim, link).status == 403
    control(sim, "POST", f"jobs/{JOB}/reextract", {"changes": {"/result/invoice_number/value": 5}, "after": 1})
    assert [get(sim, PATH).json["result"]["invoice_number"]["value"] for _ in range(2)] == ["HV-20417", 5]
    second = get(sim, PATH).json["file_url"].removeprefix(sim.url)
    control(sim, "POST", "clock", {"advance": 3601})
    assert get(sim, second).status == 403
    assert control(sim, "POST", f"jobs/{JOB}/announce").json == {"sent_to": 0}
    control(sim, "POST", "extract-review", {"enabled": True})
    assert get(sim, f"/llamacloud/api/v2/extract/{sim.job_ids('llamacloud_v2')[0]}/review").status == 404
    control(sim, "POST", "reset")
    assert get(sim, PATH).json["status"] == "queued"


def test_the_log_keeps_requests_without_their_credentials(sim: Simulator) -> None:
    body = b"%PDF-1.4 \xff"
    hand_in(sim, "/unsiloed/v2/extract", file=("pdf_file", "a.pdf", body), schema_data="{}")
    ask(sim, "PATCH", "/talonic/v1/extractions/x/data?dry=1", {"corrections": []})
    sim.settle()
    get(sim, get(sim, PATH).json["file_url"].removeprefix(sim.url), headers={"Cookie": "a=b", "X-Other": "kept"})
    get(sim, "/unsiloed/nothing")
    submitted, patched, _, file, unknown = sim.requests
    assert (submitted.vendor, submitted.method, submitted.operations) == ("unsiloed", "POST", ("submit",))
    assert body in submitted.body and submitted.sha256 == hashlib.sha256(submitted.body).hexdigest()
    assert (patched.path, patched.query, patched.status) == ("/talonic/v1/extractions/x/data", "dry=1", 400)
    assert json.loads(patched.body) == {"corrections": []}
    assert (file.vendor, file.operations, file.query, file.headers["x-other"]) == ("", ("file",), "", "kept")
    assert (unknown.operations, unknown.status) == ((), 404)
    told = control(sim, "GET", "requests")
    assert len(told.json["requests"]) == 5 and "body_base64" in told.json["requests"][0]
    for secret in (*KEYS.values(), "X-Amz-Signature", "a=b"):
        assert secret.encode() not in told.body
    assert control(sim, "DELETE", "requests").json == {"requests": []} and sim.requests == []


def test_what_is_no_request_is_told_so(sim: Simulator) -> None:
    assert get(sim, PATH, headers={"Content-Length": "many"}).status == 400


def test_a_chunked_body_is_read(sim: Simulator) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(sim.url).port or 0, timeout=5)
    pieces = iter([b'{"fault": "stall", ', b'"operation": "poll"}'])
    connection.request("POST", "/_control/faults", pieces, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["rules"][0]["fault"] == "stall"
    connection.close()
