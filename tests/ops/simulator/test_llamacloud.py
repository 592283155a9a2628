"""Does the simulated LlamaCloud keep its contracts? The legacy API with agents, jobs and runs, the current one, records."""

from __future__ import annotations

from typing import Any

import pytest

from reviewapp.intake import gate
from reviewapp.ops.simulator import Simulator
from tests.ops.simulator.asking import ask, get, hand_in

V1 = "/llamacloud/api/v1/extraction"
V2 = "/llamacloud/api/v2/extract"
DATA = "/llamacloud/api/v1/beta/agent-data"
ORRERY = "0367e98b-a6df-57bc-b62b-dab220a301af"
SCHEMA = {"type": "object", "properties": {"total": {"type": "number"}, "paid": {"type": "boolean"}}}


def test_there_is_no_result_before_the_end(sim: Simulator) -> None:
    assert get(sim, f"{V1}/jobs/{ORRERY}").json["status"] == "PENDING"
    assert get(sim, f"{V1}/jobs/{ORRERY}/result").status == 404
    sim.settle(ORRERY)
    result = get(sim, f"{V1}/jobs/{ORRERY}/result").json
    assert result.keys() == {"data", "extraction_agent_id", "extraction_metadata", "run_id"}


def test_a_job_leads_to_its_agent_run_file_and_document(done: Simulator) -> None:
    job = get(done, f"{V1}/jobs/{ORRERY}").json
    agent = get(done, f"{V1}/extraction-agents/{job['extraction_agent']['id']}").json
    assert agent == job["extraction_agent"] | {"created_at": agent["created_at"], "updated_at": agent["updated_at"]}
    assert get(done, f"{V1}/extraction-agents/by-name/{agent['name'].replace(' ', '%20')}").json["id"] == agent["id"]
    run = get(done, f"{V1}/runs/by-job/{ORRERY}").json
    assert (run["status"], run["data_schema"]["type"]) == ("SUCCESS", "object")
    assert get(done, f"{V1}/runs/{run['id']}").json["job_id"] == ORRERY
    listed = get(done, f"{V1}/runs?extraction_agent_id={agent['id']}&skip=1&limit=1").json
    assert (listed["total"], listed["skip"], len(listed["items"])) == (3, 1, 1)
    jobs = get(done, f"{V1}/jobs?extraction_agent_id={agent['id']}").json
    assert [one["id"] for one in jobs] == done.job_ids("llamacloud")
    assert get(done, f"/llamacloud/api/v1/files/{job['file_id']}").json["name"] == "invoice-orrery-finch.pdf"
    content = get(done, f"/llamacloud/api/v1/files/{job['file_id']}/content").json
    assert content["expires_at"] and content["form_fields"] is None
    assert get(done, content["url"].removeprefix(done.url)).body.startswith(b"%PDF-")


def test_a_document_is_uploaded_and_extracted_by_an_agent(sim: Simulator) -> None:
    file = hand_in(sim, "/llamacloud/api/v1/files", file=("upload_file", "new.pdf", b"%PDF-1.4 new")).json
    agent = ask(sim, "POST", f"{V1}/extraction-agents", {"name": "totals", "data_schema": SCHEMA, "config": {}}).json
    job = ask(sim, "POST", f"{V1}/jobs", {"extraction_agent_id": agent["id"], "file_id": file["id"]}).json
    assert (job["status"], job["file"]["name"]) == ("PENDING", "new.pdf")
    sim.settle(job["id"])
    parts = {
        "result": get(sim, f"{V1}/jobs/{job['id']}/result").body,
        "job": get(sim, f"{V1}/jobs/{job['id']}").body,
    }
    snapshot = gate.open_(parts).snapshot
    assert (snapshot.job_id, snapshot.raw_status, snapshot.file_name) == (job["id"], "SUCCESS", "new.pdf")
    assert snapshot.rows[0].fields["/total"].citations[0].boxes


@pytest.mark.parametrize(
    ("status", "method", "path", "body"),
    [
        (404, "GET", f"{V1}/jobs/nobody", None),
        (404, "GET", f"{V1}/jobs/ext-{ORRERY}", None),
        (404, "GET", f"{V2}/{ORRERY}", None),
        (404, "GET", "/llamacloud/api/v1/files/nobody/content", None),
        (404, "GET", f"{DATA}/nobody", None),
        (404, "POST", DATA, {"deployment_name": "unknown", "collection": "c", "data": {}}),
        (400, "POST", V2, {"file_input": "dfl-1"}),
        (400, "GET", f"{V2}?page_token=x", None),
        (400, "POST", V2, b"{"),
    ],
)
def test_refusals_say_detail(status: int, method: str, path: str, body: Any, sim: Simulator) -> None:
    reply = ask(sim, method, path, body)
    assert reply.status == status and isinstance(reply.json["detail"], str)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", f"{V1}/jobs", None), ("POST", f"{V1}/jobs", {}), ("POST", V2, {}), ("GET", f"{V1}/runs", None)],
)
def test_what_is_missing_is_told_in_a_list(method: str, path: str, body: Any, sim: Simulator) -> None:
    reply = ask(sim, method, path, body)
    assert reply.status == 422
    assert all(one.keys() == {"loc", "msg", "type"} for one in reply.json["detail"]) and reply.json["detail"]


def test_a_key_is_asked_for(sim: Simulator) -> None:
    assert get(sim, f"{V1}/jobs/{ORRERY}", key=False).status == 401
    assert get(sim, V2, key=False, headers={"Authorization": "Bearer llx-other"}).status == 401


