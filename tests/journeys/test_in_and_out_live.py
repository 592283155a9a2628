"""The whole way over real HTTP: simulator, pulling, review, write-back and webhook, and read in the vendor's shape.

Two worker processes do the work; people review through our own API. On the way: a 429, a link that has expired, and a
re-extraction after the decision, which takes nobody's place and asks a person again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.apps import apps
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.models import Scope
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.delivery import destinations
from reviewapp.delivery.models import Delivery
from reviewapp.extraction.model import Kind
from reviewapp.intake import connections, pulling
from reviewapp.intake.models import Pull, SourceFile
from reviewapp.ops.simulator import KEYS, Shape, Simulator, Vendor, running
from reviewapp.ops.simulator.receiver import receiving
from reviewapp.results.models import Job, ResultRow
from reviewapp.review import queues
from reviewapp.review.models import Task
from reviewapp.upstreams.models import Upstream
from tests import factories, processes
from tests.factories import VIA

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60.0


@dataclass(frozen=True)
class Way:
    """One vendor's way. `job`: which of the simulator's; `way`: how decisions go back, "" where nothing does; `finds`:
    its jobs are listed; `where` a compat answer stands, and how its key is sent."""

    kind: Kind
    vendor: Vendor
    job: str
    way: str
    finds: bool
    where: str
    file: bool


UNSILOED = "6150397b-4b8f-5189-9b87-e9c7fd724486"
WAYS = [
    Way(Kind.UNSILOED_EXTRACT, Vendor.UNSILOED, UNSILOED, "", False, "unsiloed/extract/{}", True),
    Way(Kind.UNSILOED_CLASSIFY, Vendor.UNSILOED, "", "", False, "unsiloed/classify/{}", False),
    Way(Kind.TALONIC, Vendor.TALONIC, "", "corrections", True, "talonic/v1/jobs/{}/results", False),
    Way(Kind.LLAMACLOUD, Vendor.LLAMACLOUD, "", "", False, "llamacloud/api/v1/extraction/jobs/{}/result", True),
    Way(
        Kind.LLAMACLOUD_V2,
        Vendor.LLAMACLOUD,
        "",
        "extract_review",
        True,
        "llamacloud/api/v2/extract/{}?expand=extract_metadata",
        True,
    ),
]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running(settled=True, extract_review=True) as simulator:
        yield simulator
        assert simulator.broken == []


def until(true: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (found := true()):
        assert time.monotonic() < deadline, f"it never came: {what}"
        time.sleep(0.1)
    return found


def delivered() -> int:
    assert not Delivery.objects.filter(state__in=["dead", "not_accepted"]).exists()
    return Delivery.objects.filter(state="delivered").count()


#: What a key may do for an analyst.
_OF_AN_ANALYST = [Scope.COMPAT_READ, Scope.ROWS_READ, Scope.TASKS_READ, Scope.TASKS_WRITE]


class Desk:
    """Our server as a machine sees it, with a key that acts for Ana."""

    def __init__(self, live_server: LiveServer, upstream: Upstream) -> None:
        factories.create_queue()
        ana = factories.create_user(role=Role.ANALYST, queues=[queues.default()])
        _, self.key = factories.create_key(upstreams=[upstream.slug], scopes=_OF_AN_ANALYST, acts_for=ana)
        self.url = live_server.url
        self.upstream = upstream

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"{time.monotonic_ns()}"}
        with httpx.Client(trust_env=False, timeout=SECONDS) as http:
            answer = http.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def compat(self, where: str) -> Any:
        headers = {"api-key": self.key, "Authorization": f"Bearer {self.key}"}
        with httpx.Client(trust_env=False, timeout=SECONDS) as http:
            return http.get(f"{self.url}/compat/{where}", headers=headers).json()

    def decide(self, task: Task, value: dict[str, Any]) -> None:
        """Correct the field named, approve or clear what else needs eyes, approve the document."""
        one = self.ask("POST", f"/tasks/{task.pk}/claim")
        empty = {
            field["path"] for field in self.ask("GET", f"/tasks/{task.pk}")["fields"] if field["value"] in (None, "")
        }
        ((path, said),) = value.items()
        changes = [{"change": "correct", "path": path, "value": said}]
        changes += [
            {"change": "clear" if other in empty else "approve", "path": other}
            for other in one["open"]
            if other != path
        ]
        one = self.ask("POST", f"/tasks/{task.pk}/verdicts", {"revision": one["revision"], "changes": changes})
        assert one["open"] == []
        self.ask("POST", f"/tasks/{task.pk}/approve", {"revision": one["revision"]})


def connected(sim: Simulator, way: Way) -> Upstream:
    reached = connections.Reached(
        base_url=sim.base(way.vendor),
        credential=KEYS[way.vendor],
        file_hosts="127.0.0.1:*",
        private="127.0.0.0/8",
        lists=way.finds,
    )
    acting: Any = {"at": timezone.now(), "by": trail.SYSTEM, "via": VIA}
    made = connections.add(slug="live", name="Live", kind=way.kind, reached=reached, **acting)
    if way.way:
        back = destinations.Wanted(name="Back", outcomes=["approved"], upstream=made, way=way.way)
        destinations.add_write_back(slug="back", wanted=back, **acting)
    return made


def of(task: Task) -> dict[str, Any]:
    """The path to correct and the value to give it: a number where there is one."""
    row = json.loads(ResultRow.objects.select_related("values").get(pk=task.row_id).values.text or "{}")
    eyes = json.loads(task.eyes)
    flat = {f"/{name}": value for name, value in row.items() if not isinstance(value, list | dict)}
    numbers = [path for path, value in flat.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    if numbers:
        return {numbers[0]: 4711.25}
    path = next((path for path in eyes if isinstance(flat.get(path), str)), next(iter(flat)))
    return {path: "contract" if "classification" in path else "said by a person"}


def pointer_in_payload(way: Way, path: str, place: int) -> str:
    """Where the simulator keeps that value in its job's payload."""
    name = path.removeprefix("/")
    return {
        Kind.UNSILOED_EXTRACT: f"/result/{name}/value",
        Kind.UNSILOED_CLASSIFY: f"/result/{name}",
        Kind.TALONIC: f"/data/{place}/values/{name}",
        Kind.LLAMACLOUD: f"/data/{name}",
        Kind.LLAMACLOUD_V2: f"/extract_result/{name}",
    }[way.kind]


