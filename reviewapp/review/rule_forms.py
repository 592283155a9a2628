"""What rule did a supervisor write? A POST -> a rule as plain data, or what is wrong with it, in words; saves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import value_rules
from .rule_sentences import NUMBERS
from .value_rules import BadRule, RuleKind, Severity, ValueRule

KINDS: Mapping[RuleKind, str | Promise] = {
    RuleKind.SUM: gettext_lazy("Sum of values"),
    RuleKind.ORDER: gettext_lazy("Order"),
    RuleKind.PRODUCT: gettext_lazy("Product"),
    RuleKind.CHECK_DIGIT: gettext_lazy("Check digits"),
    RuleKind.PATTERN: gettext_lazy("Pattern"),
    RuleKind.LOOKUP: gettext_lazy("List"),
}
#: What a rule of the kind says, for whoever chooses one.
SAYS: Mapping[RuleKind, str | Promise] = {
    RuleKind.SUM: gettext_lazy("Values add up to a total: the lines' amounts to the sum, net and tax to gross."),
    RuleKind.ORDER: gettext_lazy("One date or number does not come after another: issued before due."),
    RuleKind.PRODUCT: gettext_lazy(
        "Values multiply to another: rate times net is the tax, price times quantity the amount."
    ),
    RuleKind.CHECK_DIGIT: gettext_lazy("A number is valid by its own check digits: IBANs, VAT numbers and others."),
    RuleKind.PATTERN: gettext_lazy("A value has a certain form: an order number is four digits."),
    RuleKind.LOOKUP: gettext_lazy("A value is one of a list: currencies, cost centres, suppliers."),
}
SEVERITIES: Mapping[Severity, str | Promise] = {
    Severity.LOOK: gettext_lazy("Its fields need eyes"),
    Severity.MUST: gettext_lazy("Its fields need eyes, and approving while it fails needs a reason"),
}
_FIELDS: Mapping[RuleKind, tuple[str | Promise, str | Promise]] = {
    RuleKind.SUM: (
        gettext_lazy("What is added up"),
        gettext_lazy("One address on each line. A star stands for every line: /line_items/*/amount"),
    ),
    RuleKind.ORDER: (
        gettext_lazy("What is in order"),
        gettext_lazy("Two addresses, one on each line, what comes first before what comes after it."),
    ),
    RuleKind.PRODUCT: (
        gettext_lazy("What is multiplied"),
        gettext_lazy("Two to four addresses, one on each line, a rate first: /tax_rate, then /net"),
    ),
}
_ANY_FIELDS = (
    gettext_lazy("Which fields"),
    gettext_lazy("One address on each line; each is looked at by itself. A star stands for every line: /lines/*/code"),
)
_TARGETS: Mapping[RuleKind, tuple[str | Promise, str | Promise]] = {
    RuleKind.SUM: (gettext_lazy("The total"), gettext_lazy("Its address: /total")),
    RuleKind.PRODUCT: (gettext_lazy("The product"), gettext_lazy("Its address: /tax, or /line_items/*/amount")),
}


class RuleForm(forms.Form):
    """One rule of one kind: the parts that the kind has not are not there."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=value_rules.MAX_TEXT,
        help_text=gettext_lazy("It stands before the figures where the rule fails: “Lines make the total”."),
    )
    severity = forms.ChoiceField(label=gettext_lazy("When it fails"), choices=list(SEVERITIES.items()))
    fields_ = forms.CharField(
        max_length=20_000,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "rows": 3}),
    )
    target = forms.CharField(
        max_length=value_rules.MAX_TEXT, widget=forms.TextInput(attrs={"class": "code", "spellcheck": "false"})
    )
    tolerance = forms.CharField(
        label=gettext_lazy("Tolerance"),
        initial="0.01",
        max_length=32,
        help_text=gettext_lazy(
            "So much is no difference: 0.01, or 0.5 % of the value. Written with a point; 0 for none."
        ),
    )
    percent = forms.BooleanField(label=gettext_lazy("The first is a percentage (19 for 19 %)"), required=False)
    empty_is_zero = forms.BooleanField(label=gettext_lazy("An empty value counts as nothing"), required=False)
    number = forms.ChoiceField(label=gettext_lazy("Kind of number"), choices=list(NUMBERS.items()))
    pattern = forms.CharField(
        label=gettext_lazy("Pattern"),
        max_length=value_rules.MAX_TEXT,
        strip=False,
        widget=forms.TextInput(attrs={"class": "code", "spellcheck": "false"}),
        help_text=gettext_lazy("A regular expression that the whole value fits: RE-[0-9]{4}"),
    )
    values = forms.CharField(
        label=gettext_lazy("What may stand there"),
        max_length=500_000,
        widget=forms.Textarea(attrs={"spellcheck": "false", "rows": 8}),
        help_text=gettext_lazy("One value on each line."),
    )
    ignore_case = forms.BooleanField(label=gettext_lazy("Capital and small letters are the same"), required=False)

    def __init__(self, *args: Any, kind: RuleKind, id: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.id = kind, id
        for name in {one for parts in value_rules.PARTS.values() for one in parts} - set(value_rules.PARTS[kind]):
            del self.fields[name]
        self._call("fields_", _FIELDS.get(kind, _ANY_FIELDS))
        if kind in _TARGETS:
            self._call("target", _TARGETS[kind])
        self.order_fields(["name", "severity", "fields_", *value_rules.PARTS[kind]])

    def _call(self, name: str, words: Sequence[str | Promise]) -> None:
        label, help_text = words
        self.fields[name].label, self.fields[name].help_text = label, help_text  # type: ignore[assignment]

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                value_rules.check(self.rule())
            except BadRule as bad:
                name = {"fields": "fields_"}.get(bad.field, bad.field)
                self.add_error(name if name in self.fields else None, _sentence(bad))
        return self.cleaned_data

    def rule(self) -> ValueRule:
        """The cleaned form as a rule; its id "" is a new one."""
        typed = self.cleaned_data
        given = {name: typed[name] for name in value_rules.PARTS[self.kind]}
        if "values" in given:
            given["values"] = tuple(dict.fromkeys(_lines(given["values"])))
        return ValueRule(
            id=self.id,
            name=" ".join(typed["name"].split()),
            kind=self.kind,
            fields=tuple(_lines(typed["fields_"])),
            severity=Severity(typed["severity"]),
            **given,
        )


def initial(rule: ValueRule) -> dict[str, Any]:
    """What the form shows of a rule."""
    plain = rule.as_plain()
    return {**plain, "fields_": "\n".join(rule.fields), "values": "\n".join(rule.values)}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _sentence(bad: BadRule) -> str:
    sentences = {
        "too_few_fields": _("More addresses are needed here."),
        "too_many_fields": _("There are too many addresses here."),
        "no_address": _("%(detail)s is not the address of a field; addresses begin with a slash."),
        "field_twice": _("The same address stands here twice."),
        "target_among_fields": _("%(detail)s cannot be made of itself."),
        "unpaired": _(
            "The lines of %(detail)s belong to another list than the others: nothing says which goes with which."
        ),
        "tolerance": _("%(detail)s is no tolerance. Write it like 0.01 or 0.5 %%."),
        "pattern": _("This pattern cannot be used: it is not complete, or looks ahead or back, which takes too long."),
        "values": _("A list has between 1 and %(most)s values."),
        "value_too_long": _("One of the values is too long."),
        "too_many_rules": _("A queue has at most %(rules)s rules."),
    }
    words = {"detail": bad.detail, "most": value_rules.MAX_VALUES, "rules": value_rules.MAX_RULES}
    return sentences.get(bad.code, _("No such rule can be kept.")) % words
