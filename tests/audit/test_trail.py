"""What an entry holds, byte for byte, and that a stranger can check it with the standard library."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db import transaction

from reviewapp.audit import content, trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.documents import vault
from reviewapp.results import ledger
from tests.factories import AT, VIA, create_queue, create_task, create_user
from tests.review.test_decisions import approve, say

ACTOR = trail.Actor(type="person", id="7", name="Ana", role="analyst")


def note(**over):
    return trail.Note(
        **{"stream": "task:1", "action": Action.FIELD_CORRECTED, "object_type": "task", "object_id": "1", **over}
    )


def test_the_body_of_version_1_is_these_bytes():
    data = trail.body(
        note(
            job=3,
            path="/line_items/0/amount",
            old=content.Content(type="number", commitment="aa"),
            source={"threshold": "0.8", "boxes": [{"page": 1}]},
            seconds="2.5",
        ),
        seq=2,
        previous="00",
        at=AT,
        by=ACTOR,
        via=trail.Via(ip="10.0.0.1", agent="x", key="", request="r"),
    )
    from reviewapp import __version__

    assert data.decode() == (
        '{"action":"review:field:corrected","actor":{"id":"7","name":"Ana","role":"analyst","type":"person"},'
        f'"app":"{__version__}","at":"2026-03-10T09:00:00.000000Z","details":{{}},"job":"3","new":null,'
        '"object":{"id":"1","type":"task"},"old":{"commitment":"aa","type":"number"},"path":"/line_items/0/amount",'
        '"prev":"00","reason":null,"request":"r","seconds":"2.5","seq":2,'
        '"source":{"boxes":[{"page":1}],"threshold":"0.8"},"stream":"task:1","v":1,'
        '"via":{"agent":"x","ip":"10.0.0.1","key":""}}'
    )


def test_a_float_never_enters_a_body():
    with pytest.raises(TypeError, match="float"):
        trail.body(note(source={"score": [0.5]}), seq=1, previous=trail.FIRST, at=AT, by=ACTOR, via=VIA)


def test_the_leaf_of_no_bytes_is_that_of_rfc_6962():
    assert trail.leaf(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.django_db(transaction=True)
def test_streams_are_chained_without_a_gap_and_values_match_their_commitments():
    queue = create_queue(field_thresholds='{"/total": "0.95"}')
    ana = create_user(username="ana", queues=[queue])
    task = create_task()
    document = vault.keep(chunks=[b"what a person looked at"], at=AT)
    ledger.link_document(job=task.job, key="", document=document, name="paper.pdf", at=AT)
    say(task, ana, "/total", "corrected", "fifteen")
    approve(task, ana)
    streams: dict[str, list[Entry]] = {}
    for entry in Entry.objects.order_by("id").select_related("old", "new", "reason"):
        streams.setdefault(entry.stream, []).append(entry)
    assert {"intake", f"job:{task.job_id}", f"task:{task.pk}"} - set(streams) == {"intake"}
    for entries in streams.values():
        previous = "0" * 64
        for seq, entry in enumerate(entries, start=1):
            data = bytes(entry.body)
            said = json.loads(data)
            assert (said["seq"], said["prev"], said["v"]) == (seq, previous, 1)
            previous = hashlib.sha256(b"\x00" + data).hexdigest()
            assert entry.leaf == previous
            for name in ("old", "new", "reason"):
                kept = getattr(entry, name)
                assert said[name] == (None if kept is None else {"type": kept.type, "commitment": kept.commitment})
                if kept is not None:
                    value = json.dumps(
                        {"text": kept.text, "type": kept.type}, separators=(",", ":"), ensure_ascii=False
                    )
                    assert hashlib.sha256(bytes(kept.salt) + value.encode()).hexdigest() == kept.commitment
    corrected = Entry.objects.get(action="review:field:corrected")
    source = json.loads(bytes(corrected.body))["source"]
    assert source["confidence"] == "0.3" and source["threshold"] == "0.95" and source["reasons"] == ["low_confidence"]
    assert source["document"] == document.sha256
    assert (corrected.old.text, corrected.new.text) == ("12", '"fifteen"')


@pytest.mark.django_db
def test_two_streams_of_one_act_are_written_together():
    with transaction.atomic():
        first, second = trail.record(note(stream="b"), note(stream="a"), at=AT, by=ACTOR)
    assert (first.stream, first.seq, second.stream, second.seq) == ("b", 1, "a", 1)
