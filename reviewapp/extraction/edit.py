"""What becomes of a row when a person has judged it? Edits on a base row -> the new row; two rows -> their differences.

Addresses are those of the base row and never shift (design law 9); `apply` renumbers once, at the end. Edits count in the
order in which they were given: a later one at the same place wins, and inside a value that was replaced as a whole an address
means the place in the new value. What is judged inside a removed line has no effect and is no error.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from . import paths
from .draft import MISSING, BadEdit, Draft, is_added_line
from .jsontext import Json, equal
from .model import Citation, Field, Flag, Presence, Row

__all__ = [
    "MISSING",
    "Applied",
    "BadEdit",
    "Change",
    "Edit",
    "EditKind",
    "apply",
    "diff",
    "draft",
    "is_added_line",
    "resolve",
]

#: Flags that we raise ourselves.
ILLEGIBLE: Final = "illegible"
CLEARED_REQUIRED: Final = "cleared_required"
#: How the flags begin that say "nothing stands here"; they are not solved as long as nothing does.
_MISSING_PREFIX: Final = "missing"


class EditKind(StrEnum):
    """What a person said. Values: the first four; lines: the others."""

    APPROVED = "approved"
    CORRECTED = "corrected"
    CLEARED = "cleared"
    ILLEGIBLE = "illegible"
    LINE_ADDED = "line_added"
    LINE_REMOVED = "line_removed"
    LINE_ORDER = "line_order"
    LINES_COMPLETE = "lines_complete"


@dataclass(frozen=True, slots=True)
class Edit:
    """One verdict as it touches a row.

    `value`: the new value (corrected), the new line (line_added, at `/array/+n`), a list of line addresses as strings
    (line_order, at the array); else unused. `citations`: None keeps the old ones, a tuple replaces them, `()` removes them.
    """

    path: str
    kind: EditKind
    value: Json = None
    citations: tuple[Citation, ...] | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """The new row; `renumbered`: each line that moved, came or went, old address -> new one or None; `solved`: the base
    row's flags that the edits settled, with their addresses in the base row."""

    row: Row
    renumbered: Mapping[str, str | None] = field(default_factory=dict)
    solved: tuple[Flag, ...] = ()

    def address(self, old: str) -> str | None:
        """Where a value of the base row (or an added line's) stands in the new row; None when its line was removed."""
        at = old
        while at:
            if at in self.renumbered:
                new = self.renumbered[at]
                return None if new is None else new + old[len(at) :]
            at = paths.parent(at)
        return old


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `kind` is `changed`, `added` (the key or line was not there) or `removed`; null is a value."""

    path: str
    old: Json
    new: Json
    kind: str = "changed"


def apply(row: Row, edits: Sequence[Edit], *, required: Container[str] = frozenset()) -> Applied:
    """A row and the verdicts on it -> the new row. Untouched values keep their tokens, scores stay the machine's.

    `required`: the addresses, or patterns with `*` for lines, at which the schema demands a value (`Schema.required` is
    one); a value cleared there leaves the flag `cleared_required`. A verdict at a flag's address solves the flag, save a
    `missing…` one as long as no value stands there. Raises BadEdit for an address at which nothing can stand.
    """
    work = _Work(row, required)
    for edit in edits:
        work.take(edit)
    return work.finish()


def draft(row: Row, edits: Sequence[Edit]) -> Draft:
    """The row's values as edited so far, to be asked for many addresses: `.value(path)`, `.lines(path)`."""
    work = _Work(row, frozenset())
    for edit in edits:
        work.take(edit)
    return work.draft


def resolve(row: Row, edits: Sequence[Edit], path: str) -> Json:
    """The present value at one address, added lines included; None where the key is absent. Raises BadEdit."""
    return draft(row, edits).value(path)


def diff(old: Row, new: Row) -> list[Change]:
    """Where the values of two rows differ, in document order, at the deepest address. Lines are compared by position,
    numbers by their text; the order of keys is no difference."""
    return list(_changes(old.values, new.values, paths.ROOT))


def _changes(old: Json, new: Json, at: str) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _key_changes(old, new, at)
    elif isinstance(old, list) and isinstance(new, list):
        for index, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from _changes(before, after, paths.child(at, index))
        for index in range(len(new), len(old)):
            yield Change(paths.child(at, index), old[index], None, "removed")
        for index in range(len(old), len(new)):
            yield Change(paths.child(at, index), None, new[index], "added")
    elif not equal(old, new):
        yield Change(at, old, new)


def _key_changes(old: dict[str, Json], new: dict[str, Json], at: str) -> Iterator[Change]:
    for key, value in old.items():
        if key in new:
            yield from _changes(value, new[key], paths.child(at, key))
        else:
            yield Change(paths.child(at, key), value, None, "removed")
    for key, value in new.items():
        if key not in old:
            yield Change(paths.child(at, key), None, value, "added")


