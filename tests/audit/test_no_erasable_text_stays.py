"""Can every business text be erased? None stands in an append-only row; those rows only point at Content (design law 10)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models

from reviewapp.accounts.models import User
from reviewapp.audit import append_only
from reviewapp.audit.append_only import AppendOnly
from reviewapp.audit.models import Content
from reviewapp.documents.models import Document
from reviewapp.intake import importing
from reviewapp.results import ledger
from reviewapp.review import claims, triage
from reviewapp.review.models import Decision, Queue, Task
from tests.factories import AT, VIA, create_queue, create_upstream, create_user, sha256, take_in, talonic, unsiloed
from tests.review.test_decisions import approve, asked, say

pytestmark = pytest.mark.django_db(transaction=True)

#: The tables of facts that stand today; later rooms add theirs.
FACTS = {
    "Attempt",
    "Content",
    "Decision",
    "DocumentLink",
    "Entry",
    "Final",
    "Payload",
    "PayloadPart",
    "ResultRow",
    "Verdict",
}
#: A word that stands in every text of the story below.
WORD = "Quagga"


@pytest.fixture
def queue() -> Queue:
    return create_queue()


@pytest.fixture
def ana(queue: Queue) -> User:
    return create_user(username="ana", queues=[queue])


def append_only_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def where_it_stands(word: str, found: list[type[models.Model]]) -> set[str]:
    """The columns of these tables in whose text or bytes the word stands."""
    hits = set()
    for model in found:
        for field in model._meta.concrete_fields:
            for (value,) in model._base_manager.values_list(field.attname):
                text = bytes(value).decode("latin-1") if isinstance(field, models.BinaryField) and value else str(value)
                if word in text:
                    hits.add(f"{model.__name__}.{field.name}")
    return hits


def test_the_tables_of_facts_are_guarded() -> None:
    assert {model.__name__ for model in append_only_models()} >= FACTS
    assert {model._meta.db_table for model in append_only_models()} == set(append_only.guarded_tables())
    assert append_only.missing_triggers(connection) == []


def test_nothing_that_people_or_upstreams_wrote_stands_in_a_row_that_cannot_be_erased(ana: User) -> None:
    """One story in which every text holds the word: read, corrected, added, rejected, attached, flagged, thrown back."""
    lines = [{"sku": (f"{WORD} 1", 0.3)}, {"sku": (f"{WORD} 2", 0.9)}]
    payload = unsiloed({"name": (WORD, 0.3), "lines": lines}, file_name=f"{WORD}.pdf")
    job = take_in(payload, upstream=create_upstream(slug="unsiloed")).job
    document = Document.objects.create(
        sha256=sha256(b"a"), size=1, media_type="application/pdf", state="ready", page_count=1, pages="[[1,1]]",
        created_at=AT,
    )  # fmt: skip
    ledger.link_document(job=job, document=document, name=f"{WORD}.pdf", at=AT)
    flags = [{"code": "missing_required_field", "field": "name", "message": f"{WORD} is not there"}, f"see {WORD}"]
    take_in(talonic([{"values": {"name": WORD}, "confidence": 0.2, "flags": flags}]))
    rejected = take_in(unsiloed({"name": (f"{WORD} again", 0.3)})).job
    triage.run(at=AT)
    for task in Task.objects.exclude(job=rejected):
        say(task, ana, "/name", "corrected", f"{WORD} corrected")
        if task.job_id == job.pk:
            say(task, ana, "/lines/0/sku", "corrected", f"{WORD} 3")
        approve(task, ana, sign_off=True, reason=f"{WORD} told me")
    other = Task.objects.get(job=rejected)
    claims.take(task_id=other.pk, user=ana, at=AT, via=VIA)
    from reviewapp.review import decisions

    decisions.reject(task_id=other.pk, asked=asked(other, reason=f"{WORD} again"), user=ana, at=AT, via=VIA)
    assert Decision.objects.count() == 3
    assert any(json.loads(one.solved_flags) for one in Decision.objects.all()), "a flag was solved in this story"

    found = append_only_models()
    assert where_it_stands(WORD, found) == {"Content.text"}


def test_erased_content_takes_the_text_out_of_the_whole_database_of_facts(ana: User) -> None:
    take_in(unsiloed({"name": (WORD, 0.3)}))
    assert where_it_stands(WORD, append_only_models()) == {"Content.text"}
    later = AT + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_content SET text = NULL, salt = NULL, erased_at = %s", [later])
    assert where_it_stands(WORD, append_only_models()) == set()
    assert Content.objects.filter(commitment="").count() == 0


def test_negative_control_the_search_sees_texts_and_bodies(ana: User) -> None:
    report = importing.run(files=[], at=AT)
    assert report.jobs == 0
    take_in(unsiloed({"name": (WORD, 0.3)}, job_id=f"00000000-0000-4000-8000-{WORD}"))
    assert "Entry.body" in where_it_stands(WORD, append_only_models())
