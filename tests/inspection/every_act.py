"""Every act that leaves an entry, done once by the rooms' own acts: what comes in, goes out, opens doors, and is decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

from reviewapp.accounts import actors, apikeys, people
from reviewapp.accounts.models import Scope, User
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.delivery import destinations, outbox, retrying, testing
from reviewapp.delivery.models import Delivery
from reviewapp.extraction.model import Kind
from reviewapp.inspection import browse, export
from reviewapp.intake import attaching, connections, pulling, rejections, submitting
from reviewapp.intake.models import Pull, Submission
from reviewapp.results.models import Job
from reviewapp.review import claims, decisions, queue_rules, queues, rule_changes, triage, verdicts
from reviewapp.review.models import Verdict
from reviewapp.review.value_rules import RuleKind, Severity, ValueRule
from reviewapp.upstreams import adapter, outbound, registry
from reviewapp.upstreams.clients import Submitted
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.delivery.receiver import OUTCOMES, create_destination, in_turn, receiving
from tests.delivery.receiver import run as send_what_is_due
from tests.factories import AT, VIA
from tests.intake.scripted import PDF, Scripted, answer

JOB = "00000000-0000-4000-8000-0000000000a{}"
LATER = AT + timedelta(hours=1)
SCHEMA = '{"type":"object","properties":{"total":{"type":"number"}}}'
KEY = "a key that nobody may see"
REFUSAL = adapter.RequestRefused("api.example.com refuses the request (422): the moon is no page")


def of_everything() -> None:
    """One of each, each by whom it is done."""
    ada = factories.create_user(username="ada", role=Role.ADMIN)
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR, queues=[queues.default()])
    ana = factories.create_user(username="ana", queues=[queues.default()])
    with scripted() as vendor:
        werk = _connected(vendor, ada)
        _asked_for(vendor, werk, sol)
        _handed_in(vendor, werk, sol)
    _came_from_a_file(sol)
    _worked_on(ana, sol)
    _sent(werk, ada)
    _let_in(ada, ana)
    _exported(ada)


@contextmanager
def scripted() -> Iterator[Scripted]:
    vendor = Scripted()
    with mock.patch.dict(registry.CLIENTS, {Kind.UNSILOED_EXTRACT: vendor}):
        yield vendor


def _by(user: User) -> dict[str, Any]:
    return {"at": AT, "by": actors.person(user), "via": VIA}


def _connected(vendor: Scripted, ada: User) -> Upstream:
    reached = connections.Reached(base_url="https://api.example.com", credential=KEY, options={"model": "gamma"})
    werk = connections.add(slug="werk", name="Werk Süd", kind=Kind.UNSILOED_EXTRACT, reached=reached, **_by(ada))
    now = replace(reached, base_url="https://api.example.com/v9", options={"model": "delta"}, lists=True)
    connections.reach(upstream_id=werk.pk, name="Werk Nord", reached=now, **_by(ada))
    connections.reach(upstream_id=werk.pk, name="Werk Nord", reached=replace(now, credential=f"{KEY} 2"), **_by(ada))
    for paused in (True, False):
        connections.pause(upstream_id=werk.pk, paused=paused, **_by(ada))
    connections.add_webhook_secret(upstream_id=werk.pk, secret=f"{KEY} 3", **_by(ada))
    for categories in (["Rechnung"], ["Rechnung", "Brief"]):
        connections.set_categories(upstream_id=werk.pk, categories=categories, **_by(ada))
    for text in (SCHEMA, '{"type":"object"}', ""):
        connections.attach_schema(upstream_id=werk.pk, schema_name="invoice", text=text, **_by(ada))
    werk.refresh_from_db()
    vendor.fetches = [adapter.AuthRefused("api.example.com does not accept the credential (401)"), "it is well"]
    try:
        connections.probe(werk, client=outbound.client(), **_by(ada))
    except adapter.AuthRefused:
        connections.probe(werk, client=outbound.client(), **_by(ada))
    return werk


def _asked_for(vendor: Scripted, werk: Upstream, sol: User) -> None:
    growing = factories.unsiloed({"total": (11, 0.3)}, job_id=JOB.format(1), status="processing", file_name="a.pdf")
    whole = {**growing, "status": "completed"}
    vendor.fetches = [answer(growing), answer(whole), adapter.NotFound("gone"), answer("[1, 2")]
    for job, times in ((JOB.format(1), 3), (JOB.format(2), 1)):
        for _ in range(times):
            pulling.add(upstream=werk, text=job, **_by(sol))
            pulling.step(at=AT, client=outbound.client(), worker="w", uniform=lambda low, high: high)
    assert Pull.objects.get(job_id=JOB.format(1)).state == Pull.State.GONE
    vendor.fetches = [adapter.NotFound("no such job")]
    pulling.add(upstream=werk, text=JOB.format(4), **_by(sol))
    pulling.step(at=AT, client=outbound.client(), worker="w", uniform=lambda low, high: high)
    assert pulling.dismiss(pull_id=Pull.objects.get(job_id=JOB.format(4)).pk, **_by(sol))


def _handed_in(vendor: Scripted, werk: Upstream, sol: User) -> None:
    vendor.submissions = [Submitted(JOB.format(3)), Submitted(None, blocked="pii_detected:high"), REFUSAL]
    for name in ("taken.pdf", "blocked.pdf", "refused.pdf"):
        submitting.hand_in(upstream=werk, chunks=[PDF], name=name, schema_name="invoice", **_by(sol))
        submitting.step(at=AT, client=outbound.client(), worker="w", uniform=lambda low, high: high)
    submitting.again(submission=Submission.objects.get(name="refused.pdf"), **_by(sol))


def _came_from_a_file(sol: User) -> None:
    rejections.keep(data=b"[]", name="odd.json", code="fragment", message="m", **_by(sol))
    job = Job.objects.get(job_id=JOB.format(1))
    for name, data in (("first.pdf", PDF), ("second.pdf", PDF + b"\n")):
        attaching.attach(job=job, chunks=[data], name=name, key="", **_by(sol))


def _worked_on(ana: User, sol: User) -> None:
    lines = [{"ware": ("Zange", 0.4), "sum": 1}, {"ware": "Draht", "sum": 2}]
    values = {"total": (12, 0.3), "tax": (2, 0.2), "stamp": (None, 0.1), "sum": (7, 0.4), "lines": (lines, 0.3)}
    task = factories.create_task(factories.unsiloed(values))
    for path, kind, value in (
        ("/total", Verdict.Kind.CORRECTED, "14"),
        ("/tax", Verdict.Kind.CLEARED, None),
        ("/sum", Verdict.Kind.ILLEGIBLE, None),
        ("/total", Verdict.Kind.RESTORED, None),
        ("/stamp", Verdict.Kind.CLEARED, None),
        ("/lines/0/ware", Verdict.Kind.APPROVED, None),
        ("/lines/1", Verdict.Kind.LINE_REMOVED, None),
        ("/lines", Verdict.Kind.LINES_COMPLETE, None),
    ):
        seen = Verdict.objects.filter(task=task, path=path).order_by("-id").values_list("id", flat=True).first() or 0
        said = verdicts.Said(path=path, kind=kind, value=value, seen=seen)
        verdicts.give(task_id=task.pk, said=said, user=ana, at=AT, via=VIA)
    verdicts.add_line(task_id=task.pk, array="/lines", user=ana, at=AT, via=VIA)
    verdicts.undo(task_id=task.pk, user=ana, at=LATER, via=VIA)
    task.refresh_from_db()
    asked = decisions.Asked(version=task.version, reason="known well")
    decisions.approve(task_id=task.pk, asked=asked, user=ana, at=AT, via=VIA, sign_off=True)
    _moved_about(ana, sol)
    factories.create_job(factories.unsiloed({"total": (1, 0.99)}))
    rule = queue_rules.rule_of(queues.default())
    factories.create_task(factories.unsiloed({"total": (1, 0.6), "tax": (1, 0.3)}))
    factories.create_task(factories.unsiloed({"total": (1, 0.55)}))
    queue_rules.change(queue_id=queues.default().pk, rule=replace(rule, threshold="0.5"), user=sol, at=AT, via=VIA)
    triage.again(queue=queues.default(), at=AT)
    _overridden(ana, sol)


def _overridden(ana: User, sol: User) -> None:
    rule = ValueRule(
        id="", name="All in all", kind=RuleKind.SUM, fields=("/a", "/b"), target="/c", severity=Severity.MUST
    )
    queue = queues.default()
    kept = rule_changes.keep(queue_id=queue.pk, rule=rule, user=sol, at=AT, via=VIA)
    task = factories.create_task(factories.unsiloed({"a": 1, "b": 2, "c": 4}))
    asked = decisions.Asked(version=task.version, reason="known well")
    decisions.approve(task_id=task.pk, asked=asked, user=ana, at=AT, via=VIA, sign_off=True, override=True)
    rule_changes.keep(queue_id=queue.pk, rule=replace(kept, name="In all"), user=sol, at=AT, via=VIA)
    rule_changes.remove(queue_id=queue.pk, rule_id=kept.id, user=sol, at=AT, via=VIA)


def _moved_about(ana: User, sol: User) -> None:
    one, two, three = (factories.create_task() for _ in range(3))
    claims.take(task_id=one.pk, user=ana, at=AT, via=VIA)
    claims.release(task_id=one.pk, user=ana, at=AT, via=VIA)
    claims.take_over(task_id=one.pk, user=sol, at=AT, via=VIA)
    claims.assign(task_id=one.pk, user=sol, to=ana, at=AT, via=VIA)
    decisions.postpone(task_id=one.pk, until=LATER, user=ana, at=AT, via=VIA)
    decisions.escalate(task_id=two.pk, user=ana, at=AT, via=VIA, reason="unclear")
    version = claims.take(task_id=three.pk, user=ana, at=AT, via=VIA).version
    asked = decisions.Asked(version=version, reason="not ours")
    decisions.reject(task_id=three.pk, asked=asked, user=ana, at=AT, via=VIA)


def _sent(werk: Upstream, ada: User) -> None:
    by = _by(ada)
    outbox.run(at=AT)
    with receiving(in_turn(503, 422, 200, 401)) as receiver:
        books = create_destination(receiver.url, slug="books")
        assert testing.send(destination_id=books.pk, client=outbound.client(), **by).code == "http_503"
        for n in range(3):
            factories.create_job(factories.unsiloed({"total": (n, 0.99)}))
        outbox.run(at=AT)
        for _ in range(3):
            send_what_is_due(limit=1)
    dead, delivered = (Delivery.objects.get(state=state) for state in ("dead", "delivered"))
    assert delivered.destination_id == books.pk
    retrying.replay(destination_id=books.pk, **by)
    Delivery.objects.filter(pk=dead.pk).update(state="dead", next_at=None)
    retrying.try_again(delivery_id=dead.pk, **by)
    retrying.give_up(delivery_id=dead.pk, **by)
    destinations.resume(destination_id=books.pk, **by)
    destinations.pause(destination_id=books.pk, reason="they move", **by)
    wanted: Mapping[str, Any] = {"outcomes": OUTCOMES[:1], "private": "", "form": "event", "upstreams": ["werk"]}
    moved = destinations.Wanted(name="The books", url="https://nowhere.invalid/elsewhere", **wanted)
    destinations.change(destination_id=books.pk, wanted=moved, **by)
    destinations.rotate_secret(destination_id=books.pk, **by)
    destinations.forget_older_secrets(destination_id=books.pk, **by)
    outbox.fill(destination_id=books.pk, since=AT - timedelta(days=1), **by)
    destinations.disable(destination_id=books.pk, reason="they moved", **by)
    destinations.resume(destination_id=books.pk, **by)
    back = destinations.Wanted(name="Back", outcomes=["approved"], upstream=werk, way="corrections")
    made = destinations.add_write_back(slug="back", wanted=back, **by)
    _not_accepted(made.pk)


def _not_accepted(destination_id: int) -> None:
    """A vendor that takes nothing back: its client has no such way."""
    outbox.fill(destination_id=destination_id, since=AT - timedelta(days=1), at=AT, by=trail.SYSTEM, via=VIA)
    with scripted():
        vendor_job = factories.create_task(upstream=Upstream.objects.get(slug="werk"))
        ana = User.objects.get(username="ana")
        version = claims.take(task_id=vendor_job.pk, user=ana, at=AT, via=VIA).version
        asked = decisions.Asked(version=version, reason="known")
        decisions.approve(task_id=vendor_job.pk, asked=asked, user=ana, at=AT, via=VIA, sign_off=True)
        outbox.run(at=AT)
        send_what_is_due(LATER)


def _let_in(ada: User, ana: User) -> None:
    by = _by(ada)
    factories.sign_in(ana).post("/sign-out/")
    with_wrong_password = factories.Client()
    for name in ("ana", "nobody"):
        with_wrong_password.post("/sign-in/", {"username": name, "password": "wrong"})
    people.set_role(user=ana, role=Role.SUPERVISOR, **by)
    people.prefer(user=ana, locale="de", time_zone="UTC", theme="dark", **by)
    people.set_password(user=ana, password=factories.PASSWORD, **by)
    people.deactivate(user=ana, **by)
    people.reactivate(user=ana, **by)
    key, _secret = apikeys.issue(
        name="the ledger",
        upstreams=["werk"],
        scopes=[Scope.ROWS_READ, Scope.TASKS_WRITE],
        hold=True,
        acts_for=ana,
        by=ada,
        at=AT,
        expires_at=AT + timedelta(days=30),
        via=VIA,
    )
    apikeys.revoke(key=key, by=ada, at=AT, via=VIA)


def _exported(ada: User) -> None:
    asked = browse.asked({"who": f"person:{ada.pk}", "action": "intake:upstream:tested", "since": "2026-01-02"})
    export.announce(format="csv", filter=asked, **_by(ada))
