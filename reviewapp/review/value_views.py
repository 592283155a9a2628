"""How does one value stand on the review screen? As a row of the list, a cell of a table, and in the focus form.

A document may have a thousand values and the focus form one: what only the form shows is added by `complete`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from reviewapp.extraction import confidence, paths, values
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field, Kind, Row
from reviewapp.extraction.schema import Schema, SchemaNode
from reviewapp.results import ledger
from reviewapp.web import locales

from . import current, queue, reasons, rules, schemas
from .models import Task, Verdict

#: FieldView of docs/screen.md: a dictionary, because a template reads thousands of its keys.
View = dict[str, Any]

_CONFIDENCE = frozenset({rules.Code.LOW_CONFIDENCE, rules.Code.NO_CONFIDENCE})
#: A text longer than this is edited in several lines.
_ONE_LINE = 90
#: Types that a person may change where the schema leaves the choice: a misread "l5" may be a number.
_SWITCHABLE = frozenset(
    {values.FieldType.FREE, values.FieldType.TEXT, values.FieldType.NUMBER, values.FieldType.INTEGER}
)


class _Absent:
    """Nothing stands there, not even null."""


_ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Place:
    """What all values of one pattern have in common: `/lines/3/amount` and `/lines/4/amount` are `/lines/*/amount`."""

    node: SchemaNode | None
    label: str


class Values:
    """The values of one task, ready to be shown to one person."""

    def __init__(self, task: Task, *, spoken: Mapping[str, Verdict], locale: str, editable: bool) -> None:
        self.row: Row = ledger.read(task.row)
        self.schema: Schema = schemas.of_row(task.row)
        self.eyes = current.eyes(task)
        self.open = set(current.open_eyes(task, dict(spoken)))
        self.reasons: dict[str, list[rules.Reason]] = {}
        for code, path, detail in task.reasons.order_by("id").values_list("code", "path", "detail"):
            self.reasons.setdefault(path, []).append(reasons.from_stored(code, path, detail))
        self._task = task
        self._spoken = spoken
        self._locale = locale
        self._editable = editable
        self._eye_set = set(self.eyes)
        self._focus = f"{reverse('review:task', args=[task.pk])}?field="
        self._places: dict[str, Place] = {}
        self._bands = {name: str(word) for name, word in queue.BAND_WORDS.items()}
        self._shown: dict[str, Json] = {}
        self._classes: list[str] | None = None

    def view(self, path: str, value: Json, place: Place | None = None) -> View:
        """What list and tables show of the value that stands at `path` now. `place` is given by who knows it already."""
        place = place or self.place(path)
        original = self._read(path)
        kind = values.type_of(place.node, _known(value, original))
        number = self._confidence(self.row.fields.get(path), original)
        band = queue.band(number.decimal if number is not None else None)
        spoken = self._spoken.get(path)
        found = self.reasons.get(path, [])
        if len(found) > 1:
            found = sorted(found, key=lambda one: one.code is rules.Code.LOW_CONFIDENCE)
        self._shown[path] = value
        return {
            "path": path,
            "dom_id": dom_id(path),
            "label": self._page_label(path) or place.label,
            "value_text": values.show(value, kind, locale=self._locale),
            "original_text": "" if original is _ABSENT else values.show(original, kind, locale=self._locale),
            "empty_text": _("not classified") if self._classifies and value is None else "",
            "is_null": value is None,
            "confidence": locales.score(number.decimal) if number is not None else "",
            "band": band,
            "band_text": self._bands[band],
            "needs_eyes": path in self._eye_set,
            "doubt": path in self.open,
            "reasons": [(one.level, one.text) for one in map(reasons.say, found)],
            # About confidence the list says the number itself.
            "why": str(reasons.LABELS[found[0].code]) if found and found[0].code not in _CONFIDENCE else "",
            "verdict": spoken.kind if spoken is not None else "",
            "verdict_text": word_of(spoken),
            "boxes": boxes(self.row.fields.get(path)),
            "in_array": False,
            "number": False,
            "line": "",
            "lines_id": "",
            "current": False,
            "editable": self._editable,
            "focus_url": self._focus + quote(path, safe=""),
        }

    def complete(self, view: View) -> None:
        """Add to a view what only the focus form shows; what an array's row says otherwise stays."""
        path = view["path"]
        value, original, node = self._shown[path], self._read(path), self.place(path).node
        facts = self.row.fields.get(path)
        known = _known(value, original)
        kind = values.type_of(node, known)
        spoken = self._spoken.get(path)
        options, closed = self._options(path, node)
        text = view["value_text"]
        details = {
            "description": node.description if node is not None else "",
            "type": "enum" if options else kind.value,
            "shown": text,
            "shown_is_option": text in options,
            "options": options,
            "allow_other": bool(options) and not closed,
            "multiline": kind is values.FieldType.TEXT and (len(text) > _ONE_LINE or "\n" in text),
            "scores_text": _scores_text(facts),
            "citations": [{"page": one.page} for one in facts.citations if one.page] if facts is not None else [],
            "page_says": "",
            "enter_kind": "",
            "error": "",
            "entered": "",
            "free_type": _free_type(known),
            "type_open": kind in _SWITCHABLE and not options and _leaves_type_open(node),
            "history_url": "",
            "seen": spoken.pk if spoken is not None else 0,
        }
        view.update({name: one for name, one in details.items() if name not in view})

    def place(self, path: str) -> Place:
        """The schema's node and the name of all values of the path's pattern."""
        pattern = paths.pattern(path)
        known = self._places.get(pattern)
        if known is None:
            try:
                node = self.schema.node(pattern)
            except paths.BadPath:
                node = None
            known = Place(node, (node.title if node is not None else "") or _humanised(paths.split(path)))
            self._places[pattern] = known
        return known

    @property
    def _classifies(self) -> bool:
        return self._task.kind == Kind.UNSILOED_CLASSIFY

    def _page_label(self, path: str) -> str:
        if not self._classifies:
            return ""
        tokens = paths.split(path)
        return _("Page %(n)s") % {"n": tokens[1]} if len(tokens) == 3 and tokens[0] == "pages" else ""

    def _read(self, path: str) -> Any:
        """What the upstream read there: a JSON value, or `_ABSENT`."""
        try:
            return paths.get(self.row.values, path)
        except paths.BadPath:
            return _ABSENT

    def _confidence(self, facts: Field | None, original: object) -> Number | None:
        off = self._task.job.citations_off
        if isinstance(original, list):
            number = confidence.own_confidence(facts, citations_off=off)
        elif facts is None and original is _ABSENT:
            return None
        else:
            number = confidence.leaf_confidence(facts, self.row, citations_off=off)
        return number if confidence.is_usable(number) else None

    def _options(self, path: str, node: SchemaNode | None) -> tuple[list[str], bool]:
        """The choices to offer, and whether nothing else may be entered."""
        if node is not None and node.enum is not None:
            return [values.show(one, values.FieldType.ENUM) for one in node.enum], True
        if self._classifies and path.endswith("/classification"):
            if self._classes is None:
                self._classes = schemas.classes_seen(self._task.job.upstream)
            return self._classes, False
        return [], False


