"""How do results come in from an upstream? A pull is added, asked for when it is due, and taken in when it says something.

The call is made outside of any transaction; what it brought, the pull's next time and the entries are one transaction.
Whatever an upstream does ends in a state of the pull (`Pull.State`) and its columns; nothing that was kept is touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.extraction.model import JobStatus, Kind
from reviewapp.results import ledger
from reviewapp.results.models import Job
from reviewapp.upstreams import adapter, failures, http, registry
from reviewapp.upstreams.clients import Fetched
from reviewapp.upstreams.models import Upstream
from reviewapp.work import leases
from reviewapp.work.pace import Uniform

from . import files, gate, polls, rejections, troubles
from .models import Pull, Submission

#: A job may take four calls, each with its own deadline.
LEASE_SECONDS = 180.0
#: Shorter ones may be a word of any text.
_SHORTEST_SECRET = 8
#: Failures of one job that no second question mends.
_FINAL = (adapter.Forbidden, adapter.RequestRefused, adapter.TooLarge)
#: States of a pull that is not asked for any more, whatever was hoped for.
NOTHING_COMES = (Pull.State.GONE, Pull.State.REFUSED)


class NotRead(adapter.BadPayload):
    """The gate did not let the answer pass; `why` is the gate's code."""

    def __init__(self, refused: gate.Refused, *, data: bytes) -> None:
        super().__init__(str(refused), data=data)
        self.why = refused.code


class CannotAsk(ValueError):
    """The upstream is none that can be asked, or the text names no job. Its text is for the person."""


def add(
    *, upstream: Upstream, text: str, at: datetime, by: trail.Actor, via: trail.Via = trail.Via()
) -> tuple[Pull, bool]:
    """Ask for the job that a person means with an id or a URL, now. (pull, whether it is new.) Raises CannotAsk."""
    if not upstream.base_url:
        raise CannotAsk(_("This upstream has no address: results come in from files only."))
    try:
        job_id = registry.client(Kind(upstream.kind)).job_id_in(text)
    except ValueError as error:
        raise CannotAsk(str(error)) from error
    with transaction.atomic():
        pull, new = wake(upstream=upstream, job_id=job_id, origin=Pull.Origin.NAMED, at=at)
        _note(pull, Action.JOB_ASKED_FOR, at=at, by=by, via=via)
    return pull, new


def again(*, job: Job, at: datetime, by: trail.Actor, via: trail.Via = trail.Via()) -> Pull:
    """A person asks for a known job again, whatever came of it before. Raises CannotAsk."""
    if not job.upstream.base_url:
        raise CannotAsk(_("This upstream has no address: results come in from files only."))
    with transaction.atomic():
        pull, new = wake(upstream=job.upstream, job_id=job.job_id, origin=Pull.Origin.IMPORTED, at=at)
        if new or pull.known_job_id is None:
            Pull.objects.filter(pk=pull.pk).update(known_job=job)
        _note(pull, Action.JOB_ASKED_FOR, at=at, by=by, via=via)
    return pull


def wake(*, upstream: Upstream, job_id: str, origin: Pull.Origin, at: datetime) -> tuple[Pull, bool]:
    """The job's pull, due now and eager again; made when there is none. (pull, whether it is new.)"""
    with transaction.atomic():
        pull, new = Pull.objects.select_for_update().get_or_create(
            upstream=upstream,
            job_id=job_id,
            defaults={
                "origin": origin,
                "since": at,
                "changed_at": at,
                "next_at": at,
                "known_job": Job.objects.filter(upstream=upstream, job_id=job_id).first(),
            },
        )
        if not new:
            pull.state, pull.next_at, pull.changed_at, pull.asks, pull.attempts = Pull.State.WAITING, at, at, 0, 0
            pull.dismissed_at = None
            pull.save(update_fields=["state", "next_at", "changed_at", "asks", "attempts", "dismissed_at"])
    return pull, new


def unseen(limit: int = 10) -> list[Pull]:
    """Jobs that are asked for and of which nothing was taken in yet, the newest first. Those that were dismissed are left
    out, and those that came to nothing after a document was handed in: they stand with it."""
    found = Pull.objects.filter(known_job=None, dismissed_at=None).exclude(origin=Pull.Origin.LISTED, attempts=0)
    found = found.exclude(state__in=NOTHING_COMES, submission__isnull=False)
    return list(found.select_related("upstream").order_by("-id")[:limit])