def database() -> dict[str, str]:
    """Every row of every table, as text."""
    return {
        model._meta.label: json.dumps([list(row) for row in model._base_manager.values_list()], default=as_text)
        for model in apps.get_models()
    }


def as_text(value: object) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def pages(job: Job) -> dict[str, str]:
    """What people read and export, as each role that may."""
    addresses = {
        Role.SUPERVISOR: ["/queue/", "/jobs/", f"/jobs/{job.pk}/", "/work/", "/deliveries/", "/board/"],
        Role.ADMIN: ["/upstreams/", "/upstreams/live/", "/deliveries/destinations/", "/keys/"],
        Role.AUDITOR: ["/trail/", f"/trail/jobs/{job.pk}/", "/trail/export.csv", "/trail/export.jsonl"],
    }
    found = {}
    for role, asked in addresses.items():
        client = factories.sign_in(factories.create_user(role=role))
        for address in asked:
            answer = client.get(address)
            assert answer.status_code == 200, address
            found[address] = b"".join(answer).decode()
    return found


#: The databases differ for none of the vendors: on PostgreSQL one of them goes the way again.
PARAMETERS = [
    pytest.param(way, id=way.kind.value, marks=[] if way.kind is Kind.LLAMACLOUD_V2 else [pytest.mark.once])
    for way in WAYS
]


@pytest.mark.parametrize("way", PARAMETERS)
def test_a_decision_goes_the_whole_way_and_a_newer_reading_takes_nobodys_place(
    way: Way, sim: Simulator, live_server: LiveServer, tmp_path: Path
) -> None:
    job_id = way.job or sim.job_ids(Shape(way.kind.value))[0]
    upstream = connected(sim, way)
    desk = Desk(live_server, upstream)
    sim.fault("result" if way.kind in (Kind.LLAMACLOUD, Kind.TALONIC) else "poll", "retry_after_seconds", times=1)
    sim.fault("file", "expired_link", times=1)
    with receiving(500, otherwise=200) as ours, processes.workers(2, output=str(tmp_path / "said")):
        webhook = destinations.Wanted(name="Ours", outcomes=["approved"], url=ours.url, private="127.0.0.0/8")
        _, signing = destinations.add_webhook(slug="ours", wanted=webhook, at=timezone.now(), by=trail.SYSTEM, via=VIA)
        if not way.finds:
            pulling.add(upstream=upstream, text=job_id, at=timezone.now(), by=trail.SYSTEM)
        job = until(lambda: Job.objects.filter(job_id=job_id).first(), "the job")
        tasks = until(
            lambda: list(Task.objects.filter(job=job, state="open").select_related("row").order_by("id")), "its tasks"
        )
        if way.file:
            until(lambda: SourceFile.objects.filter(job=job, state="kept").exists(), "its document")
            assert job.document_links.get().document.ready
        before = desk.compat(way.where.format(job_id))
        wanted = of(tasks[0])
        for task in tasks:
            desk.decide(task, of(task))
        (path, said), key = next(iter(wanted.items())), tasks[0].key
        each = 2 if way.way else 1
        until(lambda: delivered() == len(tasks) * each, "the deliveries")
        bodies = [json.loads(one.body) for one in ours.deliveries]
        assert {body["type"] for body in bodies} == {"row.approved"}
        assert {body["data"]["row_id"] for body in bodies} == {
            str(pk) for pk in ResultRow.objects.filter(job=job, source="review").values_list("pk", flat=True)
        }
        after = desk.compat(way.where.format(job_id))
        assert before != after
        assert str(said) in json.dumps(after)
        assert str(said) not in json.dumps(before)

        # The upstream reads it anew, and says something else where a person spoke.
        other = 999.5 if isinstance(said, float) else "read anew"
        sim.reextract(job_id, changes={pointer_in_payload(way, path, tasks[0].row.ordinal): other})
        pulling.again(job=job, at=timezone.now(), by=trail.SYSTEM)
        newer = until(lambda: Task.objects.filter(job=job, state="open", key=key).first(), "the newer reading's task")
        assert list(newer.reasons.filter(code="conflict").values_list("path", flat=True)) == [path]
        assert str(said) in json.dumps(desk.compat(way.where.format(job_id)))
        assert str(other) not in json.dumps(desk.compat(way.where.format(job_id)))
        desk.decide(newer, {path: other})
        until(lambda: delivered() == (len(tasks) + 1) * each, "the second deliveries")
        assert str(other) in json.dumps(desk.compat(way.where.format(job_id)))
    assert {request.fault for request in sim.requests} >= {"retry_after_seconds"} | (
        {"expired_link"} if way.file else set()
    )
    assert Pull.objects.get(job_id=job_id).last_error == ""
    log = (tmp_path / "said").read_text()
    assert "Traceback" not in log
    told = {"the log": log, **database(), **pages(job)}
    found = {
        (place, secret[:12])
        for place, text in told.items()
        for secret in (*KEYS.values(), "X-Amz-", desk.key, signing)
        if secret in text
    }
    assert found == set()
