"""What did an Unsiloed classify job read? A payload -> Snapshot with one row, its key "0".

Values: `{"classification": "...", "pages": {"1": {"classification": "..."}}}`, `pages` only where the job answers by
page. A page that failed carries the first category of the request: no reading, so its value is null here and only the
payload keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field, Flag, JobStatus, Kind, NotAResult, Payload, Row, Snapshot

from .. import keys, parts, tokens
from ..refusal import refuse

KEY = "0"
CLASS = "classification"
PAGES = "pages"
#: How a flag names a reading that failed: the whole document's, one page's.
DOCUMENT_FAILED = "classification_failed"
PAGE_FAILED = "page_failed"
STATUSES = {
    "queued": JobStatus.QUEUED,
    "processing": JobStatus.PROCESSING,
    "completed": JobStatus.COMPLETED,
    "failed": JobStatus.FAILED,
}


def recognises(tree: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a tree is an answer of GET /classify/{job_id}: `progress`, a null result, or a class as its result."""
    if not isinstance(tree, dict) or "status" not in tree or "metadata" in tree or "data" in tree:
        return False
    result = tree.get("result")
    if isinstance(result, dict):
        return CLASS in result and not isinstance(result[CLASS], dict)
    return result is None and ("progress" in tree or "result" in tree)


def parse(payload: Payload) -> Snapshot:
    """Raises BadJson or NotAResult. A completed job with a failed page is `partial`."""
    tree = parts.main(payload)
    if not recognises(tree):
        refuse(tree)
    job_id = tokens.name(tree.get("job_id"))
    if job_id is None:
        raise NotAResult("no_job_id", "an Unsiloed classification without a job id")
    raw_status = tokens.text(tree.get("status")) or ""
    status = tokens.status(raw_status, STATUSES)
    rows = read_rows(tree)
    if status is JobStatus.COMPLETED and any(row.flags for row in rows):
        status = JobStatus.PARTIAL
    result = tree.get("result")
    return Snapshot(
        kind=Kind.UNSILOED_CLASSIFY,
        job_id=job_id,
        status=status,
        raw_status=raw_status,
        rows=rows,
        pages_read=tokens.whole(result.get("total_pages")) if isinstance(result, dict) else None,
        error=tokens.complaint(tree.get("error")),
        progress=tokens.text(tree.get("progress")),
    )


def read_rows(tree: dict[str, Json]) -> tuple[Row, ...]:
    """The one row of a job, none as long as there is no result."""
    result = tree.get("result")
    if not isinstance(result, dict):
        return ()
    readings = dict(reading_nodes(result))
    values: dict[str, Json] = {}
    if isinstance(result.get("page_results"), list):
        values[PAGES] = pages = {}
        for path, node in readings.items():
            if path != f"/{CLASS}":
                pages[paths.split(path)[1]] = {CLASS: reading(node)}
    values = {CLASS: reading(result), **values}
    fields = {path: Field(scores=scores) for path, node in readings.items() if (scores := _scores(node))}
    flags = tuple(failure(path, node) for path, node in readings.items() if is_failed(node))
    return (Row(key=KEY, values=values, fields=fields, flags=flags),)


def reading_nodes(result: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Every object of the result that holds a class, with the address of that class: the document's, then each
    page's."""
    yield f"/{CLASS}", result
    listed = result.get("page_results")
    pages = [page for page in listed if isinstance(page, dict)] if isinstance(listed, list) else []
    numbers = keys.unique(tokens.name(page.get("page")) or str(index) for index, page in enumerate(pages, 1))
    for number, page in zip(numbers, pages, strict=True):
        yield paths.join(PAGES, number, CLASS), page


def is_failed(node: dict[str, Json]) -> bool:
    """Whether the class in this object is the vendor's default and no reading."""
    return node.get("success") is False


def reading(node: dict[str, Json]) -> Json:
    """The class that was read, null when there was none."""
    return None if is_failed(node) else node.get(CLASS)


def failure(path: str, node: dict[str, Json]) -> Flag:
    """The flag on a class that could not be read; its `raw` is the vendor's error."""
    return Flag(DOCUMENT_FAILED if path == f"/{CLASS}" else PAGE_FAILED, path, node.get("error"))


def _scores(node: dict[str, Json]) -> dict[str, Number | None]:
    return {"score": tokens.numeric(node["confidence"])} if "confidence" in node else {}
