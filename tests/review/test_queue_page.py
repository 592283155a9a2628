"""What does the queue page show, to whom, and what does it cost?"""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from reviewapp.review import claims, decisions, queues
from reviewapp.review import queue as queue_counts
from reviewapp.review.models import Membership, Queue, Task
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue() -> Queue:
    return queues.default()


@pytest.fixture
def ana(queue: Queue) -> User:
    return factories.create_user(username="ana", queues=[queue])


def paper(name: str, confidence: float = 0.3, **over: object) -> dict[str, object]:
    return factories.unsiloed({"total": (12, confidence), "date": ("2026-03-01", 0.95)}, file_name=name, **over)


def test_tasks_stand_in_the_order_in_which_they_are_given_out(ana: User) -> None:
    for name, confidence in (("sure.pdf", 0.7), ("doubtful.pdf", 0.1), ("middling.pdf", 0.4)):
        factories.create_task(paper(name, confidence))
    body = factories.sign_in(ana).get("/queue/").content.decode()
    assert body.index("doubtful.pdf") < body.index("middling.pdf") < body.index("sure.pdf")
    given = claims.next_task(user=ana, at=timezone.now(), via=factories.VIA)
    assert given is not None
    assert given.document_name == "doubtful.pdf"


@pytest.mark.parametrize("role", [Role.ANALYST, Role.SUPERVISOR, Role.AUDITOR])
def test_the_page_costs_eight_queries_at_most_however_many_tasks_there_are(queue: Queue, role: Role) -> None:
    client = factories.sign_in(factories.create_user(role=role, queues=[queue]))
    costs = []
    for more in (5, 55):
        for _ in range(more):
            factories.create_task()
        client.get("/queue/")
        with CaptureQueriesContext(connection) as spent:
            assert client.get("/queue/").status_code == 200
        costs.append(len(spent))
    assert costs[0] == costs[1] <= 8, [query["sql"] for query in spent]


def test_an_empty_queue_costs_no_more(ana: User) -> None:
    client = factories.sign_in(ana)
    with CaptureQueriesContext(connection) as spent:
        client.get("/queue/")
    assert len(spent) <= 8


def test_sixty_tasks_come_in_two_pages_without_a_gap_or_a_repeat(ana: User) -> None:
    made = {factories.create_task(paper(f"paper-{n}.pdf", round(0.1 + n / 200, 3))).pk for n in range(60)}
    client = factories.sign_in(ana)
    first = client.get("/queue/").context["page"]
    second = client.get("/queue/", {"after": first.after}).context["page"]
    seen = [line.task.pk for line in (*first.lines, *second.lines)]
    assert len(first.lines) == 50
    assert second.after == ""
    assert sorted(seen) == sorted(made)


NO_CURSORS = ["x", "1", "_", "nan_3", "9" * 40 + "_1", "1_" + "9" * 40, "1_" + "9" * 5000, "٣_٣", "1_²", "²_1", "-5_1"]
NO_CURSORS += ["1e999999_1", "1E+999999_1", "0.5_1", "1_1_1", "+1_1", " 1_1", "1 _1", "1_ 1"]
NO_MOMENTS = ["0001-01-01T00:00:00+14:00_9", "9999-12-31T23:59:59-14:00_9", "2026-01-01T00:00:00_9", "2026-01-01_9"]


@pytest.mark.parametrize("cursor", NO_CURSORS + NO_MOMENTS)
def test_what_is_no_cursor_shows_the_first_page_at_once(ana: User, cursor: str) -> None:
    factories.create_task()
    client = factories.sign_in(ana)
    began = time.perf_counter()
    for state in ("open", "decided"):
        assert client.get("/queue/", {"after": cursor, "state": state}).status_code == 200
    assert time.perf_counter() - began < 5, "nothing in an address is worked out to a number of a million digits"
    assert len(client.get("/queue/", {"after": cursor}).context["page"].lines) == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"q": "INVOICE"}, {"invoice.pdf"}),
        ({"reason": "mismatch"}, {"form.pdf"}),
        ({"reason": "no_confidence"}, {"silent.pdf"}),
        ({"confidence": "low"}, {"invoice.pdf"}),
        ({"confidence": "none"}, {"silent.pdf"}),
        ({"kind": "talonic"}, set()),
        ({"age": "1h"}, {"form.pdf"}),
        ({"state": "held"}, {"silent.pdf"}),
        ({"state": "free"}, {"invoice.pdf", "form.pdf"}),
        ({"holder": "nobody"}, {"invoice.pdf", "form.pdf"}),
        ({"upstream": "unsiloed_extract"}, {"invoice.pdf", "form.pdf", "silent.pdf"}),
        ({"upstream": "nothing we know"}, {"invoice.pdf", "form.pdf", "silent.pdf"}),
    ],
)
def test_filters_narrow_the_list(ana: User, asked: dict[str, str], expected: set[str]) -> None:
    now = timezone.now()
    factories.create_task(paper("invoice.pdf"), at=now)
    factories.create_task(
        factories.unsiloed({"total": ("abc", 0.95)}, properties={"total": {"type": "number"}}, file_name="form.pdf"),
        at=now - timedelta(hours=2),
    )
    silent = factories.create_task(factories.unsiloed({"total": ("12", None)}, file_name="silent.pdf"), at=now)
    Task.objects.filter(pk=silent.pk).update(lowest=None)
    claims.take(task_id=silent.pk, user=ana, at=now, via=factories.VIA)
    page = factories.sign_in(ana).get("/queue/", asked).context["page"]
    assert {line.task.document_name for line in page.lines} == expected


