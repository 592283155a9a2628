"""Does the one outbound client get over every fault within its deadline, and does the gate let nothing bad through?"""

from __future__ import annotations

import dataclasses
import io
import random
import time
from datetime import UTC, datetime

import pytest

from reviewapp.intake import gate
from reviewapp.ops.simulator import FAULTS, KEYS, Simulator, Vendor
from reviewapp.upstreams import addresses, failures
from reviewapp.upstreams.http import CallFailed, Client, Limits, Pace, Reach, Request

JOB = "/extract/6150397b-4b8f-5189-9b87-e9c7fd724486"
HERE = Reach(hosts=frozenset({"*:*"}), plain_http=True, private=addresses.private_ranges("127.0.0.0/8"))
#: Long enough for a busy machine; short where the server would never come to an end.
LIMITS = Limits(seconds=5.0, body=20 * 1024 * 1024, tries=1)
ENDLESS = {name: dataclasses.replace(LIMITS, seconds=0.5) for name in ("drip_head", "drip_body", "stall", "stall_body")}
#: What the client hands over whole, because only its reader can know that it is wrong, and what the gate says then.
READ = {
    "unknown_status": "",
    "pii_blocked": "no_job_id",
    "wrong_types": "unknown_shape",
    "wrong_types_inside": "unknown_shape",
    "deep_nesting": "too_deep",
    "duplicate_keys": "duplicate_key",
    "nan": "number",
    "infinite_number": "number",
    "invalid_utf8": "not_utf8",
    "lone_surrogate": "lone_surrogate",
    "nul": "nul",
    "json_null": "unknown_shape",
    "not_json": "not_json",
    "empty_body": "not_json",
    "html_200": "not_json",
    "html_for_pdf": "not_json",
    "truncated_pdf": "not_json",
    "wrong_length": "not_json",
}


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(pace=Pace(time.monotonic, time.sleep, random.uniform))


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_bad_is_read(name: str, client: Client, done: Simulator) -> None:
    request = Request("GET", done.base("unsiloed") + JOB, headers={"api-key": KEYS[Vendor.UNSILOED]})
    done.fault("poll", name)
    limits = ENDLESS.get(name, LIMITS)
    started = time.monotonic()
    try:
        body = client.send(request, reach=HERE, at=datetime.now(UTC), limits=limits).body
    except CallFailed as failed:
        assert isinstance(failed, failures.OutOfTime) == (name in ENDLESS)
        assert name not in READ, failed
        assert KEYS[Vendor.UNSILOED] not in f"{failed!r}{failed.body}"
        assert not isinstance(failed, failures.NotAllowed)
    else:
        assert name in READ
        try:
            opened = gate.open_({"result": body})
        except gate.Refused as refused:
            assert refused.code == READ[name]
        else:
            assert (READ[name], opened.snapshot.status.value) == ("", "unknown")
    assert time.monotonic() - started < limits.seconds + 1
    assert len(done.requests) == 1
    answer = client.send(request, reach=HERE, at=datetime.now(UTC), limits=LIMITS)
    assert gate.open_({"result": answer.body}).snapshot.rows


def test_a_document_is_downloaded_from_its_link(client: Client, done: Simulator) -> None:
    request = Request("GET", done.base("unsiloed") + JOB, headers={"api-key": KEYS[Vendor.UNSILOED]})
    link = gate.jsontext.parse(client.send(request, reach=HERE, at=datetime.now(UTC)).body)
    assert isinstance(link, dict)
    file = io.BytesIO()
    got = client.download(Request("GET", str(link["file_url"])), into=file, reach=HERE, at=datetime.now(UTC))
    assert got.size == len(file.getvalue()) and file.getvalue().startswith(b"%PDF-")
    done.expire_links()
    with pytest.raises(failures.Answered) as caught:
        client.download(Request("GET", str(link["file_url"])), into=file, reach=HERE, at=datetime.now(UTC))
    assert caught.value.status == 403 and "X-Amz" not in f"{caught.value}{caught.value.body}"
