"""What did the person type or choose? The forms of this room turn a POST into plain cleaned data and save nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind
from reviewapp.upstreams.models import KIND_LABELS

MAX_CATEGORIES = 500
#: What stands in the place of a short name in the address of the form for a new upstream.
NEW = "new"
LINES = {"class": "code", "spellcheck": "false", "rows": 2}


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
        return json_object(self.cleaned_data["text"])


class ReachForm(forms.Form):
    """How an upstream that is there is reached. An empty credential leaves the one that is sealed."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    base_url = forms.CharField(
        label=gettext_lazy("Address of the API"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Empty: results are only imported from files."),
        widget=forms.URLInput,
    )
    credential = forms.CharField(
        label=gettext_lazy("API key"),
        required=False,
        max_length=4000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Kept sealed and never shown again. Empty leaves it as it is."),
    )
    lists = forms.BooleanField(
        label=gettext_lazy("Look for new jobs"),
        required=False,
        help_text=gettext_lazy("Where the vendor lists its jobs; at the others name each job."),
    )
    file_hosts = forms.CharField(
        label=gettext_lazy("Where its documents lie"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=LINES),
        help_text=gettext_lazy("Hosts beside the API’s own, one on each line, such as *.amazonaws.com."),
    )
    options = forms.CharField(
        label=gettext_lazy("Options"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs=LINES),
        help_text=gettext_lazy("One on each line: name = value. Which there are depends on the kind."),
    )
    private = forms.CharField(
        label=gettext_lazy("Private networks that may be asked"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=LINES),
        help_text=gettext_lazy("One on each line, such as 10.0.0.0/8. Empty for every vendor in the internet."),
    )

    def __init__(self, *args: Any, options: Sequence[str] | None = None, **kwargs: Any) -> None:
        """`options`: which there are at this kind, None while that is open."""
        super().__init__(*args, **kwargs)
        if options:
            said = _("One on each line: name = value. There are: %(names)s.") % {"names": ", ".join(options)}
            self.fields["options"].help_text = said
        elif options is not None:
            self.fields["options"].help_text = _("This kind has none.")

    def clean_base_url(self) -> str:
        base_url: str = self.cleaned_data["base_url"].strip().rstrip("/")
        if "?" in base_url or "#" in base_url:
            raise ValidationError(_("An address without ? and #."))
        return base_url

    def clean_options(self) -> dict[str, str]:
        options = {}
        for line in filter(None, (line.strip() for line in self.cleaned_data["options"].splitlines())):
            name, equals, value = (part.strip() for part in line.partition("="))
            if not equals or not name or not value:
                raise ValidationError(_("Not name = value: %(line)s") % {"line": line})
            options[name] = value
        return options


class UpstreamForm(ReachForm):
    """A new upstream."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"), max_length=64, help_text=gettext_lazy("It stays; keys and exports name it.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(kind.value, label) for kind, label in KIND_LABELS.items()]
    )
    field_order = ("kind", "slug", "name", "base_url", "credential")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].help_text = _("Kept sealed and never shown again.")

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug == NEW:
            raise ValidationError(_("This short name is the address of this very page. Choose another one."))
        return slug

    def clean_kind(self) -> Kind:
        return Kind(self.cleaned_data["kind"])


class WebhookSecretForm(forms.Form):
    """The secret with which the vendor signs its webhooks."""

    secret = forms.CharField(
        label=gettext_lazy("Signing secret"),
        min_length=8,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "As the vendor gave it; kept sealed. The one before stays good while you change it there."
        ),
    )


class JobForm(forms.Form):
    """A job at an upstream, named by its id or its address."""

    upstream = forms.ChoiceField(label=gettext_lazy("Upstream"))
    job = forms.CharField(
        label=gettext_lazy("Job"), max_length=2000, help_text=gettext_lazy("Its id, or its address at the vendor.")
    )

    def __init__(self, *args: Any, upstreams: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upstream"].choices = upstreams  # type: ignore[attr-defined]


class HandInForm(forms.Form):
    """A document to be read at an upstream."""

    upstream = forms.ChoiceField(label=gettext_lazy("Upstream"))
    document = forms.FileField(label=gettext_lazy("File"), max_length=500)
    schema = forms.CharField(
        label=gettext_lazy("JSON Schema"),
        required=False,
        max_length=2_000_000,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "rows": 10}),
        help_text=gettext_lazy(
            "What to read from it. Empty: the schema attached to the upstream under the name below. A classification uses the "
            "categories of its upstream instead."
        ),
    )
    schema_name = forms.CharField(label=gettext_lazy("Schema name"), required=False, max_length=200)

    def __init__(self, *args: Any, upstreams: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["upstream"].choices = upstreams  # type: ignore[attr-defined]

    def clean_schema(self) -> str:
        return json_object(self.cleaned_data["schema"])


def json_object(text: str) -> str:
    """A JSON object as it was typed; "" stays "". Raises ValidationError."""
    text = text.strip()
    if not text:
        return ""
    try:
        tree = jsontext.parse(text)
    except jsontext.BadJson as error:
        raise ValidationError(_("This is not JSON: %(why)s") % {"why": error}) from error
    if not isinstance(tree, dict):
        raise ValidationError(_("A schema is a JSON object."))
    return text
