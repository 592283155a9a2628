"""How does a person read what a call left behind? Our own sentences are kept in English and told in the reader's language.

Kept in English, because logs, exports and the API read them too, and because who reads them later speaks another language
than who caused them. What a vendor said stays as it was said, in quotation marks. `tests/upstreams/test_sentences.py`
reads the code for every sentence that is raised or kept and asks that it stands here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from django.utils.translation import gettext as _

from . import calls, vendors

#: What may stand in a place: `sentence` is one of ours as well, `cause` may be, `words` are somebody else's; everything
#: else is taken over.
_PLACES = {
    "host": r"[^\s/]+?",
    "status": r"\d{3}",
    "n": r"\d+",
    "code": r"\w+",
    "source": r"RFC \d+|Azure",
    "sentence": r".+",
    "words": r".+",
}

#: A call that failed names its host first: the same in every language.
_OF_A_HOST = "%(host)s: %(sentence)s"
ALL = (
    *(calls.CLIENT + calls.MEANINGS + vendors.CLIENTS + vendors.GATE + vendors.FILES),
    *(vendors.RECEIPTS + vendors.DELIVERIES),
    # Last those that fit much: whoever comes first is believed.
    *(calls.RANGES + calls.ADDRESSES),
    _OF_A_HOST,
)


def told(text: str) -> str:
    """The sentence in the reader's language; a text that is none of ours comes back as it is."""
    if text in _plain():
        return _(text)
    found = _found(text)
    if found is not None:
        return _filled(*found)
    # A receipt is followed by what the vendor answered, as JSON.
    sentence, brace, json = text.partition(" {")
    return f"{told(sentence)}{brace}{json}" if brace and known(sentence) else text


def theirs(text: str) -> str:
    """What stands in a vendor's own column: its words in quotation marks, or a sentence of ours that was put there."""
    return told(text) if not text or known(text) else quoted(text)


def known(text: str) -> bool:
    """Whether the sentence is one of ours."""
    return text in _plain() or _found(text) is not None


def _found(text: str) -> tuple[str, Mapping[str, str | None]] | None:
    for said, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match is not None and ("sentence" not in pattern.groupindex or known(match["sentence"])):
            return said, match.groupdict()
    return None


def _filled(said: str, places: Mapping[str, str | None]) -> str:
    after = places.get("after")
    write: Mapping[str, Callable[[str], str]] = {"sentence": told, "cause": told, "words": quoted}
    filled = {name: write.get(name, str)(place) for name, place in places.items() if place is not None}
    sentence = (_(said) if said != _OF_A_HOST else said) % filled
    return f"{sentence}: {quoted(after)}" if after else sentence


def words(text: str) -> str:
    """What somebody else said within a sentence of ours, in the reader's quotation marks; else ""."""
    found = _found(text)
    said = found[1].get("words") if found is not None else None
    return quoted(said) if said else ""


def quoted(words: str) -> str:
    """What somebody else said, in the reader's quotation marks."""
    return _("“%(words)s”") % {"words": words}


@cache
def _plain() -> frozenset[str]:
    return frozenset(said for said in ALL if "%(" not in said)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((said, _pattern(said)) for said in ALL if "%(" in said)


def _pattern(said: str) -> re.Pattern[str]:
    pieces = re.split(r"%\((\w+)\)s", said)
    written = "".join(
        f"(?P<{piece}>{_PLACES.get(piece, '.+?')})" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    )
    return re.compile(f"{written}(?:: (?P<after>.+))?" if said in calls.MEANINGS else written, re.DOTALL)
