"""What did a form say? POST data -> cleaned plain data; nothing here saves."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms

from .conflicts import Choice
from .models import Verdict

#: What the Enter key sends: the server decides whether it approves or corrects.
ENTER = "enter"
_KINDS = [(one, one) for one in (ENTER, *Choice, *Verdict.Kind.values) if one != Verdict.Kind.LINE_ADDED]


class SecondsField(forms.Field):
    """Seconds on the field as the browser counted them, "0" to "86400" with at most one decimal; anything else is "".

    Never refused: it is a measurement beside what the person says, and nobody can mend it.
    """

    LONGEST = Decimal(86_400)
    _FORM = re.compile(r"(0|[1-9][0-9]{0,4})(\.[0-9])?", re.ASCII)

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> str:
        fits = isinstance(value, str) and self._FORM.fullmatch(value) and Decimal(value) <= self.LONGEST
        return value if fits else ""


def as_typed(text: str) -> str:
    """A text as it comes out of an input: every line's end is one LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class VerdictForm(forms.Form):
    """One verdict. `value` as typed, `other` beside a choice "other…", `type` only where nothing says the type, `seen` the
    verdict that the page showed. `page_says` in the place of a `kind`: correct it to this text."""

    path = forms.CharField(max_length=4000, strip=False)
    kind = forms.ChoiceField(choices=_KINDS, required=False)
    page_says = forms.CharField(required=False, strip=False, max_length=4000)
    value = forms.CharField(required=False, strip=False, max_length=200_000)
    other = forms.CharField(required=False, max_length=1000)
    type = forms.CharField(required=False, max_length=16)
    seen = forms.IntegerField(required=False, min_value=0)
    seconds = SecondsField()
    form_key = forms.CharField(required=False, max_length=36)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("page_says"):
            return data | {"kind": Verdict.Kind.CORRECTED.value, "value": as_typed(data["page_says"])}
        if not data.get("kind"):
            raise forms.ValidationError("nothing was said")
        # Browsers send line ends as CR LF whatever was in the field.
        data["value"] = as_typed(str(data.get("value", ""))) or data.get("other", "")
        return data


class LineForm(forms.Form):
    """What a button of a lines table says: its name is the verdict, its value the address."""

    KINDS = {
        "line_added": Verdict.Kind.LINE_ADDED,
        "line_removed": Verdict.Kind.LINE_REMOVED,
        "line_restored": Verdict.Kind.RESTORED,
        "lines_complete": Verdict.Kind.LINES_COMPLETE,
    }
    form_key = forms.CharField(required=False, max_length=36)

    def clean(self) -> dict[str, Any]:
        named = [(kind, self.data[name]) for name, kind in self.KINDS.items() if name in self.data]
        if len(named) != 1:
            raise forms.ValidationError("one button is pressed at a time")
        self.cleaned_data["kind"], self.cleaned_data["path"] = named[0]
        return self.cleaned_data


class DecisionForm(forms.Form):
    """Approve or reject. `sign_off`: approve although fields that need eyes have no verdict, with a reason;
    `override`: although rules fail that demand one."""

    kind = forms.ChoiceField(choices=[("approved", "approved"), ("rejected", "rejected")])
    version = forms.IntegerField(min_value=0)
    reason = forms.CharField(required=False, max_length=4000)
    sign_off = forms.BooleanField(required=False)
    override = forms.BooleanField(required=False)
    form_key = forms.CharField(required=False, max_length=36)


class LeaveForm(forms.Form):
    """Which hold the page had."""

    fence = forms.IntegerField(min_value=0)


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = forms.CharField(max_length=4000)
