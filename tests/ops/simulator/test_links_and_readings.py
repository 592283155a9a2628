"""Do links expire, and can a job be read again? Time is moved, not waited for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reviewapp.intake import gate
from reviewapp.ops.samples import index
from reviewapp.ops.simulator import Schedule, Simulator, running
from tests.ops.simulator.asking import get, hand_in

JOB = "6150397b-4b8f-5189-9b87-e9c7fd724486"
PATH = f"/unsiloed/extract/{JOB}"


def link(sim: Simulator) -> str:
    return str(get(sim, PATH).json["file_url"]).removeprefix(sim.url)


def test_a_link_gives_the_document_until_it_expires(done: Simulator) -> None:
    first = link(done)
    reply = get(done, first)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert (
        hashlib.sha256(reply.body).digest()
        == hashlib.sha256((index.DOCUMENTS / "invoice-harrow-vale.pdf").read_bytes()).digest()
    )
    done.advance(3601)
    expired = get(done, first)
    assert (expired.status, expired.headers["content-type"]) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code><Message>Request has expired" in expired.body
    assert get(done, link(done)).status == 200


def test_links_expire_on_demand_and_new_ones_hold(done: Simulator) -> None:
    old = link(done)
    done.expire_links()
    assert get(done, old).status == 403
    assert get(done, link(done)).status == 200


@pytest.mark.parametrize("change", ["X-Amz-Expires=9", "X-Amz-Signature=0", "X-Amz-Security-Token=simulated-1-1"])
def test_a_link_that_was_changed_is_refused(change: str, done: Simulator) -> None:
    name = change.partition("=")[0]
    first = link(done)
    assert name in first
    changed = "&".join(change if word.partition("=")[0] == name else word for word in first.split("&"))
    reply = get(done, changed)
    assert reply.status == 403 and b"SignatureDoesNotMatch" in reply.body
    assert get(done, first.partition("?")[0]).status == 403


def test_the_current_api_chooses_how_long_a_link_holds(done: Simulator) -> None:
    file_id = get(done, "/llamacloud/api/v1/beta/files").json["items"][0]["id"]
    told = get(done, f"/llamacloud/api/v1/beta/files/{file_id}/content?expires_at_seconds=5").json
    path = told["url"].removeprefix(done.url)
    assert get(done, path).status == 200
    done.advance(6)
    assert get(done, path).status == 403


def test_of_two_documents_with_one_name_each_link_gives_its_own(sim: Simulator) -> None:
    ids = [
        hand_in(sim, "/llamacloud/api/v1/files", file=("upload_file", "same.pdf", data)).json["id"]
        for data in (b"first", b"second")
    ]
    links = [get(sim, f"/llamacloud/api/v1/files/{one}/content").json["url"].removeprefix(sim.url) for one in ids]
    assert [get(sim, one).body for one in links] == [b"first", b"second"]
    assert {one["id"] for one in get(sim, "/llamacloud/api/v1/files").json} >= set(ids)
    assert get(sim, links[0].replace(ids[0], ids[1])).status == 403


def test_every_kind_of_job_can_be_read_again(done: Simulator) -> None:
    for shape, path in {
        "unsiloed_extract": "/unsiloed/extract/{}",
        "unsiloed_classify": "/unsiloed/classify/{}",
        "llamacloud": "/llamacloud/api/v1/extraction/jobs/{}/result",
        "llamacloud_v2": "/llamacloud/api/v2/extract/{}",
        "talonic": "/talonic/v1/jobs/{}/results",
    }.items():
        address = path.format(done.job_ids(shape)[0])
        before = get(done, address).body
        done.reextract(done.job_ids(shape)[0])
        after = get(done, address).body
        assert b"(read again)" not in before and after.count(b"(read again)") == 1, shape
        if shape != "llamacloud_v2":
            raw = {"result": after}
            assert gate.open_(raw).snapshot.rows


def test_a_value_is_changed_after_so_many_answers(done: Simulator) -> None:
    done.reextract(JOB, changes={"/result/invoice_number/value": "HV-2"}, after=2)
    seen = [get(done, PATH).json for _ in range(4)]
    assert [one["result"]["invoice_number"]["value"] for one in seen] == ["HV-20417", "HV-20417", "HV-2", "HV-2"]
    assert seen[1]["updated_at"] != seen[2]["updated_at"]
    with pytest.raises(LookupError):
        done.reextract(JOB, changes={"/result/nothing": "x"})


def test_jobs_advance_with_the_clock_where_steps_are_seconds() -> None:
    with running(schedule=Schedule(queued=1, processing=2, seconds=10.0)) as sim:
        seen = []
        for _ in range(5):
            seen.append(get(sim, PATH).json["status"])
            sim.advance(8)
        assert seen == ["queued", "queued", "processing", "processing", "review"]


def test_a_reading_follows_after_its_time_and_by_a_sidecar(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text((index.PAYLOADS / "invoice-harrow-vale.json").read_text())
    again = {"changes": {"/result/invoice_number/value": "HV-3"}, "answers": 1, "seconds": 60}
    (tmp_path / "mine.meta.json").write_text(json.dumps({"again": again}))
    with running(folder=tmp_path, settled=True) as sim:

        def number() -> object:
            return get(sim, PATH).json["result"]["invoice_number"]["value"]

        assert [number() for _ in range(3)] == ["HV-20417"] * 3
        sim.advance(61)
        assert number() == "HV-3"
        sim.reset()
        sim.advance(61)
        assert [number() for _ in range(2)] == ["HV-20417", "HV-3"]
        sim.reextract(JOB, seconds=60)
        assert number() == "HV-3"
        sim.advance(61)
        assert number() == "HV-3 (read again)"
