"""How are a mark and a confidence drawn? An icon of the sprite in base.html; a band as shape, number and word."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reviewapp.web import locales

register = template.Library()

#: The symbols of templates/web/_sprite.html (a test compares).
ICONS = frozenset(
    {"approved", "corrected", "cleared", "illegible", "look", "broken", "no-box", "back", "next", "add", "remove"}
    | {"band-very-high", "band-high", "band-good", "band-medium", "band-low", "band-none"}
)

BANDS = {
    "very-high": _("very high"),
    "high": _("high"),
    "good": _("good"),
    "medium": _("medium"),
    "low": _("low"),
    "none": _("none given"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "approved" %}` beside words that say the same, or `{% icon "approved" _("approved") %}` alone."""
    if name not in ICONS:
        raise template.TemplateSyntaxError(f"the sprite has no icon {name!r}")
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="#{}"></use></svg>', label, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="#{}"></use></svg>', name)


@register.simple_tag
def confidence(value: Decimal | str | None, band: str, doubt: bool = False) -> SafeString:
    """`{% confidence "0.153" "low" doubt=True %}`. `band`: very-high, high, good, medium, low, none; "_" for "-" is well.

    `doubt` is "below this field's threshold", which is not the same as a low band.
    """
    key = str(band).replace("_", "-")
    shown = "" if value is None or key == "none" else locales.score(value)
    number = format_html('<span class="number">{}</span>', shown) if shown else ""
    return format_html(
        '<span class="band"{}>{}{}<span class="band-word">{}</span></span>',
        format_html(" {}", "data-doubt") if doubt else "",
        icon(f"band-{key}"),
        number,
        BANDS[key],
    )
