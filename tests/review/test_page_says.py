"""Is a value that the page contradicts a reason to look, at triage and when the document comes later?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings
from reportlab.pdfgen import canvas

from reviewapp.documents import reading, vault
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.intake import importing
from reviewapp.ops.samples import index
from reviewapp.results import ledger
from reviewapp.results.models import Final, Handoff
from reviewapp.review import triage
from reviewapp.review.models import Queue, Task, TaskReason
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(minutes=5)
JOB = "00000000-0000-4000-8000-0000000000ee"
#: Where the paper below prints its total and its day, on a page of 200 x 100 points.
TOTAL, DAY = [8, 38, 60, 53], [8, 58, 80, 73]


@pytest.fixture(autouse=True)
def queue(settings: Settings, tmp_path: Path) -> Queue:
    settings.DATA_DIR = tmp_path
    return factories.create_queue()


@pytest.fixture
def paper() -> Document:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(200, 100), invariant=1)
    page.setFont("Helvetica", 10)
    page.drawString(10, 50, "1,234.56")
    page.drawString(10, 30, "7 May 2026")
    page.showPage()
    page.save()
    return vault.keep(chunks=[out.getvalue()], at=AT)


def take_in(total: float, *, day: str = "2026-05-07", score: float = 0.99) -> ledger.Appended:
    payload = factories.unsiloed(
        {"total": (total, score), "day": (day, 0.99)},
        job_id=JOB,
        properties={"total": {"type": "number"}, "day": {"type": "string", "format": "date"}},
    )
    for name, box in (("total", TOTAL), ("day", DAY)):
        payload["result"][name]["citation"] = {"bbox": box, "page": 1, "page_width": 200, "page_height": 100}
    return factories.take_in(payload)


def link(job: ledger.Appended, document: Document) -> None:
    ledger.link_document(job=job.job, document=document, name="paper.pdf", at=AT)


def said(task: Task) -> dict[str, dict[str, str]]:
    reasons = TaskReason.objects.filter(task=task, code="page_says")
    return {reason.path: json.loads(reason.detail) for reason in reasons}


def test_a_confident_value_that_the_page_contradicts_opens_a_task(paper: Document) -> None:
    link(take_in(1243.56, day="2026-07-05"), paper)
    triage.run(at=AT)
    task = Task.objects.get()
    assert said(task) == {
        "/total": {"says": "1,234.56", "value": "1234.56"},
        "/day": {"says": "7 May 2026", "value": '"2026-05-07"'},
    }
    assert json.loads(task.eyes) == ["/total", "/day"]


def test_what_the_page_says_as_well_passes_without_a_person(paper: Document) -> None:
    link(take_in(1234.56), paper)
    assert triage.run(at=AT) == triage.Triaged(tasks=0, passed=1)
    assert not Task.objects.exists()


def test_without_a_document_nothing_is_said_and_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "words_under", lambda *_: pytest.fail("nothing is there to read"))
    take_in(1243.56, score=0.3)
    triage.run(at=AT)
    assert said(Task.objects.get()) == {}


def test_a_document_that_comes_later_is_compared_and_judged_anew(paper: Document) -> None:
    job = take_in(1243.56, score=0.3)
    triage.run(at=AT)
    task = Task.objects.get()
    ledger.link_document(job=job.job, document=paper, name="paper.pdf", at=LATER)
    triage.run(at=LATER)
    after = Task.objects.get()
    assert (after.pk, list(said(after)), after.version) == (task.pk, ["/total"], task.version + 1)


def test_a_row_that_passed_before_its_document_came_is_looked_at_then_and_only_if_need_be(paper: Document) -> None:
    job = take_in(1243.56)
    assert triage.run(at=AT).passed == 1
    ledger.link_document(job=job.job, document=paper, name="paper.pdf", at=LATER)
    assert triage.run(at=LATER).tasks == 1
    assert list(said(Task.objects.get())) == ["/total"]


def test_a_row_that_passed_passes_once(paper: Document) -> None:
    job = take_in(1234.56)
    triage.run(at=AT)
    ledger.link_document(job=job.job, document=paper, name="paper.pdf", at=LATER)
    triage.run(at=LATER)
    assert Final.objects.count() == 1
    assert not Task.objects.exists()
    assert not Handoff.objects.filter(to=Handoff.To.REVIEW).exists()


def test_a_document_that_says_the_same_disturbs_nobody(paper: Document) -> None:
    job = take_in(1234.56, score=0.3)
    triage.run(at=AT)
    task = Task.objects.get()
    ledger.link_document(job=job.job, document=paper, name="paper.pdf", at=LATER)
    triage.run(at=LATER)
    assert Task.objects.get().version == task.version


def test_judged_anew_for_another_threshold_the_page_says_what_it_said(
    paper: Document, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(take_in(1243.56), paper)
    triage.run(at=AT)
    monkeypatch.setattr(reading, "words_under", lambda *_: pytest.fail("it was read before"))
    queue.threshold = "0.999"
    queue.save()
    triage.again(queue=queue, at=LATER)
    task = Task.objects.get()
    assert list(said(task)) == ["/total"]
    assert sorted(task.reasons.values_list("code", flat=True)) == ["low_confidence", "low_confidence", "page_says"]
    ledger.hand_to([task.row], Handoff.To.REVIEW)
    triage.run(at=LATER, reads=False)
    assert list(said(Task.objects.get())) == ["/total"]


def test_a_run_that_may_not_read_leaves_what_is_unread_to_one_that_may(paper: Document) -> None:
    link(take_in(1243.56), paper)
    assert triage.run(at=AT, reads=False) == triage.Triaged(tasks=0, passed=0)
    assert triage.run(at=AT).tasks == 1


def test_rows_wait_for_a_document_that_is_on_its_way(paper: Document) -> None:
    job = take_in(1243.56)
    jobs = type(job.job).objects.filter(pk=job.job.pk).values_list("pk")
    assert triage.run(at=AT, awaiting=jobs) == triage.Triaged(tasks=0, passed=0)
    assert triage.run(at=AT, awaiting=jobs.none()).passed == 1


@pytest.fixture
def ana(queue: Queue) -> Client:
    return factories.sign_in(factories.create_user(username="ana", queues=[queue]))


def test_the_screen_offers_what_the_page_says_and_takes_it(ana: Client, paper: Document) -> None:
    link(take_in(1243.56, day="2026-07-05"), paper)
    triage.run(at=AT)
    task = Task.objects.get()
    page = ana.get(f"/tasks/{task.pk}/", {"field": "/total"}).content.decode()
    assert "The page says “1,234.56”." in page
    assert 'name="page_says" value="1234.56"' in page
    answer = ana.post(
        f"/tasks/{task.pk}/verdicts/", {"path": "/total", "seen": "0", "value": "1243.56", "page_says": "1234.56"}
    )
    assert answer.status_code == 302
    verdict = task.verdicts.get()
    assert verdict.value is not None
    assert (verdict.kind, verdict.value.text) == ("corrected", "1234.56")
    after = ana.get(f"/tasks/{task.pk}/", {"field": "/total"}).content.decode()
    assert 'name="page_says"' not in after
    assert 'value="2026-05-07"' in ana.get(f"/tasks/{task.pk}/", {"field": "/day"}).content.decode()


def test_a_form_without_any_word_is_refused(ana: Client, paper: Document) -> None:
    link(take_in(1243.56), paper)
    triage.run(at=AT)
    answer = ana.post(f"/tasks/{Task.objects.get().pk}/verdicts/", {"path": "/total", "seen": "0", "value": "7"})
    assert answer.status_code == 422


def samples() -> Iterator[index.Sample]:
    """Those that cite boxes, and whose truth is known."""
    boxed = (one for one in index.SAMPLES if one.kind not in (Kind.UNSILOED_CLASSIFY, Kind.TALONIC))
    return (one for one in boxed if (index.TRUTH / one.payload).exists())


def test_of_all_samples_just_the_wrong_values_are_said_otherwise() -> None:
    for sample in samples():
        importing.run(
            files=[index.PAYLOADS / sample.payload],
            at=AT,
            documents=index.DOCUMENTS,
            upstream=sample.upstream,
            kind=Kind(sample.kind),
        )
    triage.run(at=AT)
    flagged = {(task.document_name, path) for task in Task.objects.all() for path in said(task)}
    assert flagged == {one for sample in samples() for one in contradicted(sample)}
    assert len(flagged) == FLAGGED


#: The wrong values on pages with text, and two right ones whose box is around something else.
FLAGGED = 19
#: What nobody can compare: a bill whose upstream cites no boxes, a scan, a photo.
MUTE = {"bill-eastmere-water.pdf", "intake-wrenhaven.tiff", "receipt-copper-lantern.jpg"}


def contradicted(sample: index.Sample) -> Iterator[tuple[str, str]]:
    for row in json.loads((index.TRUTH / sample.payload).read_text())["rows"].values():
        elsewhere = [path for path, planted in row["planted"].items() if planted == "elsewhere"]
        for path in {*row["wrong"], *elsewhere}:
            drawn_tick = isinstance(row["right"].get(path), bool)
            if path in row["printed"] and row["document"] not in MUTE and not drawn_tick:
                yield row["document"], path
