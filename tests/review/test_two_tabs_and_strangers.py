"""What does a page say that is older than the desk, and what does a stranger learn? Over the pages themselves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from reviewapp.accounts.roles import Role
from reviewapp.review import claims, urls
from reviewapp.review.models import Decision, Queue, Task, Verdict
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def queue() -> Queue:
    return factories.create_queue()


@pytest.fixture
def ana(queue: Queue) -> Client:
    return factories.sign_in(factories.create_user(username="ana", queues=[queue]))


def addresses(task_id: int) -> dict[str, str]:
    """Every address about one task, by name."""
    names = [str(one.name) for one in urls.urlpatterns if isinstance(one, URLPattern) and "task_id" in str(one.pattern)]
    more = {"document": [4711], "download": [4711]}
    return {name: reverse(f"review:{name}", args=[task_id, *more.get(name, [])]) for name in names}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without script", "with htmx"])
def test_the_second_tab_gets_both_values_and_keeps_its_own_entry(ana: Client, headers: dict[str, str]) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3)}))
    where = f"/tasks/{task.pk}/verdicts/"
    first = {"path": "/name", "kind": "corrected", "value": "from the first tab", "seen": "0"}
    assert ana.post(where, first).status_code == 302
    refused = ana.post(where, {**first, "value": "from the second tab"}, headers=headers)
    body = refused.content.decode()
    assert refused.status_code == 409
    assert "from the first tab" in body
    assert 'value="from the second tab"' in body
    assert [one.value.text for one in Verdict.objects.all() if one.value] == ['"from the first tab"']
    again = {**first, "value": "from the second tab", "seen": str(Verdict.objects.get().pk)}
    assert ana.post(where, again).status_code == 302, "the refused page carries what the next try needs"
    assert f'name="seen" value="{again["seen"]}"' in body


def test_a_decision_from_an_older_page_is_refused_and_changes_nothing(ana: Client) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3)}))
    say = {"path": "/name", "kind": "approved", "seen": "0"}
    ana.post(f"/tasks/{task.pk}/verdicts/", say)
    task.refresh_from_db()
    old = task.version
    ana.post(f"/tasks/{task.pk}/verdicts/", {**say, "kind": "cleared", "seen": str(Verdict.objects.get().pk)})
    refused = ana.post(f"/tasks/{task.pk}/decision/", {"kind": "approved", "version": str(old)})
    assert refused.status_code == 409
    assert not Decision.objects.exists()
    task.refresh_from_db()
    assert ana.post(f"/tasks/{task.pk}/decision/", {"kind": "approved", "version": task.version}).status_code == 302


def test_who_lost_the_lease_to_another_is_told_and_keeps_the_entry(ana: Client, queue: Queue) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3)}))
    ben = factories.create_user(username="ben", queues=[queue])
    claims.take(task_id=task.pk, user=ben, at=timezone.now(), via=factories.VIA)
    refused = ana.post(
        f"/tasks/{task.pk}/verdicts/", {"path": "/name", "kind": "corrected", "value": "mine", "seen": "0"}
    )
    assert refused.status_code == 409
    assert "Ben" in refused.content.decode()
    assert 'value="mine"' in refused.content.decode()
    assert not Verdict.objects.exists()


def test_a_lease_that_ended_and_that_nobody_took_still_saves(ana: Client) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3)}))
    ana.post(f"/tasks/{task.pk}/claim/")
    ended = timezone.now() - timedelta(hours=2)
    Task.objects.filter(pk=task.pk).update(held_since=ended - claims.LEASE, lease_until=ended)
    said = {"path": "/name", "kind": "corrected", "value": "late", "seen": "0"}
    assert ana.post(f"/tasks/{task.pk}/verdicts/", said).status_code == 302
    assert Verdict.objects.count() == 1


def test_a_foreign_task_reads_like_one_that_is_not_there() -> None:
    task = factories.create_task()
    otto = factories.sign_in(factories.create_user(username="otto"))
    foreign, unknown = addresses(task.pk), addresses(task.pk + 4711)
    assert len(foreign) >= 13
    for name, where in foreign.items():
        for method in ("get", "post"):
            answers = [getattr(otto, method)(address) for address in (where, unknown[name])]
            statuses = {answer.status_code for answer in answers}
            assert statuses in ({404}, {405} if method == "post" else {302}), f"{method} {name}: {statuses}"
            assert len({without_numbers(answer) for answer in answers}) == 1, f"{name} tells them apart"


def without_numbers(answer: HttpResponse) -> str:
    """The page without what is new at every request: tokens, the request's own id, the id that was asked for, and what the
    request before had to say."""
    new = r'\s*<p class="message"[^<]*</p>|(value|content)="[^"]*"|[0-9a-f]{8}-?[0-9a-f-]{24,28}|/tasks/[0-9]+/'
    return re.sub(new, "", answer.content.decode())


def test_negative_control_a_member_of_the_queue_finds_the_task(ana: Client) -> None:
    task = factories.create_task()
    assert ana.get(addresses(task.pk)["task"]).status_code == 200
    assert ana.get(addresses(task.pk + 4711)["task"]).status_code == 404


def test_who_may_look_at_a_task_but_not_work_on_it_is_refused(queue: Queue) -> None:
    task = factories.create_task()
    udo = factories.sign_in(factories.create_user(username="udo", role=Role.AUDITOR))
    found = addresses(task.pk)
    assert udo.get(found.pop("task")).status_code == 200
    for name in ("document", "download"):
        assert udo.get(found.pop(name)).status_code == 404, "there is no such document"
    for name, where in found.items():
        assert udo.post(where).status_code == 403, name
    assert not Verdict.objects.exists() and not Decision.objects.exists()


@pytest.mark.parametrize(("act", "taken"), [("reject", False), ("reject", True), ("escalate", True)])
def test_a_refused_reason_is_kept_on_the_page(ana: Client, queue: Queue, act: str, taken: bool) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3)}))
    if taken:
        ben = factories.create_user(username="ben", queues=[queue])
        claims.take(task_id=task.pk, user=ben, at=timezone.now(), via=factories.VIA)
    where = f"/tasks/{task.pk}/{'decision' if act == 'reject' else act}/"
    sent = {"reason": "page 2 is <missing>", "version": "77"} | ({"kind": "rejected"} if act == "reject" else {})
    refused = ana.post(where, sent)
    assert refused.status_code == 409
    dialog = refused.content.decode().split('<dialog id="more"')[1].split("</dialog>")[0]
    assert " open>" in dialog[:80] and 'role="alert"' in dialog
    box = "kept-reason" if taken else f"{act}-reason"
    assert re.search(rf'<textarea id="{box}"[^>]*>page 2 is &lt;missing&gt;</textarea>', dialog)


def test_a_task_is_handed_to_who_supervises_from_the_screen(ana: Client) -> None:
    task = factories.create_task(factories.unsiloed({"name": ("read", 0.3)}))
    page = ana.get(f"/tasks/{task.pk}/").content.decode()
    assert f'action="/tasks/{task.pk}/escalate/"' in page
    assert ana.post(f"/tasks/{task.pk}/escalate/", {"reason": "two totals"}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.holder) == (Task.State.ESCALATED, None)
    assert "/escalate/" not in ana.get(f"/tasks/{task.pk}/").content.decode()
