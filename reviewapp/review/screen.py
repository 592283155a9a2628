"""What does the review screen show? A task -> its fields, arrays and progress as plain data for the template.

One walk over the row under review with the verdicts applied; the templates only lay it out. Paths are addresses in the
row under review and never shift (design law 9). The dictionaries are what docs/screen.md lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from reviewapp.extraction import confidence, edit, jsontext, paths, values
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field, Kind, Row
from reviewapp.extraction.schema import Schema
from reviewapp.results import ledger

from . import current, queue, reasons, rules, schemas
from .models import Task, Verdict


class FieldView(TypedDict):
    """One value as shown. `boxes` is JSON `[{"p": page, "b": [l, t, r, b], "s": [width, height]}]` in the citation's own points;
    `seen` the id of the verdict that counts, 0 for none; `value_text` as the input shows it, by the person's locale."""

    path: str
    dom_id: str
    label: str
    description: str
    type: str
    value_text: str
    is_null: bool
    options: Sequence[str]
    closed: bool
    original_text: str
    confidence: str
    band: str
    scores_text: str
    needs_eyes: bool
    open: bool
    doubt: bool
    broken: bool
    no_box: bool
    reasons: Sequence[reasons.Said]
    why: str
    verdict: str
    verdict_text: str
    boxes: str
    page: int | None
    cited: bool
    array: str
    seen: int
    focus_url: str
    in_removed: bool


class LineView(TypedDict):
    path: str
    dom_id: str
    number: str
    removed: bool
    added: bool
    seen: int
    cells: Sequence[FieldView]


class ArrayView(TypedDict):
    path: str
    dom_id: str
    label: str
    columns: Sequence[tuple[str, str, bool]]
    lines: Sequence[LineView]
    count: int
    needs_eyes: bool
    open: bool
    verdict: str
    seen: int
    reasons: Sequence[reasons.Said]
    cells_to_check: int
    cells_open: int
    band: str
    confidence: str
    focus_url: str


@dataclass(slots=True)
class Screen:
    """Everything of a task that the templates read."""

    task: Task
    fields: list[FieldView] = field(default_factory=list)
    arrays: list[ArrayView] = field(default_factory=list)
    row_reasons: list[reasons.Said] = field(default_factory=list)
    open_paths: list[str] = field(default_factory=list)
    eyes: list[str] = field(default_factory=list)
    by_path: dict[str, FieldView] = field(default_factory=dict)

    @property
    def checked(self) -> int:
        return len(self.eyes) - len(self.open_paths)

    def ticks(self, focus: str) -> list[str]:
        """One for each address that needs eyes: done, now or todo."""
        still = set(self.open_paths)
        return ["now" if path == focus else "todo" if path in still else "done" for path in self.eyes]

    def next_open(self, after: str) -> str:
        """The next address that needs eyes and has no verdict, behind `after` and then from the start; "" when none."""
        if not self.open_paths:
            return ""
        order = {path: index for index, path in enumerate(self.eyes)}
        here = order.get(after, -1)
        later = [path for path in self.open_paths if order[path] > here]
        return later[0] if later else self.open_paths[0]


def build(*, task: Task, locale: str) -> Screen:
    """The whole screen. One pass; a handful of queries, however many fields."""
    return _Builder(task, locale).build()


