"""How does a value look in print? Dates, thousands and decimals by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from ...extraction.jsontext import Json, Number

Language = Literal["en", "us", "de", "fr"]

_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_FRENCH = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_SEPARATORS: Mapping[Language, tuple[str, str]] = {
    "en": (",", "."),
    "us": (",", "."),
    "de": (".", ","),
    "fr": ("\u00a0", ","),
}


def shown(value: Json, language: Language) -> str:
    """A value as a person would print it: numbers and ISO dates by language, everything else as it is."""
    if isinstance(value, Number):
        return grouped(value.text, language)
    text = str(value)
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text)
    if not match:
        return text
    year, month, day = match.groups()
    if language == "de":
        return f"{day}.{month}.{year}"
    if language == "us":
        return f"{_ENGLISH[int(month) - 1][:3]} {int(day)}, {year}"
    months = _FRENCH if language == "fr" else _ENGLISH
    return f"{int(day)} {months[int(month) - 1]} {year}"


def grouped(number: str, language: Language) -> str:
    """A number's text with the language's separators."""
    group, point = _SEPARATORS[language]
    whole, _, fraction = number.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    digits = f"{int(digits):,}".replace(",", group)
    return sign + digits + (point + fraction if fraction else "")
