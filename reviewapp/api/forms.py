"""What did the person type who makes a key? A POST turns into plain cleaned data, and nothing is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from reviewapp.accounts.apikeys import NEEDS, READING, WRITING, lacking
from reviewapp.accounts.models import Scope, User
from reviewapp.accounts.roles import Role, permissions
from reviewapp.upstreams.models import Upstream


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """People with their role, which says what a key could do for them."""

    def label_from_instance(self, person: User) -> str:
        return f"{person.name} ({person.get_role_display()})"


class NewKeyForm(forms.Form):
    """A new API key. `upstreams` are slugs."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Which machine will use it."))
    upstreams = forms.MultipleChoiceField(
        label=_("Upstreams"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whose results it may read. What belongs to another one is not there for it."),
        error_messages={"required": _("Choose at least one.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=Scope.choices,
        initial=list(READING),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    acts_for = PersonField(
        label=_("Acts for"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody: it only reads"),
        help_text=_(
            "A machine that writes does so as this person: it may do what the person may, in the person’s queues, "
            "and the trail names the person and the key."
        ),
    )
    hold = forms.BooleanField(
        label=_("Hold back what is undecided"),
        required=False,
        help_text=_("The vendor’s answer then looks unfinished until a person has decided."),
    )
    expires = forms.DateField(
        label=_("Good until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at
        offered = list(Upstream.objects.order_by("name", "pk").values_list("slug", "name"))
        self.fields["upstreams"].choices = offered  # type: ignore[attr-defined]
        written = {NEEDS[scope] for scope in WRITING}
        actors = [role for role in Role if written & permissions(role)]
        people = User.objects.active().filter(role__in=actors).order_by("name", "pk")
        self.fields["acts_for"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        scopes, person = typed.get("scopes", ()), typed.get("acts_for")
        if person is None:
            if not WRITING.isdisjoint(scopes) and "acts_for" not in self.errors:
                self.add_error("acts_for", _("Name the person for whom it acts."))
        elif vain := lacking(person, scopes):
            self.add_error("acts_for", self._promised_in_vain(person, vain))
        return typed

    @staticmethod
    def _promised_in_vain(person: User, scopes: list[Scope]) -> str:
        said = _("%(name)s (%(role)s) may not: %(what)s. Take that away, or name somebody who may.")
        what = ", ".join(f"“{scope.label}”" for scope in scopes)
        return said % {"name": person.name, "role": person.get_role_display(), "what": what}

    def clean_scopes(self) -> list[Scope]:
        return [Scope(one) for one in self.cleaned_data["scopes"]]

    def clean_expires(self) -> object:
        day = self.cleaned_data["expires"]
        if day is not None and day <= self._at.date():
            raise ValidationError(_("Choose a day that is still to come."))
        return day