class _Builder:
    def __init__(self, task: Task, locale: str) -> None:
        self.task = task
        self.locale = locale
        self.row: Row = ledger.read(task.row)
        self.schema: Schema = schemas.of_row(task.row)
        self.spoken: dict[str, Verdict] = current.verdicts(task)
        self.draft = edit.draft(self.row, current.edits(self.spoken))
        self.eyes = current.eyes(task)
        self.eye_set = set(self.eyes)
        self.open = current.open_eyes(task, self.spoken)
        self.open_set = set(self.open)
        self.reasons: dict[str, list[rules.Reason]] = {}
        for code, path, detail in task.reasons.order_by("id").values_list("code", "path", "detail"):
            self.reasons.setdefault(path, []).append(reasons.from_stored(code, path, detail))
        self.base_url = reverse("review:task", args=[task.pk])
        self.nodes: dict[str, Any] = {}
        self.labels: dict[str, str] = {}
        self.classes: list[str] | None = None

    def build(self) -> Screen:
        screen = Screen(task=self.task, eyes=self.eyes, open_paths=self.open)
        screen.row_reasons = [reasons.say(reason) for reason in self.reasons.get("", ())]
        self._walk("", self.draft.value(""), "", screen)
        for path in self.eyes:
            # A required value whose key is absent stands nowhere in the row, and still needs eyes.
            if path not in screen.by_path and not any(array["path"] == path for array in screen.arrays):
                self._add(screen, path, None, "")
        return screen

    def _walk(self, path: str, value: Json, array: str, screen: Screen) -> None:
        if isinstance(value, dict) and value:
            for key in self._keys(path, value):
                self._walk(paths.child(path, key), value[key], array, screen)
        elif isinstance(value, list) or self._is_array(path, value):
            self._array(path, screen)
        elif not isinstance(value, dict):
            self._add(screen, path, value, array)

    def _keys(self, path: str, value: Mapping[str, Json]) -> list[str]:
        node = self._node(path)
        ordered = [key for key in node.properties if key in value] if node is not None else []
        return [*ordered, *(key for key in value if key not in set(ordered))]

    def _is_array(self, path: str, value: Json) -> bool:
        node = self._node(path)
        return value is None and path != "" and node is not None and node.types == frozenset({"array"})

    def _array(self, path: str, screen: Screen) -> None:
        lines = self.draft.lines(path)
        shown = [(line, self.draft.value(line.address)) for line in lines]
        columns = self._columns(path, [value for _, value in shown])
        views: list[LineView] = []
        nested: list[str] = []
        number = 0
        for line, value in shown:
            number += not line.removed
            cells = [self._cell(line.address, column, value, path, line.removed, screen) for column, _, _ in columns]
            spoken = self.spoken.get(line.address)
            views.append(
                LineView(
                    path=line.address,
                    dom_id=dom_id(line.address),
                    number="" if line.removed else str(number),
                    removed=line.removed,
                    added=line.address.rpartition("/")[2].startswith("+"),
                    seen=spoken.pk if spoken is not None else 0,
                    cells=cells,
                )
            )
            nested += [inner for inner, _inner in _nested_arrays(line.address, value)]
        spoken = self.spoken.get(path)
        own = _score(confidence.own_confidence(self.row.fields.get(path), citations_off=self.task.job.citations_off))
        prefix = f"{path}/"
        screen.arrays.append(
            ArrayView(
                path=path,
                dom_id=dom_id(path),
                label=self._label(path),
                columns=columns,
                lines=views,
                count=number,
                needs_eyes=path in self.eye_set,
                open=path in self.open_set,
                verdict=spoken.kind if spoken is not None else "",
                seen=spoken.pk if spoken is not None else 0,
                reasons=[reasons.say(reason) for reason in self.reasons.get(path, ())],
                cells_to_check=sum(eye.startswith(prefix) for eye in self.eyes),
                cells_open=sum(eye.startswith(prefix) for eye in self.open),
                band=queue.band(own.decimal if own is not None else None),
                confidence=own.text if own is not None else "",
                focus_url=self._focus_url(path),
            )
        )
        for inner in nested:
            self._array(inner, screen)

    def _columns(self, path: str, lines: Sequence[Json]) -> list[tuple[str, str, bool]]:
        """(relative pointer, label, is it a figure?) for every scalar that a line has or the schema knows; "" for lists of
        plain values."""
        found: dict[str, bool] = {}
        node = self._node(f"{path}/*")
        for key in node.properties if node is not None else ():
            inner = self._node(f"{path}/*/{paths.escape(key)}")
            if inner is None or not inner.types or not inner.types & {"array", "object"}:
                found[f"/{paths.escape(key)}"] = False
        for value in lines:
            for relative, _value in _scalars(value):
                found.setdefault(relative, False)
        columns = []
        for relative in found or {"": False}:
            kind = values.type_of(self._node(f"{path}/*{relative}"), _first(lines, relative))
            figure = kind in (values.FieldType.NUMBER, values.FieldType.INTEGER)
            columns.append((relative, self._label(f"{path}/0{relative}") if relative else _("Value"), figure))
        return columns

    def _cell(self, line: str, relative: str, value: Json, array: str, removed: bool, screen: Screen) -> FieldView:
        path = line + relative
        return self._add(screen, path, _get(value, relative), array, removed=removed, listed=False)

    def _add(
        self, screen: Screen, path: str, value: Json, array: str, *, removed: bool = False, listed: bool = True
    ) -> FieldView:
        view = self._view(path, value, array, removed)
        screen.by_path[path] = view
        if listed:
            screen.fields.append(view)
        return view

    def _view(self, path: str, value: Json, array: str, removed: bool) -> FieldView:
        facts = self.row.fields.get(path)
        node = self._node(path)
        original = _get(self.row.values, path)
        kind = values.type_of(node, original if value is None else value)
        number = _score(
            confidence.leaf_confidence(facts, self.row, citations_off=self.task.job.citations_off)
            if _stands(self.row.values, path)
            else None
        )
        spoken = self.spoken.get(path)
        found = self.reasons.get(path, ())
        said = [reasons.say(reason) for reason in found]
        is_open = path in self.open_set
        levels = {one.level for one in said}
        options, closed = self._options(path, node)
        return FieldView(
            path=path,
            dom_id=dom_id(path),
            label=self._label(path),
            description=node.description if node is not None else "",
            type=kind.value,
            value_text=values.show(value, kind, locale=self.locale),
            is_null=value is None,
            options=options,
            closed=closed,
            original_text=values.show(original, kind, locale=self.locale),
            confidence=number.text if number is not None else "",
            band=queue.band(number.decimal if number is not None else None),
            scores_text=_scores_text(facts),
            needs_eyes=path in self.eye_set,
            open=is_open,
            doubt=is_open,
            broken=is_open and "broken" in levels,
            no_box=is_open and levels == {"no-box"},
            reasons=said,
            why=str(reasons.LABELS[found[0].code]) if found else "",
            verdict=spoken.kind if spoken is not None else "",
            verdict_text=str(Verdict.Kind(spoken.kind).label) if spoken is not None else "",
            boxes=_boxes(facts),
            page=facts.citations[0].page if facts is not None and facts.citations else None,
            cited=facts is not None and any(citation.boxes for citation in facts.citations),
            array=array,
            seen=spoken.pk if spoken is not None else 0,
            focus_url=self._focus_url(path),
            in_removed=removed,
        )

    def _options(self, path: str, node: Any) -> tuple[list[str], bool]:
        """The choices to offer, and whether nothing else may be entered."""
        if node is not None and node.enum is not None:
            return [values.show(one, values.FieldType.ENUM) for one in node.enum], True
        if self.task.kind == Kind.UNSILOED_CLASSIFY:
            if self.classes is None:
                self.classes = schemas.classes_seen(self.task.job.upstream)
            return self.classes, False
        return [], False

    def _node(self, path: str) -> Any:
        key = paths.pattern(path)
        if key not in self.nodes:
            try:
                self.nodes[key] = self.schema.node(key)
            except paths.BadPath:
                self.nodes[key] = None
        return self.nodes[key]

    def _label(self, path: str) -> str:
        key = paths.pattern(path)
        if key not in self.labels:
            node = self._node(path)
            tokens = paths.split(path)
            title = node.title if node is not None else ""
            self.labels[key] = title or _humanised(tokens)
        if self.task.kind == Kind.UNSILOED_CLASSIFY and path.startswith("/pages/"):
            return _("Page %(n)s") % {"n": paths.split(path)[1]}
        return self.labels[key]

    def _focus_url(self, path: str) -> str:
        return f"{self.base_url}?{urlencode({'field': path})}"


