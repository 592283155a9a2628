"""What does the review screen show? A task -> its fields, arrays and progress as plain data for the template.

One walk over the row under review with the verdicts applied; the templates only lay it out. Paths are addresses in the
row under review and never shift (design law 9). docs/screen.md says what each key means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviewapp.extraction import edit, jsontext, paths, values
from reviewapp.extraction.jsontext import Json, Number

from . import current, reasons
from .models import Task, Verdict
from .value_views import Place, Values, View, dom_id


@dataclass(slots=True)
class Screen:
    """Everything of a task that the templates read. `fields` are the list's rows, arrays among them as one row each;
    `by_path` holds every value and array, cells too; `eyes` in the order to check them."""

    task: Task
    fields: list[View] = field(default_factory=list)
    arrays: list[View] = field(default_factory=list)
    row_reasons: list[reasons.Said] = field(default_factory=list)
    eyes: list[str] = field(default_factory=list)
    open_paths: set[str] = field(default_factory=set)
    by_path: dict[str, View] = field(default_factory=dict)
    #: Adds to a view what only the focus form shows.
    complete: Callable[[View], None] = lambda view: None

    @property
    def checked(self) -> int:
        return len(self.eyes) - len(self.open_paths)

    def ticks(self, focus: str) -> list[str]:
        """One for each address that needs eyes: done, now or todo."""
        return ["now" if path == focus else "todo" if path in self.open_paths else "done" for path in self.eyes]

    def next_open(self, after: str) -> str:
        """The next address that needs eyes and has no verdict, behind `after` and then from the start; "" when none."""
        here = self.eyes.index(after) if after in self.eyes else -1
        ordered = [*self.eyes[here + 1 :], *self.eyes[: here + 1]]
        return next((path for path in ordered if path in self.open_paths), "")

    def array_of(self, path: str) -> View | None:
        """The array whose line or cell stands at `path`, or which stands there itself."""
        fits = [one for one in self.arrays if path == one["path"] or path.startswith(f"{one['path']}/")]
        return max(fits, key=lambda one: len(one["path"]), default=None)


def build(*, task: Task, locale: str, order: str = "check", editable: bool = True) -> Screen:
    """The whole screen. One pass; a handful of queries, however many fields. `order`: check, page or schema."""
    screen = _Builder(task, locale, editable).build()
    if order == "page":
        place = {path: _place(view) for path, view in screen.by_path.items()}
        screen.fields.sort(key=_place)
        screen.eyes.sort(key=lambda path: place.get(path, _NOWHERE))
    elif order == "schema":
        position = {path: index for index, path in enumerate(screen.by_path)}
        screen.eyes.sort(key=lambda path: position.get(path, -1))
    return screen


@dataclass(frozen=True, slots=True)
class _Column:
    """A table's column: the pointer within a line ("" for a list of plain values), its name, whether it holds figures."""

    relative: str
    label: str
    figure: bool
    place: Place


