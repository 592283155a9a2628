"""How does an array stand on the review screen? As one row of the list, and as a table: lines of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviewapp.extraction import paths
from reviewapp.extraction.jsontext import Json

from . import reasons
from .conflict_views import line_text
from .known import ABSENT, Place, Values
from .models import Verdict
from .value_views import View, dom_id, word_of


class Cell(View):
    """One value of a line of the table `lines_id`."""

    in_array = True

    def __init__(
        self,
        known: Values,
        path: str,
        value: Json,
        place: Place,
        *,
        line: str,
        lines_id: str,
        number: bool,
        added: bool = False,
    ) -> None:
        super().__init__(known, path, value, place)
        self.line, self.lines_id, self.number, self.added = line, lines_id, number, added

    def strike(self) -> None:
        """Its line was removed: nothing is left to check or to change."""
        self.needs_eyes = self.doubt = self.editable = False
        self.removed = True


class ArrayRow(View):
    """An array as one row of the list; its lines stand in a table. `count`: lines that are not removed."""

    type = "array"
    enter_kind = "lines_complete"
    is_null = False

    def __init__(self, known: Values, path: str, *, count: int) -> None:
        super().__init__(known, path, None)
        self.lines_id = f"lines-{dom_id(path)}"
        self.count_text = ngettext("%(n)d line", "%(n)d lines", count) % {"n": count}
        need, still = known.below
        self._cells, self._open, self._done = need[path], still[path], need[path] - still[path]
        self._all_checked = 0 < self._cells == self._done and not self.doubt and not self.verdict
        if self._all_checked:
            self.verdict = "approved"
        self.needs_eyes, self.doubt = self.needs_eyes or bool(self._cells), False

    @cached_property
    def value_text(self) -> str:
        if not self._cells:
            return self.count_text
        words = {"lines": self.count_text, "done": self._done, "n": self._cells}
        return _("%(lines)s, %(done)d of %(n)d cells checked") % words

    @cached_property
    def original_text(self) -> str:
        count = len(self._original) if isinstance(self._original, list) else 0
        return ngettext("%(n)d line", "%(n)d lines", count) % {"n": count} if count else ""

    @cached_property
    def own_reasons(self) -> list[tuple[str, str]]:
        """Those about the array itself, not about its cells."""
        return [(one.level, one.text) for one in map(reasons.say, self._reasons)]

    @cached_property
    def reasons(self) -> list[tuple[str, str]]:
        return [("look", self.why)] if self._cells and not self.own_reasons else self.own_reasons

    @cached_property
    def why(self) -> str:
        if not self._cells or self.own_reasons:
            return super().why
        return ngettext("%(n)d cell to check", "%(n)d cells to check", self._open) % {"n": self._open}

    @cached_property
    def verdict_text(self) -> str:
        return _("checked") if self._all_checked else self.own_verdict_text

    @cached_property
    def own_verdict_text(self) -> str:
        return word_of(self._spoken)


class TakenOut(View):
    """A line that a person took out and that a newer result reads otherwise, as one row of the list."""

    of_line = True
    type = "array"
    enter_kind = "keep"
    is_null = False

    def __init__(self, known: Values, path: str) -> None:
        super().__init__(known, path, None)
        self.lines_id = f"lines-{dom_id(paths.parent(path))}"
        # A line as a whole has no value that a mark could speak of; what was said of it is in words.
        self.verdict = "approved" if self._spoken is not None else ""

    @cached_property
    def label(self) -> str:
        array, _slash, token = self.path.rpartition("/")
        return _("Line %(line)s, %(label)s") % {"line": int(token) + 1, "label": self._known.place(array).label}

    @cached_property
    def value_text(self) -> str:
        stands = self._known.standing.get(self.path)
        if stands is not None and stands.kind == Verdict.Kind.LINE_REMOVED:
            return str(Verdict.Kind.LINE_REMOVED.label)
        return self.original_text

    @cached_property
    def original_text(self) -> str:
        original = self._original
        return "" if original is ABSENT else line_text(original)


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column. `relative`: the pointer within a line, "" for a list of plain values; `tokens`: the same, split;
    `number`: it holds figures."""

    relative: str
    tokens: Sequence[str]
    place: Place
    number: bool

    @property
    def label(self) -> str:
        return self.place.label if self.relative else _("Value")


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a table. `number` counts those that are not removed, which have none; `name` is what a line is called,
    the removed ones too."""

    path: str
    number: str
    name: str
    removed: bool
    added: bool
    cells: Sequence[Cell]


@dataclass(slots=True)
class ArrayView:
    """One table of the drawer (docs/screen.md). `row` is the same array in the list of fields."""

    row: ArrayRow
    columns: Sequence[Column]
    lines: Sequence[LineView]
    open: bool = False

    @property
    def path(self) -> str:
        return self.row.path

    @property
    def lines_id(self) -> str:
        return self.row.lines_id

    @property
    def label(self) -> str:
        return self.row.label

    @property
    def count_text(self) -> str:
        return self.row.count_text

    @property
    def reasons(self) -> Sequence[tuple[str, str]]:
        return self.row.own_reasons

    @property
    def verdict_text(self) -> str:
        return self.row.own_verdict_text

    @property
    def editable(self) -> bool:
        return self.row.editable