def test_the_current_api_tells_a_job_as_far_as_it_is(sim: Simulator) -> None:
    path = f"{V2}/ext-{ORRERY}"
    seen = [get(sim, path).json for _ in range(4)]
    assert [one["status"] for one in seen] == ["PENDING", "RUNNING", "RUNNING", "COMPLETED"]
    assert [one["extract_result"] is None for one in seen] == [True, True, True, False]
    assert "extract_metadata" not in seen[3] and seen[3]["file_input"].startswith("dfl-")
    whole = get(sim, f"{path}?expand=extract_metadata&expand=configuration&expand=usage").json
    v1 = ORRERY
    sim.settle(v1)
    result = get(sim, f"{V1}/jobs/{v1}/result").json
    assert whole["extract_result"] == result["data"]
    metadata = whole["extract_metadata"]["field_metadata"]["document_metadata"]
    assert metadata == result["extraction_metadata"]["field_metadata"]
    assert whole["configuration"]["data_schema"]["properties"] and whole["usage"]


def test_the_list_has_pages_and_filters(done: Simulator) -> None:
    ids, token = [], ""
    while True:
        page = get(done, f"{V2}?page_size=2{token}").json
        ids += [one["id"] for one in page["items"]]
        if page["next_page_token"] is None:
            break
        token = f"&page_token={page['next_page_token']}"
    assert sorted(ids) == sorted(done.job_ids("llamacloud_v2")) and page["total_size"] == len(ids) == 3
    one = get(done, f"{V2}?job_ids={ids[0]}&job_ids={ids[1]}&status=COMPLETED").json["items"]
    assert [item["id"] for item in one] == ids[:2]
    assert get(done, f"{V2}?status=FAILED").json["items"] == []
    assert get(done, f"{V2}?created_at_on_or_after=2999-01-01T00:00:00Z").json["items"] == []
    assert len(get(done, f"{V2}?file_input={one[0]['file_input']}").json["items"]) == 1


def test_a_job_is_submitted_cancelled_and_deleted(sim: Simulator) -> None:
    file = hand_in(sim, "/llamacloud/api/v1/beta/files", file=("file", "new.pdf", b"%PDF-1.4 new")).json
    body = {"file_input": file["id"], "configuration": {"data_schema": SCHEMA}}
    job = ask(sim, "POST", V2, body).json
    assert (job["status"], job["file_input"]) == ("PENDING", file["id"])
    assert ask(sim, "POST", f"{V2}/{job['id']}/cancel").json["status"] == "CANCELLED"
    again = ask(sim, "POST", f"{V2}/{job['id']}/cancel")
    assert (again.status, again.headers["x-should-retry"]) == (409, "false")
    assert ask(sim, "DELETE", f"{V2}/{job['id']}").status == 204
    assert get(sim, f"{V2}/{job['id']}").status == 404
    quill = next(one for one in get(sim, "/llamacloud/api/v1/beta/files").json["items"] if "quillstream" in one["name"])
    sample = ask(sim, "POST", V2, {**body, "file_input": quill["id"]}).json
    sim.settle(sample["id"])
    assert get(sim, f"{V2}/{sample['id']}").json["extract_result"]["invoice_number"] == "QS-2026-03-88140"
    parsed = ask(sim, "POST", V2, {"file_input": "pjb-1", "configuration": {"data_schema": SCHEMA}}).json
    sim.settle(parsed["id"])
    told = get(sim, f"{V2}/{parsed['id']}?expand=extract_metadata").json
    assert (told["extract_result"], told["file_input"]) == ({"total": 12.5, "paid": True}, "pjb-1")


def test_records_wait_for_review_and_are_replaced(done: Simulator) -> None:
    wanted = {"deployment_name": "simulated", "collection": "extractions", "include_total": True}
    pending = {**wanted, "filter": {"status": {"eq": "pending_review"}}, "page_size": 2}
    first = ask(done, "POST", f"{DATA}/:search", pending).json
    assert (len(first["items"]), first["total_size"], first["next_page_token"]) == (2, 3, "2")
    second = ask(done, "POST", f"{DATA}/:search", {**pending, "page_token": "2"}).json
    assert len(second["items"]) == 1 and second["next_page_token"] is None
    item = first["items"][0]
    data = {**item["data"], "status": "accepted", "data": {"total": 1}}
    put = ask(done, "PUT", f"{DATA}/{item['id']}", {"data": data}).json
    assert put["data"] == data and put["updated_at"] > item["updated_at"]
    assert get(done, f"{DATA}/{item['id']}").json == put
    assert ask(done, "POST", f"{DATA}/:search", pending).json["total_size"] == 2
    made = ask(done, "POST", DATA, {"deployment_name": "simulated", "collection": "c", "data": {"n": 5}})
    assert made.status == 201
    for test, count in (
        ({"gt": 4}, 1),
        ({"lte": 4}, 0),
        ({"includes": [5, 6]}, 1),
        ({"excludes": [5]}, 0),
        ({"ne": 5}, 0),
    ):
        body = {"deployment_name": "simulated", "collection": "c", "filter": {"n": test}}
        assert len(ask(done, "POST", f"{DATA}/:search", body).json["items"]) == count, test
    assert ask(done, "POST", f"{DATA}/:search", {**wanted, "filter": {"n": {"like": 1}}}).status == 400
    assert ask(done, "DELETE", f"{DATA}/{item['id']}").status == 204
    assert get(done, f"{DATA}/{item['id']}").status == 404
