"""How is a document handed in at an upstream? Kept first, then sent; the job that comes of it is pulled like any other."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.documents import vault
from reviewapp.extraction.model import Kind
from reviewapp.upstreams import adapter, http, registry
from reviewapp.upstreams.clients import Submission as Wanted
from reviewapp.upstreams.clients import Submitted
from reviewapp.upstreams.models import Upstream
from reviewapp.work import leases
from reviewapp.work.pace import Uniform, backoff, not_before

from . import pulling, troubles
from .attaching import NotKept
from .models import Pull, Submission

LEASE_SECONDS = 300.0
FIRST, LONGEST = 5.0, 600.0
TRIES = 12
#: What no second try mends; `Uncertain` might be read twice there, so a person looks before it is sent again.
_FINAL = (
    adapter.RequestRefused,
    adapter.Forbidden,
    adapter.NotFound,
    adapter.TooLarge,
    adapter.BadPayload,
    adapter.Uncertain,
)


class Lacking(ValueError):
    """The upstream cannot read a document so: nothing was kept or sent. `wanted`: each of these alone would do."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__(f"one of these is missing: {', '.join(wanted)}")
        self.wanted = wanted


def lacks(*, upstream: Upstream, schema: str, schema_name: str) -> tuple[str, ...]:
    """What is missing before a document can be handed in there, as `clients.VendorClient.lacks` says."""
    return registry.client(Kind(upstream.kind)).lacks(
        options=json.loads(upstream.options or "{}"),
        schema=schema or _attached(upstream, schema_name),
        categories=_categories(upstream),
    )


def hand_in(
    *,
    upstream: Upstream,
    chunks: Iterable[bytes],
    name: str,
    at: datetime,
    by: trail.Actor,
    via: trail.Via,
    schema: str = "",
    schema_name: str = "",
    options: Mapping[str, str] | None = None,
) -> Submission:
    """Keep the document and have it sent. Without a schema it is the one attached to the upstream under that name, if there
    is one. Raises NotKept and Lacking."""
    missing = lacks(upstream=upstream, schema=schema, schema_name=schema_name)
    if missing:
        raise Lacking(missing)
    try:
        document = vault.keep(chunks=chunks, at=at, documents_only=True)
    except vault.TooLarge as error:
        raise NotKept("too_large") from error
    except vault.NotADocument as error:
        raise NotKept("not_a_document") from error
    except vault.Refused as error:
        raise NotKept("empty") from error
    schema = schema or _attached(upstream, schema_name)
    with transaction.atomic():
        submission = Submission.objects.create(
            upstream=upstream,
            document=document,
            name=name[:500],
            schema=schema,
            schema_name=schema_name,
            options=json.dumps(dict(options or {}), ensure_ascii=False),
            key=uuid.uuid4(),
            since=at,
            next_at=at,
        )
        details = {"sha256": document.sha256, "schema_name": schema_name}
        named = trail.value(submission.name)
        _note(submission, Action.DOCUMENT_HANDED_IN, details=details, new=named, at=at, by=by, via=via)
    return submission


def again(*, submission: Submission, at: datetime, by: trail.Actor, via: trail.Via) -> None:
    """Send one that was refused once more; a blocked one may be sent again too, when the upstream changed its rules."""
    with transaction.atomic():
        tried = Submission.objects.filter(pk=submission.pk, next_at=None, pull=None)
        if tried.update(state=Submission.State.WAITING, next_at=at, attempts=0, blocked=""):
            _note(submission, Action.DOCUMENT_HANDED_IN, details={"again": True}, at=at, by=by, via=via)


def newest(limit: int = 50) -> list[Submission]:
    """The documents that were handed in last, with what became of them."""
    found = Submission.objects.select_related("upstream", "pull__known_job", "document")
    return list(found.order_by("-id")[:limit])


def step(*, at: datetime, client: http.Client, worker: str, uniform: Uniform) -> bool:
    """Send one document that is due. False: none was."""
    due = troubles.askable(Submission.objects.select_related("upstream"), at=at)
    taken = leases.take(due, at=at, worker=worker, seconds=LEASE_SECONDS)
    for lease in taken:
        _send(lease, at=at, client=client, uniform=uniform)
    return bool(taken)


