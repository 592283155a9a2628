"""How do decided classes go back into an Unsiloed classification? Each class is written where it stood, nothing else
is."""

from __future__ import annotations

from collections.abc import Mapping

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json, equal
from reviewapp.extraction.model import Payload, Row

from .. import parts
from ..adapter import NoSuchRow
from .parse import CLASS, KEY, PAGES, failure, is_failed, read_rows, reading, reading_nodes


def compose(payload: Payload, rows: Mapping[str, Row]) -> Payload:
    """See `adapter.Adapter`. A page that failed and that a person classified is written with `success: true`, because
    clients pass over it otherwise; its `error` stays. Raises NoSuchRow."""
    old, new = parts.main(payload), parts.main(payload)
    for row in rows.values():
        for path, node in reading_nodes(_result(new, row)):
            wanted = _wanted(row, path, node)
            if not equal(wanted, reading(node)):
                node[CLASS] = wanted
                if is_failed(node):
                    node["success"] = True
    return parts.with_main(payload, old, new)


def expressible(row: Row, payload: Payload) -> Row:
    """See `adapter.Adapter`: the classes of the pages that the job answered for, the machine's scores, and the failures
    that nobody has made up for."""
    job = parts.main(payload)
    nodes = dict(reading_nodes(_result(job, row)))
    base = read_rows(job)[0] if isinstance(job, dict) else row
    wanted = {path: _wanted(row, path, node) for path, node in nodes.items()}
    values: dict[str, Json] = {CLASS: wanted.pop(f"/{CLASS}")}
    if isinstance(base.values, dict) and PAGES in base.values:
        values[PAGES] = {paths.split(path)[1]: {CLASS: found} for path, found in wanted.items()}
    flags = tuple(
        failure(path, node) for path, node in nodes.items() if is_failed(node) and _wanted(row, path, node) is None
    )
    return Row(key=KEY, values=values, fields=base.fields, flags=flags)


def _result(job: Json, row: Row) -> dict[str, Json]:
    result = job.get("result") if isinstance(job, dict) else None
    if not isinstance(result, dict) or row.key != KEY:
        raise NoSuchRow(f"this classification has no row {row.key[:80]!r}")
    return result


def _wanted(row: Row, path: str, node: dict[str, Json]) -> Json:
    """The class that the row gives; the one that was read where the row gives none, or no class at all."""
    try:
        found = paths.get(row.values, path)
    except paths.BadPath:
        return reading(node)
    return reading(node) if isinstance(found, dict | list) else found
