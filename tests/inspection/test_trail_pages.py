"""Does the trail read as what happened: who, what, on what, old and new, in order?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.documents.models import Document
from reviewapp.inspection import browse, wording
from reviewapp.results import chains, ledger
from reviewapp.results.models import Job
from reviewapp.review import claims, decisions, queue_rules, queues, triage, verdicts
from reviewapp.review.models import Task, Verdict
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def udo() -> Client:
    return factories.sign_in(factories.create_user(username="udo", role=Role.AUDITOR))


@pytest.fixture
def ana() -> User:
    return factories.create_user(username="ana", queues=[queues.default()])


def decided(ana: User) -> Task:
    """A task with a corrected and a cleared field, approved by Ana."""
    task = factories.create_task(factories.unsiloed({"total": (12, 0.3), "tax": (2, 0.2)}, file_name="paper.pdf"))
    now = timezone.now()
    for path, kind, value in (
        ("/total", Verdict.Kind.CORRECTED, "14 <b>"),
        ("/tax", Verdict.Kind.CLEARED, None),
    ):
        said = verdicts.Said(path=path, kind=kind, value=value)
        verdicts.give(task_id=task.pk, said=said, user=ana, at=now, via=factories.VIA)
    task.refresh_from_db()
    asked = decisions.Asked(version=task.version)
    decisions.approve(task_id=task.pk, asked=asked, user=ana, at=now, via=factories.VIA)
    return task


def test_a_document_s_whole_life_stands_in_order(udo: Client, ana: User) -> None:
    task = decided(ana)
    lines = udo.get(f"/trail/jobs/{task.job_id}/").context["lines"]
    acts = [line.action for line in lines]
    assert acts == sorted(
        acts,
        key=lambda act: [
            str(one) for one in Entry.objects.filter(job=task.job_id).order_by("pk").values_list("action", flat=True)
        ].index(act),
    )
    for act in (
        Action.JOB_RECEIVED,
        Action.ROW_RECEIVED,
        Action.TASK_OPENED,
        Action.TASK_CLAIMED,
        Action.FIELD_CORRECTED,
        Action.FIELD_CLEARED,
        Action.TASK_APPROVED,
    ):
        assert act in acts
    body = udo.get(f"/trail/jobs/{task.job_id}/").content.decode()
    assert "14 &lt;b&gt;" in body and "14 <b>" not in body
    assert "not in the document" in body
    assert "2 verdicts, 0 not reviewed" in body


def test_the_newest_entry_stands_first_and_pages_have_no_gap(
    udo: Client, ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse, "PAGE", 4)
    decided(ana)
    seen: list[int] = []
    after = ""
    while True:
        page = udo.get("/trail/", {"after": after}).context["page"]
        seen += [entry.pk for entry in page.entries]
        after = page.after
        if not after:
            break
    assert seen == list(Entry.objects.order_by("-pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("asked", "acts"),
    [
        ({"action": "review:field:corrected"}, {"review:field:corrected"}),
        ({"path": "/total"}, {"review:field:corrected"}),
        ({"path": "/tot"}, set()),
        (
            {"who": "system:reviewapp", "job": "here"},
            {"intake:job:received", "intake:row:received", "review:task:opened"},
        ),
        ({"since": "2020-01-01", "until": "2020-01-02"}, set()),
        ({"since": "not a day", "path": "/tax"}, {"review:field:cleared"}),
        ({"job": "no such job"}, set()),
        ({"until": "9999-12-31", "path": "/tax"}, {"review:field:cleared"}),
    ],
)
def test_filters_narrow_the_trail(udo: Client, ana: User, asked: dict[str, str], acts: set[str]) -> None:
    task = decided(ana)
    asked = {name: str(task.job_id) if value == "here" else value for name, value in asked.items()}
    assert {line.action for line in udo.get("/trail/", asked).context["lines"]} == acts


def test_the_upstream_s_own_job_id_finds_the_job_too(udo: Client, ana: User) -> None:
    task = decided(ana)
    assert udo.get("/trail/", {"job": task.job.job_id}).context["lines"]


def test_the_trail_costs_the_same_however_long_it_is(udo: Client, ana: User) -> None:
    costs = []
    for _ in range(2):
        for _ in range(5):
            decided(ana)
        with CaptureQueriesContext(connection) as spent:
            udo.get("/trail/")
        costs.append(len(spent))
    assert costs[0] == costs[1] <= 14


def attach(job: Job, name: str, *, key: str = "", at: datetime) -> Document:
    document, _new = Document.objects.get_or_create(
        sha256=factories.sha256(name.encode()),
        defaults={
            "size": 1,
            "media_type": "application/pdf",
            "state": "broken",
            "problem": "truncated",
            "created_at": at,
        },
    )
    ledger.link_document(job=job, key=key, document=document, name=name, at=at)
    return document


def three_rows(ana: User, *, at: datetime) -> Job:
    """A job of three rows, each with a document and a task that Ana claims."""
    job = factories.take_in(factories.talonic([{"values": {"total": n}} for n in (1, 2, 3)]), at=at).job
    for n, key in enumerate(chains.current_rows(job)):
        attach(job, f"scan-{n}.pdf", key=key, at=at)
    triage.run(at=at)
    for task in Task.objects.filter(job=job):
        claims.take(task_id=task.pk, user=ana, at=at, via=factories.VIA)
    return job


def test_an_entry_names_its_own_row_and_the_document_of_its_time(udo: Client, ana: User) -> None:
    job = three_rows(ana, at=factories.AT)
    keys = list(chains.current_rows(job))
    attach(job, "another-scan.pdf", key=keys[1], at=factories.AT + timedelta(hours=1))
    task = Task.objects.get(job=job, key=keys[1])
    claims.release(task_id=task.pk, user=ana, at=factories.AT + timedelta(hours=2), via=factories.VIA)
    lines = udo.get("/trail/").context["lines"]
    claimed = {(one.number, one.called) for one in lines if one.action == Action.TASK_CLAIMED}
    assert claimed == {(1, "scan-0.pdf"), (2, "scan-1.pdf"), (3, "scan-2.pdf")}
    received = {(one.number, one.called) for one in lines if one.action == Action.ROW_RECEIVED}
    assert received == claimed
    assert [(one.number, one.called) for one in lines if one.action == Action.TASK_RELEASED] == [
        (2, "another-scan.pdf")
    ]
    body = udo.get(f"/trail/jobs/{job.pk}/").content.decode()
    assert "row 2 of 3 · scan-1.pdf" in body and "row 2 of 3 · another-scan.pdf" in body


def test_an_entry_before_a_document_came_is_called_as_the_upstream_called_it(udo: Client, ana: User) -> None:
    task = factories.create_task(factories.unsiloed({"total": (12, 0.3)}, file_name="theirs.pdf"))
    attach(task.job, "ours.pdf", at=factories.AT + timedelta(hours=1))
    claims.take(task_id=task.pk, user=ana, at=factories.AT + timedelta(hours=2), via=factories.VIA)
    called = {one.action: one.called for one in udo.get("/trail/").context["lines"] if one.called}
    assert called[Action.ROW_RECEIVED] == called[Action.TASK_OPENED] == "theirs.pdf"
    assert called[Action.TASK_CLAIMED] == called[Action.DOCUMENT_ATTACHED] == "ours.pdf"
    assert {one.number for one in udo.get("/trail/").context["lines"]} == {None}


def test_naming_costs_the_same_however_many_rows_there_are(udo: Client, ana: User) -> None:
    costs = []
    for _ in range(2):
        three_rows(ana, at=factories.AT)
        with CaptureQueriesContext(connection) as spent:
            udo.get("/trail/")
        costs.append(len(spent))
    assert costs[0] == costs[1] <= 14


def test_every_act_is_told_in_words(ana: User) -> None:
    decided(ana)
    for entry in Entry.objects.select_related("old", "new", "reason"):
        told = wording.tell(entry)
        assert told.act and told.who
        assert "{" not in told.on, told.on


def test_a_long_value_is_cut_on_the_page_and_says_so(udo: Client, ana: User) -> None:
    task = factories.create_task()
    said = verdicts.Said(path="/total", kind=Verdict.Kind.CORRECTED, value="y" * 1000)
    verdicts.give(task_id=task.pk, said=said, user=ana, at=timezone.now(), via=factories.VIA)
    body = udo.get("/trail/").content.decode()
    assert "y" * 239 in body and "y" * 241 not in body and "…" in body


def test_a_change_of_a_queue_says_what_it_changed(udo: Client, ana: User) -> None:
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    queue = queues.default()
    old = queue_rules.rule_of(queue)
    new = replace(old, threshold="0.95", due_minutes=90, field_thresholds={"/total": "0.99"}, members=())
    queue_rules.change(queue_id=queue.pk, rule=new, user=sol, at=timezone.now(), via=factories.VIA)
    line = next(one for one in udo.get("/trail/").context["lines"] if one.action == Action.QUEUE_CHANGED)
    assert line.on == f"Queue {queue.name}"
    assert line.said == (
        "threshold 0.8 → 0.95; due after never → 1 h 30 min; /total at 0.99; no longer works on it: Ana"
    )
    made = queue_rules.make(
        rule=replace(new, name="Talonic only", kind="talonic", position=3),
        user=sol,
        at=timezone.now(),
        via=factories.VIA,
    )
    line = next(one for one in udo.get("/trail/").context["lines"] if one.action == Action.QUEUE_CHANGED)
    assert line.on == f"Queue {made.name}"
    assert "kind Talonic" in line.said and "position 3" in line.said


def test_one_field_is_told_as_one(udo: Client, ana: User) -> None:
    factories.create_task(factories.unsiloed({"total": (12, 0.3), "tax": (2, 0.9)}))
    body = udo.get("/trail/").content.decode()
    assert f"Queue {queues.default().name}: 1 of 2 fields needs eyes" in body


def test_a_step_back_says_what_was_taken_back(udo: Client, ana: User) -> None:
    task = factories.create_task(factories.unsiloed({"total": (12, 0.3)}))
    now = timezone.now()
    said = verdicts.Said(path="/total", kind=Verdict.Kind.APPROVED)
    verdicts.give(task_id=task.pk, said=said, user=ana, at=now, via=factories.VIA)
    verdicts.undo(task_id=task.pk, user=ana, at=now + timedelta(seconds=1), via=factories.VIA)
    verdicts.redo(task_id=task.pk, user=ana, at=now + timedelta(seconds=2), via=factories.VIA)
    acts = [line.act for line in udo.get("/trail/").context["lines"] if line.path == "/total"]
    assert acts == ["redid: approved", "undid: approved", "approved"]


def test_who_held_it_is_told(udo: Client, ana: User) -> None:
    task = factories.create_task()
    claims.take(task_id=task.pk, user=ana, at=timezone.now(), via=factories.VIA)
    claims.release(task_id=task.pk, user=ana, at=timezone.now(), via=factories.VIA)
    assert "Held by Ana" in udo.get("/trail/").content.decode()


def test_an_unknown_job_is_not_found(udo: Client) -> None:
    assert udo.get("/trail/jobs/4711/").status_code == 404
