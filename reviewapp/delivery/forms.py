"""What did the person type? The forms of this room turn a POST into plain cleaned data and save nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reviewapp.results.models import Final
from reviewapp.upstreams.models import Upstream
from reviewapp.upstreams.ways import Way

from .destinations import Wanted
from .models import Destination

OUTCOMES = (
    (Final.Outcome.APPROVED.value, gettext_lazy("approved by a person")),
    (Final.Outcome.REJECTED.value, gettext_lazy("rejected by a person")),
    (Final.Outcome.PASSED.value, gettext_lazy("passed: no person needed to look")),
)


class DestinationForm(forms.Form):
    """What both kinds share. `known` is the destination that is changed, None for a new one."""

    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=64,
        help_text=gettext_lazy("Stands in addresses and in the trail, and stays."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    outcomes = forms.MultipleChoiceField(
        label=gettext_lazy("Which rows"), choices=OUTCOMES, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, known: Destination | None = None, **kwargs: Any) -> None:
        if known is not None:
            kwargs["initial"] = _initial(known)
        super().__init__(*args, **kwargs)
        self.known = known
        if known is not None:
            del self.fields["slug"]


class WebhookForm(DestinationForm):
    """A receiver of webhooks. The address that is kept is never shown; empty keeps it."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        strip=True,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "https://…"}),
    )
    form = forms.ChoiceField(label=gettext_lazy("What is sent"), choices=Destination.Form.choices)
    upstreams = forms.MultipleChoiceField(
        label=gettext_lazy("From which upstreams"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means all, later ones too."),
    )
    private = forms.CharField(
        label=gettext_lazy("Private networks"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"spellcheck": "false", "rows": 2}),
        help_text=gettext_lazy(
            "Only for a receiver inside your own network: its range, one on each line, such as 10.1.2.0/24."
        ),
    )

    field_order = ("name", "slug", "url", "outcomes", "upstreams", "form", "private")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["upstreams"]
        chosen.choices = list(Upstream.objects.order_by("name").values_list("slug", "name"))  # type: ignore[attr-defined]
        if self.known is not None:
            self.fields["url"].required = False
            self.fields["url"].label = _("Another address")
            self.fields["url"].help_text = _("The one that is kept is not shown; empty keeps it.")

    def wanted(self) -> Wanted:
        typed = self.cleaned_data
        return Wanted(
            name=typed["name"],
            outcomes=typed["outcomes"],
            url=typed["url"],
            private=typed["private"],
            form=typed["form"],
            upstreams=typed["upstreams"],
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A way back to an upstream: `value` is "slug:way". `taken_by`: the destination that has it already; `lacks`: the option
    of the upstream that it needs and that is not set; both "" for none."""

    value: str
    upstream: str
    way: Way
    taken_by: str = ""
    lacks: str = ""


class OfferedWays(forms.RadioSelect):
    """Each way is described by what stands below it (templates/delivery/_ways.html); a taken one cannot be chosen."""

    offers: Sequence[Offer] = ()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        offer = next(one for one in self.offers if one.value == str(value))
        option["offer"] = offer
        option["attrs"]["aria-describedby"] = f"{option['attrs'].get('id', value)}_about"
        if offer.taken_by:
            option["attrs"]["disabled"] = True
        return option


class WriteBackForm(DestinationForm):
    """Decisions on their way back to the vendor. `offers`: the ways that the upstreams' clients take."""

    upstream = forms.ChoiceField(label=gettext_lazy("Upstream and way"), widget=OfferedWays)

    field_order = ("name", "slug", "upstream", "outcomes")

    def __init__(self, *args: Any, offers: Sequence[Offer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcomes"].choices = list(OUTCOMES[:2])  # type: ignore[attr-defined]
        self.offers = offers
        if self.known is not None:
            del self.fields["upstream"]
            return
        chosen = self.fields["upstream"]
        chosen.choices = [(one.value, f"{one.upstream}: {one.way.name}") for one in offers]  # type: ignore[attr-defined]
        chosen.widget.offers = offers

    def clean_upstream(self) -> str:
        chosen = str(self.cleaned_data["upstream"])
        for one in self.offers:
            if one.value == chosen and one.taken_by:
                raise ValidationError(way_taken(one.taken_by))
        return chosen

    def wanted(self) -> Wanted:
        slug, _colon, way = self.cleaned_data.get("upstream", "").partition(":")
        upstream = Upstream.objects.filter(slug=slug).first()
        return Wanted(
            name=self.cleaned_data["name"], outcomes=self.cleaned_data["outcomes"], upstream=upstream, way=way
        )


def way_taken(name: str) -> str:
    """Why there is no second write-back of one way to an upstream."""
    said = _("“%(name)s” writes back to this upstream in this way already: each decision would be sent twice.")
    return said % {"name": name}


class ReasonForm(forms.Form):
    """Why a destination is stopped."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


class FillForm(forms.Form):
    """From which day on earlier rows are sent too."""

    since = forms.DateTimeField(
        label=gettext_lazy("Rows that ended since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        if since.year < 2000:
            raise ValidationError(_("Choose a later day."))
        return since


def _initial(known: Destination) -> dict[str, Any]:
    return {
        "name": known.name,
        "outcomes": json.loads(known.outcomes),
        "upstreams": json.loads(known.upstreams),
        "form": known.form,
        "private": known.private,
    }
