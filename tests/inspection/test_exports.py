"""Can an auditor check an export alone, and is every line of it there?"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry
from reviewapp.documents.models import Document
from reviewapp.inspection import export
from reviewapp.results import chains, ledger
from reviewapp.review import claims, queues, triage, verdicts
from reviewapp.review.models import Task, Verdict
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def udo() -> Client:
    return factories.sign_in(factories.create_user(username="udo", role=Role.AUDITOR))


@pytest.fixture
def ana() -> User:
    return factories.create_user(username="ana", queues=[queues.default()])


def correct(ana: User, value: str = "14.50") -> int:
    """A task on which Ana corrected the total; its job's id."""
    task = factories.create_task(factories.unsiloed({"total": (12, 0.3, (10, 20, 30, 40))}))
    verdicts.give(
        task_id=task.pk,
        said=verdicts.Said(path="/total", kind=Verdict.Kind.CORRECTED, value=value, seconds="3.2"),
        user=ana,
        at=timezone.now(),
        via=factories.VIA,
    )
    return task.job_id


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    assert response.streaming
    return b"".join(response.streaming_content).decode()


def rows(client: Client, address: str = "/trail/export.csv") -> list[dict[str, str]]:
    text = read(client, address)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def jcs(plain: Any) -> bytes:
    """RFC 8785 for texts and whole numbers, by the standard library alone."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def check(line: dict[str, Any]) -> list[str]:
    """What is wrong with a line of the JSONL export: hashes only, nothing of the program."""
    body = json.loads(line["body"])
    wrong = []
    if hashlib.sha256(b"\x00" + line["body"].encode()).hexdigest() != line["leaf"]:
        wrong.append("leaf")
    if jcs(body) != line["body"].encode():
        wrong.append("form")
    for name in ("old", "new", "reason"):
        value, committed = line["values"][name], body[name]
        if (value is None) != (committed is None):
            wrong.append(name)
        elif value is not None and "salt" in value:
            plain = {"text": value["text"], "type": value["type"]}
            if hashlib.sha256(bytes.fromhex(value["salt"]) + jcs(plain)).hexdigest() != committed["commitment"]:
                wrong.append(name)
        elif value is not None and value["commitment"] != committed["commitment"]:
            wrong.append(name)
    return wrong


def test_every_line_of_the_jsonl_can_be_hashed_again_without_us(udo: Client, ana: User) -> None:
    correct(ana, 'Ayşe "=1"\n\t\u2028 \U0001f600 é ~ \x7f')
    lines = [json.loads(line) for line in read(udo, "/trail/export.jsonl").splitlines()]
    assert len(lines) == Entry.objects.exclude(action=Action.TRAIL_EXPORTED).count() > 5
    assert [check(line) for line in lines] == [[]] * len(lines)
    assert sum(line["values"]["new"] is not None for line in lines) >= 2
    heads: dict[str, str] = {}
    for line in lines:
        body = json.loads(line["body"])
        assert body["prev"] == heads.get(body["stream"], "0" * 64)
        heads[body["stream"]] = line["leaf"]


@pytest.mark.parametrize("altered", ["body", "text", "salt", "commitment"])
def test_the_check_itself_finds_one_altered_letter(udo: Client, ana: User, altered: str) -> None:
    correct(ana)
    lines = [json.loads(line) for line in read(udo, "/trail/export.jsonl").splitlines()]
    line = next(one for one in lines if "corrected" in one["body"])
    assert check(line) == []
    if altered == "body":
        line["body"] = line["body"].replace("Ana", "Eve")
    elif altered == "text":
        line["values"]["new"]["text"] = '"15.50"'
    elif altered == "salt":
        line["values"]["old"]["salt"] = "00" * 32
    else:
        line["body"] = line["body"].replace(line["values"]["new"]["commitment"], "0" * 64)
    assert check(line)


def test_an_erased_value_leaves_its_commitment_and_its_time(udo: Client, ana: User) -> None:
    correct(ana)
    entry = Entry.objects.get(action=Action.FIELD_CORRECTED)
    at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Content._meta.db_table} SET text = NULL, salt = NULL, erased_at = %s WHERE id = %s",
            [at, entry.new_id],
        )
    lines = [json.loads(line) for line in read(udo, "/trail/export.jsonl").splitlines()]
    line = next(one for one in lines if "corrected" in one["body"])
    assert check(line) == []
    assert "text" not in line["values"]["new"]
    row = next(one for one in rows(udo) if one["action"] == Action.FIELD_CORRECTED)
    assert (row["finalValue"], row["finalErasedAt"][:10]) == ("", f"{at:%Y-%m-%d}")
    assert "14.50" not in read(udo, "/trail/export.csv")
    assert "erased on" in udo.get(f"/trail/jobs/{entry.job}/").content.decode()


def test_the_csv_says_old_new_who_when_and_what_was_shown(udo: Client, ana: User) -> None:
    job = correct(ana)
    row = next(one for one in rows(udo) if one["action"] == Action.FIELD_CORRECTED)
    assert row["fieldKey"] == "/total"
    assert (row["priorValue"], row["finalValue"]) == ("12", "14.50")
    assert (row["priorType"], row["finalType"]) == ("number", "string")
    assert (row["decidedBy"], row["decidedByName"]) == (str(ana.pk), "Ana")
    assert (row["jobId"], row["upstream"], row["threshold"], row["confidence"]) == (
        str(job),
        "unsiloed_extract",
        "0.8",
        "0.3",
    )
    assert json.loads(row["boxesBefore"])[0]["boxes"] == [["10", "20", "30", "40"]]
    assert (row["seconds"], row["reasonsShown"]) == ("3.2", "low_confidence")
    assert row["decidedAt"].endswith("Z")
    assert row["leaf"] == Entry.objects.get(pk=int(row["id"])).leaf


def test_the_csv_names_the_row_s_document_also_on_lines_about_a_task(udo: Client, ana: User) -> None:
    job = factories.take_in(factories.talonic([{"values": {"total": 1}}, {"values": {"total": 2}}])).job
    for n, key in enumerate(chains.current_rows(job)):
        document = Document.objects.create(
            sha256=f"{n}" * 64,
            size=1,
            media_type="application/pdf",
            state="broken",
            problem="truncated",
            created_at=factories.AT,
        )
        ledger.link_document(job=job, key=key, document=document, name=f"scan-{n}.pdf", at=factories.AT)
    triage.run(at=factories.AT)
    for task in Task.objects.all():
        claims.take(task_id=task.pk, user=ana, at=timezone.now(), via=factories.VIA)
    claimed = [one for one in rows(udo) if one["action"] == Action.TASK_CLAIMED]
    assert {(one["vendorRowKey"], one["documentName"]) for one in claimed} == {
        (key, f"scan-{n}.pdf") for n, key in enumerate(chains.current_rows(job))
    }


def test_the_csv_holds_every_column_of_a_decision_log_in_its_order() -> None:
    log = ["documentId", "documentName", "fieldKey", "triggerType", "action", "priorValue", "finalValue", "reason"]
    log += ["decidedBy", "decidedByName", "decidedAt"]
    assert export.COLUMNS[0] == "id"
    assert [one for one in export.COLUMNS if one in log] == log


def test_a_value_that_is_a_formula_leaves_as_text(udo: Client, ana: User) -> None:
    correct(ana, "x")
    entry = Entry.objects.get(action=Action.FIELD_CORRECTED)
    verdicts.give(
        task_id=int(entry.object_id),
        said=verdicts.Said(
            path="/total", kind=Verdict.Kind.CORRECTED, value="=HYPERLINK(1)", seen=Verdict.objects.get().pk
        ),
        user=ana,
        at=timezone.now(),
        via=factories.VIA,
    )
    for row in rows(udo):
        for column, cell in row.items():
            assert cell[:1] not in "=+-@\t\r" or cell == "", (column, cell)


def test_an_export_is_an_entry_written_before_the_first_byte(udo: Client, ana: User) -> None:
    correct(ana)
    response = udo.get("/trail/export.csv", {"path": "/total", "since": "2020-01-01"})
    entry = Entry.objects.get(action=Action.TRAIL_EXPORTED)
    details = json.loads(bytes(entry.body))["details"]
    assert details["format"] == "csv"
    assert (details["filters"]["path"], details["filters"]["since"]) == ("/total", "2020-01-01")
    text = b"".join(response.streaming_content).decode()
    assert Action.TRAIL_EXPORTED not in text
    assert text.count("\r\n") == 2


def test_the_export_has_the_filters_of_the_page(udo: Client, ana: User) -> None:
    job = correct(ana)
    correct(ana)
    assert {row["jobId"] for row in rows(udo, f"/trail/export.csv?job={job}")} == {str(job)}
    only = rows(udo, f"/trail/export.csv?action={Action.FIELD_CORRECTED}&who=person:{ana.pk}")
    assert len(only) == 2
    tomorrow = timezone.now() + timedelta(days=1)
    assert rows(udo, f"/trail/export.csv?since={tomorrow:%Y-%m-%d}") == []
    yesterday = timezone.now() - timedelta(days=1)
    assert [row["action"] for row in rows(udo, f"/trail/export.csv?until={yesterday:%Y-%m-%d}")] != []
    assert all(row["action"] != Action.SIGNED_IN for row in rows(udo, f"/trail/export.csv?until={yesterday:%Y-%m-%d}"))


def test_an_export_in_many_pages_has_every_entry_once(udo: Client, ana: User) -> None:
    for _ in range(4):
        correct(ana)
    with mock.patch.object(export, "PAGE", 3), mock.patch.object(export, "CONTENTS", 2):
        ids = [int(row["id"]) for row in rows(udo)]
    assert ids == sorted(ids)
    assert ids == list(Entry.objects.exclude(action=Action.TRAIL_EXPORTED).order_by("pk").values_list("pk", flat=True))


def test_no_cursor_is_open_and_no_transaction_runs_between_two_lines(udo: Client, ana: User) -> None:
    for _ in range(3):
        correct(ana)
    with mock.patch.object(export, "PAGE", 2), CaptureQueriesContext(connection) as spent:
        response = udo.get("/trail/export.jsonl")
        stream = iter(response.streaming_content)
        next(stream)
        before = len(spent)
        next(stream)
        assert len(spent) > before
        said = " ".join(query["sql"] for query in spent.captured_queries[before:]).upper()
        assert "BEGIN" not in said and "SAVEPOINT" not in said


def test_only_who_may_export_exports_and_a_refusal_writes_nothing(ana: User) -> None:
    sol = factories.sign_in(factories.create_user(username="sol", role=Role.SUPERVISOR))
    for address in ("/trail/export.csv", "/trail/export.jsonl"):
        assert sol.get(address).status_code == 403
    assert not Entry.objects.filter(action=Action.TRAIL_EXPORTED).exists()
