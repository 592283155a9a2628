"""How is a form sent only once? It carries a one-use key; the act stores the key and answers the second send as the first."""

from __future__ import annotations

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """A hidden input `form_key` with a fresh random UUID."""
    return format_html('<input type="hidden" name="form_key" value="{}">', uuid.uuid4())
