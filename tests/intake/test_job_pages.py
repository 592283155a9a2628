"""Does the jobs page show everything that came in, and what could not be read, whole and harmless?"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.intake import attaching, importing, jobs, rejections
from reviewapp.intake.models import Pull, Rejected, SourceFile
from reviewapp.results import chains
from reviewapp.results.models import DocumentLink, Final, Job, ResultRow
from reviewapp.review import decisions, verdicts
from reviewapp.review.models import Task, Verdict
from reviewapp.upstreams.models import AttachedSchema, Upstream
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.fixture
def sol() -> Client:
    return factories.sign_in(factories.create_user(username="sol", role=Role.SUPERVISOR))


def test_every_job_is_listed_with_its_rows_status_and_error(sol: Client) -> None:
    factories.create_job(factories.talonic([{"values": {"total": 1}}, {"values": {"total": 2}}]))
    factories.take_in(
        factories.unsiloed({}, status="failed", file_name="broken.pdf", error="page 3 is unreadable", result=None)
    )
    body = sol.get("/jobs/").content.decode()
    assert "page 3 is unreadable" in body
    shown = {job.status: (job.keys, job.rows_kept, job.documents) for job in sol.get("/jobs/").context["page"].jobs}
    assert shown["failed"] == (0, 0, 0)
    assert (2, 2, 0) in shown.values()


def decide(job: Job, user: User, n: int) -> None:
    for task in Task.objects.filter(job=job, state=Task.State.OPEN).order_by("key")[:n]:
        for path in json.loads(task.eyes):
            said = verdicts.Said(path=path, kind=Verdict.Kind.APPROVED)
            verdicts.give(task_id=task.pk, said=said, user=user, at=factories.AT, via=factories.VIA)
        task.refresh_from_db()
        asked = decisions.Asked(version=task.version)
        decisions.approve(task_id=task.pk, asked=asked, user=user, at=factories.AT, via=factories.VIA)


def test_a_job_says_what_was_decided_here_instead_of_the_upstream_s_word(sol: Client) -> None:
    job = factories.create_job(factories.talonic([{"values": {"total": 1}}, {"values": {"total": 2}}]))
    anna = factories.create_user(role=Role.SUPERVISOR)
    assert "decided here" not in sol.get("/jobs/").content.decode()
    decide(job, anna, 1)
    assert "1 of 2 rows decided here" in sol.get("/jobs/").content.decode()
    decide(job, anna, 1)
    body = sol.get("/jobs/").content.decode()
    assert '<span class="done">decided here</span>' in body and "all 2 rows" in body
    assert "4 versions" in body and "they say" not in body
    body = sol.get(f"/jobs/{job.pk}/").content.decode()
    assert '<span class="done">decided here</span> · 2 of 2 rows decided here' in body
    passed = factories.create_job(factories.unsiloed({"total": (1, 0.99)}, status="completed"))
    assert "needed no eyes" in sol.get("/jobs/", {"q": passed.job_id}).content.decode()


def test_a_job_shows_the_first_values_of_what_counts_and_leads_to_the_task(sol: Client) -> None:
    fields = {f"field_{n}": (n, 0.3) for n in range(8)}
    job = factories.create_job(factories.unsiloed({**fields, "lines": [{"amount": 1}, {"amount": 2}]}))
    (one,) = sol.get(f"/jobs/{job.pk}/").context["now"].rows
    assert (one.values[:2], one.more) == ([("field_0", "0"), ("field_1", "1")], 3)
    body = sol.get(f"/jobs/{job.pk}/").content.decode()
    assert f'href="/tasks/{Task.objects.get().pk}/"' in body and "and 3 more" in body


def test_a_job_of_many_rows_costs_no_more_than_one_of_few(sol: Client) -> None:
    costs = []
    for n in (2, 30):
        job = factories.create_job(factories.talonic([{"values": {"total": n}} for n in range(n)]))
        with CaptureQueriesContext(connection) as spent:
            sol.get(f"/jobs/{job.pk}/")
        costs.append(len(spent))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"status": "failed"}, {"b.pdf"}),
        ({"q": "A.PDF"}, {"a.pdf"}),
        ({"q": "no such"}, set()),
        ({"upstream": "unsiloed_extract"}, {"a.pdf", "b.pdf"}),
        ({"status": "nonsense"}, {"a.pdf", "b.pdf"}),
    ],
)
def test_filters_narrow_the_jobs(sol: Client, asked: dict[str, str], expected: set[str]) -> None:
    factories.create_job(factories.unsiloed({"total": (1, 0.9)}, file_name="a.pdf"))
    factories.take_in(factories.unsiloed({}, status="failed", file_name="b.pdf", error="no"))
    assert {job.file_name for job in sol.get("/jobs/", asked).context["page"].jobs} == expected


def test_the_jobs_page_costs_the_same_however_many_there_are(sol: Client) -> None:
    costs = []
    for _ in range(2):
        for _ in range(10):
            factories.create_job()
        with CaptureQueriesContext(connection) as spent:
            sol.get("/jobs/")
        costs.append(len(spent))
    assert costs[0] == costs[1] <= 9


def test_jobs_come_in_pages_without_a_gap_or_a_repeat(sol: Client) -> None:
    made = {factories.create_job(at=factories.AT + timedelta(minutes=n // 3)).pk for n in range(55)}
    first = sol.get("/jobs/").context["page"]
    second = sol.get("/jobs/", {"after": first.after}).context["page"]
    assert len(first.jobs) == 50
    assert sorted(job.pk for job in (*first.jobs, *second.jobs)) == sorted(made)
    far = "0001-01-01T00:00:00+14:00_1"
    for cursor in (
        "x",
        "_",
        "2026-01-01_1",
        "2026-13-01T00:00:00+00:00_1",
        "2026-01-01T00:00:00+00:00_" + "9" * 40,
        far,
    ):
        assert sol.get("/jobs/", {"after": cursor}).status_code == 200


def test_a_job_shows_both_chains_and_marks_what_counts(sol: Client) -> None:
    payload = factories.unsiloed({"total": (12, 0.9)}, job_id="00000000-0000-4000-8000-000000009999")
    factories.take_in(payload)
    payload["result"]["total"]["value"] = 13
    job = factories.take_in(payload).job
    rows = sol.get(f"/jobs/{job.pk}/").context["rows"]
    assert [one.current for one in rows] == [False, True]
    assert rows[1].row.supersedes_id == rows[0].row.pk
    body = sol.get(f"/jobs/{job.pk}/").content.decode()
    assert "result" in body and "row-" in body


def test_a_document_is_attached_and_another_one_replaces_it_without_a_loss(sol: Client) -> None:
    job = factories.create_job()
    for name, data in (("first.pdf", PDF), ("second.pdf", PDF.replace(b"200 100", b"300 100"))):
        response = sol.post(f"/jobs/{job.pk}/document/", {"document": SimpleUploadedFile(name, data)})
        assert response.status_code == 302
    links = DocumentLink.objects.filter(job=job).order_by("id")
    assert [link.name.text for link in links] == ["first.pdf", "second.pdf"]
    assert Entry.objects.filter(action=Action.DOCUMENT_ATTACHED, job=job.pk, actor_type="person").count() == 2
    again = sol.post(
        f"/jobs/{job.pk}/document/",
        {"document": SimpleUploadedFile("second.pdf", PDF.replace(b"200 100", b"300 100"))},
        follow=True,
    )
    assert "attached already" in again.content.decode()
    assert links.count() == 2
    saved = sol.get(f"/jobs/{job.pk}/documents/{links[0].pk}/")
    assert b"".join(saved.streaming_content) == PDF
    assert saved["Content-Disposition"].startswith("attachment")


def shown_on(client: Client, job: Job) -> list[tuple[str | None, bool]]:
    links = client.get(f"/jobs/{job.pk}/").context["links"]
    return [(one.link.name.text, one.shown) for one in links]


def test_an_earlier_document_is_shown_again_when_somebody_says_so(sol: Client) -> None:
    job = factories.create_job()
    for name, data in (("good.pdf", PDF), ("wrong.pdf", PDF.replace(b"200 100", b"300 100"))):
        sol.post(f"/jobs/{job.pk}/document/", {"document": SimpleUploadedFile(name, data)})
    assert shown_on(sol, job) == [("wrong.pdf", True), ("good.pdf", False)]
    first = DocumentLink.objects.order_by("id")[0]
    response = sol.post(f"/jobs/{job.pk}/shown/{first.pk}/", follow=True)
    assert "shown from now on" in response.content.decode()
    assert shown_on(sol, job) == [("good.pdf", True), ("wrong.pdf", False), ("good.pdf", False)]
    newest = chains.document_of(job, "0")
    assert newest is not None and newest.name.text == "good.pdf"
    again = sol.post(f"/jobs/{job.pk}/shown/{newest.pk}/", follow=True)
    assert "Nothing was changed" in again.content.decode() and DocumentLink.objects.count() == 3
    ana = factories.sign_in(factories.create_user())
    assert ana.post(f"/jobs/{job.pk}/shown/{first.pk}/").status_code == 403


def test_of_a_job_of_several_rows_the_newest_link_of_each_counts(sol: Client) -> None:
    job = factories.create_job(factories.talonic([{"values": {"total": 1}}, {"values": {"total": 2}}]))
    one, two = jobs.keys(job)
    for name, key, width in (("one.pdf", one, b"210"), ("two.pdf", two, b"220"), ("all.pdf", "", b"230")):
        data = {"document": SimpleUploadedFile(name, PDF.replace(b"200 100", width + b" 100")), "key": key}
        assert sol.post(f"/jobs/{job.pk}/document/", data).status_code == 302
    assert shown_on(sol, job) == [("all.pdf", True), ("two.pdf", False), ("one.pdf", False)]
    sol.post(f"/jobs/{job.pk}/shown/{DocumentLink.objects.order_by('id')[1].pk}/")
    assert shown_on(sol, job) == [("two.pdf", True), ("all.pdf", True), ("two.pdf", False), ("one.pdf", False)]
    assert [link.name.text for key in (one, two) if (link := chains.document_of(job, key))] == ["all.pdf", "two.pdf"]
    sol.post(f"/jobs/{job.pk}/shown/{DocumentLink.objects.order_by('id')[2].pk}/")
    assert [link.name.text for key in (one, two) if (link := chains.document_of(job, key))] == ["all.pdf", "all.pdf"]


def test_an_import_again_leaves_the_document_that_somebody_chose(sol: Client, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "paper.pdf").write_bytes(PDF)
    payload = tmp_path / "paper.json"
    payload.write_text(json.dumps(factories.unsiloed({"total": (1, 0.9)})))
    for _again in range(2):
        importing.run(files=[payload], at=timezone.now(), documents=tmp_path / "papers")
        job = Job.objects.get()
        sol.post(f"/jobs/{job.pk}/document/", {"document": SimpleUploadedFile("ours.pdf", PDF + b"\n")})
    assert shown_on(sol, job) == [("ours.pdf", True), ("paper.pdf", False)]


@pytest.mark.parametrize("name", ["note.txt", "fake.pdf"])
def test_a_file_that_can_never_be_shown_is_refused_and_hides_nothing(sol: Client, name: str) -> None:
    task = factories.create_task()
    sol.post(f"/jobs/{task.job_id}/document/", {"document": SimpleUploadedFile("good.pdf", PDF)})
    useless = b"just words, whatever the name says"
    for address, field in ((f"/jobs/{task.job_id}/document/", "document"), (f"/tasks/{task.pk}/document/", "file")):
        response = sol.post(address, {field: SimpleUploadedFile(name, useless)})
        assert response.status_code == 422
        assert "not a PDF, PNG, JPEG or TIFF" in response.content.decode()
    assert [link.name.text for link in DocumentLink.objects.all()] == ["good.pdf"]
    assert not Document.objects.filter(sha256=factories.sha256(useless)).exists()


def test_a_document_of_another_job_is_not_found_under_this_one(sol: Client) -> None:
    one, other = factories.create_job(), factories.create_job()
    sol.post(f"/jobs/{one.pk}/document/", {"document": SimpleUploadedFile("a.pdf", PDF)})
    link = DocumentLink.objects.get()
    assert sol.get(f"/jobs/{other.pk}/documents/{link.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_file_that_cannot_be_kept_is_refused_in_plain_words(sol: Client, name: str) -> None:
    job = factories.create_job()
    data = {"document": SimpleUploadedFile("empty.pdf", b"")} if name == "empty" else {}
    response = sol.post(f"/jobs/{job.pk}/document/", data)
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()
    assert not DocumentLink.objects.exists()


def test_a_damaged_file_is_kept_and_the_page_says_what_is_wrong(sol: Client) -> None:
    job = factories.create_job()
    body = sol.post(
        f"/jobs/{job.pk}/document/", {"document": SimpleUploadedFile("cut.pdf", b"%PDF-1.4\nhalf")}, follow=True
    ).content.decode()
    assert "The end of the file is missing" in body
    assert DocumentLink.objects.get().document.state == "broken"


def test_what_could_not_be_read_is_listed_with_its_reason_and_shown_as_text(sol: Client) -> None:
    kept = rejections.keep(
        data=b'{"error": "<script>alert(1)</script>"}',
        name="<b>bad</b>.json",
        code="error_body",
        message="this is an error body",
        at=timezone.now(),
    )
    listed = sol.get("/jobs/rejected/").content.decode()
    assert "error_body" in listed and "this is an error body" in listed and "<b>bad" not in listed
    shown = sol.get(f"/jobs/rejected/{kept.pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_a_long_payload_is_shown_in_part_and_says_so(sol: Client) -> None:
    kept = rejections.keep(data=b"x" * 50_000, name="long", code="bad_json", message="m", at=timezone.now())
    body = sol.get(f"/jobs/rejected/{kept.pk}/").content.decode()
    assert "x" * 20_000 in body and "x" * 20_001 not in body
    assert "first 20,000 of 50,000 characters" in body


def test_rejected_payloads_come_in_pages(sol: Client) -> None:
    for n in range(55):
        rejections.keep(data=b"%d" % n, name=f"n{n}", code="fragment", message="m", at=timezone.now())
    first = sol.get("/jobs/rejected/")
    second = sol.get("/jobs/rejected/", {"after": first.context["after"]})
    assert len(first.context["found"]) + len(second.context["found"]) == Rejected.objects.count() == 55


def test_an_import_and_the_page_agree(sol: Client, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(factories.unsiloed({"total": (1, 0.9)})))
    bad.write_text("[1, 2]")
    report = importing.run(files=[good, bad], at=timezone.now())
    page = sol.get("/jobs/")
    assert len(page.context["page"].jobs) == report.jobs == Job.objects.count() == 1
    assert page.context["all_rejected"] == len(report.rejected) == 1


def test_an_upstream_made_by_an_import_has_a_proper_name() -> None:
    made = {
        kind: [importing.upstream_for(kind=kind, slug=slug, categories=(), at=factories.AT).name for slug in slugs]
        for kind, slugs in ((Kind.UNSILOED_EXTRACT, ("", "unsiloed", "papers")), (Kind.LLAMACLOUD, ("llamacloud",)))
    }
    assert made == {Kind.UNSILOED_EXTRACT: ["Unsiloed", "Unsiloed", "papers"], Kind.LLAMACLOUD: ["LlamaCloud"]}


def test_categories_and_schemas_of_an_upstream_are_set_with_an_entry_each() -> None:
    upstream = factories.create_upstream(slug="papers")
    admin = factories.sign_in(factories.create_user(username="ada", role=Role.ADMIN))
    assert admin.get("/upstreams/").status_code == 200
    admin.post("/upstreams/papers/categories/", {"categories": "invoice\r\n receipt \r\n\r\ninvoice"})
    upstream.refresh_from_db()
    assert upstream.categories == '["invoice", "receipt"]'
    admin.post("/upstreams/papers/schema/", {"schema_name": "Invoice", "text": '{"type": "object"}'})
    assert AttachedSchema.objects.get().text == '{"type": "object"}'
    assert "{&quot;type&quot;" in admin.get("/upstreams/papers/", {"schema": "Invoice"}).content.decode()
    assert Entry.objects.filter(action=Action.UPSTREAM_CHANGED).count() == 2
    admin.post("/upstreams/papers/schema/", {"schema_name": "Invoice", "text": ""})
    assert not AttachedSchema.objects.exists()
    assert Entry.objects.filter(action=Action.UPSTREAM_CHANGED).count() == 3


@pytest.mark.parametrize("text", ["{", "[]", '"x"', '{"a": 1, "a": 2}', "nul"])
def test_what_is_no_schema_is_refused(text: str) -> None:
    factories.create_upstream(slug="papers")
    admin = factories.sign_in(factories.create_user(username="ada", role=Role.ADMIN))
    response = admin.post("/upstreams/papers/schema/", {"schema_name": "Invoice", "text": text})
    assert response.status_code == 422
    assert not AttachedSchema.objects.exists()


def section(page: str) -> str:
    """What stands under “Documents”."""
    return page.partition("<h2>Documents</h2>")[2].partition("</section>")[0]


@pytest.mark.parametrize("reader", [Role.SUPERVISOR, Role.AUDITOR])
def test_a_job_without_its_file_says_what_is_missing_and_what_happens_next(reader: Role) -> None:
    client = factories.sign_in(factories.create_user(role=reader))
    job = factories.create_job()
    acts = reader == Role.SUPERVISOR

    def said() -> str:
        return section(client.get(f"/jobs/{job.pk}/").content.decode())

    assert "only its result was imported" in said() and "shows no page" in said()
    assert ("attach it below" in said(), "A supervisor can attach" in said()) == (acts, not acts)
    Upstream.objects.update(base_url="https://api.example.com")
    assert ("Fetched again, it may come with its file" in said()) == acts
    columns = {"since": factories.AT, "changed_at": factories.AT, "state": "settled", "origin": "named"}
    Pull.objects.create(upstream=job.upstream, job_id=job.job_id, known_job=job, **columns)
    assert "the upstream gives none" in said() and "imported" not in said()
    wanted = SourceFile.objects.create(job=job, since=factories.AT, next_at=factories.AT)
    assert "is being fetched; it appears here by itself" in said() and "gives none" not in said()
    SourceFile.objects.filter(pk=wanted.pk).update(state="refused", last_error="it is gone", next_at=None)
    assert "could not be had" in said() and "it is gone" in said()
    attaching.attach(job=job, chunks=[PDF], name="a.pdf", key="", at=factories.AT, by=trail.SYSTEM, via=factories.VIA)
    assert "shows no page" not in said() and "a.pdf" in said()


def test_a_job_leads_to_its_deliveries(sol: Client) -> None:
    job = factories.create_job()
    page = sol.get(f"/jobs/{job.pk}/").content.decode()
    assert f'href="/deliveries/?q={job.job_id}"' in page
    assert sol.get(f"/deliveries/?q={job.job_id}").status_code == 200


def test_fetching_again_asks_first_where_rows_have_ended(sol: Client) -> None:
    job = factories.create_job()
    Upstream.objects.update(base_url="https://api.example.com")
    action = f'action="/jobs/{job.pk}/again/"'

    def asked() -> tuple[int, int]:
        """How often it is offered, and how often after a question."""
        page = sol.get(f"/jobs/{job.pk}/").content.decode()
        details = re.findall(r"<details.*?</details>", page, re.DOTALL)
        return page.count(action), sum(action in one for one in details)

    assert asked() == (1, 0)
    row = ResultRow.objects.get()
    Final.objects.create(row=row, outcome=Final.Outcome.PASSED, at=factories.AT)
    assert asked() == (1, 1)
