"""What did a form say? POST data -> cleaned plain data; nothing here saves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Verdict

#: What the Enter key sends: the server decides whether it approves or corrects.
ENTER = "enter"
_KINDS = [(one, one) for one in (ENTER, *Verdict.Kind.values) if one != Verdict.Kind.LINE_ADDED]


class VerdictForm(forms.Form):
    """One verdict. `value` as typed, `type` only after a type switch, `seen` the verdict that the page showed."""

    path = forms.CharField(max_length=4000, strip=False)
    kind = forms.ChoiceField(choices=_KINDS)
    value = forms.CharField(required=False, strip=False, max_length=200_000)
    type = forms.CharField(required=False, max_length=16)
    seen = forms.IntegerField(required=False, min_value=0)
    seconds = forms.RegexField(r"^[0-9]{1,6}(\.[0-9]{1,3})?$", required=False)
    form_key = forms.CharField(required=False, max_length=36)

    def clean_value(self) -> str:
        # Browsers send line ends as CR LF whatever was in the field.
        return str(self.cleaned_data["value"]).replace("\r\n", "\n")


class LineForm(forms.Form):
    """A line to add at the end of an array."""

    path = forms.CharField(max_length=4000, strip=False)
    form_key = forms.CharField(required=False, max_length=36)


class DecisionForm(forms.Form):
    """Approve or reject. `sign_off`: approve although fields that need eyes have no verdict, with a reason."""

    outcome = forms.ChoiceField(choices=[("approved", "approved"), ("rejected", "rejected")])
    version = forms.IntegerField(min_value=0)
    reason = forms.CharField(required=False, max_length=4000)
    sign_off = forms.BooleanField(required=False)
    form_key = forms.CharField(required=False, max_length=36)


class PostponeForm(forms.Form):
    """When the task shall come back: a time of the person's own day, or a number of hours."""

    hours = forms.IntegerField(required=False, min_value=1, max_value=24 * 90)
    until = forms.DateTimeField(
        required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], label=_("Postpone until")
    )
    reason = forms.CharField(required=False, max_length=4000)

    def moment(self, at: datetime) -> datetime:
        """The time asked for; an hour from now when nothing usable was said."""
        until: datetime | None = self.cleaned_data.get("until")
        if until is not None and until > at:
            return until.astimezone(UTC)
        hours: int = self.cleaned_data.get("hours") or 1
        return at + timedelta(hours=hours)


class ReasonForm(forms.Form):
    """A reason in words."""

    reason = forms.CharField(max_length=4000)