def dom_id(path: str) -> str:
    """A valid element id for an address, the same in page and answer."""
    return "f" + re.sub(r"[^A-Za-z0-9]", lambda match: f"-{ord(match.group()):x}-", path)


def line_name(path: str) -> str:
    """ "Line 4" for a cell of the fourth line, "New line 1" for one that was added; "" outside lines."""
    for token in reversed(paths.split(path)):
        if token.isdigit():
            return _("Line %(n)d") % {"n": int(token) + 1}
        if token.startswith("+") and token[1:].isdigit():
            return _("New line %(n)s") % {"n": token[1:]}
    return ""


def _humanised(tokens: Sequence[str]) -> str:
    named = [token for token in tokens if not token.lstrip("+").isdigit()]
    words = [re.sub(r"[_\-]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", token)).strip() for token in named[-1:]]
    text = words[0] if words else ""
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


def _score(number: Number | None) -> Number | None:
    return number if confidence.is_usable(number) else None


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
    if facts is None:
        return "[]"
    return jsontext.dump(
        [
            {
                "p": Number(str(citation.page)),
                "b": [box.left, box.top, box.right, box.bottom],
                "s": [citation.page_width, citation.page_height],
            }
            for citation in facts.citations
            if citation.page is not None and citation.page_width is not None and citation.page_height is not None
            for box in citation.boxes
        ]
    )
