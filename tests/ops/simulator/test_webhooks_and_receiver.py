"""Are webhooks sent and signed as the vendors do, and does the receiver of our own tests answer by its script?"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from reviewapp.ops.simulator import WEBHOOK_SECRET, Hook, Schedule, Vendor, running, webhooks
from reviewapp.ops.simulator.receiver import RESET, TIMEOUT, Receiver, Step, receiving
from reviewapp.ops.simulator.wire import Answer
from tests.ops.simulator.asking import ask, get

TALONIC = "5dc7ab9d-85b0-5b55-ba5c-9d4ac49eee01"
LLAMA = "0367e98b-a6df-57bc-b62b-dab220a301af"
UNSILOED = "6150397b-4b8f-5189-9b87-e9c7fd724486"


def hooks(receiver: Receiver) -> list[Hook]:
    return [Hook(vendor, f"{receiver.url}/{vendor.value}") for vendor in Vendor]


def hmac_of(body: bytes, secret: str = WEBHOOK_SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_finished_job_is_told_once_and_again_after_another_reading() -> None:
    with receiving() as receiver, running(hooks=hooks(receiver)) as sim:
        sim.settle(TALONIC)
        first = receiver.wait(1)[0]
        assert (first.method, first.path) == ("POST", "/talonic")
        body = json.loads(first.body)
        assert body["data"] == {"job_id": TALONIC, "status": "complete"} and "values" not in str(body)
        assert first.headers["x-talonic-signature"] == hmac_of(first.body)
        assert first.headers["x-talonic-event"] == body["event"] == "job.completed"
        assert first.headers["x-talonic-delivery-id"] == body["idempotency_key"]
        assert first.headers["x-talonic-timestamp"]
        sim.reextract(TALONIC)
        second = receiver.wait(2)[1]
        assert json.loads(second.body)["data"]["job_id"] == TALONIC
        assert second.headers["x-talonic-delivery-id"] != first.headers["x-talonic-delivery-id"]
        sim.reextract(TALONIC, seconds=60)
        sim.advance(61)
        # Told though nobody looked.
        assert receiver.wait(3)[2].path == "/talonic"


def test_llamacloud_signs_and_unsiloed_hints() -> None:
    with receiving() as receiver, running(settled=True, hooks=hooks(receiver)) as sim:
        assert sim.announce(LLAMA) == sim.announce(UNSILOED) == 1
        llama, unsiloed = receiver.wait(2)
        assert llama.path == "/llamacloud" and llama.headers["lc-signature"] == hmac_of(llama.body)
        assert json.loads(llama.body)["event_type"] == "extract.success"
        assert json.loads(unsiloed.body).keys() == {"job_id", "status", "result_url", "timestamp"}
        assert not [name for name in unsiloed.headers if "signature" in name]
        sim.announce(LLAMA, secret="another")
        forged = receiver.wait(3)[2]
        assert forged.headers["lc-signature"] == hmac_of(forged.body, "another") != hmac_of(forged.body)


def test_an_event_is_sent_again_with_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "DELAYS", (0.0, 0.05, 0.05))
    with (
        receiving(500, RESET, otherwise=204) as receiver,
        running(settled=True, hooks=[Hook(Vendor.TALONIC, receiver.url)]) as sim,
    ):
        sim.announce(TALONIC)
        came = receiver.wait(3)
        assert len({(one.body, one.headers["x-talonic-delivery-id"]) for one in came}) == 1
        assert sim.sender.failed == []


def test_jobs_finish_by_themselves_where_steps_are_seconds() -> None:
    with receiving() as receiver:
        steps = Schedule(queued=1, processing=1, seconds=3600)
        with running(vendors=["talonic"], schedule=steps, hooks=[Hook(Vendor.TALONIC, receiver.url)]) as sim:
            assert get(sim, f"/talonic/v1/jobs/{TALONIC}").json["status"] == "queued"
            sim.advance(7201)
            told = {json.loads(one.body)["data"]["job_id"] for one in receiver.wait(2)}
            assert told == set(sim.job_ids("talonic"))


def test_a_cancelled_job_is_told() -> None:
    with receiving() as receiver, running(hooks=[Hook(Vendor.LLAMACLOUD, receiver.url)]) as sim:
        ask(sim, "POST", f"/llamacloud/api/v2/extract/ext-{LLAMA}/cancel")
        assert json.loads(receiver.wait(1)[0].body)["event_type"] == "extract.cancelled"


def post(receiver: Receiver, path: str = "/hook", body: bytes = b"{}", seconds: float = 5.0) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(receiver.url).port or 0, timeout=seconds)
    try:
        connection.request("POST", path, body, {"webhook-id": "msg_1"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_receiver_answers_by_its_script_and_keeps_everything() -> None:
    with receiving(500, 410, Answer(429, b"", {"retry-after": "1"}), RESET, TIMEOUT) as receiver:
        assert [post(receiver, body=b"%d" % number) for number in range(3)] == [500, 410, 429]
        with pytest.raises(ConnectionError):
            post(receiver)
        with pytest.raises(TimeoutError):
            post(receiver, seconds=0.3)
        assert post(receiver) == 200
        came = receiver.deliveries
        assert [one.body for one in came[:3]] == [b"0", b"1", b"2"]
        assert [one.step for one in came[3:]] == [RESET, TIMEOUT, 200]
        assert came[0].headers["webhook-id"] == "msg_1" and came[0].path == "/hook"
        with pytest.raises(TimeoutError, match="6 of 7"):
            receiver.wait(7, seconds=0.05)


def test_the_receiver_may_choose_by_what_came() -> None:
    def choose(path: str, headers: Mapping[str, str], body: bytes) -> Step:
        return 200 if body == b"good" else 422

    with receiving(choose=choose) as receiver:
        assert (post(receiver, body=b"good"), post(receiver, body=b"bad")) == (200, 422)


def test_a_sender_that_is_killed_in_the_middle_is_no_delivery() -> None:
    with receiving() as receiver:
        with socket.create_connection(("127.0.0.1", urlsplit(receiver.url).port or 0)) as connection:
            connection.sendall(b"POST /hook HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
        assert post(receiver) == 200
        assert len(receiver.deliveries) == 1
