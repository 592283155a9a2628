"""What is written back, so that the vendor ends with the very values that were decided? A Correction -> changes. Pure.

A change speaks about one address in the row as it was read. Where that cannot say what was decided (lines were added,
removed or moved), the whole value under its top-level name is said instead.
"""

from __future__ import annotations

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json, Number, equal

from .clients import Change, Correction

APPROVED = "approved"
CORRECTED = "corrected"
CLEARED = "cleared"


def reason(what: Correction) -> str:
    """What the vendor records as the reason. It ends with our row's id, for the vendor knows us as "api" alone."""
    said = " ".join(what.reason.split()) or f"{what.outcome} by review"
    return f"{said} (reviewapp row {what.row_id})"


def plan(what: Correction) -> tuple[Change, ...]:
    """Changes that, made in this order to the values as read, give exactly the values as decided; approved addresses
    are said too, where their values stand."""
    base, row = what.base.values, what.row.values
    if not isinstance(base, dict) or not isinstance(row, dict):
        kept = _placed("", what.changes, base, row)
        return kept if kept is not None else (Change("", CORRECTED, row, base),)
    said: dict[str, list[Change]] = {}
    for change in what.changes:
        tokens = paths.split(change.path)
        if tokens:
            said.setdefault(tokens[0], []).append(change)
    planned: list[Change] = []
    for name in [*said, *(name for name in {**base, **row} if name not in said)]:
        planned += _of_name(name, tuple(said.get(name, ())), base, row)
    return tuple(planned)


def top_level(what: Correction) -> dict[str, Json]:
    """The top-level names whose values were changed, with the whole value as decided; null where none stands."""
    base, row = what.base.values, what.row.values
    if not isinstance(row, dict):
        return {}
    read = base if isinstance(base, dict) else {}
    spoken = {paths.split(c.path)[0]: c for c in what.changes if c.path and c.verb != APPROVED}
    names = [name for name in {**read, **row} if name in spoken or not _same(read, row, name)]
    return {name: row.get(name) for name in [*names, *(name for name in spoken if name not in names)]}


def alike(a: Json, b: Json) -> bool:
    """Whether a vendor gave a value back: keys in any order, numbers as numbers, for a server may write 4.50 as 4.5."""
    if isinstance(a, Number) and isinstance(b, Number):
        return a.decimal == b.decimal
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(alike, a, b))
    return type(a) is type(b) and a == b


def _of_name(name: str, changes: tuple[Change, ...], base: dict[str, Json], row: dict[str, Json]) -> tuple[Change, ...]:
    at = paths.join(name)
    if name not in row:
        return (Change(at, CLEARED, None, base.get(name)),) if name in base else ()
    if not changes and _same(base, row, name):
        return ()
    kept = _placed(at, changes, base.get(name), row[name]) if changes else None
    return kept if kept is not None else (Change(at, CORRECTED, row[name], base.get(name)),)


def _same(base: dict[str, Json], row: dict[str, Json], name: str) -> bool:
    return (name in base) == (name in row) and equal(base.get(name), row.get(name))


def _placed(at: str, changes: tuple[Change, ...], base: Json, row: Json) -> tuple[Change, ...] | None:
    """The changes, when they lead from `base` to `row` (the values at `at`); else None."""
    made = base
    for change in changes:
        try:
            steps = paths.split(change.path.removeprefix(at))
            if change.verb == APPROVED:
                paths.walk(made, steps)
            else:
                made = _put(made, steps, change.value if change.verb == CORRECTED else None)
        except paths.BadPath:
            return None
    return changes if equal(made, row) else None


def _put(node: Json, steps: tuple[str, ...], value: Json) -> Json:
    if not steps:
        return value
    first, rest = steps[0], steps[1:]
    if isinstance(node, dict) and (first in node or not rest):
        return {**node, first: _put(node.get(first), rest, value)}
    if isinstance(node, list):
        paths.walk(node, (first,))
        index = int(first)
        return [*node[:index], _put(node[index], rest, value), *node[index + 1 :]]
    raise paths.BadPath("nothing stands there")
