"""Which of a queue's rules does a document break, where, and by how much? Pure: rules and a row's values -> findings.

A rule says nothing where a value that it needs is missing, or means nothing to it for certain: what is missing is another
reason's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final

from reviewapp.extraction import paths, schema
from reviewapp.extraction.draft import MISSING, BadEdit, Draft
from reviewapp.extraction.jsontext import Json

from . import check_digits, meanings
from .value_rules import OF_ONE_FIELD, STAR, RuleKind, ValueRule, leading, shared

#: In the figures a text is cut here: a sentence shows it, and the field beside it holds the whole.
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says at one place. `holds` None: it cannot say. `reads`: the addresses of all values that it looked at;
    `names`: those that a complaint is about, a list's own for the lines of a sum. `figures`: texts for the sentence."""

    rule: ValueRule
    holds: bool | None
    reads: tuple[str, ...]
    names: tuple[str, ...]
    figures: Mapping[str, str] = field(default_factory=dict)


def of(rules: Sequence[ValueRule], draft: Draft) -> list[Finding]:
    """Each rule at each place that it speaks about, in their order. Addresses are the draft's: of the row under review, of
    lines that a person added, and never of those that were taken out."""
    with localcontext(meanings.EXACT):
        return [finding for rule in rules for finding in _of_rule(rule, draft)]


def failing(rules: Sequence[ValueRule], draft: Draft) -> list[Finding]:
    """Those that do not hold."""
    return [one for one in of(rules, draft) if one.holds is False]


def _of_rule(rule: ValueRule, draft: Draft) -> Iterator[Finding]:
    if rule.kind in OF_ONE_FIELD:
        for pattern in rule.fields:
            for path in _expand(draft, paths.split(pattern)):
                yield _of_text(rule, path, _value(draft, path))
        return
    lead = leading(rule)
    for path in _expand(draft, paths.split(lead)):
        if rule.kind is RuleKind.SUM:
            yield _sum(rule, path, draft)
        else:
            at = [_bound(one, lead, path) for one in rule.fields]
            yield _order(rule, at, draft) if rule.kind is RuleKind.ORDER else _product(rule, at, lead, path, draft)


def _sum(rule: ValueRule, total: str, draft: Draft) -> Finding:
    reads, names, parts = [total], [total], []
    for pattern in rule.fields:
        tokens = paths.split(_bound(pattern, rule.target, total))
        found = list(_expand(draft, tokens))
        reads += found
        # The lines of a sum are many, and one of them may be missing: the complaint is the list's.
        names.append(paths.join(*tokens[: tokens.index(STAR)]) if STAR in tokens else found[0])
        parts += [_value(draft, path) for path in found]
    names = [path for path in dict.fromkeys(names) if path]
    wanted = meanings.number(_value(draft, total))
    numbers = [meanings.number(value) for value in parts if not (rule.empty_is_zero and _is_empty(value))]
    if wanted is None or not numbers or None in numbers:
        return Finding(rule, None, tuple(reads), tuple(names))
    found_sum = sum((one for one in numbers if one is not None), Decimal(0))
    return _compared(rule, found_sum, wanted, reads, names, {"parts": str(len(numbers))})


def _product(rule: ValueRule, factors: Sequence[str], lead: str, at: str, draft: Draft) -> Finding:
    target = _bound(rule.target, lead, at)
    reads = [*factors, target]
    values = [_value(draft, path) for path in factors]
    wanted = meanings.number(_value(draft, target))
    product, said = Decimal(1), []
    for place, value in enumerate(values):
        one = meanings.number(value)
        if one is None or wanted is None:
            return Finding(rule, None, tuple(reads), tuple(reads))
        percentage = meanings.is_percentage(value) or (rule.percent and place == 0)
        product *= one / 100 if percentage else one
        said.append(f"{_plain(one)} %" if percentage else _plain(one))
    assert wanted is not None
    return _compared(rule, product, wanted, reads, reads, {"factors": " × ".join(said)})


def _compared(
    rule: ValueRule,
    found: Decimal,
    wanted: Decimal,
    reads: Sequence[str],
    names: Sequence[str],
    figures: Mapping[str, str],
) -> Finding:
    holds = rule.tolerates(found - wanted, wanted)
    said = {"found": _plain(found), "wanted": _plain(wanted), "difference": _plain(abs(wanted - found)), **figures}
    return Finding(rule, holds, tuple(reads), tuple(names), said)


def _order(rule: ValueRule, at: Sequence[str], draft: Draft) -> Finding:
    one, other = (_value(draft, path) for path in at)
    days = meanings.moment(one), meanings.moment(other)
    numbers = meanings.number(one), meanings.number(other)
    if days[0] is not None and days[1] is not None:
        holds = not meanings.later(days[0], days[1])
    elif numbers[0] is not None and numbers[1] is not None:
        holds = numbers[0] <= numbers[1]
    else:
        return Finding(rule, None, tuple(at), tuple(at))
    return Finding(rule, holds, tuple(at), tuple(at), {"first": _cut(one), "second": _cut(other)})


def _of_text(rule: ValueRule, path: str, value: Json) -> Finding:
    text = meanings.text(value)
    holds = None if text is None else _fits(rule, text)
    figures = {"value": _cut(value), "number": rule.number, "pattern": rule.pattern[:_SHOWN]}
    return Finding(rule, holds, (path,), (path,), {name: said for name, said in figures.items() if said})


def _fits(rule: ValueRule, text: str) -> bool | None:
    if rule.kind is RuleKind.CHECK_DIGIT:
        return check_digits.valid(rule.number, text)
    if rule.kind is RuleKind.PATTERN:
        return schema.fits(rule.pattern, text)
    plain = text.strip()
    if rule.ignore_case:
        return plain.casefold() in {one.casefold() for one in rule.values}
    return plain in rule.values


# -- addresses


def _bound(pattern: str, lead: str, at: str) -> str:
    """A rule's address at the place where its leading address stands at `at`: the same line, the same list."""
    same = shared(pattern, lead)
    return paths.join(*paths.split(at)[:same], *paths.split(pattern)[same:])


def _expand(draft: Draft, tokens: Sequence[str], at: str = paths.ROOT) -> Iterator[str]:
    """Every address that a pattern stands for; where no star is left, the address itself, whether anything stands there."""
    if STAR not in tokens:
        yield at + paths.join(*tokens)
        return
    star = tokens.index(STAR)
    for child in _children(draft, at + paths.join(*tokens[:star])):
        yield from _expand(draft, tokens[star + 1 :], child)


def _children(draft: Draft, path: str) -> list[str]:
    try:
        return [line.address for line in draft.lines(path) if not line.removed]
    except BadEdit:
        value = _value(draft, path)
    # Pages stand under their numbers.
    keys = value if isinstance(value, dict) else ()
    return [paths.child(path, key) for key in keys if key.isdecimal()]


def _value(draft: Draft, path: str) -> Json:
    try:
        found = draft.peek(path)
    except BadEdit:
        return None
    return None if found is MISSING else found  # type: ignore[return-value]


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _plain(number: Decimal) -> str:
    """Without an exponent, and with the cents that it was written with."""
    return f"{number:f}"


def _cut(value: Json) -> str:
    text = meanings.text(value) or ""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
