"""What must hold of a document's values? The rules that a supervisor writes for a queue, as plain data. Pure.

A rule's fields are addresses, JSON Pointers in which `*` stands for every line. Which documents break a rule is asked of
`findings.py`; docs/rules.md says with an example what each kind means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from reviewapp.extraction import paths, schema

from . import check_digits

MAX_RULES: Final = 100
MAX_FIELDS: Final = 20
MAX_VALUES: Final = 5000
MAX_TEXT: Final = 500
#: A factor more, and a product would say nothing about a document.
MAX_FACTORS: Final = 4
_TOLERANCE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?) ?(%?)\Z", re.ASCII)
STAR: Final = "*"


class RuleKind(StrEnum):
    """What a rule compares."""

    SUM = "sum"
    ORDER = "order"
    PRODUCT = "product"
    CHECK_DIGIT = "check_digit"
    PATTERN = "pattern"
    LOOKUP = "lookup"


#: Kinds that look at each of their fields by itself.
OF_ONE_FIELD: Final = frozenset({RuleKind.CHECK_DIGIT, RuleKind.PATTERN, RuleKind.LOOKUP})
#: Kinds that compare figures with one another.
OF_FIGURES: Final = frozenset({RuleKind.SUM, RuleKind.PRODUCT})


class Severity(StrEnum):
    """What a failing rule asks for. `look`: its fields need eyes. `must`: besides, whoever approves the document while it
    fails says why."""

    LOOK = "look"
    MUST = "must"


class BadRule(ValueError):
    """No such rule can be kept. `code` is one of a closed list, `field` where it is wrong, `detail` what was written there."""

    def __init__(self, code: str, field: str = "fields", detail: str = "") -> None:
        super().__init__(f"{code}: {field} {detail[:200]}".strip())
        self.code, self.field, self.detail = code, field, detail


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One rule.

    `fields`: the summands, the factors, what comes earlier and what later, or the fields that are looked at one by one.
    `target`: the total or the product. `tolerance`: an exact number, or one with a percent sign, of the target.
    `percent`: the first factor is a percentage. `empty_is_zero`: a summand that is empty counts as nothing. `number`: a kind
    of `check_digits`. `pattern`: fits the whole value. `values`: what may stand there.
    """

    id: str
    name: str
    kind: RuleKind
    fields: tuple[str, ...]
    target: str = ""
    tolerance: str = "0"
    severity: Severity = Severity.LOOK
    percent: bool = False
    empty_is_zero: bool = False
    number: str = ""
    pattern: str = ""
    values: tuple[str, ...] = ()
    ignore_case: bool = False

    def as_plain(self) -> dict[str, Any]:
        """What is kept and what the trail says: the parts that its kind has."""
        plain: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "kind": self.kind.value,
            "severity": self.severity.value,
            "fields": list(self.fields),
        }
        return plain | {name: _plain(getattr(self, name)) for name in PARTS[self.kind]}

    def tolerates(self, difference: Decimal, wanted: Decimal) -> bool:
        """Whether so much is no difference. Exact: whoever calls has set a context that rounds nothing."""
        number, percent = _tolerance(self.tolerance)
        allowed = abs(wanted) * number / 100 if percent else number
        return abs(difference) <= allowed


#: What a kind's rules have besides a name, a severity and fields.
PARTS: Final[Mapping[RuleKind, tuple[str, ...]]] = {
    RuleKind.SUM: ("target", "tolerance", "empty_is_zero"),
    RuleKind.ORDER: (),
    RuleKind.PRODUCT: ("target", "tolerance", "percent"),
    RuleKind.CHECK_DIGIT: ("number",),
    RuleKind.PATTERN: ("pattern",),
    RuleKind.LOOKUP: ("values", "ignore_case"),
}


