"""How does a template tell a sentence that was kept in English? `{% load told %}`, `{{ pull.last_error|told }}`,
`{{ job.error|theirs }}`, `{{ line.reason.text|quoted }}`."""

from __future__ import annotations

from django import template

from reviewapp.upstreams import sentences

register = template.Library()


@register.filter
def told(text: str | None) -> str:
    """In the reader's language where the sentence is ours, as it is where it is not."""
    return sentences.told(text or "")


@register.filter
def theirs(text: str | None) -> str:
    """A vendor's own words, in quotation marks; a sentence of ours among them as `told`."""
    return sentences.theirs(text or "")


@register.filter
def quoted(text: str) -> str:
    """Somebody's words in the reader's quotation marks."""
    return sentences.quoted(text)
