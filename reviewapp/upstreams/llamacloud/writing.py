"""How is one row written into a LlamaCloud answer, of either version? Plain values into the data, citations into the
metadata beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Citation, Field, Presence, Row

from ..adapter import NoSuchRow
from ..facts import Facts, flat, tree
from ..lines import Line, align
from . import metadata
from .citations import read_citation, write_citation
from .metadata import CITATION, REASONING, SCORES, leaf
from .rows import Form, numbered


def write_row(result: Json, row: Row, form: Form) -> Row:
    """Write a row into an answer in place; the row that will be read from it. Raises NoSuchRow."""
    held = numbered(result, form) if isinstance(result, dict) else []
    index = next((at for at, (key, _) in enumerate(held) if key == row.key), None)
    if index is None or not isinstance(result, dict):
        raise NoSuchRow(f"this result has no row {row.key[:80]!r}")
    way = form.places(result)[index]
    node = None if way is None else metadata.at(result, way)
    was, value, data = held[index][1], row.values, result[form.data]
    if not isinstance(data, list) and not isinstance(value, dict):
        # Null would be no row and a list several: the row as it was read stands.
        return Row(key=row.key, values=was, fields=flat(metadata.read(node, was)))
    if isinstance(data, list):
        data[index] = value
    else:
        result[form.data] = value
    if way is None:
        return Row(key=row.key, values=value)
    new, said = _write(node, was, value, tree(row.fields))
    if new is not node:
        _put(result, way, new)
    return Row(key=row.key, values=value, fields=flat(said))


def _put(result: dict[str, Json], way: Sequence[str | int], node: Json) -> None:
    at: Json = result
    for here, below in pairwise(way):
        if isinstance(at, dict) and isinstance(here, str):
            # A list aligned with the data is there, or the way would not lead into it.
            if isinstance(below, str) and not isinstance(at.get(here), dict):
                at[here] = {}
            at = at[here]
    if isinstance(at, dict):
        at[str(way[-1])] = node
    elif isinstance(at, list):
        at[int(way[-1])] = node


def _write(node: Json, was: Json, value: Json, known: Facts) -> tuple[Json, Facts]:
    """Metadata for a value that was `was` -> the metadata for `value`, and the facts that it will be read to say.

    Returns the very `node` when nothing in it changes, None when there is nothing to say.
    """
    if isinstance(value, dict):
        return _write_map(node, was if isinstance(was, dict) else {}, value, known)
    if isinstance(value, list):
        return _write_list(node, was if isinstance(was, list) else [], value, known)
    fits = isinstance(node, dict) and metadata.is_leaf(node, was)
    if not fits and isinstance(was, dict | list):
        node = None  # it spoke of members that are gone
    return _write_leaf(node, known.here)


def _write_map(node: Json, was: dict[str, Json], value: dict[str, Json], known: Facts) -> tuple[Json, Facts]:
    old = node if isinstance(node, dict) else {}
    # Beside the members a leaf's keys would make the vendor's own reader fail: what stands there stays, nothing is
    # added.
    said = Facts(here=leaf(old, value))
    own = {name for name in old if said.here is not None and metadata.is_leaf_key(name, old[name])}
    written = {name: below for name, below in old.items() if name in own or name in value or name not in was}
    for name, below in value.items():
        if name in own:
            continue
        raw = old.get(name)
        new, found = _write(raw, was.get(name), below, known.at(name))
        if new is not raw:
            written[name] = new
        if leaf(written, value) != said.here:
            # A member called like a leaf's key must not turn the map into a leaf.
            new, found = raw, metadata.read(raw, below)
            written.pop(name)
            if name in old:
                written[name] = raw
        said.put(name, found)
    changed = written.keys() != old.keys() or any(written[name] is not old[name] for name in written)
    return (written if changed else node), said


def _write_list(node: Json, was: list[Json], value: list[Json], known: Facts) -> tuple[Json, Facts]:
    if isinstance(node, dict):
        return node, Facts(here=leaf(node, value))
    raw = node if isinstance(node, list) else []
    olds = [raw[index] if index < len(raw) else None for index in range(len(was))]
    before = [Line(item, metadata.read(old, item)) for old, item in zip(olds, was, strict=True)]
    now = [Line(item, known.at(index)) for index, item in enumerate(value)]
    sources = align(before, now)
    written: list[Json] = []
    said = Facts()
    for index, source in enumerate(sources):
        old = None if source is None else olds[source]
        new, found = _write(old, None if source is None else was[source], value[index], now[index].facts)
        written.append(new)
        said.put(index, found)
    if sources == list(range(len(was))):
        if all(new is old for new, old in zip(written, olds, strict=True)):
            return node, said
        written += raw[len(was) :]
    elif not isinstance(node, list) and not said:
        return node, said
    # The vendor's reader refuses null in a list and takes an empty object.
    return [{} if new is None else new for new in written], said


def _write_leaf(node: Json, known: Field | None) -> tuple[Json, Facts]:
    was = leaf(node, None) or Field()
    wished = known or Field()
    want = was if wished == was else _sayable(wished, was)
    said = Facts(here=None if want == Field() else want)
    if want == was:
        return node, said
    written = dict(node) if isinstance(node, dict) else {}
    for theirs, ours in SCORES.items():
        if ours not in want.scores:
            written.pop(theirs, None)
        elif ours not in was.scores or want.scores[ours] != was.scores[ours]:
            written[theirs] = want.scores[ours]
    if want.reasoning is None:
        written.pop(REASONING, None)
    else:
        written[REASONING] = want.reasoning
    if (want.citations, want.citation_presence) != (was.citations, was.citation_presence):
        _put_citations(written, want, was)
    return written, said


def _sayable(known: Field, was: Field) -> Field:
    citations = tuple(
        each if each in was.citations else read_citation(write_citation(each))
        for each in known.citations
        if each in was.citations or each.problem != "malformed"
    )
    presence = Presence.PRESENT if known.citations else known.citation_presence
    scores = {name: known.scores[name] for name in SCORES.values() if name in known.scores}
    return Field(scores=scores, citations=citations, citation_presence=presence, reasoning=known.reasoning)


def _put_citations(node: dict[str, Json], want: Field, was: Field) -> None:
    if want.citation_presence is Presence.ABSENT:
        node.pop(CITATION, None)
    elif want.citation_presence is Presence.NULL:
        node[CITATION] = None
    else:
        raw = node.get(CITATION)
        listed: list[Json] = raw if isinstance(raw, list) else [raw]
        node[CITATION] = [_token(each, was.citations, listed) for each in want.citations]


def _token(citation: Citation, was: tuple[Citation, ...], raw: list[Json]) -> Json:
    return raw[was.index(citation)] if citation in was else write_citation(citation)
