"""How do results come in from files? Each file is a payload; beside it may lie a sidecar and, in a folder, its document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from reviewapp.audit import trail
from reviewapp.documents import vault
from reviewapp.extraction.jsontext import MAX_BYTES
from reviewapp.extraction.model import Kind, Snapshot
from reviewapp.results import chains, ledger
from reviewapp.results.models import Job
from reviewapp.upstreams.models import KIND_LABELS, Upstream

from . import gate, rejections

SIDECAR = ".meta.json"
#: Upstreams are made on first import, one for each kind, unless one is named.
SLUGS = {
    Kind.UNSILOED_EXTRACT: "unsiloed",
    Kind.UNSILOED_CLASSIFY: "unsiloed-classify",
    Kind.TALONIC: "talonic",
    Kind.LLAMACLOUD: "llamacloud",
    Kind.LLAMACLOUD_V2: "llamacloud-v2",
}
#: What people call those.
NAMES = {**KIND_LABELS, Kind.UNSILOED_EXTRACT: "Unsiloed"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One file that was not taken in, and why. It is kept as Rejected."""

    name: str
    code: str
    message: str


@dataclass(slots=True)
class Report:
    """What an import did. `rows` counts new rows, `unchanged` rows that were there already."""

    jobs: int = 0
    rows: int = 0
    unchanged: int = 0
    rejected: list[Refusal] = field(default_factory=list)
    documents_missing: list[str] = field(default_factory=list)
    job_ids: list[int] = field(default_factory=list)


def run(
    *,
    files: Iterable[Path],
    at: datetime,
    documents: Path | None = None,
    upstream: str = "",
    kind: Kind | None = None,
    categories: Sequence[str] = (),
    by: trail.Actor = trail.SYSTEM,
    via: trail.Via = trail.Via(),
) -> Report:
    """Import each file; one that is refused stops none of the others.

    Idempotent: a file whose bytes were kept for its job before adds nothing, also when another file of the same job came
    in between. (From an upstream that is asked anew, an older result may truly come back: that is `ledger.append`'s.)
    """
    report = Report()
    for path in files:
        try:
            data, raw = _read(path)
        except OSError as error:
            report.rejected.append(Refusal(path.name, "unreadable", error.strerror or str(error)))
            continue
        try:
            opened = gate.open_(raw, kind=kind)
        except gate.Refused as refused:
            rejections.keep(
                data=data,
                name=path.name,
                code=refused.code,
                message=str(refused),
                at=at,
                upstream=upstream,
                by=by,
                via=via,
            )
            report.rejected.append(Refusal(path.name, refused.code, str(refused)))
            continue
        known = upstream_for(kind=opened.kind, slug=upstream, categories=categories, at=at)
        job = chains.job_with(upstream=known, job_id=opened.snapshot.job_id, parts=opened.parts)
        if job is not None:
            report.unchanged += len(opened.snapshot.rows)
        else:
            appended = ledger.append(
                upstream=known, snapshot=opened.snapshot, parts=opened.parts, at=at, by=by, via=via
            )
            job = appended.job
            report.rows += len(appended.rows)
            report.unchanged += appended.unchanged
        report.jobs += 1
        report.job_ids.append(job.pk)
        if documents is not None:
            _attach(job, opened.snapshot, path, raw, documents, report, at=at, by=by, via=via)
    return report


def upstream_for(*, kind: Kind, slug: str, categories: Sequence[str], at: datetime) -> Upstream:
    """The named upstream, else the kind's own; made when it is not there. Categories given now are remembered."""
    with transaction.atomic():
        slug = slug or SLUGS[kind]
        name = str(NAMES[kind]) if slug == SLUGS[kind] else slug
        upstream, _ = Upstream.objects.get_or_create(
            slug=slug, defaults={"name": name, "kind": kind.value, "created_at": at}
        )
        text = json.dumps(list(categories), ensure_ascii=False) if categories else upstream.categories
        if text != upstream.categories:
            upstream.categories = text
            upstream.save(update_fields=["categories"])
        return upstream


def _read(path: Path) -> tuple[bytes, dict[str, bytes]]:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    raw = {"result": data}
    sidecar = path.with_name(path.name.removesuffix(".json") + SIDECAR)
    if sidecar.exists():
        raw["sidecar"] = sidecar.read_bytes()
    return data, raw


def _attach(
    job: Job,
    snapshot: Snapshot,
    path: Path,
    raw: dict[str, bytes],
    folder: Path,
    report: Report,
    *,
    at: datetime,
    by: trail.Actor,
    via: trail.Via,
) -> None:
    own = [(row.key, row.file_name) for row in snapshot.rows if row.file_name]
    wanted: list[tuple[str, list[str]]] = [(key, [name]) for key, name in own]
    if not own:
        wanted = [("", list(_names(snapshot, path, raw)))]
    for key, names in wanted:
        found = next((one for name in names for one in _in_folder(folder, name)), None)
        if found is None:
            report.documents_missing.append(names[0] if names else path.name)
            continue
        try:
            document = vault.keep_file(found, at=at)
        except vault.Refused:
            # An empty or over-large file is no evidence; the fields stay reviewable without it.
            report.documents_missing.append(found.name)
            continue
        if job.document_links.filter(key=key, document=document).exists():
            continue  # it was attached before; what people attached since stays the newest
        ledger.link_document(job=job, key=key, document=document, name=found.name, at=at, by=by, via=via)


def _names(snapshot: Snapshot, path: Path, raw: dict[str, bytes]) -> Iterator[str]:
    if "sidecar" in raw:
        sidecar = json.loads(raw["sidecar"])
        named = sidecar.get("file") if isinstance(sidecar, dict) else None
        if isinstance(named, str):
            yield named
    if snapshot.file_name:
        yield snapshot.file_name
    yield path.name.removesuffix(".json")


def _in_folder(folder: Path, name: str) -> Iterator[Path]:
    """The file of that name in the folder, or with that stem; never one outside it, whatever a payload says."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    if plain in ("", ".", ".."):
        return
    exact = folder / plain
    if exact.is_file():
        yield exact
        return
    yield from sorted(one for one in folder.iterdir() if one.is_file() and one.stem == plain)
