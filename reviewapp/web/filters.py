"""What narrows a list? The choices above it, as one element of a GET form each; what is not offered counts as not asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Choice:
    """A closed choice of templates/web/_choice.html. `everything` is what the empty value is called."""

    name: str
    label: Text
    everything: Text
    options: Sequence[tuple[str, Text]]
    chosen: str


def choice(
    params: Mapping[str, str], name: str, *, label: Text, everything: Text, options: Iterable[tuple[str, Text]]
) -> Choice:
    """The choice with what the address asks for; a value that is not offered is passed over."""
    offered = list(options)
    asked = params.get(name, "")
    return Choice(name, label, everything, offered, asked if asked in dict(offered) else "")
