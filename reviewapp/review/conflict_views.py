"""How is a conflict shown? What was read, what is read now, and the person's earlier value with who and when."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reviewapp.extraction import jsontext, paths, values
from reviewapp.extraction.jsontext import Json
from reviewapp.web import locales

from .conflicts import Conflict
from .models import Verdict


@dataclass(frozen=True, slots=True)
class ConflictView:
    """`was`, `now`, `mine` as a person reads them, "" for nothing; `word`: the verdict, for where it gave no value; `open`:
    nobody has spoken since, and the person's value stands."""

    was: str
    now: str
    mine: str
    word: str
    who: str
    open: bool


def of(conflict: Conflict, *, kind: values.FieldType, locale: str, open: bool) -> ConflictView:
    """`kind`: the type by which the values of the place are written."""

    def text(value: Json) -> str:
        if conflict.of_line:
            return line_text(value)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        return values.show(value, kind, locale=locale)

    return ConflictView(
        was=text(_parsed(conflict.was)),
        now=text(_parsed(conflict.now)),
        mine=text(conflict.value),
        word=str(Verdict.Kind(conflict.earlier.kind).label),
        who=who(conflict.earlier),
        open=open,
    )


def who(earlier: Verdict) -> str:
    """Whose word it is, and since when."""
    words = {"name": earlier.by, "at": locales.moment(earlier.at)}
    return _("%(name)s, %(at)s, on the row before") % words


def line_text(line: Json) -> str:
    """A whole line in one."""
    leaves = (value for _path, value in paths.leaves(line) if value not in (None, "", [], {}))
    return " · ".join(value if isinstance(value, str) else jsontext.dump(value) for value in leaves)


def _parsed(text: str) -> Json:
    return jsontext.parse(text) if text else None