def test_otto_who_is_in_no_queue_sees_no_task_and_no_queue(ana: User, queue: Queue) -> None:
    factories.create_task(paper("secret.pdf"))
    otto = factories.sign_in(factories.create_user(username="otto"))
    for address in ("/queue/", "/queue/?state=any", "/queue/?q=secret", "/queue/?holder=1"):
        response = otto.get(address)
        assert response.status_code == 200
        assert "secret.pdf" not in response.content.decode()
        assert queue.name not in response.content.decode()
    assert otto.get("/queue/", {"queue": queue.slug}).status_code == 404
    assert factories.sign_in(ana).get("/queue/", {"queue": queue.slug}).status_code == 200
    assert "You are in no queue yet" in otto.get("/queue/").content.decode()


def test_a_lease_that_ended_shows_the_task_as_free_and_says_whose_it_was(ana: User, queue: Queue) -> None:
    task = factories.create_task(paper("left.pdf"))
    claims.take(task_id=task.pk, user=ana, at=timezone.now() - timedelta(hours=1), via=factories.VIA)
    other = factories.sign_in(factories.create_user(username="bob", queues=[queue]))
    body = other.get("/queue/").content.decode()
    assert "left.pdf" in body
    assert "lease of Ana ended" in body
    assert "Nothing waits" not in body
    assert "your lease ended" in factories.sign_in(ana).get("/queue/", {"state": "mine"}).content.decode()


def test_an_empty_queue_says_what_to_do_next(ana: User, queue: Queue) -> None:
    task = factories.create_task()
    elsewhere = factories.create_queue(slug="tax-forms", position=1, schema_name="tax")
    elsewhere.members.add(ana)
    body = factories.sign_in(ana).get("/queue/", {"queue": "tax-forms"}).content.decode()
    assert "Nothing waits in Tax-Forms" in body
    assert f"Review next in {queue.name}" in body
    now = timezone.now()
    decisions.postpone(task_id=task.pk, until=now + timedelta(days=1), user=ana, at=now, via=factories.VIA)
    body = factories.sign_in(ana).get("/queue/").content.decode()
    assert "1 postponed by you" in body


def test_no_match_is_not_told_as_an_empty_queue(ana: User) -> None:
    factories.create_task(paper("there.pdf"))
    body = factories.sign_in(ana).get("/queue/", {"q": "nowhere"}).content.decode()
    assert "Nothing fits these filters" in body
    assert "Nothing waits" not in body


def test_the_counts_are_those_of_the_list(ana: User) -> None:
    now = timezone.now()
    first, second, third, _fourth = [factories.create_task(at=now) for _ in range(4)]
    claims.take(task_id=first.pk, user=ana, at=now, via=factories.VIA)
    Task.objects.filter(pk=second.pk).update(due_at=now - timedelta(minutes=5))
    decisions.postpone(task_id=third.pk, until=now + timedelta(days=1), user=ana, at=now, via=factories.VIA)
    counts = factories.sign_in(ana).get("/queue/").context["counts"]
    assert (counts.found, counts.held, counts.overdue) == (3, 1, 1)
    assert (counts.mine, counts.my_postponed, counts.my_decided, counts.postponed) == (1, 1, 0, 1)


def test_counts_beyond_the_limit_are_said_so_and_not_followed(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_counts, "COUNT_LIMIT", 2)
    now = timezone.now()
    tasks = [factories.create_task(at=now) for _ in range(5)]
    claims.take(task_id=tasks[4].pk, user=ana, at=now, via=factories.VIA)
    response = factories.sign_in(ana).get("/queue/")
    assert (response.context["counts"].found, response.context["counts"].held) == (3, 1)
    assert "2+ waiting, 1 of them held" in " ".join(response.content.decode().split())


