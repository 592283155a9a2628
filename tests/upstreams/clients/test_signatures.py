"""Is a webhook believed when one of the secrets signed its very bytes, and never otherwise?"""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from reviewapp.extraction.model import Kind
from reviewapp.upstreams import registry
from reviewapp.upstreams.clients import BadSignature, Event, VendorClient
from reviewapp.upstreams.llamacloud_v2 import client as llamacloud_v2

#: Talonic's published test vector (talonic.com/docs/api/webhook-security): secret, body, signature.
SECRET = "whsec_test_secret_do_not_use_in_production"
BODY = (
    b'{"event":"extraction.complete","delivery_id":"dlv_test123","timestamp":"2026-01-15T10:00:00Z","data":'
    b'{"extraction_id":"ext_abc","document_id":"doc_xyz","schema_id":"sch_123","status":"complete","confidence":0.95}}'
)
DIGEST = "1e23bdc14b051f268d4fd9544387b51b074186c51c5b6c76ce700956308d168a"

TALONIC = registry.client(Kind.TALONIC)
LLAMAS: list[VendorClient] = [registry.client(Kind.LLAMACLOUD), llamacloud_v2.Client()]
HEADERS = {Kind.TALONIC: "x-talonic-signature", Kind.LLAMACLOUD: "lc-signature"}


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_vendors_own_vector() -> None:
    found = TALONIC.event({"x-talonic-signature": f"sha256={DIGEST}"}, BODY, (SECRET,))
    # It names an extraction and a document, and no job.
    assert found == Event("extraction.complete", "", "dlv_test123")


@pytest.mark.parametrize("secrets", [("new", SECRET), (SECRET, "old"), ("", SECRET)])
def test_every_secret_is_tried(secrets: tuple[str, ...]) -> None:
    assert TALONIC.event({"x-talonic-signature": sign(BODY)}, BODY, secrets).name == "extraction.complete"


@pytest.mark.parametrize(
    ("header", "secrets"),
    [
        ("", (SECRET,)),
        ("sha256=", (SECRET,)),
        (DIGEST, (SECRET,)),
        (f"sha1={DIGEST}", (SECRET,)),
        (f"sha256={DIGEST[:-1]}", (SECRET,)),
        (f"sha256={DIGEST}0", (SECRET,)),
        (f"sha256={'0' * 64}", (SECRET,)),
        (f"sha256={DIGEST}", ()),
        (f"sha256={DIGEST}", ("other",)),
        (sign(BODY, ""), ("",)),
        ("sha256=ü", (SECRET,)),
    ],
)
def test_what_nobody_signed(header: str, secrets: tuple[str, ...]) -> None:
    for client, name in ((TALONIC, "x-talonic-signature"), *((llama, "lc-signature") for llama in LLAMAS)):
        with pytest.raises(BadSignature):
            client.event({name: header}, BODY, secrets)


def test_one_changed_bit_anywhere_is_another_body() -> None:
    for at in range(len(BODY)):
        changed = bytes([*BODY[:at], BODY[at] ^ 1, *BODY[at + 1 :]])
        with pytest.raises(BadSignature):
            TALONIC.event({"x-talonic-signature": f"sha256={DIGEST}"}, changed, (SECRET,))


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"12", b'{"a":1,"a":2}', b"\xff"])
def test_a_signed_body_that_is_no_event(body: bytes) -> None:
    for client, name in ((TALONIC, "x-talonic-signature"), (LLAMAS[0], "lc-signature")):
        with pytest.raises(BadSignature):
            client.event({name: sign(body)}, body, (SECRET,))


def test_another_vendors_header_counts_for_nothing() -> None:
    with pytest.raises(BadSignature):
        TALONIC.event({"lc-signature": sign(BODY)}, BODY, (SECRET,))


@pytest.mark.parametrize(
    ("tree", "headers", "event"),
    [
        (
            {"event": "job.completed", "data": {"job_id": "j1"}, "delivery_id": "d"},
            {},
            Event("job.completed", "j1", "d"),
        ),
        ({"event": "job.completed", "data": {"id": "j1"}}, {}, Event("job.completed", "j1")),
        ({"event": "document.created", "data": {"id": "doc"}}, {}, Event("document.created", "")),
        (
            {"event": "job.failed", "data": {"job": {"id": "j2"}}, "idempotency_key": "k"},
            {},
            Event("job.failed", "j2", "k"),
        ),
        (
            {"job_id": "j3"},
            {"x-talonic-event": "job.completed", "x-talonic-delivery-id": "h"},
            Event("job.completed", "j3", "h"),
        ),
        ({"event": "job.completed", "data": "j1"}, {}, Event("job.completed", "")),
    ],
)
def test_what_talonics_events_say(tree: object, headers: dict[str, str], event: Event) -> None:
    body = json.dumps(tree).encode()
    assert TALONIC.event({"x-talonic-signature": sign(body), **headers}, body, (SECRET,)) == event


@pytest.mark.parametrize(
    ("tree", "event"),
    [
        (
            {"event_type": "extract.success", "event_id": "e", "data": {"job_id": "j1"}},
            Event("extract.success", "j1", "e"),
        ),
        ({"event_type": "extract.error", "data": {"id": "j1"}}, Event("extract.error", "j1")),
        ({"type": "extract.success", "job_id": "j1", "data": None}, Event("extract.success", "j1")),
        ({"event_type": "extract.success", "data": '{"job_id": "j1"}'}, Event("extract.success", "j1")),
        ({"event_type": "parse.success", "data": {"job_id": "p1"}}, Event("parse.success", "")),
        ('{"event_type": "extract.success", "job_id": "j1"}', Event("extract.success", "j1")),
    ],
)
@pytest.mark.parametrize("client", LLAMAS)
def test_what_llamaclouds_events_say(client: VendorClient, tree: object, event: Event) -> None:
    body = json.dumps(tree).encode()
    assert client.event({"lc-signature": sign(body)}, body, (SECRET,)) == event


@pytest.mark.parametrize("kind", [Kind.UNSILOED_EXTRACT, Kind.UNSILOED_CLASSIFY])
def test_unsiloed_signs_nothing(kind: Kind) -> None:
    with pytest.raises(BadSignature):
        registry.client(kind).event({"x-signature": sign(BODY)}, BODY, (SECRET,))