class _Escapes(dict[int, str]):
    """str.translate's table of `dom_id`: letters and digits stay, every other character becomes its number."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char if char.isascii() and char.isalnum() else f"-{code:x}-"
        return self[code]


_escapes = _Escapes()


def dom_id(path: str) -> str:
    """A valid element id for an address, the same in page and answer."""
    return "f" + path.translate(_escapes)


def word_of(verdict: Verdict | None) -> str:
    """The verdict as a person reads it; "" for none."""
    return "" if verdict is None else str(Verdict.Kind(verdict.kind).label)


def boxes(facts: Field | None) -> str:
    """The boxes as JSON for `data-boxes`, in the citation's own points; "" when there is none to draw."""
    if facts is None or not facts.citations:
        return ""
    found = [
        f'{{"p":{one.page},"b":[{box.left},{box.top},{box.right},{box.bottom}],"s":[{one.page_width},{one.page_height}]}}'
        for one in facts.citations
        if one.page is not None and one.page_width is not None and one.page_height is not None
        for box in one.boxes
    ]
    return f"[{','.join(found)}]" if found else ""


def _known(value: Json, original: Any) -> Json:
    """The value that speaks for the type: the present one, else what was read."""
    if value is not None or original is _ABSENT:
        return value
    known: Json = original
    return known


def _humanised(tokens: Sequence[str]) -> str:
    """A key's name as words: the last token that is no index, `unit_price` as "Unit price"."""
    named = [token for token in tokens if not token.lstrip("+").isdigit()]
    name = named[-1] if named else ""
    text = re.sub(r"[_\-\s]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).strip()
    return text[:1].upper() + text[1:]


def _leaves_type_open(node: SchemaNode | None) -> bool:
    """Whether more than one kind of value may stand there, for all that the schema says."""
    if node is None or not node.types:
        return True
    kinds = {"number" if name == "integer" else name for name in node.types}
    return len(kinds & {"string", "number", "boolean"}) > 1


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
