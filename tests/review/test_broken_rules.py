"""Do failing rules open tasks, follow what people say, and keep a document from being approved without a word?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from reviewapp.accounts.models import User
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Entry
from reviewapp.extraction.jsontext import Number
from reviewapp.results.models import Final
from reviewapp.review import current, decisions, queues, triage, verdicts
from reviewapp.review.models import Decision, Queue, Task, Verdict
from tests import factories
from tests.factories import AT, VIA

pytestmark = pytest.mark.django_db

SUM = {"id": "1", "name": "Lines make the total", "kind": "sum", "fields": ["/lines/*/amount"], "target": "/total"}
DATES = {"id": "2", "name": "Due after issue", "kind": "order", "fields": ["/issued", "/due"], "severity": "look"}


@pytest.fixture
def ana() -> User:
    return factories.create_user(username="ana", queues=[queues.default()])


def queue(*rules: dict[str, Any], severity: str = "must") -> Queue:
    found = queues.default()
    found.value_rules = json.dumps([{"severity": severity, **one} for one in rules])
    found.save()
    return found


def invoice(*amounts: int, total: int, sure: float = 0.95, status: str = "completed", **over: Any) -> dict[str, Any]:
    fields = {"lines": [{"amount": (one, 0.95)} for one in amounts], "total": (total, 0.95)}
    return factories.unsiloed(
        {**fields, "issued": ("2026-03-01", sure), "due": ("2026-03-31", 0.95), **over}, status=status
    )


def give(task: Task, user: User, path: str, value: object = None) -> Task:
    task.refresh_from_db()
    kind = Verdict.Kind.APPROVED if value is None else Verdict.Kind.CORRECTED
    seen = current.verdicts(task).get(path)
    said = verdicts.Said(path=path, kind=kind, value=value, seen=seen.pk if seen else 0)  # type: ignore[arg-type]
    verdicts.give(task_id=task.pk, said=said, user=user, at=AT, via=VIA)
    task.refresh_from_db()
    return task


def approve(task: Task, user: User, **over: Any) -> Decision:
    task.refresh_from_db()
    asked = decisions.Asked(version=task.version, reason=over.pop("reason", ""))
    return decisions.approve(task_id=task.pk, asked=asked, user=user, at=AT, via=VIA, **over)


def complaints(task: Task) -> list[str]:
    return list(task.reasons.filter(code="rule_failed").order_by("id").values_list("path", flat=True))


def eyes(task: Task) -> list[str]:
    return [str(one) for one in json.loads(task.eyes)]


def test_a_document_that_keeps_the_rules_passes() -> None:
    queue(SUM, DATES)
    job = factories.create_job(invoice(100, 20, total=120))
    assert Final.objects.get(row__job=job).outcome == Final.Outcome.PASSED


def test_a_failing_rule_opens_a_task_and_names_its_fields() -> None:
    queue(SUM, DATES)
    task = factories.create_task(invoice(100, 20, total=121))
    assert complaints(task) == ["/total", "/lines"]
    assert sorted(eyes(task)) == ["/lines", "/total"] and task.fields_to_check == 2
    detail = json.loads(task.reasons.filter(path="/total").get().detail)
    assert (detail["found"], detail["wanted"], detail["name"]) == ("120", "121", "Lines make the total")


def test_fields_in_doubt_for_another_reason_stay_in_doubt() -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121, sure=0.3))
    assert sorted(eyes(task)) == ["/issued", "/lines", "/total"]


def test_where_every_field_needs_eyes_a_rule_takes_none_away() -> None:
    queue(DATES)
    payload = invoice(100, total=100, due=("2026-02-01", 0.95), status="review")
    task = factories.create_task(payload)
    assert set(eyes(task)) == {"/lines/0/amount", "/total", "/issued", "/due"}


def test_a_correction_that_satisfies_the_rule_takes_the_complaint_away_and_undo_brings_it_back(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121))
    give(task, ana, "/total", Number("120"))
    assert complaints(task) == []
    assert eyes(task) == ["/total"], "what was checked stays in the count; the list is in no doubt any more"
    assert (task.fields_checked, task.fields_to_check) == (1, 1)
    verdicts.undo(task_id=task.pk, user=ana, at=AT, via=VIA)
    task.refresh_from_db()
    assert complaints(task) == ["/total", "/lines"]
    assert (task.fields_checked, task.fields_to_check) == (0, 2)


def test_a_correction_that_breaks_a_rule_brings_one(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=120, sure=0.3))
    assert complaints(task) == []
    give(task, ana, "/lines/0/amount", Number("90"))
    assert complaints(task) == ["/total", "/lines"]
    assert set(eyes(task)) == {"/issued", "/lines", "/total"}


def test_an_added_line_can_satisfy_a_sum(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, total=120))
    verdicts.add_line(task_id=task.pk, array="/lines", user=ana, at=AT, via=VIA)
    give(task, ana, "/lines/+1/amount", Number("20"))
    assert complaints(task) == []
    give(task, ana, "/total")
    assert approve(task, ana).outcome == Decision.Outcome.APPROVED


def test_the_entry_of_a_verdict_says_that_the_rule_failed_when_it_was_given(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121))
    give(task, ana, "/total", Number("120"))
    entry = Entry.objects.get(action=Action.FIELD_CORRECTED)
    assert json.loads(bytes(entry.body))["source"]["reasons"] == ["rule_failed"]


def test_a_rule_that_demands_it_is_not_overridden_without_a_word(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121))
    for path in ("/total", "/lines"):
        give(task, ana, path)
    with pytest.raises(decisions.RulesFail) as refused:
        approve(task, ana)
    assert refused.value.paths == ["/total", "/lines"]
    with pytest.raises(decisions.ReasonMissing):
        approve(task, ana, override=True, reason="  ")
    assert not Decision.objects.exists()
    made = approve(task, ana, override=True, reason="rounded by the supplier")
    assert made.reason is not None and made.reason.text == "rounded by the supplier"
    entry = Entry.objects.get(action=Action.RULE_OVERRIDDEN)
    assert entry.reason_id == made.reason_id
    details = json.loads(bytes(entry.body))["details"]
    assert details["rules"] == [{"rule": "1", "name": "Lines make the total", "paths": ["/total", "/lines"]}]


def test_a_sign_off_alone_overrides_no_rule(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121))
    with pytest.raises(decisions.OpenEyes):
        approve(task, ana, override=True, reason="known")
    with pytest.raises(decisions.RulesFail):
        approve(task, ana, sign_off=True, reason="known")
    approve(task, ana, sign_off=True, override=True, reason="known")
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {Action.TASK_SIGNED_OFF, Action.RULE_OVERRIDDEN} <= actions


def test_a_rule_that_only_asks_for_eyes_holds_nobody_up(ana: User) -> None:
    queue(SUM, severity="look")
    task = factories.create_task(invoice(100, 20, total=121))
    for path in ("/total", "/lines"):
        give(task, ana, path)
    assert approve(task, ana).reason is None
    assert not Entry.objects.filter(action=Action.RULE_OVERRIDDEN).exists()


def test_a_rule_that_holds_by_the_persons_values_demands_nothing(ana: User) -> None:
    queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121))
    give(task, ana, "/total", Number("120"))
    assert approve(task, ana, override=True).reason is None


def test_judged_anew_the_rules_are_asked_about_the_persons_values(ana: User) -> None:
    found = queue(SUM)
    task = factories.create_task(invoice(100, 20, total=121))
    give(task, ana, "/total", Number("120"))
    triage.again(queue=found, at=AT)
    task.refresh_from_db()
    assert (complaints(task), eyes(task)) == ([], ["/total"])


# -- in the browser


def post(browser: Client, task: Task, address: str, **over: Any) -> Any:
    task.refresh_from_db()
    return browser.post(
        f"/tasks/{task.pk}/{address}/", {"version": task.version, **over}, headers={"HX-Request": "true"}
    )


def test_the_page_says_it_at_each_field_and_the_answer_takes_it_back(ana: User) -> None:
    queue(SUM)
    browser = factories.sign_in(ana)
    task = factories.create_task(invoice(1000, 200, total=1210))
    page = browser.get(f"/tasks/{task.pk}/?field=/total").content.decode()
    said = "Lines make the total: the parts add up to 1,200, the total says 1,210 (difference 10)."
    assert said in page and "1 rule fails" in page
    assert said in browser.get(f"/tasks/{task.pk}/?field=/lines").content.decode()
    answer = post(browser, task, "verdicts", path="/total", kind="enter", value="1200", seen=0).content.decode()
    assert "the parts add up to" not in answer
    assert 'data-path="/lines"' in answer, "the list's row, of which nothing was said, comes with the answer"
    assert "<b>1 of 1</b>" in answer


def test_the_dialog_asks_why_and_the_reason_approves(ana: User) -> None:
    queue(SUM)
    browser = factories.sign_in(ana)
    task = factories.create_task(invoice(100, 20, total=121))
    for path in ("/total", "/lines"):
        give(task, ana, path)
    refused = post(browser, task, "decision", kind="approved")
    body = refused.content.decode()
    assert refused.status_code == 422
    assert "the parts add up to 120" in body and 'name="override"' in body and 'name="sign_off"' not in body
    again = post(browser, task, "decision", kind="approved", override="1", reason=" ")
    assert (
        again.status_code == 422 and "Say why" in again.content.decode() and 'name="override"' in again.content.decode()
    )
    assert post(browser, task, "decision", kind="approved", override="1", reason="rounded").status_code == 200
    assert Decision.objects.get().outcome == Decision.Outcome.APPROVED


def test_signing_off_leads_to_the_rules_and_both_go_with_one_reason(ana: User) -> None:
    queue(SUM)
    browser = factories.sign_in(ana)
    task = factories.create_task(invoice(100, 20, total=121))
    assert 'name="override"' not in post(browser, task, "decision", kind="approved").content.decode()
    body = post(browser, task, "decision", kind="approved", sign_off="1", reason="known well").content.decode()
    assert all(f'name="{name}"' in body for name in ("override", "sign_off")) and "known well" in body
    post(browser, task, "decision", kind="approved", sign_off="1", override="1", reason="known well")
    assert Decision.objects.exists()
