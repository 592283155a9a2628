"""How is a reason said to a person? Sentences for the field, for the queue's line and for the filter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from reviewapp.extraction import jsontext
from reviewapp.web import locales

from . import rule_sentences
from .models import Verdict
from .rules import Code, Reason

LABELS: Mapping[Code, str | Promise] = {
    Code.UPSTREAM_REVIEW: gettext_lazy("Status review at the upstream"),
    Code.PARTIAL: gettext_lazy("Only partly extracted"),
    Code.NO_CONFIDENCE: gettext_lazy("No confidence given"),
    Code.LOW_CONFIDENCE: gettext_lazy("Low confidence"),
    Code.MISSING_REQUIRED: gettext_lazy("Required value missing"),
    Code.MISMATCH: gettext_lazy("Does not fit the schema"),
    Code.UPSTREAM_FLAG: gettext_lazy("Flagged by the upstream"),
    Code.NOT_FOUND: gettext_lazy("Not found on the page"),
    Code.BOX_OUTSIDE: gettext_lazy("Box outside the page"),
    Code.BOX_UNUSABLE: gettext_lazy("Box cannot be used"),
    Code.LINES_DOUBTFUL: gettext_lazy("Lines may be missing or extra"),
    Code.PAGE_FAILED: gettext_lazy("A page was not classified"),
    Code.PAGES_DISAGREE: gettext_lazy("Pages disagree with the document"),
    Code.PATTERN_NOT_CHECKED: gettext_lazy("Pattern not checked"),
    Code.CONFLICT: gettext_lazy("Newer result disagrees"),
    Code.REVIEW_ENDED: gettext_lazy("No longer in review at the upstream"),
    Code.PAGE_SAYS: gettext_lazy("The page says something else"),
    Code.RULE_FAILED: gettext_lazy("A rule fails"),
}

#: The marks of the look: a triangle to look at, an octagon for what is broken, a dashed box for no usable box.
_BROKEN = frozenset({Code.MISSING_REQUIRED, Code.MISMATCH, Code.CONFLICT})
_NO_BOX = frozenset({Code.NOT_FOUND, Code.BOX_OUTSIDE, Code.BOX_UNUSABLE})

#: JSON Schema's names of types, as `schema.judge` lists them.
_TYPES = frozenset(
    (
        gettext_noop("string"),
        gettext_noop("number"),
        gettext_noop("integer"),
        gettext_noop("boolean"),
        gettext_noop("array"),
        gettext_noop("object"),
    )
)


@dataclass(frozen=True, slots=True)
class Said:
    """A reason as shown beside its field. `level`: look, broken or no-box."""

    level: str
    text: str


def to_detail(reason: Reason) -> str:
    """The JSON that TaskReason keeps."""
    return json.dumps(dict(reason.detail), ensure_ascii=False, sort_keys=True)


def from_stored(code: str, path: str, detail: str) -> Reason:
    """The reason as triage found it."""
    return Reason(Code(code), path, json.loads(detail))


def say(reason: Reason) -> Said:
    """One sentence about one field or about the row."""
    code = reason.code
    grave = code in _BROKEN or (code is Code.RULE_FAILED and rule_sentences.is_grave(reason.detail))
    level = "broken" if grave else "no-box" if code in _NO_BOX else "look"
    return Said(level, _sentence(code, reason.detail))


def type_words(names: str) -> str:
    """The names of types that a schema asks for, as `schema.judge` lists them, in words."""
    return ", ".join(_(name) if name in _TYPES else name for name in names.split(", "))


def summary(reasons: Iterable[Reason]) -> list[str]:
    """The queue's line: one phrase for each code that opens a task, the gravest first, counted where it is many."""
    counts: dict[Code, int] = {}
    seen: set[str] = set()
    for reason in reasons:
        # A rule that fails is one, however many fields it names.
        place = reason.detail.get("place", "") if reason.code is Code.RULE_FAILED else ""
        if reason.queues and not (place and place in seen):
            counts[reason.code] = counts.get(reason.code, 0) + 1
        seen.add(place)
    ordered = sorted(counts, key=lambda code: (code not in _BROKEN, code is not Code.LOW_CONFIDENCE, -counts[code]))
    return [_counted(code, counts[code]) for code in ordered]


