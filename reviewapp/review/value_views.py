"""How does one value stand on the review screen? As a row of the list, a cell of a table, and in the focus form.

A document may have a thousand values: a table shows a dozen things of each, the focus form all of one, and the answer to a
verdict next to nothing. So whatever a view says is worked out when it is first read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from reviewapp.extraction import confidence, paths, values
from reviewapp.extraction.jsontext import Json, Number, dump, parse
from reviewapp.extraction.schema import SchemaNode
from reviewapp.web import locales

from . import conflict_views, fact_views, printed, queue, reasons, rules
from .known import ABSENT, Place, Values
from .models import Verdict

_CONFIDENCE = frozenset({rules.Code.LOW_CONFIDENCE, rules.Code.NO_CONFIDENCE})
#: A text longer than this is edited in several lines.
_ONE_LINE = 90
#: Types that a person may change where the schema leaves the choice: a misread "l5" may be a number.
_SWITCHABLE = frozenset(
    {values.FieldType.FREE, values.FieldType.TEXT, values.FieldType.NUMBER, values.FieldType.INTEGER}
)
#: The mark that a verdict leaves at a value. What was said about a line as a whole is none about its value.
_MARKS = {
    kind: kind.value
    for kind in (Verdict.Kind.APPROVED, Verdict.Kind.CORRECTED, Verdict.Kind.CLEARED, Verdict.Kind.ILLEGIBLE)
} | {Verdict.Kind.LINES_COMPLETE: "approved", Verdict.Kind.LINE_ORDER: "corrected"}


class View:
    """One value: FieldView of docs/screen.md. `value` stands at `path` now; `place` is given by who knows it already."""

    in_array = False
    added = False
    removed = False
    number = False
    line = ""
    lines_id = ""
    of_line = False
    enter_kind = ""
    history_url = ""
    current = False
    error = ""
    entered = ""

    def __init__(self, known: Values, path: str, value: Json, place: Place | None = None) -> None:
        spoken = known.spoken.get(path)
        self.path = path
        self.editable = known.editable
        self.needs_eyes = path in known.eye_set
        self.doubt = path in known.open
        self.verdict = _MARKS.get(Verdict.Kind(spoken.kind), "") if spoken is not None else ""
        self._known = known
        self._value = value
        self._place = place or known.place(path)
        self._facts = known.row.fields.get(path)
        self._spoken = spoken

    # -- what list and tables show

    @cached_property
    def dom_id(self) -> str:
        return dom_id(self.path)

    @cached_property
    def label(self) -> str:
        return self._page_label or self._place.label

    @cached_property
    def value_text(self) -> str:
        return "" if self._value is None else values.show(self._value, self._kind, locale=self._known.locale)

    @cached_property
    def original_text(self) -> str:
        original = self._original
        nothing = original is ABSENT or original is None
        return "" if nothing else values.show(original, self._kind, locale=self._known.locale)

    @cached_property
    def empty_text(self) -> str:
        return _("not classified") if self._known.classifies and self._value is None else ""

    @cached_property
    def is_null(self) -> bool:
        return self._value is None

    @cached_property
    def confidence(self) -> str:
        return locales.score(self._score.decimal) if self._score is not None else ""

    @cached_property
    def band(self) -> str:
        return queue.band(self._score.decimal if self._score is not None else None)

    @cached_property
    def band_text(self) -> str:
        return str(queue.BAND_WORDS[self.band])

    @cached_property
    def reasons(self) -> list[tuple[str, str]]:
        return _said(self._reasons)

    @cached_property
    def why(self) -> str:
        # About confidence the list says the number itself.
        found = self._reasons
        return str(reasons.LABELS[found[0].code]) if found and found[0].code not in _CONFIDENCE else ""

    @cached_property
    def verdict_text(self) -> str:
        return word_of(self._spoken)

    @cached_property
    def boxes(self) -> str:
        return fact_views.boxes(self._facts)

    @cached_property
    def focus_url(self) -> str:
        return self._known.focus + "%2F".join(map(_quoted, self.path.split("/")))

    # -- what only the focus form shows

    @cached_property
    def conflict(self) -> conflict_views.ConflictView | None:
        """Where a newer result disagrees with a person."""
        found = self._known.conflicts.get(self.path)
        if found is None:
            return None
        still = self.path not in self._known.spoken
        return conflict_views.of(found, kind=self._kind, locale=self._known.locale, open=still)

    @cached_property
    def page_says(self) -> str:
        """What the page says, as it would stand in the input; "" where it says no other value, or that one stands there."""
        said = next((one.detail for one in self._reasons if one.code is rules.Code.PAGE_SAYS), {})
        text = values.show(parse(said["value"]), self._kind, locale=self._known.locale) if "value" in said else ""
        return "" if text == self.value_text else text

    @cached_property
    def complaints(self) -> list[tuple[str, str]]:
        """The reasons but the conflict, which is shown with its values."""
        if self.conflict is None:
            return self.reasons
        return _said([one for one in self._reasons if one.code is not rules.Code.CONFLICT])

    @cached_property
    def earlier(self) -> str:
        """Who said it when, where it was said on a row before."""
        spoken = self._spoken
        return conflict_views.who(spoken) if spoken is not None and spoken.carried_id is not None else ""

    @cached_property
    def description(self) -> str:
        said = self._place.node.description if self._place.node is not None else ""
        return "" if said.strip(" .").casefold() == self.label.strip(" .").casefold() else said

    @cached_property
    def type(self) -> str:
        return "enum" if self.options else self._kind.value

    @cached_property
    def shown(self) -> str:
        return self.value_text

    @cached_property
    def shown_is_option(self) -> bool:
        return self.value_text in self.options

    @cached_property
    def options(self) -> list[str]:
        """The choices to offer."""
        node = self._place.node
        if node is not None and node.enum is not None:
            return [values.show(one, values.FieldType.ENUM) for one in node.enum]
        return self._known.classes if self.is_class else []

    @cached_property
    def allow_other(self) -> bool:
        node = self._place.node
        return bool(self.options) and (node is None or node.enum is None)

    @cached_property
    def multiline(self) -> bool:
        text = self.value_text
        # A single line would lose a line's end, whatever type the text stands in for.
        return "\n" in text or "\r" in text or (self._kind is values.FieldType.TEXT and len(text) > _ONE_LINE)

    @cached_property
    def scores_text(self) -> str:
        return fact_views.scores_text(self._facts)

    @cached_property
    def citations(self) -> list[dict[str, int]]:
        return [{"page": one.page} for one in self._facts.citations if one.page] if self._facts is not None else []

    @cached_property
    def find_texts(self) -> str:
        """What to look for in the document, as a JSON list; "" when nothing was read that may stand there."""
        original = self._original
        if original is ABSENT or original is None or isinstance(original, bool | dict | list) or self.is_class:
            return ""
        return json.dumps(printed.texts(original if isinstance(original, str) else dump(original)), ensure_ascii=False)

    @cached_property
    def is_class(self) -> bool:
        """What kind of document or page it is: nothing that stands on the page."""
        return self._known.classifies and self.path.endswith("/classification")

    @cached_property
    def page(self) -> int | None:
        """The page to show when there is no box: the one that is classified, else the first one cited."""
        tokens = paths.split(self.path)
        if self._known.classifies and len(tokens) == 3 and tokens[0] == "pages" and tokens[1].isdecimal():
            return int(tokens[1])
        return self.citations[0]["page"] if self.citations else None

    @cached_property
    def free_type(self) -> str:
        return _free_type(self._known_value)

    @cached_property
    def type_open(self) -> bool:
        return self._kind in _SWITCHABLE and not self.options and _leaves_type_open(self._place.node)

    @cached_property
    def seen(self) -> int:
        return self._spoken.pk if self._spoken is not None else 0

    # -- where it comes from

    @cached_property
    def on_paper(self) -> tuple[int, float, float]:
        """Page, top and left of the first box that can be drawn, to sort by; values without one come last."""
        return fact_views.place(self._facts)

    @cached_property
    def _original(self) -> Any:
        return self._known.read(self.path)

    @cached_property
    def _known_value(self) -> Json:
        """The value that speaks for the type: the present one, else what was read, else what other rows have there."""
        known: Json = self._original if self._value is None and self._original is not ABSENT else self._value
        node = self._place.node
        return self._known.elsewhere(self.path) if known is None and (node is None or not node.types) else known

    @cached_property
    def _kind(self) -> values.FieldType:
        return values.type_of(self._place.node, self._known_value)

    @cached_property
    def _reasons(self) -> list[rules.Reason]:
        """The weightiest first."""
        return sorted(self._known.reasons(self.path), key=lambda one: one.code is rules.Code.LOW_CONFIDENCE)

    @cached_property
    def _score(self) -> Number | None:
        off = self._known.task.job.citations_off
        if isinstance(self._original, list):
            number = confidence.own_confidence(self._facts, citations_off=off)
        elif self._facts is None and self._original is ABSENT:
            return None
        else:
            number = confidence.leaf_confidence(self._facts, self._known.row, citations_off=off)
        return number if confidence.is_usable(number) else None

    @cached_property
    def _page_label(self) -> str:
        if not self._known.classifies:
            return ""
        tokens = paths.split(self.path)
        return _("Page %(n)s") % {"n": tokens[1]} if len(tokens) == 3 and tokens[0] == "pages" else ""


class _Escapes(dict[int, str]):
    """str.translate's table of `dom_id`: letters and digits stay, every other character becomes its number."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char if char.isascii() and char.isalnum() else f"-{code:x}-"
        return self[code]


_escapes = _Escapes()


@lru_cache(maxsize=4096)
def _quoted(token: str) -> str:
    # A long document has few names and small numbers, a thousand times.
    return quote(token, safe="")


def dom_id(path: str) -> str:
    """A valid element id for an address, the same in page and answer."""
    return "f" + path.translate(_escapes)


def word_of(verdict: Verdict | None) -> str:
    """The verdict as a person reads it, with a mark where it was given on a row before; "" for none."""
    if verdict is None:
        return ""
    word = str(Verdict.Kind(verdict.kind).label)
    return _("%(verdict)s, earlier") % {"verdict": word} if verdict.carried_id is not None else word


def _said(found: Sequence[rules.Reason]) -> list[tuple[str, str]]:
    return [(one.level, one.text) for one in map(reasons.say, found)]


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
