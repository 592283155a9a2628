"""What did the person type or choose? The forms of this room turn a POST into plain cleaned data and save nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.extraction import jsontext

MAX_CATEGORIES = 500


class DocumentForm(forms.Form):
    """A file for a job; `key` names the row that it belongs to, empty means all of them."""

    document = forms.FileField(label=gettext_lazy("File"), max_length=500)
    key = forms.ChoiceField(label=gettext_lazy("Belongs to"), required=False)

    def __init__(self, *args: Any, keys: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(keys) > 1:
            rows = [(key, _("row %(key)s") % {"key": key}) for key in keys]
            self.fields["key"].choices = [("", _("every row of the job")), *rows]  # type: ignore[attr-defined]
        else:
            del self.fields["key"]


class CategoriesForm(forms.Form):
    """The classes of a classification, one on each line."""

    categories = forms.CharField(
        label=gettext_lazy("Categories"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "rows": 8}),
        help_text=gettext_lazy("One on each line, as they were asked for; empty when they are not known."),
    )

    def clean_categories(self) -> list[str]:
        typed = (line.strip() for line in self.cleaned_data["categories"].splitlines())
        found = list(dict.fromkeys(line for line in typed if line))
        if len(found) > MAX_CATEGORIES:
            raise ValidationError(_("At most %(n)s categories can be named.") % {"n": MAX_CATEGORIES})
        return found


class SchemaForm(forms.Form):
    """A JSON Schema for results of one schema name."""

    schema_name = forms.CharField(
        label=gettext_lazy("Schema name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As the upstream calls it; empty for results that name none."),
    )
    text = forms.CharField(
        label=gettext_lazy("JSON Schema"),
        required=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "rows": 8}),
        help_text=gettext_lazy(
            "Used for results that carry no schema of their own. Empty takes the attached one away."
        ),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].strip()
        if not text:
            return ""
        try:
            tree = jsontext.parse(text)
        except jsontext.BadJson as error:
            raise ValidationError(_("This is not JSON: %(why)s") % {"why": error}) from error
        if not isinstance(tree, dict):
            raise ValidationError(_("A schema is a JSON object."))
        return text