def _counted(code: Code, n: int) -> str:
    if code is Code.LOW_CONFIDENCE:
        return ngettext("Low confidence in %(n)d field", "Low confidence in %(n)d fields", n) % {"n": n}
    if code is Code.MISSING_REQUIRED:
        return ngettext("%(n)d required value missing", "%(n)d required values missing", n) % {"n": n}
    if code is Code.MISMATCH:
        return ngettext("%(n)d value does not fit the schema", "%(n)d values do not fit the schema", n) % {"n": n}
    if code is Code.UPSTREAM_FLAG:
        return ngettext("%(n)d flag of the upstream", "%(n)d flags of the upstream", n) % {"n": n}
    if code is Code.BOX_OUTSIDE:
        return ngettext("%(n)d box outside the page", "%(n)d boxes outside the page", n) % {"n": n}
    if code is Code.CONFLICT:
        return ngettext("Newer result disagrees with %(n)d field", "Newer result disagrees with %(n)d fields", n) % {
            "n": n
        }
    if code is Code.PAGE_SAYS:
        return ngettext(
            "The page says something else in %(n)d field", "The page says something else in %(n)d fields", n
        ) % {"n": n}
    if code is Code.RULE_FAILED:
        return ngettext("%(n)d rule fails", "%(n)d rules fail", n) % {"n": n}
    return str(LABELS[code])


def _sentence(code: Code, detail: Mapping[str, str]) -> str:
    if code is Code.LOW_CONFIDENCE:
        return _("Confidence %(confidence)s is below %(threshold)s.") % _figures(detail)
    if code is Code.NO_CONFIDENCE:
        return _("The upstream gave no confidence.")
    if code is Code.MISSING_REQUIRED:
        return _("The schema requires a value, and there is none.")
    if code is Code.MISMATCH:
        return _mismatch(detail.get("what", ""), detail.get("detail", ""))
    if code is Code.UPSTREAM_FLAG:
        return _("The upstream flagged it: %(flag)s.") % {"flag": detail.get("flag", "")}
    if code is Code.NOT_FOUND:
        return _("The upstream did not find it on the page (grounding %(grounding)s).") % _figures(detail)
    if code is Code.BOX_OUTSIDE and "page" in detail:
        return _("The box is on page %(page)s, which the document does not have.") % dict(detail)
    if code is Code.BOX_OUTSIDE:
        return _("The box lies outside the page.")
    if code is Code.BOX_UNUSABLE:
        return _box(detail.get("problem", ""))
    if code is Code.LINES_DOUBTFUL:
        return _("Are all lines there? Confidence in the %(lines)s lines as a list is %(confidence)s.") % _figures(
            detail
        )
    if code is Code.PAGE_FAILED:
        return _("The upstream could not classify this page.")
    if code is Code.PATTERN_NOT_CHECKED:
        return _("The schema's pattern cannot be checked here.")
    if code is Code.CONFLICT:
        return _conflict(detail)
    if code is Code.RULE_FAILED:
        return rule_sentences.of(detail)
    if code is Code.REVIEW_ENDED:
        return _("The upstream asked for review and asks no more; the task stays until a person decides.")
    if code is Code.PAGE_SAYS:
        return _("The page says “%(text)s”.") % {"text": detail.get("says", "")}
    return f"{LABELS[code]}."


def _conflict(detail: Mapping[str, str]) -> str:
    decided, now = _plain(detail.get("decided", "")), _plain(detail.get("now", ""))
    kind = detail.get("kind")
    if kind == Verdict.Kind.LINES_COMPLETE:
        return _("A person said that all lines are there; the newer result has other lines.")
    if kind == Verdict.Kind.LINE_REMOVED:
        return _("A person took this line out; the newer result reads it otherwise.")
    if detail.get("gone"):
        return _("A person decided “%(decided)s” at a place that the newer result does not have.") % {
            "decided": decided
        }
    return _("A person decided “%(decided)s”; the newer result says “%(now)s”.") % {"decided": decided, "now": now}


def _plain(text: str) -> str:
    """An exact JSON text as a person would write it: a text without its quotes; nothing as a dash."""
    value = jsontext.parse(text) if text else None
    return value if isinstance(value, str) else "–" if value is None else text


def _figures(detail: Mapping[str, str]) -> dict[str, str]:
    return {name: locales.number(text) for name, text in detail.items()}


def _mismatch(what: str, detail: str) -> str:
    sentences = {
        "type_mismatch": _("It is not of the schema's type."),
        "format_mismatch": _("It is not in the schema's format."),
        "pattern_mismatch": _("It does not fit the schema's pattern."),
        "enum_mismatch": _("It is not one of the schema's choices."),
    }
    sentence = sentences.get(what, _("It does not fit the schema."))
    if what == "type_mismatch":
        detail = type_words(detail)
    return f"{sentence} {detail}".strip()


def _box(problem: str) -> str:
    sentences = {
        "inverted": _("The box was sent upside down; it is drawn turned."),
        "empty": _("The box sent has no area."),
        "partly_outside": _("The box reaches over the page's edge."),
        "whole_page": _("The box sent covers the whole page, not one value."),
        "no_page_size": _("The box came without a page size and cannot be drawn."),
        "page": _("The box names no page of the document."),
    }
    return sentences.get(problem, _("The box sent cannot be read."))
