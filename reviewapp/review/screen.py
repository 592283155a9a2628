"""What does the review screen show? A task -> its fields, arrays and progress as plain data for the template.

One walk over the row under review with the verdicts applied; the templates only lay it out. Paths are addresses in the
row under review and never shift (design law 9). docs/screen.md says what each key means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reviewapp.extraction import edit, paths, values
from reviewapp.extraction.draft import Line
from reviewapp.extraction.jsontext import Json

from . import broken_rules, current, reasons
from .array_views import ArrayRow, ArrayView, Cell, Column, LineView, TakenOut
from .known import Place, Values
from .models import Task, Verdict
from .value_views import View


@dataclass(slots=True)
class Screen:
    """Everything of a task that the templates read. `fields` are the list's rows, arrays among them as one row each;
    `by_path` holds every value and array, cells too; `eyes` in the order to check them; `summary` says why the task waits,
    as the queue does."""

    task: Task
    fields: list[View] = field(default_factory=list)
    arrays: dict[str, ArrayView] = field(default_factory=dict)
    summary: list[str] = field(default_factory=list)
    eyes: list[str] = field(default_factory=list)
    open_paths: frozenset[str] = frozenset()
    by_path: dict[str, View] = field(default_factory=dict)
    spoken: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def checked(self) -> int:
        return len(self.eyes) - len(self.open_paths)

    def touched_by_rules(self, path: str) -> list[str]:
        """The other addresses whose reasons may be others since something was said at this one."""
        return broken_rules.beside(broken_rules.now(self.task, self.spoken), path)

    def ticks(self, focus: str) -> list[str]:
        """One for each address that needs eyes: done, now or todo."""
        return ["now" if path == focus else "todo" if path in self.open_paths else "done" for path in self.eyes]

    def next_open(self, after: str) -> str:
        """The next address that needs eyes and has no verdict, behind `after` and then from the start; "" when none."""
        here = self.eyes.index(after) if after in self.eyes else -1
        ordered = [*self.eyes[here + 1 :], *self.eyes[: here + 1]]
        return next((path for path in ordered if path in self.open_paths), "")

    def beside(self, path: str) -> str:
        """Within an added line, the cell behind the one at `path`, for a line is filled cell by cell; else ""."""
        array = self.array_of(path)
        for line in array.lines if array is not None else ():
            cells = [cell.path for cell in line.cells]
            if line.added and not line.removed and path in cells[:-1]:
                return cells[cells.index(path) + 1]
        return ""

    def at(self, path: str) -> View | None:
        """What stands at the address. A line is no value: its first cell is. Of a line that is gone, its array."""
        found = self.by_path.get(path) or next(
            (view for at, view in self.by_path.items() if at.startswith(f"{path}/")), None
        )
        while found is None and path:
            path = paths.parent(path)
            found = self.by_path.get(path)
        return found

    def array_of(self, path: str) -> ArrayView | None:
        """The array whose line or cell stands at `path`, or which stands there itself."""
        at = path
        while at and at not in self.arrays:
            at = paths.parent(at)
        return self.arrays.get(at)


def build(*, task: Task, locale: str, order: str = "check", editable: bool = True) -> Screen:
    """The whole screen. One pass; a handful of queries, however many fields. `order`: check, page or schema.

    What a view says is worked out when it is read, so that an answer about one field costs one view (value_views.py).
    """
    screen = _Builder(task, locale, editable).build()
    if order == "page":
        screen.fields.sort(key=lambda view: view.on_paper)
        screen.eyes.sort(key=lambda path: screen.by_path[path].on_paper)
    elif order == "schema":
        position = {path: index for index, path in enumerate(screen.by_path)}
        screen.eyes.sort(key=lambda path: position.get(path, -1))
    return screen


class _Builder:
    def __init__(self, task: Task, locale: str, editable: bool) -> None:
        self.task = task
        spoken = current.verdicts(task)
        self.known = Values(task, spoken=spoken, locale=locale, editable=editable)
        self.draft = edit.draft(self.known.row, current.edits(self.known.standing))

    def build(self) -> Screen:
        known = self.known
        screen = Screen(task=self.task, eyes=list(known.eyes), open_paths=known.open, spoken=known.spoken)
        screen.summary = reasons.summary(known.every_reason())
        self._walk("", self.draft.value(""), screen)
        for path in known.eyes:
            # A required value whose key is absent stands nowhere in the row, and still needs eyes.
            if path not in screen.by_path:
                conflict = known.conflicts.get(path)
                line = conflict is not None and conflict.of_line
                self._list(screen, TakenOut(known, path) if line else View(known, path, None))
        return screen

    def _walk(self, path: str, value: Json, screen: Screen) -> None:
        if isinstance(value, dict) and value:
            for key in self._keys(path, value):
                self._walk(paths.child(path, key), value[key], screen)
        elif isinstance(value, list) or self._is_empty_array(path, value):
            self._array(path, screen)
        elif not isinstance(value, dict):
            self._list(screen, View(self.known, path, value))

    def _list(self, screen: Screen, view: View) -> None:
        screen.by_path[view.path] = view
        screen.fields.append(view)

    def _keys(self, path: str, value: Mapping[str, Json]) -> list[str]:
        node = self.known.place(path).node
        known = [key for key in node.properties if key in value] if node is not None else []
        named = set(known)
        return [*known, *(key for key in value if key not in named)]

    def _is_empty_array(self, path: str, value: Json) -> bool:
        node = self.known.place(path).node
        return value is None and path != "" and node is not None and node.types == frozenset({"array"})

    # -- arrays: one row in the list, a table in the drawer

    def _array(self, path: str, screen: Screen) -> None:
        shown = [(line, self.draft.value(line.address)) for line in self.draft.lines(path)]
        columns = self._columns(path, [value for _line, value in shown])
        row = ArrayRow(self.known, path, count=sum(not line.removed for line, _value in shown))
        self._list(screen, row)
        lines: list[LineView] = []
        nested: list[str] = []
        count = 0
        for line, value in shown:
            count += not line.removed
            lines.append(self._line(line, value, count, columns, row, screen))
            nested += [inner for inner, _value in _nested_arrays(line.address, value)]
        screen.arrays[path] = ArrayView(row, columns, lines)
        for inner in nested:
            self._array(inner, screen)

    def _line(
        self, line: Line, value: Json, number: int, columns: Sequence[Column], row: ArrayRow, screen: Screen
    ) -> LineView:
        token = line.address.rpartition("/")[2]
        added = token.startswith("+")
        # A removed line has no number any more; it is called by the one that it had.
        name = str(number) if not line.removed else token if added else str(int(token) + 1)
        cells = []
        for column in columns:
            cell = Cell(
                self.known,
                line.address + column.relative,
                _get(value, column.tokens),
                column.place,
                line=name,
                added=added,
                lines_id=row.lines_id,
                number=column.number,
            )
            if line.removed:
                cell.strike()
            screen.by_path[cell.path] = cell
            cells.append(cell)
        return LineView(line.address, "" if line.removed else str(number), name, line.removed, added, cells)

    def _columns(self, path: str, lines: Sequence[Json]) -> list[Column]:
        """One for every scalar that a line has or the schema knows; a list of plain values has one."""
        found: dict[str, Place] = {}
        node = self.known.place(f"{path}/0").node
        for key in node.properties if node is not None else ():
            relative = f"/{paths.escape(key)}"
            place = self.known.place(f"{path}/0{relative}")
            if place.node is None or not place.node.types or not place.node.types & {"array", "object"}:
                found[relative] = place
        for value in lines:
            # A line that was only just added holds nothing yet, and says nothing about columns.
            for relative, _value in _scalars(value) if value is not None else ():
                if relative not in found:
                    found[relative] = self.known.place(f"{path}/0{relative}")
        columns = []
        for relative, place in (found or {"": self.known.place(f"{path}/0")}).items():
            tokens = paths.split(relative)
            kind = values.type_of(place.node, _first(lines, tokens))
            figure = kind in (values.FieldType.NUMBER, values.FieldType.INTEGER)
            columns.append(Column(relative, tokens, place, figure))
        return columns


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


def _first(lines: Sequence[Json], tokens: Sequence[str]) -> Json:
    return next((one for line in lines if (one := _get(line, tokens)) is not None), None)


def _get(tree: Json, tokens: Sequence[str]) -> Json:
    try:
        return paths.walk(tree, tokens)
    except paths.BadPath:
        return None
