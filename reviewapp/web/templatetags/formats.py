"""How are numbers and times written in a template? In the person's locale and time zone (web/locales.py)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reviewapp.web import locales

register = template.Library()


@register.filter
def number(value: Decimal | int | str | None) -> str:
    """1234 -> 1,234 or 1.234; every digit stays."""
    return "" if value is None else locales.number(value)


@register.filter
def upto(count: int, limit: int) -> str:
    """A count that was not followed beyond the limit: 1,234 or 10,000+."""
    return f"{locales.number(limit)}+" if count > limit else locales.number(count)


@register.filter
def minutes(count: int | None) -> str:
    """A number of minutes in days, hours and minutes; nothing is cut."""
    return "" if count is None else locales.exact(count)


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """Day and time, with the exact moment for machines."""
    return "" if at is None else _time(at, locales.moment(at))


@register.filter
def instant(at: datetime | None) -> SafeString | str:
    """Day and time to the second."""
    return "" if at is None else _time(at, locales.instant(at))


@register.filter
def clock(at: datetime | None) -> SafeString | str:
    """The hour and minute alone; the day is in the title."""
    return "" if at is None else _time(at, locales.clock(at))


@register.filter
def day(at: datetime | None) -> SafeString | str:
    return "" if at is None else _time(at, locales.day(at))


@register.simple_tag(takes_context=True)
def age(context: template.Context, since: datetime | None) -> SafeString | str:
    """How long ago, measured at the request's time: "6 h"."""
    return "" if since is None else _time(since, locales.span(_now(context) - since))


@register.simple_tag(takes_context=True)
def due(context: template.Context, at: datetime | None) -> SafeString | str:
    """ "in 20 min", or "2 h overdue" in the colour of broken things."""
    if at is None:
        return ""
    left = at - _now(context)
    if left.total_seconds() >= 0:
        return _time(at, _("in %(span)s") % {"span": locales.span(left)})
    late = _("%(span)s overdue") % {"span": locales.span(-left)}
    return format_html('<span class="overdue">{}</span>', _time(at, late))


def _now(context: template.Context) -> datetime:
    request: Any = context["request"]
    at: datetime = request.at
    return at


def _time(at: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), locales.moment(at), text)
