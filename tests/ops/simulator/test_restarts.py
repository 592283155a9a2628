"""Does the simulator with a folder of its own still answer after a restart, for what was handed in and read again?"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reviewapp.ops.simulator import Simulator, running

from .asking import Reply, ask, get, hand_in

PDF = b"%PDF-1.4 plainly none"
SCHEMA = {"type": "object", "properties": {"seller": {"type": "string"}, "total": {"type": "number"}}}
SAMPLE = "6150397b-4b8f-5189-9b87-e9c7fd724486"


@contextmanager
def simulating(keep: Path | None, **more: Any) -> Iterator[Simulator]:
    with running(keep=keep, **more) as simulator:
        yield simulator
        assert simulator.broken == []


def unsiloed(sim: Simulator) -> str:
    reply = hand_in(
        sim,
        "/unsiloed/v2/extract",
        file=("pdf_file", "mine.pdf", PDF),
        schema_data=json.dumps(SCHEMA),
        enable_citations="true",
    )
    return f"/unsiloed/extract/{reply.json['job_id']}"


def classified(sim: Simulator) -> str:
    reply = hand_in(sim, "/unsiloed/classify", file=("pdf_file", "mine.pdf", PDF), categories='["letter"]')
    return f"/unsiloed/classify/{reply.json['job_id']}"


def v2(sim: Simulator) -> str:
    upload = hand_in(sim, "/llamacloud/api/v1/beta/files", file=("file", "mine.pdf", PDF), purpose="extract").json
    reply = ask(
        sim,
        "POST",
        "/llamacloud/api/v2/extract",
        {"file_input": upload["id"], "configuration": {"data_schema": SCHEMA}},
    )
    return f"/llamacloud/api/v2/extract/{reply.json['id']}"


def talonic(sim: Simulator) -> str:
    reply = hand_in(sim, "/talonic/v1/extract", file=("file", "mine.pdf", PDF), schema=json.dumps(SCHEMA))
    job = sim.job_ids("talonic")[-1]
    assert reply.status < 300
    return f"/talonic/v1/jobs/{job}/results"


def plain(reply: Reply) -> Any:
    """The answer without what differs from one look to the next: presigned queries and the server's own port."""
    assert reply.status == 200, reply.body

    def cut(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: cut(value) for key, value in node.items()}
        if isinstance(node, list):
            return [cut(one) for one in node]
        if isinstance(node, str) and node.startswith("http"):
            return urlsplit(node).path
        return node

    return cut(reply.json)


def test_jobs_of_every_vendor_answer_after_a_restart_as_before(tmp_path: Path) -> None:
    with simulating(tmp_path) as sim:
        paths = [unsiloed(sim), classified(sim), v2(sim), talonic(sim)]
        sim.settle()
        before = [plain(get(sim, path)) for path in paths]
    with simulating(tmp_path) as sim:
        assert [plain(get(sim, path)) for path in paths] == before
        link = get(sim, paths[0]).json["file_url"]
        found = urlsplit(link)
        assert ask(sim, "GET", f"{found.path}?{found.query}", key=False).body == PDF
        listed = [one["id"] for one in get(sim, "/llamacloud/api/v2/extract").json["items"]]
        assert paths[2].rpartition("/")[2] == listed[0], "the newest first"
    with simulating(None) as sim:
        assert get(sim, paths[0]).status == 404, "negative control: without a folder they are gone"


def test_a_sample_that_was_read_again_stays_so_and_the_others_are_not_written(tmp_path: Path) -> None:
    with simulating(tmp_path, settled=True) as sim:
        sim.reextract(SAMPLE, changes={"/result/grand_total/value": 1})
        sim.reextract(SAMPLE, changes={"/result/grand_total/value": 2}, seconds=3600)
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == [f"{SAMPLE}.json"]
    with simulating(tmp_path, settled=True) as sim:
        assert get(sim, f"/unsiloed/extract/{SAMPLE}").json["result"]["grand_total"]["value"] == 1
        sim.advance(3601)
        get(sim, f"/unsiloed/extract/{SAMPLE}")
        assert get(sim, f"/unsiloed/extract/{SAMPLE}").json["result"]["grand_total"]["value"] == 2


def test_it_is_written_while_the_simulator_runs_for_it_may_be_killed(tmp_path: Path) -> None:
    with simulating(tmp_path) as sim:
        job = unsiloed(sim).rpartition("/")[2]
        until = time.monotonic() + 5
        while not (tmp_path / "jobs" / f"{job}.json").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        kept = json.loads((tmp_path / "jobs" / f"{job}.json").read_text())
        assert (kept["ended"], kept["names"]) == (False, ["mine.pdf"])


def test_a_job_that_had_not_ended_begins_anew(tmp_path: Path) -> None:
    with simulating(tmp_path) as sim:
        path = unsiloed(sim)
    with simulating(tmp_path) as sim:
        assert [get(sim, path).json["status"] for _ in range(4)] == ["queued", "processing", "processing", "completed"]


def test_reset_forgets_what_was_kept(tmp_path: Path) -> None:
    with simulating(tmp_path) as sim:
        path = unsiloed(sim)
        time.sleep(0.3)
        sim.reset()
        assert get(sim, path).status == 404
    with simulating(tmp_path) as sim:
        assert get(sim, path).status == 404


def test_a_deleted_job_stays_deleted(tmp_path: Path) -> None:
    with simulating(tmp_path) as sim:
        path = v2(sim)
        time.sleep(0.3)
        assert ask(sim, "DELETE", path).status < 300
    with simulating(tmp_path) as sim:
        assert get(sim, path).status == 404


def test_of_what_is_made_one_value_needs_eyes(tmp_path: Path) -> None:
    with simulating(None, settled=True) as sim:
        paths = [unsiloed(sim), v2(sim), talonic(sim), classified(sim)]
        sim.settle()
        result = get(sim, paths[0]).json["result"]
        assert {key: one["score"]["extraction_score"] for key, one in result.items()} == {"seller": 0.52, "total": 0.91}
        told = get(sim, f"{paths[1]}?expand=extract_metadata").json["extract_metadata"]["field_metadata"]
        found = told["document_metadata"]
        assert {key: one["confidence"] for key, one in found.items()} == {"seller": 0.52, "total": 0.91}
        assert get(sim, paths[2]).json["data"][0]["confidence"] == 0.52
        assert get(sim, paths[3]).json["result"]["confidence"] == 0.52
