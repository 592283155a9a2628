"""Does every sample come over HTTP as its file says it, and do our own adapters read it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewapp.extraction import jsontext
from reviewapp.intake import gate
from reviewapp.ops.samples import index
from reviewapp.ops.simulator import Simulator, running
from tests.ops.simulator.asking import get


def of_file(sample: index.Sample) -> gate.Opened:
    path = index.PAYLOADS / sample.payload
    raw = {"result": path.read_bytes()}
    sidecar = Path(str(path).replace(".json", ".meta.json"))
    return gate.open_({**raw, **({"sidecar": sidecar.read_bytes()} if sidecar.exists() else {})})


def over_http(sim: Simulator, kind: str, job_id: str) -> dict[str, bytes]:
    """The parts of a payload as an adapter gets them."""
    base = f"/llamacloud/api/v1/extraction/jobs/{job_id}"
    match kind:
        case "unsiloed_extract":
            paths = {"result": f"/unsiloed/extract/{job_id}"}
        case "unsiloed_classify":
            paths = {"result": f"/unsiloed/classify/{job_id}"}
        case "talonic":
            paths = {"result": f"/talonic/v1/jobs/{job_id}/results", "job": f"/talonic/v1/jobs/{job_id}"}
        case _:
            run = f"/llamacloud/api/v1/extraction/runs/by-job/{job_id}"
            paths = {"result": f"{base}/result", "job": base, "run": run}
    parts = {}
    for name, path in paths.items():
        reply = get(sim, path)
        assert (reply.status, reply.headers["x-simulated"]) == (200, "reviewapp"), path
        parts[name] = reply.body
    return parts


@pytest.mark.parametrize("sample", index.SAMPLES, ids=lambda sample: sample.payload)
def test_a_sample_is_read_over_http_as_from_its_file(sample: index.Sample, done: Simulator) -> None:
    wanted = of_file(sample).snapshot
    opened = gate.open_(over_http(done, sample.kind, wanted.job_id))
    assert opened.kind.value == sample.kind
    assert opened.snapshot.job_id == wanted.job_id
    assert (opened.snapshot.status, opened.snapshot.raw_status) == (wanted.status, wanted.raw_status)
    # The rows with every score, box and number's text.
    assert opened.snapshot.rows == wanted.rows
    assert opened.snapshot.error == wanted.error
    if wanted.schema is not None:
        assert jsontext.parse(opened.snapshot.schema or "null") == jsontext.parse(wanted.schema)


@pytest.mark.parametrize("sample", index.SAMPLES, ids=lambda sample: sample.payload)
def test_a_samples_job_goes_through_its_states(sample: index.Sample, sim: Simulator) -> None:
    wanted = of_file(sample).snapshot
    job_id = wanted.job_id
    path = {
        "unsiloed_extract": f"/unsiloed/extract/{job_id}",
        "unsiloed_classify": f"/unsiloed/classify/{job_id}",
        "talonic": f"/talonic/v1/jobs/{job_id}",
        "llamacloud": f"/llamacloud/api/v1/extraction/jobs/{job_id}",
    }[sample.kind]
    seen = [get(sim, path).json["status"] for _ in range(4)]
    waiting, working = ("PENDING", "PENDING") if sample.kind == "llamacloud" else ("queued", "processing")
    if wanted.raw_status == "queued":
        working = "queued"
    assert seen == [waiting, working, working, wanted.raw_status]
    assert get(sim, path).json["status"] == wanted.raw_status


def test_a_folder_of_ones_own_is_played(tmp_path: Path) -> None:
    payload = (index.PAYLOADS / "invoice-orrery-finch.json").read_text()
    (tmp_path / "mine.json").write_text(payload)
    (tmp_path / "mine.meta.json").write_text('{"job_id": "mine", "status": "PARTIAL_SUCCESS", "file": "mine.pdf"}')
    (tmp_path / "mine.pdf").write_bytes(b"%PDF-1.4 mine")
    (tmp_path / "not-a-payload.json").write_text('{"hello": "world"}')
    (tmp_path / "broken.json").write_text("{")
    with running(folder=tmp_path, settled=True) as sim:
        assert sim.job_ids("llamacloud") == ["mine"]
        assert get(sim, "/llamacloud/api/v1/extraction/jobs/mine").json["status"] == "PARTIAL_SUCCESS"
        result = get(sim, "/llamacloud/api/v1/extraction/jobs/mine/result")
        assert jsontext.parse(result.body) == jsontext.parse(payload)


def test_only_the_vendors_that_were_asked_for_answer() -> None:
    with running(vendors=["talonic"], settled=True) as sim:
        assert get(sim, "/talonic/v1/jobs").status == 200
        assert get(sim, "/unsiloed/health").status == 404
        assert sim.job_ids("unsiloed_extract") == []
