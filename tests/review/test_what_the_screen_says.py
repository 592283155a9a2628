"""What does the screen say of a task: why it waits, how it ended, what was done, which page belongs to a class?"""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from reviewapp.accounts.roles import Role
from reviewapp.audit.models import Entry
from reviewapp.extraction.model import Kind
from reviewapp.review import claims, decisions, leaving, verdicts
from reviewapp.review.models import Task, Verdict
from tests.factories import (
    VIA,
    create_queue,
    create_task,
    create_upstream,
    create_user,
    sign_in,
    talonic,
    unsiloed,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ana():
    return create_user(username="ana", queues=[create_queue()])


def page(client, task: Task, query: str = "") -> str:
    text = client.get(f"/tasks/{task.pk}/{query}").content.decode()
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def test_the_bar_says_why_the_task_waits_as_the_queue_does(ana):
    task = create_task(unsiloed({"total": (12, 0.3), "name": ("x", 0.2)}))
    client = sign_in(ana)
    assert "Low confidence in 2 fields" in html.unescape(client.get("/queue/").content.decode())
    assert "Low confidence in 2 fields" in page(client, task)


def approve(task: Task, user, *, sign_off: bool = True) -> None:
    at = timezone.now()
    claims.take(task_id=task.pk, user=user, at=at, via=VIA)
    task.refresh_from_db()
    asked = decisions.Asked(version=task.version, reason="seen on paper")
    decisions.approve(task_id=task.pk, asked=asked, user=user, at=at, via=VIA, sign_off=sign_off)


def test_a_decided_task_says_how_it_ended_and_who_may_read_the_trail_gets_its_link(ana):
    task = create_task(unsiloed({"total": (12, 0.3)}))
    approve(task, ana)
    udo = sign_in(create_user(username="udo", role=Role.AUDITOR))
    task.refresh_from_db()
    for client, trail in ((sign_in(ana), False), (udo, True)):
        said = page(client, task)
        assert "Nothing is left to check" not in said
        assert "Approved" in said and f"as row {task.decision.row_id}" in said and "By Ana" in said
        assert "seen on paper" in said
        assert (f"/trail/jobs/{task.job_id}/" in client.get(f"/tasks/{task.pk}/").content.decode()) is trail
    with_field = page(udo, task, "?field=/total")
    assert "Approved" in with_field and "Ana" in with_field


def test_a_rejected_a_withdrawn_and_a_postponed_task_say_so(ana):
    client, at = sign_in(ana), timezone.now()
    rejected = create_task(unsiloed({"total": (12, 0.3)}))
    asked = decisions.Asked(version=rejected.version, reason="another customer's")
    decisions.reject(task_id=rejected.pk, asked=asked, user=ana, at=at, via=VIA)
    assert "Rejected" in page(client, rejected) and "another customer" in page(client, rejected)
    away = create_task(unsiloed({"total": (12, 0.3)}))
    decisions.postpone(task_id=away.pk, until=at + timedelta(days=1), user=ana, at=at, via=VIA)
    assert "Put away" in page(client, away) and "by Ana" in page(client, away)
    gone = create_task(unsiloed({"total": (12, 0.3)}))
    Task.objects.filter(pk=gone.pk).update(state=Task.State.WITHDRAWN)
    assert "A newer result took this one's place." in page(client, gone)


def test_the_next_page_says_what_became_of_the_document(ana):
    client = sign_in(ana)
    task = create_task(unsiloed({"total": (12, 0.3)}, file_name="invoice-x.pdf"))
    create_task(unsiloed({"total": (12, 0.3)}, file_name="next.pdf"))
    form = {"kind": "rejected", "reason": "torn", "version": task.version}
    answer = client.post(f"/tasks/{task.pk}/decision/", form, follow=True)
    said = answer.content.decode()
    assert "invoice-x.pdf rejected." in said and "next.pdf" in said


def test_a_page_of_a_classification_names_the_page_to_show(ana):
    kind = Kind.UNSILOED_CLASSIFY
    payload = {
        "job_id": "00000000-0000-4000-8000-00000000c1a5",
        "status": "completed",
        "progress": "done",
        "result": {
            "success": True,
            "classification": "invoice",
            "confidence": 0.4,
            "total_pages": 3,
            "processed_pages": 3,
            "page_results": [
                {"page": at, "success": True, "classification": "invoice", "confidence": 0.4} for at in (1, 2, 3)
            ],
        },
    }
    task = create_task(payload, upstream=create_upstream(slug="classes", kind=kind, categories=["invoice", "letter"]))
    client = sign_in(ana)
    text = client.get(f"/tasks/{task.pk}/?field=/pages/3/classification").content.decode()
    assert re.search(r'<form class="focus"[^>]* data-page="3"', text)
    text = client.get(f"/tasks/{task.pk}/?field=/classification").content.decode()
    assert not re.search(r'<form class="focus"[^>]* data-page=', text)
    assert "data-find" not in text


def test_a_text_with_other_line_ends_is_approved_as_it_is(ana):
    task = create_task(unsiloed({"note": ("one\r\ntwo", 0.3)}, properties={"note": {"type": "string"}}))
    client = sign_in(ana)
    client.post(f"/tasks/{task.pk}/verdicts/", {"path": "/note", "kind": "enter", "value": "one\r\ntwo", "seen": 0})
    assert Verdict.objects.get().kind == Verdict.Kind.APPROVED


def test_a_page_that_is_left_gives_the_hold_up_soon_unless_it_comes_back(ana):
    client = sign_in(ana)
    task = create_task(unsiloed({"total": (12, 0.3), "name": ("x", 0.3)}))
    url = f"/tasks/{task.pk}"
    assert 'id="leave"' not in client.get(f"{url}/").content.decode(), "what nobody holds is not given up"
    said = verdicts.Said(path="/total", kind=Verdict.Kind.APPROVED)
    verdicts.give(task_id=task.pk, said=said, user=ana, at=timezone.now(), via=VIA)
    text = client.get(f"{url}/").content.decode()
    fence = re.search(r'name="fence" value="(\d+)"', text).group(1)
    task.refresh_from_db()
    version = task.version
    assert client.post(f"{url}/leave/", {"fence": int(fence) - 1}).status_code == 204
    task.refresh_from_db()
    assert task.lease_until - timezone.now() > timedelta(minutes=10), "another hold than this page's stays"
    assert client.post(f"{url}/leave/", {"fence": fence}).status_code == 204
    task.refresh_from_db()
    assert task.lease_until - timezone.now() <= leaving.GRACE
    assert (task.version, task.holder_id) == (version, ana.pk), "a page that is loaded again still fits"
    actions = list(Entry.objects.filter(stream=f"task:{task.pk}").order_by("id").values_list("action", flat=True))
    assert actions[-1] == "review:task:released"
    assert client.post(f"{url}/lease/").status_code == 204
    task.refresh_from_db()
    assert task.lease_until - timezone.now() > timedelta(minutes=14)
    actions = list(Entry.objects.filter(stream=f"task:{task.pk}").order_by("id").values_list("action", flat=True))
    assert actions[-1] == "review:task:claimed"
    assert task.verdicts.count() == 1


def test_after_the_grace_somebody_else_gets_what_was_left(ana):
    ben = create_user(username="ben", queues=list(ana.queues.all()))
    task = create_task(talonic([{"values": {"name": "x"}, "confidence": 0.2}]))
    at = timezone.now()
    held = claims.take(task_id=task.pk, user=ana, at=at, via=VIA)
    assert leaving.leave(task_id=task.pk, fence=held.fence, user=ana, at=at, via=VIA)
    assert claims.next_task(user=ben, at=at + timedelta(seconds=10), via=VIA) is None
    got = claims.next_task(user=ben, at=at + leaving.GRACE, via=VIA)
    assert got is not None and got.pk == task.pk
    assert not leaving.in_sight(task_id=task.pk, user=ana, at=at + leaving.GRACE, via=VIA)


def test_a_line_is_called_by_the_number_that_the_table_says(ana):
    rows = [{"item": (f"item {at}", 0.3)} for at in (1, 2, 3)]
    task = create_task(unsiloed({"lines": rows}))
    client = sign_in(ana)
    client.post(f"/tasks/{task.pk}/lines/", {"line_removed": "/lines/0"})
    assert "Line 1, Item" in page(client, task, "?field=/lines/1/item")
    assert 'aria-label="Put back line 1"' in client.get(f"/tasks/{task.pk}/").content.decode()
    assert "The other fields" not in page(client, task)
