"""How do decided rows go back into a Talonic result? Values, flags and a row's status, each row where it stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reviewapp.extraction.jsontext import Json, equal
from reviewapp.extraction.model import Payload, Row

from .. import parts
from ..adapter import NoSuchRow
from . import flags
from .parse import asked_names, read_row, row_nodes, row_status


def compose(payload: Payload, rows: Mapping[str, Row]) -> Payload:
    """See `adapter.Adapter`. Order, `total_rows` and the vendor's ids never change. Raises NoSuchRow."""
    if not rows and parts.awaited(payload) is not None:
        return dict(payload)
    old, new = parts.main(payload), parts.main(payload)
    asked = asked_names(payload)
    bases, nodes = _rows(old, asked), _rows(new, asked)
    for key, row in rows.items():
        if key not in nodes:
            raise NoSuchRow(f"this job has no row {key[:80]!r}")
        _write(nodes[key][0], _sayable(row, *bases[key], asked), asked)
    return parts.with_main(payload, old, new)


def expressible(row: Row, payload: Payload) -> Row:
    """See `adapter.Adapter`: no facts about fields at all, the machine's confidence, and flags as the vendor's tokens."""
    asked = asked_names(payload)
    found = _rows(parts.main(payload), asked).get(row.key)
    if found is None:
        raise NoSuchRow(f"this job has no row {row.key[:80]!r}")
    return _sayable(row, *found, asked)


def _rows(tree: Json, asked: frozenset[str]) -> dict[str, tuple[dict[str, Json], Row]]:
    if not isinstance(tree, dict):
        return {}
    return {key: (node, read_row(key, node, asked)) for key, node in row_nodes(tree)}


def _sayable(row: Row, node: dict[str, Json], base: Row, asked: frozenset[str]) -> Row:
    raw_status = row.raw_status or base.raw_status
    written = flags.write(row.flags, node.get("validation_flags"), row.values, asked)
    return replace(
        base,
        values=row.values,
        raw_status=raw_status,
        status=row_status(raw_status),
        flags=flags.read(written, row.values, asked),
    )


def _write(node: dict[str, Json], row: Row, asked: frozenset[str]) -> None:
    if not equal(node.get("values", {}), row.values):
        node["values"] = row.values
    if row.raw_status != (node.get("status") or ""):
        node["status"] = row.raw_status
    if flags.read(node.get("validation_flags"), row.values, asked) != row.flags:
        node["validation_flags"] = [flag.raw for flag in row.flags]
