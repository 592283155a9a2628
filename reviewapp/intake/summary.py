"""What does a job say now, in a few words? Its current rows with their first values, and the task of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviewapp.extraction import paths, values
from reviewapp.extraction.jsontext import Json
from reviewapp.results import chains
from reviewapp.results.models import Job, ResultRow
from reviewapp.web import locales

#: So many rows are shown, and of each so many values, cut to so many characters.
ROWS, FIELDS, SHOWN = 20, 6, 80


@dataclass(frozen=True, slots=True)
class Short:
    """One current row: `number` from 1, `values` as (name, text) with "" for an empty one, `more` how many are not shown,
    `task` the id of its newest task or None."""

    row: ResultRow
    number: int
    values: Sequence[tuple[str, str]]
    more: int
    erased: bool
    task: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """`more`: how many rows of the job are not shown, `all` how many there are."""

    rows: Sequence[Short]
    more: int
    all: int


def of(job: Job) -> Summary:
    """The first rows that count now. Two queries."""
    current = list(chains.current_rows(job).values())
    # By the other side of the task's key to the job: this room knows no more of tasks than that they have an address.
    tasks: dict[str, int] = dict(job.tasks.order_by("pk").values_list("key", "pk"))
    shown = [_short(row, number, tasks.get(row.key)) for number, row in enumerate(current[:ROWS], start=1)]
    return Summary(shown, more=max(0, len(current) - ROWS), all=len(current))


def _short(row: ResultRow, number: int, task: int | None) -> Short:
    try:
        tree = chains.read(row).values
    except chains.Erased:
        return Short(row, number, (), 0, erased=True, task=task)
    named = list(tree.items()) if isinstance(tree, dict) else [("", tree)]
    said = [(name, _said(value)) for name, value in named[:FIELDS]]
    return Short(row, number, said, max(0, len(named) - FIELDS), erased=False, task=task)


def _said(value: Json) -> str:
    if isinstance(value, list):
        return ngettext("%(n)d line", "%(n)d lines", len(value)) % {"n": len(value)}
    if isinstance(value, dict):
        n = sum(1 for _leaf in paths.leaves(value))
        return ngettext("%(n)d value", "%(n)d values", n) % {"n": n}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    text = values.show(value, values.FieldType.NUMBER, locale=str(locales.current()).replace("_", "-"))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