def _send(lease: leases.Lease[Submission], *, at: datetime, client: http.Client, uniform: Uniform) -> None:
    upstream = lease.row.upstream
    try:
        to = troubles.connect(upstream, client=client)
        with tempfile.TemporaryDirectory() as folder:
            wanted = _wanted(lease.row, Path(folder) / "document")
            submitted = registry.client(Kind(upstream.kind)).submit(to, wanted, at=at)
    except adapter.UpstreamError as failure:
        troubles.failed(upstream, failure, at=at, uniform=uniform)
        _failed(lease, failure, at=at, uniform=uniform)
        return
    troubles.answered(upstream, at=at)
    _done(lease, submitted, at=at)


def _wanted(submission: Submission, path: Path) -> Wanted:
    with vault.open(submission.document) as source, path.open("wb") as target:
        while chunk := source.read(vault.CHUNK):
            target.write(chunk)
    return Wanted(
        path=path,
        name=submission.name,
        media_type=submission.document.media_type,
        key=str(submission.key),
        schema=submission.schema,
        schema_name=submission.schema_name,
        categories=_categories(submission.upstream),
        options=json.loads(submission.options or "{}"),
    )


def _attached(upstream: Upstream, schema_name: str) -> str:
    attached = upstream.schemas.filter(schema_name=schema_name).first()
    return attached.text if attached is not None else ""


def _categories(upstream: Upstream) -> tuple[str, ...]:
    return tuple(json.loads(upstream.categories or "[]"))


def _done(lease: leases.Lease[Submission], submitted: Submitted, *, at: datetime) -> None:
    submission = lease.row
    with transaction.atomic():
        also: dict[str, object] = {"state": Submission.State.BLOCKED, "blocked": submitted.blocked}
        if submitted.job_id is not None:
            pull, _ = pulling.wake(
                upstream=submission.upstream, job_id=submitted.job_id, origin=Pull.Origin.SUBMITTED, at=at
            )
            also = {"state": Submission.State.DONE, "pull": pull}
        # Why it was blocked is said in the vendor's words, so it can be erased.
        details: dict[str, trail.Plain] = {"job": submitted.job_id or "", "blocked": bool(submitted.blocked)}
        why = trail.value(submitted.blocked) if submitted.blocked else None
        _note(submission, Action.HAND_IN_ENDED, details=details, why=why, at=at, by=_actor(submission.upstream))
        leases.settle(lease, at=at, next_at=None, also=also)


def _failed(lease: leases.Lease[Submission], failure: adapter.UpstreamError, *, at: datetime, uniform: Uniform) -> None:
    attempts = lease.row.attempts + 1
    over = isinstance(failure, _FINAL) or attempts >= TRIES
    wait = backoff(attempts, first=FIRST, longest=LONGEST, uniform=uniform)
    with transaction.atomic():
        if over:
            details = {"job": "", "refused": failure.code}
            why = trail.value(str(failure))
            _note(lease.row, Action.HAND_IN_ENDED, details=details, why=why, at=at, by=_actor(lease.row.upstream))
        leases.settle(
            lease,
            at=at,
            next_at=None if over else not_before(at + wait, failure.retry_at),
            failed=True,
            code=failure.code,
            error=str(failure),
            also={"state": Submission.State.REFUSED if over else Submission.State.WAITING},
        )


def _note(
    submission: Submission,
    action: Action,
    *,
    details: Mapping[str, trail.Plain],
    new: Content | None = None,
    why: Content | None = None,
    at: datetime,
    by: trail.Actor,
    via: trail.Via = trail.Via(),
) -> None:
    trail.record(
        trail.Note(
            stream=f"upstream:{submission.upstream_id}",
            action=action,
            object_type="submission",
            object_id=str(submission.pk),
            new=new,
            reason=why,
            details={"upstream": submission.upstream.slug, **details},
        ),
        at=at,
        by=by,
        via=via,
    )


def _actor(upstream: Upstream) -> trail.Actor:
    return trail.Actor(type="upstream", id=upstream.slug, name=upstream.name)
