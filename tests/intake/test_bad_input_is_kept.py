"""Is bad input told clearly and kept whole? Design law 11, over everything that may come in as a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry
from reviewapp.extraction import jsontext
from reviewapp.intake import importing
from reviewapp.intake.models import Rejected
from reviewapp.results.models import Job
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db(transaction=True)

DEEP = b'{"job_id": ' + b"[" * 80 + b"]" * 80 + b"}"
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not_json"),
    "half a payload": (b'{"job_id": "a", "result": {"tot', "not_json"),
    "a page of html": (b"<!doctype html><title>502</title>", "not_json"),
    "latin-1": ('{"job_id": "Müller"}'.encode("latin-1"), "not_utf8"),
    "a NUL": (b'{"job_id": "a\\u0000b"}', "nul"),
    "half a surrogate pair": (b'{"job_id": "\\ud800"}', "lone_surrogate"),
    "the same key twice": (b'{"job_id": "a", "job_id": "b"}', "duplicate_key"),
    "a number that is none": (b'{"job_id": "a", "result": {"total": NaN}}', "number"),
    "a number beyond any measurement": (b'{"job_id": "a", "result": {"total": 1e999999}}', "number"),
    "nested too deep": (DEEP, "too_deep"),
    "an error body": (b'{"detail": "Not authenticated"}', "error_body"),
    "a fragment": (b"[1, 2]", "unknown_shape"),
}


def kept_bytes(content: Content) -> bytes:
    assert content.text is not None
    return base64.b64decode(content.text) if content.type == "base64" else content.text.encode()


@pytest.mark.parametrize(("data", "code"), BAD.values(), ids=BAD)
def test_it_is_kept_whole_with_its_reason_and_stops_none_of_the_others(tmp_path: Path, data: bytes, code: str) -> None:
    bad, good = tmp_path / "a-bad.json", tmp_path / "b-good.json"
    bad.write_bytes(data)
    good.write_text(json.dumps(factories.unsiloed({"total": (12, 0.3)})))
    report = importing.run(files=[bad, good], at=AT)
    assert [(one.name, one.code) for one in report.rejected] == [("a-bad.json", code)]
    assert report.rejected[0].message
    assert (report.jobs, Job.objects.count()) == (1, 1), "the good one came in"
    rejected = Rejected.objects.get()
    assert (rejected.name, rejected.code, rejected.sha256) == ("a-bad.json", code, factories.sha256(data))
    assert kept_bytes(rejected.content) == data
    assert Entry.objects.filter(action=Action.PAYLOAD_REJECTED).count() == 1
    sol = factories.sign_in(factories.create_user(role=Role.SUPERVISOR))
    page = sol.get("/jobs/rejected/").content.decode()
    assert "a-bad.json" in page and code in page
    assert sol.get(f"/jobs/rejected/{rejected.pk}/").status_code == 200


def test_it_is_kept_once_however_often_it_comes(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"[1]")
    for _ in range(3):
        assert len(importing.run(files=[bad], at=AT).rejected) == 1
    assert Rejected.objects.count() == Entry.objects.filter(action=Action.PAYLOAD_REJECTED).count() == 1


def test_what_is_too_large_is_told_so_and_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (jsontext, importing):
        monkeypatch.setattr(module, "MAX_BYTES", 1000)
    bad = tmp_path / "bad.json"
    bad.write_bytes(b'{"job_id": "' + b"a" * 5000 + b'"}')
    (refused,) = importing.run(files=[bad], at=AT).rejected
    assert refused.code == "too_large"
    assert len(kept_bytes(Rejected.objects.get().content)) == 1001


SIGNED = "https://store.example.com/p.pdf?X-Amz-Signature=5ec2e7"
LATE = f"https://store.example.com/p.pdf?h=5ec2e7&x={'x' * 60}&expires=1"
QUOTING: dict[str, tuple[str, str]] = {
    "a link twice as a key": (f'{{"{SIGNED}": 1, "{SIGNED}": 2}}', "duplicate_key"),
    "one whose signature is named late": (f'{{"{LATE}": 1, "{LATE}": 2}}', "duplicate_key"),
    "links that are one without their queries": (f'{{"{SIGNED}": 1, "{SIGNED}0": 2}}', "duplicate_key"),
    "a link in an error body": (f'{{"detail": "no such file: {SIGNED}"}}', "error_body"),
    "a link in an unknown shape": (f'[{{"link": "{SIGNED}"}}]', "unknown_shape"),
    "a link as a key there": (f'{{"{SIGNED}": {{"x": 1}}}}', "unknown_shape"),
}


@pytest.mark.parametrize(("text", "code"), QUOTING.values(), ids=QUOTING)
def test_no_presigned_query_is_repeated_in_what_is_said_about_it(tmp_path: Path, text: str, code: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    (refused,) = importing.run(files=[bad], at=AT).rejected
    rejected = Rejected.objects.get()
    assert (refused.code, rejected.code, rejected.message) == (code, code, refused.message)
    assert "5ec2e7" not in rejected.message + (rejected.content.text or "")
    assert "key" in rejected.message or "store.example.com/p.pdf" in rejected.message, "it still says what is wrong"