def from_plain(plain: Mapping[str, Any]) -> ValueRule:
    """The rule that is written so. Raises BadRule."""
    try:
        kind = RuleKind(plain["kind"])
        given = {name: plain[name] for name in PARTS[kind] if name in plain}
        if "values" in given:
            given["values"] = tuple(map(str, given["values"]))
        rule = ValueRule(
            id=str(plain["id"]),
            name=str(plain["name"]),
            kind=kind,
            fields=tuple(map(str, plain["fields"])),
            severity=Severity(plain.get("severity", Severity.LOOK)),
            **given,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadRule("not_a_rule", "kind", str(error)) from error
    check(rule)
    return rule


def from_text(text: str) -> tuple[ValueRule, ...]:
    """The rules of a queue as its column keeps them. Raises BadRule."""
    return tuple(from_plain(one) for one in json.loads(text))


def to_text(rules: Iterable[ValueRule]) -> str:
    """The other way."""
    return json.dumps([one.as_plain() for one in rules], ensure_ascii=False)


def check(rule: ValueRule) -> None:
    """Raises BadRule where the rule says nothing, says two things, or could keep somebody waiting."""
    if not rule.name.strip() or len(rule.name) > MAX_TEXT:
        raise BadRule("name", "name")
    _check_fields(rule)
    if rule.kind in OF_FIGURES:
        _check_path(rule.target, "target")
        if rule.target in rule.fields:
            raise BadRule("target_among_fields", "target", rule.target)
        _tolerance(rule.tolerance)
    if rule.kind is RuleKind.CHECK_DIGIT and rule.number not in check_digits.KINDS:
        raise BadRule("number", "number", rule.number)
    if rule.kind is RuleKind.PATTERN and (not rule.pattern or schema.fits(rule.pattern, "") is None):
        raise BadRule("pattern", "pattern", rule.pattern)
    if rule.kind is RuleKind.LOOKUP and not 0 < len(rule.values) <= MAX_VALUES:
        raise BadRule("values", "values", str(len(rule.values)))
    if any(len(one) > MAX_TEXT for one in rule.values):
        raise BadRule("value_too_long", "values")


def leading(rule: ValueRule) -> str:
    """The address that says how often the rule is asked: once for each place that it stands for. The others follow it as
    far as they begin like it."""
    if rule.kind is RuleKind.SUM:
        return rule.target
    return max([*rule.fields, *([rule.target] if rule.target else [])], key=lambda path: _stars(paths.split(path)))


def shared(path: str, lead: str) -> int:
    """How many tokens two addresses have in common at their beginning."""
    count = 0
    for one, other in zip(paths.split(path), paths.split(lead), strict=False):
        if one != other:
            break
        count += 1
    return count


def _check_fields(rule: ValueRule) -> None:
    count = len(rule.fields)
    least, most = {RuleKind.ORDER: (2, 2), RuleKind.PRODUCT: (2, MAX_FACTORS)}.get(rule.kind, (1, MAX_FIELDS))
    if not least <= count <= most:
        raise BadRule("too_few_fields" if count < least else "too_many_fields", "fields", str(count))
    for path in rule.fields:
        _check_path(path, "fields")
    if len(set(rule.fields)) != count:
        raise BadRule("field_twice", "fields")
    if rule.kind in (RuleKind.ORDER, RuleKind.PRODUCT):
        lead = leading(rule)
        for path in (*rule.fields, *([rule.target] if rule.target else [])):
            # A star that the leading address does not have would stand for lines that nothing pairs.
            if _stars(paths.split(path)[shared(path, lead) :]) and path != lead:
                raise BadRule("unpaired", "fields", path)


def _check_path(path: str, field: str) -> None:
    if not path.startswith("/") or path == "/" or len(path) > MAX_TEXT:
        raise BadRule("no_address", field, path)


def _tolerance(text: str) -> tuple[Decimal, bool]:
    match = _TOLERANCE.match(text)
    if match is None:
        raise BadRule("tolerance", "tolerance", text)
    return Decimal(match[1]), bool(match[2])


def _stars(tokens: Iterable[str]) -> int:
    return sum(token == STAR for token in tokens)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
