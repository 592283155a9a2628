"""What stands on the desk of a newcomer? Sample documents in every shape, people of each role, queues and one API key.

Everything here is plainly a demonstration: invented papers, passwords that everybody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from reviewapp.accounts import apikeys, people
from reviewapp.accounts.models import ApiKey, User
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.delivery import destinations
from reviewapp.delivery.models import Destination
from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind
from reviewapp.intake import connections, importing
from reviewapp.results.models import Final
from reviewapp.review import triage
from reviewapp.review.models import Membership, Queue
from reviewapp.upstreams.models import Upstream

from .samples import index
from .simulator import KEYS, Shape

KEY_FILE = "demo-api-key"
#: The job of the first sample, whose total a newcomer corrects.
FIRST_JOB = "6150397b-4b8f-5189-9b87-e9c7fd724486"
#: Between two samples' arrivals, so that the queue's ages differ.
_APART = timedelta(minutes=23)


@dataclass(frozen=True, slots=True)
class Login:
    role: str
    username: str
    password: str


_PEOPLE = (
    ("ana", "Ana Analyst", Role.ANALYST),
    ("ben", "Ben Analyst", Role.ANALYST),
    ("sol", "Sol Supervisor", Role.SUPERVISOR),
    ("udo", "Udo Auditor", Role.AUDITOR),
    ("ada", "Ada Admin", Role.ADMIN),
)
_QUEUES = (
    {"slug": "papers", "name": "Invoices and forms", "kind": Kind.UNSILOED_EXTRACT.value, "due_minutes": 8 * 60},
    {"slug": "classification", "name": "Classification", "kind": Kind.UNSILOED_CLASSIFY.value, "due_minutes": 24 * 60},
)


def fill(*, at: datetime, simulator: str = "") -> Sequence[Login]:
    """Fill an empty database; what is there already is left alone. `simulator`: where the vendors are played this time; the
    upstreams are connected to it. Returns the logins to print."""
    folk = _people(at)
    _queues(folk)
    start = at - _APART * len(index.SAMPLES)
    for number, sample in enumerate(index.SAMPLES):
        arrived = start + _APART * number
        report = importing.run(
            files=[index.PAYLOADS / sample.payload],
            at=arrived,
            documents=index.DOCUMENTS if sample.attached else None,
            upstream=sample.upstream,
            kind=Kind(sample.kind),
            categories=_categories(sample.categories),
        )
        if report.rejected:
            raise RuntimeError(f"a sample of our own was rejected: {report.rejected}")
        triage.run(at=arrived)
    _key(folk["ada"], at)
    if simulator:
        _connect(simulator, at)
    return [Login(role.value, username, _password(username)) for username, _, role in _PEOPLE]


def _connect(simulator: str, at: datetime) -> None:
    """The upstreams at the simulator, and two destinations there: one that takes webhooks, and Talonic's write-back."""
    for upstream in Upstream.objects.all():
        vendor = Shape(upstream.kind).vendor
        base_url = f"{simulator}/{vendor}"
        if upstream.base_url in ("", base_url) or upstream.base_url.startswith("http://127.0.0.1:"):
            reached = connections.Reached(
                base_url=base_url,
                credential="" if upstream.base_url == base_url else KEYS[vendor],
                file_hosts="127.0.0.1:*",
                private="127.0.0.0/8",
                options=_options(upstream),
            )
            connections.reach(
                upstream_id=upstream.pk, name=upstream.name, reached=reached, at=at, by=trail.SYSTEM, via=trail.Via()
            )
    outcomes = [Final.Outcome.APPROVED, Final.Outcome.REJECTED]
    url = f"{simulator}/taken/bookkeeping"
    webhook = destinations.Wanted(name="Bookkeeping (simulated)", outcomes=outcomes, url=url, private="127.0.0.0/8")
    known = Destination.objects.filter(slug="bookkeeping").first()
    if known is not None:
        destinations.change(destination_id=known.pk, wanted=webhook, at=at, by=trail.SYSTEM, via=trail.Via())
        return
    destinations.add_webhook(slug="bookkeeping", wanted=webhook, at=at, by=trail.SYSTEM, via=trail.Via())
    talonic = Upstream.objects.filter(kind=Kind.TALONIC.value).order_by("id").first()
    if talonic is not None:
        back = destinations.Wanted(name="Back to Talonic", outcomes=outcomes[:1], upstream=talonic, way="corrections")
        destinations.add_write_back(slug="back-to-talonic", wanted=back, at=at, by=trail.SYSTEM, via=trail.Via())


def _options(upstream: Upstream) -> dict[str, str]:
    """LlamaCloud v1 reads what is handed in with an agent: the one of a sample."""
    if upstream.kind != Kind.LLAMACLOUD:
        return {}
    agent = upstream.jobs.exclude(schema_id="").order_by("id").values_list("schema_id", flat=True).first()
    return {"extraction_agent_id": agent} if agent else {}


def key_secret() -> str:
    """The demo's API key; "" when another database made it."""
    path = Path(settings.DATA_DIR) / KEY_FILE
    return path.read_text().strip() if path.exists() else ""


def _people(at: datetime) -> dict[str, User]:
    folk = {}
    for username, name, role in _PEOPLE:
        known = User.objects.filter(username=username).first()
        folk[username] = known or people.add(
            username=username,
            name=name,
            role=role,
            password=_password(username),
            by=trail.SYSTEM,
            at=at - _APART * (len(index.SAMPLES) + 1),
            temporary=False,
        )
    return folk


def _password(username: str) -> str:
    return f"demo-{username}-desk"


def _queues(folk: dict[str, User]) -> None:
    with transaction.atomic():
        for position, columns in enumerate(_QUEUES, start=1):
            Queue.objects.get_or_create(slug=columns["slug"], defaults={**columns, "position": position})
        Queue.objects.get_or_create(
            is_default=True, defaults={"slug": "everything-else", "name": "Everything else", "position": 1000}
        )
        for queue in Queue.objects.all():
            for user in (folk["ana"], folk["ben"]):
                Membership.objects.get_or_create(queue=queue, user=user)


def _categories(path: Path | None) -> list[str]:
    if path is None:
        return []
    tree = jsontext.parse(path.read_bytes())
    return [str(one) for one in tree] if isinstance(tree, list) else []


def _key(admin: User, at: datetime) -> None:
    path = Path(settings.DATA_DIR) / KEY_FILE
    if ApiKey.objects.filter(name="demo").exists():
        return
    slugs = list(Upstream.objects.order_by("slug").values_list("slug", flat=True))
    _, secret = apikeys.issue(name="demo", upstreams=slugs, by=admin, at=at)
    path.touch(mode=0o600)
    path.write_text(secret + "\n")