def dismiss(*, pull_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """Take a job of which nothing came off the list of those that were asked for. False: something came or may yet come,
    or it was taken off already."""
    with transaction.atomic():
        waiting = Pull.objects.select_for_update(of=("self",)).select_related("upstream")
        pull = waiting.filter(pk=pull_id, known_job=None, state__in=NOTHING_COMES, dismissed_at=None).first()
        if pull is None:
            return False
        pull.dismissed_at = at
        pull.save(update_fields=["dismissed_at"])
        _note(pull, Action.JOB_DISMISSED, at=at, by=by, via=via)
    return True


def step(*, at: datetime, client: http.Client, worker: str, uniform: Uniform) -> bool:
    """Ask for one job that is due. False: none was."""
    due = troubles.askable(Pull.objects.select_related("upstream"), at=at)
    taken = leases.take(due, at=at, worker=worker, seconds=LEASE_SECONDS)
    for lease in taken:
        _ask(lease, at=at, client=client, uniform=uniform)
    return bool(taken)


def _ask(lease: leases.Lease[Pull], *, at: datetime, client: http.Client, uniform: Uniform) -> None:
    pull, upstream = lease.row, lease.row.upstream
    secrets: tuple[str, ...] = ()
    try:
        to = troubles.connect(upstream, client=client)
        secrets = (to.credential, *to.secrets)
        fetched = registry.client(Kind(upstream.kind)).fetch(to, pull.job_id, at=at)
        parts = {name: without(data, secrets) for name, data in fetched.parts.items()}
        opened = _opened(pull, parts)
    except adapter.UpstreamError as failure:
        if isinstance(failure, adapter.BadPayload) and failure.data:
            _reject(pull, failure, without(failure.data, secrets), at=at)
        troubles.failed(upstream, failure, at=at, uniform=uniform)
        _failed(lease, failure, at=at, uniform=uniform)
        return
    troubles.answered(upstream, at=at)
    _take_in(lease, fetched, opened, at=at, uniform=uniform)


def without(data: bytes, secrets: Sequence[str]) -> bytes:
    """What an upstream sent, with what it repeated of ours cut out: no credential is kept, whoever says it."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            data = data.replace(secret.encode(), failures.CUT.encode())
    return data


def _opened(pull: Pull, parts: Mapping[str, bytes]) -> gate.Opened:
    main = parts.get(adapter.MAIN) or next(iter(parts.values()), b"")
    try:
        opened = gate.open_(parts, kind=Kind(pull.upstream.kind))
    except gate.Refused as refused:
        raise NotRead(refused, data=main) from refused
    if opened.snapshot.job_id.lower() != pull.job_id.lower():
        raise adapter.BadPayload("the answer is about another job than the one that was asked for", data=main)
    return opened


def _take_in(
    lease: leases.Lease[Pull], fetched: Fetched, opened: gate.Opened, *, at: datetime, uniform: Uniform
) -> None:
    pull = lease.row
    with transaction.atomic():
        appended = ledger.append(
            upstream=pull.upstream, snapshot=opened.snapshot, parts=opened.parts, at=at, by=_actor(pull.upstream)
        )
        differs = bool(appended.rows) or appended.new_job or appended.status_changed
        changed_at = at if differs else pull.changed_at
        asks = 1 if differs else pull.asks + 1
        then = polls.after_answer(
            JobStatus(appended.job.status), asks=asks, changed_at=changed_at, at=at, uniform=uniform
        )
        state = Pull.State.SETTLED if then.at is None else Pull.State.STALLED if then.stalled else Pull.State.WAITING
        files.note_sources(appended.job, fetched.sources, at=at)
        _link_what_was_handed_in(pull, appended.job, at=at)
        leases.settle(
            lease,
            at=at,
            next_at=then.at,
            also={"state": state, "changed_at": changed_at, "asks": asks, "known_job": appended.job},
        )


def _link_what_was_handed_in(pull: Pull, job: Job, *, at: datetime) -> None:
    handed_in = Submission.objects.select_related("document").filter(pull=pull).first()
    if handed_in is not None and not job.document_links.exists():
        ledger.link_document(job=job, document=handed_in.document, name=handed_in.name, at=at)


def _failed(lease: leases.Lease[Pull], failure: adapter.UpstreamError, *, at: datetime, uniform: Uniform) -> None:
    pull = lease.row
    attempts = pull.attempts + 1
    then = polls.after_failure(
        attempts=attempts, changed_at=pull.changed_at, at=at, retry_at=failure.retry_at, uniform=uniform
    )
    state = Pull.State.STALLED if then.stalled else Pull.State.WAITING
    if isinstance(failure, adapter.NotFound):
        state, then = Pull.State.GONE, polls.Next(at=None)
    elif isinstance(failure, _FINAL) or (isinstance(failure, adapter.BadPayload) and attempts >= polls.BAD_ANSWERS):
        state, then = Pull.State.REFUSED, polls.Next(at=None)
    with transaction.atomic():
        if state == Pull.State.GONE:
            _note(pull, Action.JOB_GONE, at=at, by=_actor(pull.upstream))
        leases.settle(
            lease, at=at, next_at=then.at, failed=True, code=failure.code, error=str(failure), also={"state": state}
        )


def _reject(pull: Pull, failure: adapter.BadPayload, data: bytes, *, at: datetime) -> None:
    rejections.keep(
        data=data,
        name=f"{pull.upstream.slug}/{pull.job_id}/{failure.part}",
        code=failure.why if isinstance(failure, NotRead) else failure.code,
        message=str(failure),
        at=at,
        upstream=pull.upstream.slug,
        by=_actor(pull.upstream),
    )


def _note(pull: Pull, action: Action, *, at: datetime, by: trail.Actor, via: trail.Via = trail.Via()) -> None:
    trail.record(
        trail.Note(
            stream=_stream(pull),
            action=action,
            object_type="job",
            object_id=str(pull.known_job_id or ""),
            job=pull.known_job_id,
            source={"upstream": pull.upstream.slug, "job": pull.job_id},
        ),
        at=at,
        by=by,
        via=via,
    )


def _stream(pull: Pull) -> str:
    return f"job:{pull.known_job_id}" if pull.known_job_id else f"upstream:{pull.upstream_id}"


def _actor(upstream: Upstream) -> trail.Actor:
    return trail.Actor(type="upstream", id=upstream.slug, name=upstream.name)
