"""How is a document fetched before its link dies? A fresh link, a temporary file, the vault; then it is linked to its job.

An expired link (403) is asked for anew once in the same try. A file that is cut short or no document is fetched again;
when the very same bytes come twice, they are what the upstream has, and are kept as evidence with their clear state.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from django.db import transaction
from django.db.models import QuerySet

from reviewapp.documents import vault
from reviewapp.documents.findings import MediaType, media_type_of, pdf_ends
from reviewapp.documents.models import Document
from reviewapp.extraction.model import Kind
from reviewapp.results import chains, ledger
from reviewapp.results.models import Job
from reviewapp.upstreams import adapter, http, registry
from reviewapp.upstreams.clients import Connection, Located, Source
from reviewapp.upstreams.failures import Answered, CallFailed, NotAllowed, TooLarge
from reviewapp.work import leases
from reviewapp.work.pace import Uniform, backoff, not_before

from . import troubles
from .models import SourceFile

#: A link that is asked for, a download of five minutes, and asking once more.
LEASE_SECONDS = 900.0
FIRST, LONGEST = 5.0, 3600.0
#: What is done with a job may wait so long for its document.
SOON = timedelta(minutes=5)
#: So many tries, over about three hours; then a person looks.
TRIES = 8
_EXPIRED = frozenset({401, 403, 404, 410})


@dataclass(frozen=True, slots=True)
class _Failure:
    """A try that kept nothing. `over`: no other try can."""

    code: str
    said: str
    over: bool = False
    retry_at: datetime | None = None
    sha256: str = ""


def note_sources(job: Job, sources: Sequence[Source], *, at: datetime) -> None:
    """Leave the documents of a job to be fetched, each once. Rows that have a document already keep it."""
    for source in sources:
        if chains.document_of(job, source.key) is not None:
            continue
        SourceFile.objects.get_or_create(
            job=job,
            key=source.key[:200],
            file_id=source.file_id[:200],
            defaults={"name": source.name[:500], "since": at, "next_at": at},
        )


def on_their_way(*, at: datetime) -> QuerySet[SourceFile, str]:
    """Ids of jobs a document of which will soon be there: it was noted lately, and no try to fetch it has failed."""
    soon = SourceFile.objects.filter(state=SourceFile.State.WAITING, attempts=0, since__gt=at - SOON)
    return soon.values_list("job", flat=True)


def again(*, job: Job, at: datetime) -> int:
    """Fetch what could not be had once more. Returns how many."""
    with transaction.atomic():
        refused = SourceFile.objects.filter(job=job, state=SourceFile.State.REFUSED)
        return refused.update(state=SourceFile.State.WAITING, next_at=at, attempts=0)


def step(*, at: datetime, client: http.Client, worker: str, uniform: Uniform) -> bool:
    """Fetch one document that is due. False: none was."""
    due = troubles.askable(SourceFile.objects.select_related("job__upstream"), at=at, through="job__upstream")
    taken = leases.take(due, at=at, worker=worker, seconds=LEASE_SECONDS)
    for lease in taken:
        _fetch(lease, at=at, client=client, uniform=uniform)
    return bool(taken)


def _fetch(lease: leases.Lease[SourceFile], *, at: datetime, client: http.Client, uniform: Uniform) -> None:
    wanted, upstream = lease.row, lease.row.job.upstream
    try:
        got = _brought(wanted, troubles.connect(upstream, client=client), at=at)
    except adapter.UpstreamError as failure:
        troubles.failed(upstream, failure, at=at, uniform=uniform)
        got = _Failure(
            failure.code, str(failure), over=isinstance(failure, adapter.NotFound), retry_at=failure.retry_at
        )
    if isinstance(got, _Failure):
        _failed(lease, got, at=at, uniform=uniform)
        return
    with transaction.atomic():
        ledger.link_document(job=wanted.job, key=wanted.key, document=got, name=_name(wanted), at=at)
        leases.settle(lease, at=at, next_at=None, also={"state": SourceFile.State.KEPT, "sha256": got.sha256})


def _brought(wanted: SourceFile, to: Connection, *, at: datetime) -> Document | _Failure:
    vendor = registry.client(Kind(wanted.job.upstream.kind))
    source = Source(key=wanted.key, file_id=wanted.file_id, name=wanted.name)
    with tempfile.TemporaryFile() as file:
        for last in (False, True):
            where = vendor.locate(to, wanted.job.job_id, source, at=at)
            if where is None:
                return _Failure("no_file", "the upstream gives no file for this job", over=True)
            got = _download(where, to, cast(BinaryIO, file), at=at)
            expired = isinstance(got, _Failure) and got.code == "expired"
            if last or not expired:
                break
        if isinstance(got, _Failure):
            return got
        return _kept(wanted, cast(BinaryIO, file), got, at=at)


def _download(where: Located, to: Connection, file: BinaryIO, *, at: datetime) -> http.Download | _Failure:
    request = http.Request("GET", where.url, headers=dict(where.headers), path_is_secret=True)
    try:
        return to.client.download(request, into=file, reach=to.file_reach, at=at, limits=to.file_limits)
    except Answered as error:
        code = "expired" if error.status in _EXPIRED else "unavailable" if not error.permanent else "refused"
        return _Failure(code, f"the file could not be fetched: {error}", retry_at=error.retry_at)
    except (NotAllowed, TooLarge) as error:
        code = "not_allowed" if isinstance(error, NotAllowed) else "too_large"
        return _Failure(code, f"the file is not fetched: {error}", over=True)
    except CallFailed as error:
        return _Failure("unavailable", f"the file could not be fetched: {error}", retry_at=error.retry_at)


def _kept(wanted: SourceFile, file: BinaryIO, got: http.Download, *, at: datetime) -> Document | _Failure:
    same_again = wanted.sha256 == got.sha256
    file.seek(0)
    if not same_again and (problem := _cut_short(file)):
        return _Failure("damaged", problem, sha256=got.sha256)
    file.seek(0)
    try:
        return vault.keep(chunks=iter(lambda: file.read(vault.CHUNK), b""), at=at, documents_only=True)
    except vault.Refused:
        said = "what was fetched is no PDF or image"
        return _Failure("no_document", said, over=same_again, sha256=got.sha256)


def _cut_short(file: BinaryIO) -> str:
    """Why these bytes look like half a document; "" when they do not."""
    head = file.read(1024)
    if not head:
        return "the file is empty"
    if media_type_of(head) is not MediaType.PDF:
        return ""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_536))
    return "" if pdf_ends(file.read()) else "the PDF ends before its end"


def _failed(lease: leases.Lease[SourceFile], failure: _Failure, *, at: datetime, uniform: Uniform) -> None:
    attempts = lease.row.attempts + 1
    over = failure.over or attempts >= TRIES
    wait = backoff(attempts, first=FIRST, longest=LONGEST, uniform=uniform)
    leases.settle(
        lease,
        at=at,
        next_at=None if over else not_before(at + wait, failure.retry_at),
        failed=True,
        code=failure.code,
        error=failure.said,
        also={
            "state": SourceFile.State.REFUSED if over else SourceFile.State.WAITING,
            **({"sha256": failure.sha256} if failure.sha256 else {}),
        },
    )


def _name(wanted: SourceFile) -> str:
    named = wanted.name or wanted.job.file_name or wanted.job.job_id
    return Path(named.replace("\\", "/")).name or "document"