class _Work:
    """The row in the making: values in a Draft, facts and flags still under the addresses of the base row."""

    def __init__(self, row: Row, required: Container[str]) -> None:
        self.draft = Draft(row.values)
        self._row = row
        self._required = required
        self._fields = dict(row.fields)
        self._flags = list(row.flags)

    def take(self, edit: Edit) -> None:
        path = edit.path
        match edit.kind:
            case EditKind.APPROVED:
                self.draft.peek(path)
            case EditKind.CORRECTED:
                self._put(path, edit.value)
            case EditKind.CLEARED | EditKind.ILLEGIBLE:
                self._put(path, None)
            case EditKind.LINE_ADDED:
                self.draft.add_line(path, edit.value)
            case EditKind.LINE_REMOVED:
                self.draft.remove_line(path)
            case EditKind.LINE_ORDER:
                self.draft.set_order(path, _addresses(edit))
            case EditKind.LINES_COMPLETE:
                self.draft.lines(path)
        self._cite(edit)
        self._settle(edit)

    def finish(self) -> Applied:
        fields = ((self.draft.translate(path), facts) for path, facts in self._fields.items())
        flags = ((flag, flag.path and self.draft.translate(flag.path)) for flag in self._flags)
        row = replace(
            self._row,
            values=self.draft.freeze(),
            fields={path: facts for path, facts in fields if path is not None},
            flags=tuple(
                flag if path == flag.path else replace(flag, path=path)
                for flag, path in flags
                if flag.path is None or path is not None
            ),
        )
        solved = tuple(flag for flag in self._row.flags if self._is_gone(flag))
        return Applied(row, self.draft.renumbered(), solved)

    def _is_gone(self, flag: Flag) -> bool:
        if flag.path is None:
            return False
        return flag not in self._flags or self.draft.translate(flag.path) is None

    def _put(self, path: str, value: Json) -> None:
        """Replace a value. Facts below it stay only where the same address still holds the very same value."""
        below = f"{path}/"
        old = self.draft.peek(path)
        inner = isinstance(old, dict | list)
        before = {at: self._glimpse(at) for at in self._addresses_below(below)} if inner else {}
        self.draft.put(path, value)
        lost = {at for at, held in before.items() if not _same(held, self._glimpse(at))}
        self._fields = {at: facts for at, facts in self._fields.items() if at not in lost} if lost else self._fields
        self._flags = [flag for flag in self._flags if flag.path not in lost] if lost else self._flags

    def _addresses_below(self, prefix: str) -> set[str]:
        named = [*self._fields, *(flag.path for flag in self._flags if flag.path is not None)]
        return {at for at in named if at.startswith(prefix)}

    def _glimpse(self, path: str) -> object:
        try:
            return self.draft.peek(path)
        except BadEdit:
            return MISSING

    def _cite(self, edit: Edit) -> None:
        given = edit.citations
        old = self._fields.get(edit.path)
        if edit.kind in (EditKind.CLEARED, EditKind.ILLEGIBLE):
            given = ()
        if given is None or (old is None and not given):
            return
        old = old or Field()
        # Where the upstream has no such key at all, there is none to set to null.
        empty = Presence.ABSENT if old.citation_presence is Presence.ABSENT else Presence.NULL
        presence = Presence.PRESENT if given else empty
        self._fields[edit.path] = replace(old, citations=given, citation_presence=presence)

    def _settle(self, edit: Edit) -> None:
        path, kind = edit.path, edit.kind
        if kind in (EditKind.LINE_ADDED, EditKind.LINE_REMOVED, EditKind.LINE_ORDER):
            return
        empty = self.draft.value(path) is None
        self._flags = [flag for flag in self._flags if flag.path != path or _stays(flag, kind, empty)]
        if kind is EditKind.ILLEGIBLE:
            self._flags.append(Flag(ILLEGIBLE, path))
        elif kind is EditKind.CLEARED and (path in self._required or paths.pattern(path) in self._required):
            self._flags.append(Flag(CLEARED_REQUIRED, path))


def _stays(flag: Flag, kind: EditKind, empty: bool) -> bool:
    if not empty:
        return False
    return flag.code.startswith(_MISSING_PREFIX) or (
        kind is EditKind.APPROVED and flag.code in (ILLEGIBLE, CLEARED_REQUIRED)
    )


def _same(held: object, now: object) -> bool:
    if held is MISSING or now is MISSING:
        return held is now
    return equal(held, now)  # type: ignore[arg-type]


def _addresses(edit: Edit) -> list[str]:
    given = edit.value
    if not isinstance(given, list):
        raise BadEdit("bad_order", edit.path)
    addresses = [item for item in given if isinstance(item, str)]
    if len(addresses) != len(given):
        raise BadEdit("bad_order", edit.path)
    return addresses