def test_each_queue_says_how_many_wait_in_it(ana: User, queue: Queue) -> None:
    now = timezone.now()
    tax = factories.create_queue(slug="tax-forms", position=1, upstream="tax")
    empty = factories.create_queue(slug="empty", position=2, upstream="nobody")
    for one in (tax, empty):
        one.members.add(ana)
    upstream = factories.create_upstream(slug="tax")
    tasks = [factories.create_task(at=now) for _ in range(4)]
    for _ in range(2):
        factories.create_task(upstream=upstream, at=now)
    claims.take(task_id=tasks[0].pk, user=ana, at=now, via=factories.VIA)
    decisions.postpone(task_id=tasks[1].pk, until=now + timedelta(days=1), user=ana, at=now, via=factories.VIA)
    for role in (None, Role.SUPERVISOR, Role.AUDITOR):
        user = ana if role is None else factories.create_user(role=role)
        context = factories.sign_in(user).get("/queue/").context
        assert {one.slug: n for one, n in context["queues"]} == {"tax-forms": 2, "empty": 0, queue.slug: 3}
    body = " ".join(factories.sign_in(ana).get("/queue/").content.decode().split())
    assert 'queue=tax-forms">Tax-Forms <span>2</span>' in body


def test_htmx_gets_the_rows_alone_and_the_page_works_without_it(ana: User) -> None:
    factories.create_task(paper("one.pdf"))
    client = factories.sign_in(ana)
    whole = client.get("/queue/", {"q": "one"}).content.decode()
    part = client.get("/queue/", {"q": "one"}, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith('<div id="queue-rows"')
    assert "<html" not in part
    assert part.strip().split("csrf")[0] in whole
    assert '<form class="filters" method="get" action="/queue/"' in whole


def test_the_way_to_the_next_task_is_offered_to_who_may_decide_only(ana: User, queue: Queue) -> None:
    factories.create_task()
    auditor = factories.create_user(role=Role.AUDITOR)
    assert "Review next" in factories.sign_in(ana).get("/queue/").content.decode()
    assert "Review next" not in factories.sign_in(auditor).get("/queue/").content.decode()


def test_a_document_name_is_shown_as_text(ana: User) -> None:
    factories.create_task(paper("<img src=x onerror=alert(1)>.pdf"))
    body = factories.sign_in(ana).get("/queue/").content.decode()
    assert "<img" not in body
    assert "&lt;img src=x" in body


def test_review_next_says_that_it_does_not_follow_the_filters(ana: User, queue: Queue) -> None:
    factories.create_task()
    client = factories.sign_in(ana)
    assert "whatever is filtered" not in client.get("/queue/").content.decode()
    assert "the first of all queues, whatever is filtered" in client.get("/queue/?confidence=low").content.decode()
    narrowed = client.get(f"/queue/?queue={queue.slug}&confidence=low").content.decode()
    assert "the first of this queue, whatever is filtered" in narrowed
    form = narrowed[narrowed.index('action="/queue/next/"') :].partition("</form>")[0]
    assert f'name="queue" value="{queue.slug}"' in form and "confidence" not in form


@pytest.mark.parametrize(("begun", "then"), [("", "other"), ("first", None), (None, None)])
def test_the_next_document_comes_from_where_the_person_began(ana: User, begun: str | None, then: str | None) -> None:
    """`begun` None: the task was opened from the list."""
    first, other = (
        factories.create_queue(slug=slug, kind=kind, position=n)
        for n, (slug, kind) in enumerate((("first", "unsiloed_extract"), ("other", "talonic")), start=1)
    )
    for one in (first, other):
        Membership.objects.create(queue=one, user=ana)
    task = factories.create_task(factories.unsiloed({"total": (12, 0.1)}))
    waits = factories.create_task(factories.talonic([{"values": {"total": None}}]))
    Task.objects.filter(pk=waits.pk).update(position=task.position + 1)
    client = factories.sign_in(ana)
    if begun is None:
        client.post(f"/tasks/{task.pk}/claim/")
    else:
        assert client.post("/queue/next/", {"queue": begun})["Location"] == f"/tasks/{task.pk}/"
    task.refresh_from_db()
    asked = {"kind": "rejected", "reason": "wrong paper", "version": task.version, "form_key": str(uuid4())}
    response = client.post(f"/tasks/{task.pk}/decision/", asked)
    assert response["Location"] == (f"/tasks/{waits.pk}/" if then else "/queue/?queue=first")
