"""When are two texts the same words? Case, spaces, ligatures, hyphens and quotation marks of print aside."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: A hyphen that parts a word at a line's end: pdfium's own sign for it, the soft one, or a printed one.
_PARTED: Final = re.compile("[\x02\ufffe\u00ad]\\s*|(?<=[^\\W\\d_])[-\u2010]\\s*[\r\n]+\\s*(?=[^\\W\\d_])")
_DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043"), "-")
_QUOTES: Final = dict.fromkeys(map(ord, "‘’‚‛′`´"), "'") | dict.fromkeys(map(ord, "“”„‟″«»"), '"')
_NOTHING: Final = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"), ""
)
_MOST_LINES: Final = 20
_TABLE: Final = _DASHES | _QUOTES | _NOTHING


def plain(text: str) -> str:
    """In one line, as a person would type it: ligatures apart, parted words together, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", _PARTED.sub("", text)).translate(_NOTHING).split())


def bare(text: str) -> str:
    """Without what print adds to words; spaces stay."""
    return unicodedata.normalize("NFC", plain(text).translate(_TABLE).casefold())


def folded(text: str) -> str:
    """`bare`, and without any space: pages set `D E 1 2` and `DE12` alike."""
    return "".join(bare(text).split())


def same_words(one: str, other: str) -> bool:
    """The same words in another order, as lines and columns may come; from right to left, the same letters."""
    if sorted(bare(one).split()) == sorted(bare(other).split()):
        return True
    leftwards = any(unicodedata.bidirectional(character) in ("R", "AL") for character in one)
    return leftwards and sorted(folded(one)) == sorted(folded(other))


def lines_say(text: str, value: str) -> bool:
    """Whether lines that follow each other say the value: where a line ends on paper, a value has a comma or the like."""
    lines = [_letters(line) for line in text.splitlines() if line.strip()][:_MOST_LINES]
    wanted = _letters(value)
    if not wanted:
        return False
    return any(
        "".join(lines[first:last]) == wanted for first in range(len(lines)) for last in range(first + 2, len(lines) + 1)
    )


def _letters(text: str) -> str:
    return "".join(character for character in folded(text) if character.isalnum())
