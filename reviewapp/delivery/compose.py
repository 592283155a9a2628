"""What exactly leaves? The frozen body of a delivery: a webhook's JSON, or a decision on its way back to the vendor."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import cast

from reviewapp.audit.trail import moment
from reviewapp.extraction import codec, edit, jsontext, paths
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Row
from reviewapp.results import chains, feed
from reviewapp.results.models import Final, ResultRow
from reviewapp.upstreams.clients import Change, Correction

from .models import Destination

#: What a webhook that only tells leaves out: everything that was read or written by people.
_WORDS = ("values", "verdicts", "reason")


def body(final: Final, decided: feed.Decisions, destination: Destination) -> str:
    """The text that every attempt sends. Raises chains.Erased when there is nothing left to send."""
    if destination.kind == Destination.Kind.WRITE_BACK:
        return jsontext.dump(_correction_tree(final, decided))
    said = feed.said(final, decided)
    if destination.form == Destination.Form.EVENT:
        said = {name: value for name, value in said.items() if name not in _WORDS}
    elif final.row.values.text is None:
        raise chains.Erased(f"the values of row {final.row_id} were erased")
    return jsontext.dump({"type": f"row.{final.outcome}", "timestamp": moment(final.at), "data": said})


def correction(text: str) -> Correction:
    """A frozen write-back as its vendor's client takes it."""
    tree = cast(dict[str, Json], jsontext.parse(text))
    changes = cast(list[dict[str, Json]], tree["changes"])
    return Correction(
        job_id=str(tree["job_id"]),
        row_id=str(tree["row_id"]),
        outcome=str(tree["outcome"]),
        reason=str(tree["reason"]),
        changes=tuple(
            Change(path=str(one["path"]), verb=str(one["verb"]), value=one["value"], read=one["read"])
            for one in changes
        ),
        base=_row(tree["key"], tree["base"]),
        row=_row(tree["key"], tree["row"]),
    )


def changes(base: Row, row: Row, verdicts: Mapping[str, str]) -> tuple[Change, ...]:
    """What a person said, as changes that turn the values of `base` into those of `row`.

    A list that lost or got lines is one change, the whole list: addresses behind a line that went are not those that the
    vendor knows. What differs without a word of its own (lines in another order) is a correction as well.
    """
    lists = set(_lists_of_another_length(base.values, row.values, paths.ROOT))
    found = [_change(path, "corrected", base, row) for path in sorted(lists)]
    for path, word in verdicts.items():
        change = _change(path, word, base, row)
        differs = not jsontext.equal(change.value, change.read)
        if not _within(path, lists) and (word != "not_reviewed" or differs):
            found.append(replace(change, verb=_verb(word, change.value, differs=differs)))
    for one in edit.diff(base, row):
        if not _within(one.path, lists) and not _within(one.path, verdicts):
            found.append(_change(one.path, _verb("", one.new, differs=True), base, row))
    return tuple(found)


def _verb(word: str, value: Json, *, differs: bool) -> str:
    if word in ("cleared", "illegible"):
        return word
    if not differs:
        return "approved"
    return "cleared" if value is None else "corrected"


def _change(path: str, verb: str, base: Row, row: Row) -> Change:
    return Change(path=path, verb=verb, value=_value(row, path), read=_value(base, path))


def _value(row: Row, path: str) -> Json:
    """What stands there, None also where nothing does."""
    try:
        return paths.get(row.values, path)
    except paths.BadPath:
        return None


def _lists_of_another_length(old: Json, new: Json, at: str) -> list[str]:
    """The outermost lists that have other lines than before."""
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return [at]
        pairs = [(paths.child(at, index), *both) for index, both in enumerate(zip(old, new, strict=True))]
    elif isinstance(old, dict) and isinstance(new, dict):
        pairs = [(paths.child(at, key), old[key], new[key]) for key in old if key in new]
    else:
        return []
    return [path for child, before, after in pairs for path in _lists_of_another_length(before, after, child)]


def _within(path: str, places: Container[str]) -> bool:
    """Is it one of these addresses, or below one?"""
    at = path
    while at not in places:
        if not at:
            return False
        at = paths.parent(at)
    return True


def _correction_tree(final: Final, decided: feed.Decisions) -> dict[str, Json]:
    decision = decided.get((final.row_id, final.outcome))
    row = chains.read(final.row)
    base = chains.read(final.row.base) if final.row.base is not None else row
    said = changes(base, row, decision.verdicts) if decision is not None and decision.verdicts else ()
    tree: dict[str, Json] = {
        "job_id": final.row.job.job_id,
        "row_id": str(final.row_id),
        "outcome": str(final.outcome),
        "reason": (decision.reason if decision is not None else None) or "",
        "key": final.row.key,
        "changes": [{"path": one.path, "verb": one.verb, "value": one.value, "read": one.read} for one in said],
        "base": _texts(final.row.base or final.row),
        "row": _texts(final.row),
    }
    return tree


def _texts(row: ResultRow) -> Json:
    return {"values": jsontext.parse(row.values.text or ""), "facts": jsontext.parse(row.facts.text or "")}


def _row(key: Json, tree: Json) -> Row:
    texts = cast(dict[str, Json], tree)
    values, facts = jsontext.dump(texts["values"]), jsontext.dump(texts["facts"])
    return codec.row_from_text(key=str(key), values_text=values, facts_text=facts)
