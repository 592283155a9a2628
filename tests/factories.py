"""Functions that make one honest object each, the way the program makes it. Keyword-only; what is left out is made up."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from reviewapp.accounts import apikeys, people
from reviewapp.accounts.models import ApiKey, Scope, User
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.extraction.model import Kind
from reviewapp.intake import gate, importing
from reviewapp.results import ledger
from reviewapp.results.models import Job
from reviewapp.review import triage
from reviewapp.review.models import Membership, Queue, Task
from reviewapp.upstreams.models import Upstream

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PASSWORD = "a password of tests 1"
VIA = trail.Via(ip="127.0.0.1", request="test")
_count = itertools.count(1)


def create_user(
    *, username: str = "", role: Role = Role.ANALYST, queues: Sequence[Queue] = (), locale: str = "en"
) -> User:
    """A person; analysts are put into the queues given."""
    username = username or f"person-{next(_count)}"
    user = people.add(
        username=username,
        name=username.title(),
        role=role,
        password=PASSWORD,
        by=trail.SYSTEM,
        at=AT,
        temporary=False,
        locale=locale,
    )
    for queue in queues:
        Membership.objects.create(queue=queue, user=user)
    return user


def sign_in(user: User) -> Client:
    """A browser in which the person has signed in, by the page itself."""
    client = Client()
    response = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert response.status_code == 302, response.content.decode()
    return client


def create_queue(*, slug: str = "", **columns: Any) -> Queue:
    """A queue; the default one unless told otherwise."""
    slug = slug or f"queue-{next(_count)}"
    return Queue.objects.create(slug=slug, **{"name": slug.title(), "is_default": not columns, **columns})


def create_upstream(*, slug: str = "", kind: Kind = Kind.UNSILOED_EXTRACT, categories: Sequence[str] = ()) -> Upstream:
    return importing.upstream_for(kind=kind, slug=slug or f"upstream-{next(_count)}", categories=categories, at=AT)


def unsiloed(
    fields: Mapping[str, Any],
    *,
    job_id: str = "",
    status: str = "completed",
    required: Sequence[str] = (),
    properties: Mapping[str, Any] | None = None,
    **over: Any,
) -> dict[str, Any]:
    """An Unsiloed extract payload. A field is a value, (value, confidence) or (value, confidence, box on page 1)."""
    return {
        "job_id": job_id or f"00000000-0000-4000-8000-{next(_count):012d}",
        "status": status,
        "file_name": "paper.pdf",
        "file_url": None,
        "created_at": "2026-03-10T08:00:00.000000+00:00",
        "updated_at": "2026-03-10T08:01:00.000000+00:00",
        "metadata": {
            "order": list(fields),
            "schema": {
                "type": "object",
                "required": list(required),
                "properties": dict(properties) if properties is not None else {name: {} for name in fields},
            },
            "page_count": 1,
        },
        "result": {name: _field(value) for name, value in fields.items()},
        **over,
    }


def talonic(rows: Sequence[Mapping[str, Any]], *, job_id: str = "", job_status: str = "complete") -> dict[str, Any]:
    """A Talonic job's results. A row is {values, status?, confidence?, flags?, id?}."""
    job_id = job_id or f"00000000-0000-4000-9000-{next(_count):012d}"
    return {
        "job_id": job_id,
        "job_status": job_status,
        "schema": {"id": "11111111-1111-4111-8111-111111111111", "name": "Invoice"},
        "total_rows": len(rows),
        "data": [
            {
                "id": row.get("id", f"00000000-0000-4000-a000-{index:012d}"),
                "document_id": f"00000000-0000-4000-b000-{index:012d}",
                "filename": f"paper-{index}.pdf",
                "status": row.get("status", "review"),
                "values": row["values"],
                "confidence": row.get("confidence", 0.9),
                "validation_flags": row.get("flags", []),
            }
            for index, row in enumerate(rows)
        ],
        "links": {"self": f"/v1/jobs/{job_id}/results", "job": f"/v1/jobs/{job_id}"},
    }


def llamacloud_v2(
    result: Any, metadata: Mapping[str, Any] | None = None, *, job_id: str = "", status: str = "COMPLETED", **over: Any
) -> dict[str, Any]:
    """A LlamaCloud v2 job with everything expanded; `metadata` is what stands in `field_metadata`."""
    number = next(_count)
    return {
        "id": job_id or f"ext-{number}",
        "created_at": "2026-03-10T08:00:00Z",
        "updated_at": "2026-03-10T08:01:00Z",
        "file_input": f"dfl-{number}",
        "project_id": "prj-1",
        "status": status,
        "configuration_id": "cfg-1",
        "error_message": None,
        "configuration": {"data_schema": {"type": "object", "properties": {}}, "tier": "agentic"},
        "extract_result": result,
        "extract_metadata": {
            "field_metadata": {
                "document_metadata": None,
                "page_metadata": None,
                "row_metadata": None,
                **(metadata or {}),
            },
            "parse_job_id": f"pjb-{number}",
            "parse_tier": "agentic",
        },
        **over,
    }


def take_in(
    payload: Mapping[str, Any] | str,
    *,
    upstream: Upstream | None = None,
    at: datetime = AT,
    parts: Mapping[str, Any] | None = None,
) -> ledger.Appended:
    """Bring a payload in through the gate and the ledger, as an import does; not yet triaged. `parts`: further ones."""
    data = (payload if isinstance(payload, str) else json.dumps(payload)).encode()
    opened = gate.open_({"result": data, **{name: json.dumps(tree).encode() for name, tree in (parts or {}).items()}})
    known = upstream or create_upstream(slug=opened.kind.value, kind=opened.kind)
    return ledger.append(upstream=known, snapshot=opened.snapshot, parts=opened.parts, at=at)


def create_job(
    payload: Mapping[str, Any] | None = None,
    *,
    upstream: Upstream | None = None,
    at: datetime = AT,
    parts: Mapping[str, Any] | None = None,
) -> Job:
    """A job as its payload says, triaged."""
    payload = payload or unsiloed({"total": (12, 0.3), "date": ("2026-03-01", 0.95)})
    appended = take_in(payload, upstream=upstream, at=at, parts=parts)
    triage.run(at=at)
    return appended.job


def create_task(
    payload: Mapping[str, Any] | None = None,
    *,
    upstream: Upstream | None = None,
    at: datetime = AT,
    parts: Mapping[str, Any] | None = None,
) -> Task:
    """The one open task of a fresh job."""
    job = create_job(payload, upstream=upstream, at=at, parts=parts)
    return Task.objects.get(job=job, state=Task.State.OPEN)


def create_key(
    *,
    upstreams: Sequence[str],
    hold: bool = False,
    scopes: Sequence[Scope] = apikeys.READING,
    acts_for: User | None = None,
) -> tuple[ApiKey, str]:
    """An API key and its secret."""
    admin = User.objects.filter(role=Role.ADMIN).first() or create_user(role=Role.ADMIN)
    return apikeys.issue(name="test", upstreams=upstreams, scopes=scopes, hold=hold, acts_for=acts_for, by=admin, at=AT)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _field(given: Any) -> dict[str, Any]:
    value, confidence, box = (*given, None, None)[:3] if isinstance(given, tuple) else (given, 0.95, None)
    if isinstance(value, list):
        value = [{name: _field(one) for name, one in line.items()} for line in value]
    return {
        "value": value,
        "score": {"grounding_score": 0.9, "extraction_score": confidence},
        "citation": {"bbox": list(box), "page": 1, "page_width": 612, "page_height": 792} if box else None,
    }