class _Builder:
    def __init__(self, task: Task, locale: str, editable: bool) -> None:
        self.task = task
        self.editable = editable
        self.spoken: dict[str, Verdict] = current.verdicts(task)
        self.values = Values(task, spoken=self.spoken, locale=locale, editable=editable)
        self.draft = edit.draft(self.values.row, current.edits(self.spoken))

    def build(self) -> Screen:
        known = self.values
        screen = Screen(task=self.task, eyes=list(known.eyes), open_paths=set(known.open), complete=known.complete)
        screen.row_reasons = [reasons.say(reason) for reason in known.reasons.get("", ())]
        self._walk("", self.draft.value(""), screen)
        for path in known.eyes:
            # A required value whose key is absent stands nowhere in the row, and still needs eyes.
            if path not in screen.by_path:
                self._list(screen, known.view(path, None))
        return screen

    def _walk(self, path: str, value: Json, screen: Screen) -> None:
        if isinstance(value, dict) and value:
            for key in self._keys(path, value):
                self._walk(paths.child(path, key), value[key], screen)
        elif isinstance(value, list) or self._is_empty_array(path, value):
            self._array(path, screen)
        elif not isinstance(value, dict):
            self._list(screen, self.values.view(path, value))

    def _list(self, screen: Screen, view: View) -> None:
        screen.by_path[view["path"]] = view
        screen.fields.append(view)

    def _keys(self, path: str, value: Mapping[str, Json]) -> list[str]:
        node = self.values.place(path).node
        known = [key for key in node.properties if key in value] if node is not None else []
        named = set(known)
        return [*known, *(key for key in value if key not in named)]

    def _is_empty_array(self, path: str, value: Json) -> bool:
        node = self.values.place(path).node
        return value is None and path != "" and node is not None and node.types == frozenset({"array"})

    # -- arrays: one row in the list, a table in the drawer

    def _array(self, path: str, screen: Screen) -> None:
        shown = [(line, self.draft.value(line.address)) for line in self.draft.lines(path)]
        columns = self._columns(path, [value for _line, value in shown])
        array: View = {"path": path, "dom_id": dom_id(path), "lines_id": f"lines-{dom_id(path)}"}
        row = self.values.view(path, None)
        self._list(screen, row)
        screen.arrays.append(array)
        lines: list[View] = []
        nested: list[str] = []
        count = 0
        for line, value in shown:
            count += not line.removed
            lines.append(self._line(line, value, count, columns, array, screen))
            nested += [inner for inner, _value in _nested_arrays(line.address, value)]
        prefix = f"{path}/"
        cells = sum(eye.startswith(prefix) for eye in self.values.eyes)
        still = sum(eye.startswith(prefix) for eye in self.values.open)
        array |= {
            "label": row["label"],
            "columns": [{"label": column.label, "number": column.figure} for column in columns],
            "lines": lines,
            "count_text": ngettext("%(n)d line", "%(n)d lines", count) % {"n": count},
            "reasons": row["reasons"],
            "verdict_text": row["verdict_text"],
            "editable": self.editable,
            "open": False,
        }
        row |= {
            "type": "array",
            "enter_kind": "lines_complete",
            "lines_id": array["lines_id"],
            "value_text": array["count_text"],
            "is_null": False,
            "original_text": self._lines_as_read(path),
            "needs_eyes": row["needs_eyes"] or bool(cells),
            "doubt": False,
        }
        if cells:
            row["value_text"] = _("%(lines)s, %(done)d of %(n)d cells checked") % {
                "lines": array["count_text"],
                "done": cells - still,
                "n": cells,
            }
            if not row["reasons"]:
                row["why"] = ngettext("%(n)d cell to check", "%(n)d cells to check", cells) % {"n": cells}
                row["reasons"] = [("look", row["why"])]
            if not still and path not in self.values.open and not row["verdict"]:
                row["verdict"], row["verdict_text"] = "approved", _("checked")
        for inner in nested:
            self._array(inner, screen)

    def _lines_as_read(self, path: str) -> str:
        read = _get(self.values.row.values, path)
        count = len(read) if isinstance(read, list) else 0
        return ngettext("%(n)d line", "%(n)d lines", count) % {"n": count} if count else ""

    def _line(
        self, line: Any, value: Json, number: int, columns: Sequence[_Column], array: View, screen: Screen
    ) -> View:
        token = line.address.rpartition("/")[2]
        added = token.startswith("+")
        cells = []
        for column in columns:
            cell = self.values.view(line.address + column.relative, _get(value, column.relative), column.place)
            cell["in_array"], cell["number"] = True, column.figure
            cell["line"] = token if added else str(int(token) + 1)
            cell["lines_id"] = array["lines_id"]
            if line.removed:
                cell |= {"needs_eyes": False, "doubt": False, "editable": False}
            screen.by_path[cell["path"]] = cell
            cells.append(cell)
        return {
            "path": line.address,
            "number": "" if line.removed else str(number),
            "removed": line.removed,
            "added": added,
            "cells": cells,
        }

    def _columns(self, path: str, lines: Sequence[Json]) -> list[_Column]:
        """One for every scalar that a line has or the schema knows; a list of plain values has one."""
        found: dict[str, None] = {}
        node = self.values.place(f"{path}/0").node
        for key in node.properties if node is not None else ():
            inner = self.values.place(f"{path}/0/{paths.escape(key)}").node
            if inner is None or not inner.types or not inner.types & {"array", "object"}:
                found[f"/{paths.escape(key)}"] = None
        for value in lines:
            # A line that was only just added holds nothing yet, and says nothing about columns.
            if value is not None:
                found.update(dict.fromkeys(relative for relative, _value in _scalars(value)))
        columns = []
        for relative in found or {"": None}:
            place = self.values.place(f"{path}/0{relative}")
            kind = values.type_of(place.node, _first(lines, relative))
            figure = kind in (values.FieldType.NUMBER, values.FieldType.INTEGER)
            columns.append(_Column(relative, place.label if relative else _("Value"), figure, place))
        return columns


_NOWHERE = (10**6, 0.0, 0.0)


def _place(view: View) -> tuple[int, float, float]:
    """Page, top and left of a value's first box, for sorting only; values without one come last."""
    found = jsontext.parse(view["boxes"]) if view["boxes"] else None
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return _NOWHERE
    page, box = found[0]["p"], found[0]["b"]
    assert isinstance(page, Number) and isinstance(box, list)
    left, top = box[0], box[1]
    assert isinstance(left, Number) and isinstance(top, Number)
    return int(page.decimal), float(top.decimal), float(left.decimal)


def _scalars(value: Json, at: str = "") -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _scalars(one, paths.child(at, key))
    elif not isinstance(value, list):
        yield at, value


def _nested_arrays(at: str, value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        yield at, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _nested_arrays(paths.child(at, key), one)


def _first(lines: Sequence[Json], relative: str) -> Json:
    return next((one for line in lines if (one := _get(line, relative)) is not None), None)


def _get(tree: Json, path: str) -> Json:
    try:
        return paths.get(tree, path)
    except paths.BadPath:
        return None
