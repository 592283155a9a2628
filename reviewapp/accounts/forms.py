"""What did the person type? The forms of this room turn a POST into plain cleaned data and save nothing."""

from __future__ import annotations

import functools
import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import User, sign_in_name
from .roles import Role

#: Of the names of the time zone database: the parts of the world.
AREAS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


class SignInForm(AuthenticationForm):
    """Sign-in name and password. The name's one spelling goes on, so that every spelling counts as the same person."""

    error_messages = {
        "invalid_login": _("This name and this password do not belong together. Nobody was signed in."),
        "inactive": _("This name and this password do not belong together. Nobody was signed in."),
    }

    def clean_username(self) -> str:
        return sign_in_name(self.cleaned_data["username"])


class MeForm(forms.Form):
    """How I want to read and write."""

    locale = forms.ChoiceField(
        label=_("Numbers and dates"),
        choices=User.Locale.choices,
        help_text=_(
            "Also how what you type is understood, 1.234,56 or 1,234.56, and the language of the pages: "
            "German where it is chosen, else English."
        ),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    theme = forms.ChoiceField(
        label=_("Light or dark"),
        choices=User.Theme.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"data-theme-choice": ""}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("time_zone", "UTC")
        others = [] if kept in dict(_zones()) else [(kept, kept)]
        self.fields["time_zone"].choices = [*_zones(), *others]  # type: ignore[attr-defined]


class NewPersonForm(forms.Form):
    """A new person with a first password, which is changed at the first sign-in."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As others and the trail will read it."))
    username = forms.CharField(
        label=_("Sign-in name"), max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("It opens nothing but the page on which the person chooses an own one."),
    )

    def clean_username(self) -> str:
        return sign_in_name(self.cleaned_data["username"])

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "password" in typed:
            person = User(username=typed.get("username", ""), name=typed.get("name", ""))
            _check_password(self, typed["password"], person)
        return typed


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class FirstPasswordForm(forms.Form):
    """A password that an admin sets for somebody."""

    password = forms.CharField(
        label=_("New first password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ends the person’s sessions. It opens nothing but the page on which an own one is chosen."),
    )

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "password" in typed:
            _check_password(self, typed["password"], self.person)
        return typed


@functools.cache
def _zones() -> list[tuple[str, str]]:
    """UTC and the places, as area/city; not the database's older names, offsets and files that are no place."""
    # Reads some hundred files, hence once in a process.
    places = sorted(one for one in zoneinfo.available_timezones() if one.partition("/")[0] in AREAS and "/" in one)
    return [("UTC", "UTC"), *((one, one.replace("_", " ")) for one in places)]


def password_rules() -> list[str]:
    """What a password must be, in sentences."""
    return password_validators_help_texts()


def _check_password(form: forms.Form, password: str, person: User) -> None:
    try:
        validate_password(password, person)
    except ValidationError as refused:
        form.add_error("password", refused)
