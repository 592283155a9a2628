"""Where does the page say something else than what was read? The words under a row's boxes beside its values.

The document is read by a process of its own, so this is asked before the transaction that judges the row, by the worker and
never in a request. What was found is kept as the task's reasons: who judges the row anew reads it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from reviewapp.documents import reading
from reviewapp.documents.findings import Box, Spot
from reviewapp.extraction import agreement, geometry, jsontext, paths, schema, values
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation, Kind, Row
from reviewapp.results import chains
from reviewapp.results.models import ResultRow

from . import rules, schemas
from .models import Task

#: By address, the detail of the reason: `says` is what the page says, `value` the same as exact JSON where it can be taken.
Said: TypeAlias = Mapping[str, Mapping[str, str]]

#: Boxes that are drawn, odd as they are; the others hold no one value.
_DRAWN: Final = frozenset({"", "inverted", "partly_outside"})


def unread(row_id: int) -> ResultRow | None:
    """The row, when it has a document whose words nobody has compared with it yet; else None."""
    row = ResultRow.objects.select_related("job__upstream", "values", "facts", "schema").get(pk=row_id)
    link = chains.document_of(row.job, row.key)
    if link is None or row.job.kind == Kind.UNSILOED_CLASSIFY or ResultRow.objects.filter(supersedes=row).exists():
        return None
    known = row.tasks.filter(state__in=[Task.State.OPEN, Task.State.ESCALATED], opened_at__gte=link.linked_at)
    return None if known.exists() else row


def found(row: ResultRow) -> Said:
    """Where the page contradicts the row. Takes as long as its document takes to be read."""
    link = chains.document_of(row.job, row.key)
    if link is None:
        return {}
    read, known = chains.read(row), schemas.of_row(row)
    spots = list(asked(read))
    texts = reading.words_under(link.document, [spot for _, spot in spots])
    under: dict[str, list[Sequence[str]]] = {}
    for (path, _), said in zip(spots, texts, strict=True):
        under.setdefault(path, []).append(said)
    compared = {path: _compared(paths.get(read.values, path), said, known, path) for path, said in under.items()}
    return {path: _detail(one) for path, one in compared.items() if one.verdict is agreement.Verdict.DIFFERS}


def stored(task: Task) -> Said:
    """What was found when the task's row was compared with its document."""
    reasons = task.reasons.filter(code=rules.Code.PAGE_SAYS).values_list("path", "detail")
    return {path: _texts(detail) for path, detail in reasons}


def asked(read: Row) -> Iterator[tuple[str, Spot]]:
    """The boxes of every value that may stand on a page, one spot for each page that it is cited on."""
    for path, one in read.fields.items():
        try:
            value = paths.get(read.values, path)
        except paths.BadPath:
            continue
        if value is None or isinstance(value, list | dict):
            continue
        for citation in one.citations:
            boxes = list(_drawn(citation))
            if boxes and citation.page is not None:
                yield path, (citation.page, boxes)


def _drawn(citation: Citation) -> Iterator[Box]:
    for box in citation.boxes:
        shares = geometry.shares(box, citation)
        if shares is not None and geometry.box_problem(box, citation) in _DRAWN:
            left, top, width, height = shares
            yield left, top, left + width, top + height


def _compared(value: Json, said: Sequence[Sequence[str]], known: schema.Schema, path: str) -> agreement.Comparison:
    node = known.node(paths.pattern(path))
    kind = values.type_of(node, value)
    options = (node.enum if node is not None else None) or ()
    return agreement.compare(value, _joined([one for one in said if one]), kind, options=options)


def _joined(said: Sequence[Sequence[str]]) -> list[str]:
    """The texts of several pages together, the most exact ones first."""
    ways = max(map(len, said), default=0)
    return ["\n".join(one[min(way, len(one) - 1)] for one in said) for way in range(ways)]


def _detail(one: agreement.Comparison) -> Mapping[str, str]:
    return {"says": one.text} if one.value is None else {"says": one.text, "value": jsontext.dump(one.value)}


def _texts(detail: str) -> Mapping[str, str]:
    told = jsontext.parse(detail)
    return {name: str(text) for name, text in told.items()} if isinstance(told, dict) else {}
