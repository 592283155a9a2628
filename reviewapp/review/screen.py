"""What does the review screen show? A task -> its fields, arrays and progress as plain data for the template.

One walk over the row under review with the verdicts applied; the templates only lay it out. Paths are addresses in the
row under review and never shift (design law 9). docs/screen.md says what each key means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviewapp.extraction import confidence, edit, jsontext, paths, values
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field, Kind, Row
from reviewapp.extraction.schema import Schema, SchemaNode
from reviewapp.results import ledger
from reviewapp.web import locales

from . import current, queue, reasons, rules, schemas
from .models import Task, Verdict

#: FieldView, ArrayView and LineView of docs/screen.md: dictionaries, because a template reads thousands of their keys.
View = dict[str, Any]

_CONFIDENCE = frozenset({rules.Code.LOW_CONFIDENCE, rules.Code.NO_CONFIDENCE})

#: A text longer than this is edited in several lines.
_ONE_LINE = 90
#: Types that a person may change where only the value read speaks for them: a misread "l5" may be a number.
_SWITCHABLE = frozenset({values.FieldType.FREE, values.FieldType.TEXT, values.FieldType.NUMBER})


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


class _Builder:
    def __init__(self, task: Task, locale: str, editable: bool) -> None:
        self.task = task
        self.locale = locale
        self.editable = editable
        self.row: Row = ledger.read(task.row)
        self.schema: Schema = schemas.of_row(task.row)
        self.spoken: dict[str, Verdict] = current.verdicts(task)
        self.draft = edit.draft(self.row, current.edits(self.spoken))
        self.eyes = current.eyes(task)
        self.eye_set = set(self.eyes)
        self.open = set(current.open_eyes(task, self.spoken))
        self.reasons: dict[str, list[rules.Reason]] = {}
        for code, path, detail in task.reasons.order_by("id").values_list("code", "path", "detail"):
            self.reasons.setdefault(path, []).append(reasons.from_stored(code, path, detail))
        self.base_url = reverse("review:task", args=[task.pk])
        self.nodes: dict[str, SchemaNode | None] = {}
        self.labels: dict[str, str] = {}
        self.bands = {name: str(word) for name, word in queue.BAND_WORDS.items()}
        self.classes: list[str] | None = None

    def build(self) -> Screen:
        screen = Screen(task=self.task, eyes=list(self.eyes), open_paths=set(self.open))
        screen.row_reasons = [reasons.say(reason) for reason in self.reasons.get("", ())]
        self._walk("", self.draft.value(""), screen)
        for path in self.eyes:
            # A required value whose key is absent stands nowhere in the row, and still needs eyes.
            if path not in screen.by_path:
                self._list(screen, self._view(path, None))
        return screen

    def _walk(self, path: str, value: Json, screen: Screen) -> None:
        if isinstance(value, dict) and value:
            for key in self._keys(path, value):
                self._walk(paths.child(path, key), value[key], screen)
        elif isinstance(value, list) or self._is_empty_array(path, value):
            self._array(path, screen)
        elif not isinstance(value, dict):
            self._list(screen, self._view(path, value))

    def _list(self, screen: Screen, view: View) -> None:
        screen.by_path[view["path"]] = view
        screen.fields.append(view)

    def _keys(self, path: str, value: Mapping[str, Json]) -> list[str]:
        node = self._node(path)
        known = [key for key in node.properties if key in value] if node is not None else []
        named = set(known)
        return [*known, *(key for key in value if key not in named)]

    def _is_empty_array(self, path: str, value: Json) -> bool:
        node = self._node(path)
        return value is None and path != "" and node is not None and node.types == frozenset({"array"})

    # -- arrays: one row in the list, a table in the drawer

    def _array(self, path: str, screen: Screen) -> None:
        shown = [(line, self.draft.value(line.address)) for line in self.draft.lines(path)]
        columns = self._columns(path, [value for _line, value in shown])
        array: View = {"path": path, "dom_id": dom_id(path), "lines_id": f"lines-{dom_id(path)}"}
        row = self._view(path, None)
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
        cells = sum(eye.startswith(prefix) for eye in self.eyes)
        still = sum(eye.startswith(prefix) for eye in self.open)
        spoken = self.spoken.get(path)
        array |= {
            "label": self._label(path),
            "columns": [{"label": label, "number": figure} for _relative, label, figure in columns],
            "lines": lines,
            "count_text": ngettext("%(n)d line", "%(n)d lines", count) % {"n": count},
            "reasons": row["reasons"],
            "verdict_text": str(Verdict.Kind(spoken.kind).label) if spoken is not None else "",
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
            if not still and path not in self.open and not row["verdict"]:
                row["verdict"], row["verdict_text"] = "approved", _("checked")
        for inner in nested:
            self._array(inner, screen)

    def _lines_as_read(self, path: str) -> str:
        read = _get(self.row.values, path)
        count = len(read) if isinstance(read, list) else 0
        return ngettext("%(n)d line", "%(n)d lines", count) % {"n": count} if count else ""

    def _line(
        self,
        line: Any,
        value: Json,
        number: int,
        columns: Sequence[tuple[str, str, bool]],
        array: View,
        screen: Screen,
    ) -> View:
        cells = []
        for relative, _label, figure in columns:
            cell = self._view(line.address + relative, _get(value, relative))
            added = line.address.rpartition("/")[2]
            cell |= {
                "in_array": True,
                "line": added if added.startswith("+") else str(int(added) + 1),
                "lines_id": array["lines_id"],
                "number": figure,
            }
            if line.removed:
                cell |= {"needs_eyes": False, "doubt": False, "editable": False}
            screen.by_path[cell["path"]] = cell
            cells.append(cell)
        return {
            "path": line.address,
            "number": "" if line.removed else str(number),
            "removed": line.removed,
            "added": line.address.rpartition("/")[2].startswith("+"),
            "cells": cells,
        }

    def _columns(self, path: str, lines: Sequence[Json]) -> list[tuple[str, str, bool]]:
        """(relative pointer, label, is it a figure?) for every scalar that a line has or the schema knows; "" for a list of
        plain values."""
        found: dict[str, None] = {}
        node = self._node(f"{path}/*")
        for key in node.properties if node is not None else ():
            inner = self._node(f"{path}/*/{paths.escape(key)}")
            if inner is None or not inner.types or not inner.types & {"array", "object"}:
                found[f"/{paths.escape(key)}"] = None
        for value in lines:
            # A line that was only just added holds nothing yet, and says nothing about columns.
            if value is not None:
                found.update(dict.fromkeys(relative for relative, _value in _scalars(value)))
        columns = []
        for relative in found or {"": None}:
            kind = values.type_of(self._node(f"{path}/*{relative}"), _first(lines, relative))
            figure = kind in (values.FieldType.NUMBER, values.FieldType.INTEGER)
            columns.append((relative, self._label(f"{path}/0{relative}") if relative else _("Value"), figure))
        return columns

    # -- one value

    def _view(self, path: str, value: Json) -> View:
        facts = self.row.fields.get(path)
        node = self._node(path)
        original = _get(self.row.values, path)
        kind = values.type_of(node, original if value is None else value)
        number = self._confidence(path, facts)
        band = queue.band(number.decimal if number is not None else None)
        spoken = self.spoken.get(path)
        text = values.show(value, kind, locale=self.locale)
        options, closed = self._options(path, node)
        found = sorted(self.reasons.get(path, ()), key=lambda one: one.code is rules.Code.LOW_CONFIDENCE)
        unread = self.task.kind == Kind.UNSILOED_CLASSIFY and value is None
        return {
            "path": path,
            "dom_id": dom_id(path),
            "label": self._label(path),
            "description": node.description if node is not None else "",
            "type": "enum" if options else kind.value,
            "value_text": text,
            "shown": text,
            "shown_is_option": text in options,
            "is_null": value is None,
            "options": options,
            "allow_other": bool(options) and not closed,
            "multiline": kind is values.FieldType.TEXT and (len(text) > _ONE_LINE or "\n" in text),
            "number": False,
            "original_text": values.show(original, kind, locale=self.locale),
            "confidence": locales.score(number.decimal) if number is not None else "",
            "empty_text": _("not classified") if unread else "",
            "band": band,
            "band_text": self.bands[band],
            "scores_text": _scores_text(facts),
            "needs_eyes": path in self.eye_set,
            "doubt": path in self.open,
            "reasons": [(one.level, one.text) for one in map(reasons.say, found)],
            # About confidence the list says the number itself.
            "why": str(reasons.LABELS[found[0].code]) if found and found[0].code not in _CONFIDENCE else "",
            "verdict": spoken.kind if spoken is not None else "",
            "verdict_text": str(Verdict.Kind(spoken.kind).label) if spoken is not None else "",
            "citations": [{"page": one.page} for one in facts.citations if one.page] if facts is not None else [],
            "boxes": _boxes(facts),
            "page_says": "",
            "in_array": False,
            "line": "",
            "lines_id": "",
            "enter_kind": "",
            "editable": self.editable,
            "error": "",
            "entered": "",
            "free_type": _free_type(value if value is not None else original),
            "type_open": kind in _SWITCHABLE and not options and (node is None or not node.types),
            "focus_url": f"{self.base_url}?{urlencode({'field': path})}",
            "history_url": "",
            "current": False,
            "seen": spoken.pk if spoken is not None else 0,
            "key": path,
        }

    def _confidence(self, path: str, facts: Field | None) -> Number | None:
        if facts is None and not _stands(self.row.values, path):
            return None
        if isinstance(_get(self.row.values, path), list):
            number = confidence.own_confidence(facts, citations_off=self.task.job.citations_off)
        else:
            number = confidence.leaf_confidence(facts, self.row, citations_off=self.task.job.citations_off)
        return number if confidence.is_usable(number) else None

    def _options(self, path: str, node: SchemaNode | None) -> tuple[list[str], bool]:
        """The choices to offer, and whether nothing else may be entered."""
        if node is not None and node.enum is not None:
            return [values.show(one, values.FieldType.ENUM) for one in node.enum], True
        if self.task.kind == Kind.UNSILOED_CLASSIFY and path.endswith("/classification"):
            if self.classes is None:
                self.classes = schemas.classes_seen(self.task.job.upstream)
            return self.classes, False
        return [], False

    def _node(self, path: str) -> SchemaNode | None:
        key = paths.pattern(path)
        if key not in self.nodes:
            try:
                self.nodes[key] = self.schema.node(key)
            except paths.BadPath:
                self.nodes[key] = None
        return self.nodes[key]

    def _label(self, path: str) -> str:
        tokens = paths.split(path)
        if self.task.kind == Kind.UNSILOED_CLASSIFY and len(tokens) == 3 and tokens[0] == "pages":
            return _("Page %(n)s") % {"n": tokens[1]}
        key = paths.pattern(path)
        if key not in self.labels:
            node = self._node(path)
            self.labels[key] = (node.title if node is not None else "") or _humanised(tokens)
        return self.labels[key]


def dom_id(path: str) -> str:
    """A valid element id for an address, the same in page and answer."""
    return "f" + re.sub(r"[^A-Za-z0-9]", lambda match: f"-{ord(match.group()):x}-", path)


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


def _humanised(tokens: Sequence[str]) -> str:
    """A key's name as words: the last token that is no index, `unit_price` as "Unit price"."""
    named = [token for token in tokens if not token.lstrip("+").isdigit()]
    name = named[-1] if named else ""
    text = re.sub(r"[_\-\s]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).strip()
    return text[:1].upper() + text[1:]


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


def _stands(tree: Json, path: str) -> bool:
    try:
        paths.get(tree, path)
    except paths.BadPath:
        return False
    return True


def _free_type(value: Json) -> str:
    if isinstance(value, Number):
        return "number"
    return "boolean" if isinstance(value, bool) else "text"


def _scores_text(facts: Field | None) -> str:
    if facts is None or not facts.scores:
        return ""
    names = {
        "extraction": _("extraction"),
        "grounding": _("grounding"),
        "score": _("score"),
        "confidence": _("confidence"),
        "parsing": _("parsing"),
    }
    return " · ".join(
        f"{names.get(name, name)} {score.text if score is not None else _('not given')}"
        for name, score in facts.scores.items()
    )


def _boxes(facts: Field | None) -> str:
    """The boxes as JSON for `data-boxes`, in the citation's own points; "" when there is none to draw."""
    if facts is None or not facts.citations:
        return ""
    boxes: list[Json] = [
        {
            "p": Number(str(citation.page)),
            "b": [box.left, box.top, box.right, box.bottom],
            "s": [citation.page_width, citation.page_height],
        }
        for citation in facts.citations
        if citation.page is not None and citation.page_width is not None and citation.page_height is not None
        for box in citation.boxes
    ]
    return jsontext.dump(boxes) if boxes else ""
