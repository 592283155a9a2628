"""What may stand in a cell that a spreadsheet opens? RFC 4180 lines whose texts no spreadsheet takes for a formula. Pure.

Lossy on purpose: a text that begins with = + - @, a tab or a line end, in either width, gets an apostrophe before it, also
where such a sign follows a semicolon, a tab or a line end, because a spreadsheet set to another separator cuts there. A
negative number is such a text. Who needs the exact values takes the JSONL export.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: A spreadsheet shows no more in a cell, and cuts or refuses the rest.
MAX_CELL = 32_000
_BEGINS = frozenset("=+-@\t\r\n＝＋－＠")
_WITHIN = re.compile(r"([;\t\r\n]\s*)([=+\-@＝＋－＠])")
_BLANK = re.compile(r"^(\s+)([=+\-@＝＋－＠])")


def guarded(text: str) -> str:
    """The text as a cell: no formula, no NUL, not longer than MAX_CELL."""
    text = text.replace("\0", "�")[:MAX_CELL]
    safe = _WITHIN.sub(r"\1'\2", text)
    if safe[:1] in _BEGINS or _BLANK.match(safe):
        return f"'{safe}"
    return safe


def line(cells: Iterable[str]) -> str:
    """One line of a CSV file, ended by CR LF; quoted where it has to be."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\r\n").writerow([guarded(one) for one in cells])
    return target.getvalue()


def header(names: Sequence[str]) -> str:
    """The first line, behind a byte order mark: without it a spreadsheet reads UTF-8 as something else."""
    return "\ufeff" + line(names)
