"""What a decision means: the new row, what is refused, what a second submit gives."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from reviewapp.accounts.roles import Role
from reviewapp.audit.models import Entry
from reviewapp.extraction.jsontext import Number
from reviewapp.results import chains
from reviewapp.results.models import Final, ResultRow
from reviewapp.review import claims, decisions, verdicts
from reviewapp.review.models import Decision, Task, Verdict
from tests.factories import AT, VIA, create_queue, create_task, create_user, take_in, unsiloed

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(minutes=1)


def say(task, user, path, kind, value=None, seen=0, at=LATER, form_key=""):
    said = verdicts.Said(path=path, kind=Verdict.Kind(kind), value=value, seen=seen, form_key=form_key)
    return verdicts.give(task_id=task.pk, said=said, user=user, at=at, via=VIA)


def asked(task, **over):
    task.refresh_from_db()
    return decisions.Asked(**{"version": task.version, **over})


def approve(task, user, **over):
    sign_off = over.pop("sign_off", False)
    return decisions.approve(
        task_id=task.pk, asked=asked(task, **over), user=user, at=LATER, via=VIA, sign_off=sign_off
    )


@pytest.fixture
def queue():
    return create_queue()


@pytest.fixture
def ana(queue):
    return create_user(username="ana", queues=[queue])


def test_a_correction_becomes_a_new_row_and_the_old_one_stays(queue, ana):
    task = create_task(unsiloed({"total": (12.50, 0.3), "date": ("2026-03-01", 0.95)}))
    claims.take(task_id=task.pk, user=ana, at=LATER, via=VIA)
    say(task, ana, "/total", "corrected", Number("15.00"))
    decision = approve(task, ana)
    assert chains.read(decision.row).values == {"total": Number("15.00"), "date": "2026-03-01"}
    assert chains.read(task.row).values == {"total": Number("12.5"), "date": "2026-03-01"}
    assert decision.row.base == task.row and decision.row.supersedes is None
    assert json.loads(decision.fields) == {"/total": "corrected", "/date": "not_reviewed"}
    assert chains.current_rows(task.job)["0"] == decision.row
    task.refresh_from_db()
    assert task.state == Task.State.DECIDED and task.holder is None


def test_a_field_that_needs_eyes_and_has_no_verdict_blocks_the_approval(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3), "b": ("y", 0.4), "c": ("z", 0.99)}))
    say(task, ana, "/a", "approved")
    with pytest.raises(decisions.OpenEyes) as refused:
        approve(task, ana)
    assert refused.value.paths == ["/b"]
    assert not Decision.objects.exists() and not ResultRow.objects.filter(source="review").exists()


def test_signing_off_needs_a_reason_and_is_an_entry_of_its_own(queue, ana):
    task = create_task()
    with pytest.raises(decisions.ReasonMissing):
        approve(task, ana, sign_off=True)
    decision = approve(task, ana, sign_off=True, reason="the page is missing")
    assert json.loads(decision.signed_off) == ["/total"]
    entry = Entry.objects.get(action="review:task:signed_off")
    assert entry.reason.text == "the page is missing"


def test_cleared_and_illegible_become_null_with_what_was_said(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3), "b": ("y", 0.4)}, required=["a"]))
    say(task, ana, "/a", "cleared")
    say(task, ana, "/b", "illegible")
    row = chains.read(approve(task, ana).row)
    assert row.values == {"a": None, "b": None}
    assert {(flag.code, flag.path) for flag in row.flags} == {("cleared_required", "/a"), ("illegible", "/b")}


def test_a_restored_field_counts_as_not_reviewed(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3), "b": ("y", 0.95)}))
    say(task, ana, "/a", "approved")
    given = say(task, ana, "/b", "corrected", "z")
    say(task, ana, "/b", "restored", seen=given.pk)
    decision = approve(task, ana)
    assert json.loads(decision.fields) == {"/a": "approved", "/b": "not_reviewed"}
    assert chains.read(decision.row).values == {"a": "x", "b": "y"}


def test_lines_are_added_and_removed_by_addresses_that_never_shift(queue, ana):
    lines = [{"sku": ("a", 0.9), "n": (1, 0.3)}, {"sku": ("b", 0.9), "n": (2, 0.9)}]
    task = create_task(unsiloed({"lines": lines}))
    say(task, ana, "/lines/0", "line_removed")
    added = verdicts.add_line(task_id=task.pk, array="/lines", user=ana, at=LATER, via=VIA)
    assert added.path == "/lines/+1"
    say(task, ana, "/lines/+1/sku", "corrected", "c")
    say(task, ana, "/lines/1/n", "corrected", Number("20"))
    decision = approve(task, ana)
    row = chains.read(decision.row).values
    assert [line["sku"] for line in row["lines"]] == ["b", "c"] and row["lines"][0]["n"] == Number("20")
    fields = json.loads(decision.fields)
    assert fields["/lines/0/n"] == "corrected" and fields["/lines/1/sku"] == "corrected"


def test_a_second_submit_is_the_first_decision_again(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3)}))
    say(task, ana, "/a", "approved")
    first = approve(task, ana)
    assert approve(task, ana) == first
    assert Decision.objects.count() == 1 and Final.objects.count() == 1


def test_a_page_older_than_the_last_verdict_does_not_decide(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3)}))
    say(task, ana, "/a", "approved")
    old = asked(task)
    say(task, ana, "/a", "corrected", "z", seen=Verdict.objects.latest("id").pk)
    with pytest.raises(decisions.Stale):
        decisions.approve(task_id=task.pk, asked=old, user=ana, at=LATER, via=VIA)


def test_rejecting_needs_a_reason_and_adds_no_row(queue, ana):
    task = create_task()
    with pytest.raises(decisions.ReasonMissing):
        decisions.reject(task_id=task.pk, asked=asked(task), user=ana, at=LATER, via=VIA)
    claims.take(task_id=task.pk, user=ana, at=LATER, via=VIA)
    decision = decisions.reject(task_id=task.pk, asked=asked(task, reason="wrong paper"), user=ana, at=LATER, via=VIA)
    assert decision.row is None and decision.reason.text == "wrong paper"
    assert not ResultRow.objects.filter(source="review").exists()
    assert Final.objects.get().outcome == "rejected"


def test_the_second_of_two_tabs_gets_both_values(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3)}))
    first = say(task, ana, "/a", "corrected", "from tab one")
    with pytest.raises(verdicts.Stale) as stale:
        say(task, ana, "/a", "corrected", "from tab two", seen=0)
    assert stale.value.now == first and Verdict.objects.count() == 1


def test_undo_and_redo_step_through_ones_own_verdicts(queue, ana):
    task = create_task(unsiloed({"a": ("x", 0.3), "b": ("y", 0.3)}))
    say(task, ana, "/a", "approved")
    say(task, ana, "/b", "corrected", "z")
    who = {"task_id": task.pk, "user": ana, "at": LATER, "via": VIA}
    assert verdicts.undo(**who).kind == "restored"
    assert verdicts.undo(**who).path == "/a"
    assert verdicts.undo(**who) is None
    assert verdicts.redo(**who).kind == "approved"
    again = verdicts.redo(**who)
    assert (again.path, again.kind, json.loads(again.value.text)) == ("/b", "corrected", "z")
    assert verdicts.redo(**who) is None


def test_a_verdict_on_a_field_that_is_not_there_is_refused_and_leaves_nothing(queue, ana):
    task = create_task()
    entries = Entry.objects.count()
    with pytest.raises(verdicts.BadAddress):
        say(task, ana, "/total/inner/3", "approved")
    assert not Verdict.objects.exists()
    assert Entry.objects.filter(action="review:field:approved").count() == 0
    assert Entry.objects.count() == entries, "not even the claim that came with it stays"


def test_a_newer_row_after_a_decision_keeps_the_human_value_and_opens_a_task_with_the_conflict(queue, ana):
    payload = unsiloed(
        {"total": (12, 0.3), "date": ("2026-03-01", 0.95)}, job_id="00000000-0000-4000-8000-0000000000aa"
    )
    task = create_task(payload)
    say(task, ana, "/total", "corrected", Number("15"))
    decision = approve(task, ana)
    payload["result"]["total"]["value"] = 13
    newer = create_task(payload)
    assert newer.pk != task.pk and newer.row.supersedes == task.row
    assert chains.current_rows(task.job)["0"] == decision.row
    assert list(newer.reasons.filter(code="conflict").values_list("path", flat=True)) == ["/total"]


def test_a_newer_row_that_says_what_the_person_said_opens_no_task(queue, ana):
    payload = unsiloed(
        {"total": (12, 0.3), "date": ("2026-03-01", 0.95)}, job_id="00000000-0000-4000-8000-0000000000ab"
    )
    task = create_task(payload)
    say(task, ana, "/total", "corrected", Number("15"))
    approve(task, ana)
    payload["result"]["total"]["value"] = 15
    take_in(payload)
    from reviewapp.review import triage

    assert triage.run(at=LATER).tasks == 0
    assert not Task.objects.filter(state="open").exists()


def test_a_newer_row_under_an_open_task_keeps_what_was_said(queue, ana):
    payload = unsiloed({"a": ("x", 0.3), "b": ("y", 0.3)}, job_id="00000000-0000-4000-8000-0000000000ac")
    task = create_task(payload)
    say(task, ana, "/a", "corrected", "better")
    payload["result"]["b"]["value"] = "yy"
    newer = create_task(payload)
    task.refresh_from_db()
    assert task.state == Task.State.WITHDRAWN and newer.holder == ana
    carried = newer.verdicts.get()
    assert (carried.path, carried.kind, carried.by, json.loads(carried.value.text)) == (
        "/a",
        "corrected",
        ana,
        "better",
    )


def test_a_newer_row_that_needs_no_eyes_does_not_pass_over_what_a_person_began(queue, ana):
    payload = unsiloed({"a": ("x", 0.3), "b": ("y", 0.9)}, job_id="00000000-0000-4000-8000-0000000000ad")
    task = create_task(payload)
    say(task, ana, "/a", "corrected", "better")
    payload["result"]["a"]["score"]["extraction_score"] = 0.99
    newer = create_task(payload)
    decision = approve(newer, ana)
    assert chains.read(decision.row).values == {"a": "better", "b": "y"}


def test_only_who_is_in_the_queue_may_decide(queue, ana):
    otto = create_user(username="otto", queues=[])
    task = create_task()
    with pytest.raises(Task.DoesNotExist):
        say(task, otto, "/total", "approved")
    sol = create_user(username="sol", role=Role.SUPERVISOR)
    say(task, sol, "/total", "approved")
    with pytest.raises(claims.Taken):
        say(task, ana, "/total", "approved", seen=Verdict.objects.latest("id").pk)


def test_an_expired_lease_that_nobody_took_still_saves(queue, ana):
    task = create_task()
    claims.take(task_id=task.pk, user=ana, at=AT, via=VIA)
    say(task, ana, "/total", "approved", at=AT + timedelta(hours=3))


def test_a_lease_that_another_person_took_does_not_save(queue, ana):
    ben = create_user(username="ben", queues=[queue])
    task = create_task()
    claims.take(task_id=task.pk, user=ana, at=AT, via=VIA)
    claims.take(task_id=task.pk, user=ben, at=AT + timedelta(minutes=16), via=VIA)
    with pytest.raises(claims.Taken):
        say(task, ana, "/total", "approved", at=AT + timedelta(minutes=17))
