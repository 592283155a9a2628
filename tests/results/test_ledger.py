"""Rows are only added, and only when something differs (design laws 3 and 4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import models

from reviewapp.audit.models import Content, Entry
from reviewapp.extraction.model import Kind
from reviewapp.results import chains
from reviewapp.results.models import Payload, ResultRow
from reviewapp.review import triage
from reviewapp.review.models import Task
from tests.factories import AT, create_queue, create_upstream, llamacloud_v2, take_in, talonic, unsiloed

pytestmark = pytest.mark.django_db(transaction=True)


def test_100_polls_with_100_signatures_add_no_row_of_any_kind():
    upstream = create_upstream(slug="unsiloed")
    payload = unsiloed({"total": (12, 0.3)})
    take_in(payload, upstream=upstream)
    tables = [Payload, ResultRow, Content, Entry]
    before = [model.objects.count() for model in tables]
    for number in range(100):
        payload["file_url"] = f"https://bucket.example.com/a.pdf?X-Amz-Signature=secret{number}&X-Amz-Expires=3600"
        payload["updated_at"] = f"2026-03-10T08:{number % 60:02d}:{number // 60:02d}.000000+00:00"
        appended = take_in(payload, upstream=upstream)
        assert (appended.rows, appended.unchanged) == ((), 1)
    assert [model.objects.count() for model in tables] == before
    assert everywhere("secret") == [], "a presigned query was kept"


def test_negative_control_the_search_finds_what_is_there():
    upstream = create_upstream(slug="unsiloed")
    take_in(unsiloed({"total": ("a very secret total", 0.3)}), upstream=upstream)
    assert everywhere("secret")


def test_a_presigned_query_of_a_new_row_is_cut_before_it_is_kept():
    url = "https://bucket.example.com/a.pdf?X-Amz-Signature=secret&X-Amz-Expires=3600"
    take_in(unsiloed({"total": (12, 0.3)}, file_url=url), upstream=create_upstream(slug="unsiloed"))
    assert everywhere("secret") == []
    assert everywhere("bucket.example.com/a.pdf")


def test_another_order_of_keys_is_the_same_row():
    upstream = create_upstream(slug="unsiloed")
    payload = unsiloed({"a": ("x", 0.3), "b": ("y", 0.3)})
    take_in(payload, upstream=upstream)
    payload["result"] = dict(reversed(payload["result"].items()))
    payload = dict(reversed(payload.items()))
    assert take_in(payload, upstream=upstream).rows == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda result: result["a"].update(value=12.0),
        lambda result: result["a"]["score"].update(extraction_score=0.31),
        lambda result: result["a"].update(citation=None),
        lambda result: result.pop("b"),
    ],
    ids=["number text", "score", "citation", "field gone"],
)
def test_what_was_read_differently_is_a_new_row_in_the_same_chain(change):
    upstream = create_upstream(slug="unsiloed")
    payload = unsiloed({"a": (12, 0.3, (1, 2, 3, 4)), "b": ("y", 0.3)})
    (first,) = take_in(payload, upstream=upstream).rows
    change(payload["result"])
    (second,) = take_in(payload, upstream=upstream).rows
    assert second.supersedes == first and second.source == "upstream"
    assert chains.upstream_rows(first.job) == {"0": second}


def test_numbers_keep_their_text_through_the_database():
    text = json.dumps(unsiloed({"a": ("@", 0.3)})).replace('"@"', "12345678901234567890.1200e5")
    (row,) = take_in(text, upstream=create_upstream(slug="unsiloed")).rows
    row = ResultRow.objects.select_related("values", "facts").get(pk=row.pk)
    assert row.values.text == '{"a":12345678901234567890.1200e5}'
    assert chains.read(row).values["a"].text == "12345678901234567890.1200e5"


def test_a_status_change_alone_adds_an_entry_and_looks_again_but_no_row():
    create_queue()
    upstream = create_upstream(slug="unsiloed")
    payload = unsiloed({"a": ("x", 0.99)})
    job = take_in(payload, upstream=upstream).job
    triage.run(at=AT)
    assert not Task.objects.exists()
    payload["status"] = "review"
    appended = take_in(payload, upstream=upstream)
    assert appended.rows == () and appended.status_changed
    triage.run(at=AT)
    assert Task.objects.get().reasons.get().code == "upstream_review"
    assert Entry.objects.filter(action="intake:job:status_changed", job=job.pk).count() == 1


def test_a_growing_talonic_job_adds_only_what_is_new_and_waits_with_tasks_until_it_is_finished():
    create_queue()
    upstream = create_upstream(slug="talonic", kind=Kind.TALONIC)
    one, two = {"values": {"total": 1}, "confidence": 0.5}, {"values": {"total": 2}, "confidence": 0.5}
    job_id = "00000000-0000-4000-9000-00000000aaaa"
    assert len(take_in(talonic([one], job_id=job_id, job_status="processing"), upstream=upstream).rows) == 1
    assert triage.run(at=AT).tasks == 0
    grown = take_in(talonic([one, two], job_id=job_id, job_status="processing"), upstream=upstream)
    assert (len(grown.rows), grown.unchanged) == (1, 1)
    done = take_in(talonic([one, two], job_id=job_id), upstream=upstream)
    assert done.rows == () and triage.run(at=AT).tasks == 2


def everywhere(needle: str) -> list[str]:
    """Every table and column of the database whose text or bytes hold the needle."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            for (value,) in model._base_manager.values_list(field.attname):
                text = bytes(value).decode("latin-1") if isinstance(field, models.BinaryField) and value else str(value)
                if needle in text:
                    found.append(f"{model.__name__}.{field.name}")
    return found


@pytest.mark.parametrize(
    ("said", "begun"),
    [
        ("2026-03-10T16:41:58.407237+00:00", datetime(2026, 3, 10, 16, 41, 58, 407237, tzinfo=UTC)),
        ("2026-03-10T17:41:58+01:00", datetime(2026, 3, 10, 16, 41, 58, tzinfo=UTC)),
        ("2026-03-10T16:41:58.407Z", datetime(2026, 3, 10, 16, 41, 58, 407000, tzinfo=UTC)),
        ("2026-03-10T16:41:58", AT),  # no zone: nothing says which moment this is
        ("0001-01-01T00:00:00+14:00", AT),
        ("yesterday", AT),
        (None, AT),
    ],
)
def test_a_job_was_begun_when_its_upstream_says_so_else_when_it_came(said, begun):
    payload = unsiloed({"total": (12, 0.3)}, created_at=said)
    job = take_in(payload).job
    assert job.begun_at == begun
    take_in({**payload, "created_at": None}, at=AT + timedelta(hours=1))
    job.refresh_from_db()
    assert job.begun_at == begun, "a later answer that says nothing changes nothing"


def test_a_job_knows_what_its_upstream_calls_the_file():
    assert take_in(llamacloud_v2({"total": 1}, file_input="dfl-9")).job.file_id == "dfl-9"
    assert take_in(unsiloed({"total": (12, 0.3)})).job.file_id == ""


def test_a_newer_reading_is_a_change_of_its_job():
    upstream = create_upstream(slug="unsiloed")
    payload = unsiloed({"total": (12, 0.3)})
    job = take_in(payload, upstream=upstream).job
    later = AT + timedelta(hours=1)
    take_in(payload, upstream=upstream, at=later)
    job.refresh_from_db()
    assert (job.changed_at, job.fetched_at) == (AT, later)
    payload["result"]["total"]["value"] = 13
    take_in(payload, upstream=upstream, at=later)
    job.refresh_from_db()
    assert job.changed_at == later
