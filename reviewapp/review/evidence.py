"""What did a person have in front of them when they spoke, and what stood there before? Facts for the entry of a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from reviewapp.audit import content, trail
from reviewapp.audit.models import Content
from reviewapp.extraction import confidence, jsontext, paths
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation, Field, Row
from reviewapp.results import chains

from . import queues
from .models import Task, Verdict


def value_before(row: Row, path: str, before: Verdict | None) -> Content | None:
    """What stood at the path until now, as the entry commits to it; None where nothing stood."""
    if before is not None and before.value is not None:
        return before.value
    if before is not None and before.kind in (Verdict.Kind.CLEARED, Verdict.Kind.ILLEGIBLE):
        return content.prepare(type="null", text="null")
    try:
        value = paths.get(row.values, path)
    except paths.BadPath:
        return None
    return content.prepare(type=tag(value), text=jsontext.dump(value))


def shown(task: Task, row: Row, path: str) -> dict[str, trail.Plain]:
    """What the person had in front of them: boxes, scores, threshold and reasons of this field."""
    one = row.fields.get(path, Field())
    number = confidence.leaf_confidence(row.fields.get(path), row, citations_off=task.job.citations_off)
    link = chains.document_of(task.job, task.key)
    return {
        "upstream": task.upstream,
        "job": task.job.job_id,
        "key": task.key,
        "row": str(task.row_id),
        "document": "" if link is None else link.document.sha256,
        "schema": task.row.schema_sha256,
        "confidence": "" if number is None else number.text,
        "threshold": str(queues.thresholds(task.queue).of(path)),
        "scores": {name: None if score is None else score.text for name, score in one.scores.items()},
        "boxes": boxes(one.citations),
        "reasons": sorted(set(task.reasons.filter(path=path).values_list("code", flat=True))),
    }


def boxes(citations: Sequence[Citation]) -> list[trail.Plain]:
    """The form of `source.boxes` in the trail."""
    return [
        {
            "page": citation.page,
            "size": [str(citation.page_width or ""), str(citation.page_height or "")],
            "boxes": [[box.left.text, box.top.text, box.right.text, box.bottom.text] for box in citation.boxes],
        }
        for citation in citations
    ]


def tag(value: Json) -> str:
    """The type tag of a Content that holds this value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, jsontext.Number) else "json"
