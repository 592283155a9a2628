"""The cursor of a form that comes back refused: in the first field that is wrong, whatever its kind, and in no other."""

from __future__ import annotations

import re

import pytest
from django import forms


class Paper(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(widget=forms.TextInput(attrs={"autofocus": True}))
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    total = forms.IntegerField()


GOOD = {"token": "t", "name": "n", "kinds": ["a"], "total": "1"}


def cursors(form: forms.Form) -> list[str]:
    """The tags with the cursor, each by its name or its element."""
    drawn = "".join(field.as_field_group() for field in form)
    tags = [tag for tag in re.findall(r"<[a-z]+ [^>]*>", drawn) if re.search(r"\sautofocus(?=[ >])", tag)]
    return [(re.findall(r'\sname="([^"]+)"', tag) or re.findall("<([a-z]+)", tag))[0] for tag in tags]


@pytest.mark.parametrize(
    ("wrong", "stands_in"),
    [
        ({"total": "x"}, ["total"]),
        ({"name": "", "total": "x"}, ["name"]),
        ({"kinds": ["c"], "total": "x"}, ["fieldset"]),
        ({"token": "", "total": "x"}, ["total"]),
        ({}, ["name"]),  # nothing is wrong: where the form itself wants it
    ],
)
def test_it_stands_in_the_first_that_is_wrong(wrong: dict[str, object], stands_in: list[str]) -> None:
    assert cursors(Paper({**GOOD, **wrong})) == stands_in


def test_a_form_that_nobody_sent_keeps_its_own() -> None:
    assert cursors(Paper()) == ["name"]


def test_an_error_that_is_found_later_counts_too() -> None:
    form = Paper(GOOD)
    assert form.is_valid()
    form.add_error("total", "taken")
    assert cursors(form) == ["total"]
