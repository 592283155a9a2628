"""How does a decided row go back into an Unsiloed payload? Only what differs is written; the rest keeps its tokens.

The result is rebuilt node by node: a node that was there keeps its form (nested, flat, older, bare, plain) and its
unknown keys; a new one takes the form of its neighbours. `docs/upstreams/unsiloed_extract.md` lists what these forms
cannot say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, TypeAlias

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field, Payload, Presence, Row

from .. import parts
from ..adapter import NoSuchRow
from ..facts import Facts, flat, tree
from ..lines import Line, align
from .citations import one, write_citation
from .parse import KEY, is_field, read, read_rows, schema_names
from .wrapping import CELL, SCORES, Place, facts, holds_wrapped, is_cell, is_wrapped, wrappers


class _New(Enum):
    """No node stands there yet (a null does stand there)."""

    NODE = "new"


NEW: Final = _New.NODE
Node: TypeAlias = "Json | _New"


@dataclass(frozen=True, slots=True)
class Form:
    """How a wrapper is written: `score` is "object", "number" or "" (no such key); `cites`: it has room for a
    citation."""

    score: str
    cites: bool


_NESTED = Form(score="object", cites=True)
#: The machine gave a value that a person added no confidence. The vendor's own form wants a grounding score all the
#: same and sends 0.0 for "not located"; the extraction score may be null.
_UNSCORED: Final[dict[str, dict[str, Number | None]]] = {
    "object": {"grounding": Number("0.0"), "extraction": None},
    "number": {"score": None},
    "": {},
}


def compose(payload: Payload, rows: Mapping[str, Row]) -> Payload:
    """See `adapter.Adapter`. Raises NoSuchRow for any key but "0", and for a job that has no result yet."""
    old = new = parts.main(payload)
    for row in rows.values():
        new, _ = _write_row(new, row)
    return parts.with_main(payload, old, new)


def expressible(row: Row, payload: Payload) -> Row:
    """See `adapter.Adapter`."""
    return _write_row(parts.main(payload), row)[1]


def _write_row(job: Json, row: Row) -> tuple[Json, Row]:
    result = job.get("result") if isinstance(job, dict) else None
    if not isinstance(job, dict) or not isinstance(result, dict) or row.key != KEY:
        raise NoSuchRow(f"this job has no row {row.key[:80]!r}")
    if not isinstance(row.values, dict):
        return job, read_rows(job)[0]  # a result is always an object, so the row as it was read stands
    written, said = _Writer(result, schema_names(job)).fields(result, row.values, tree(row.fields))
    return {**job, "result": written}, Row(key=KEY, values=row.values, fields=flat(said))


def form_of(wrapper: dict[str, Json]) -> Form:
    """The form in which a wrapper is written. The older shape is read, never written: no room for a new citation."""
    if isinstance(wrapper.get("score"), dict):
        return _NESTED
    return Form(score="number" if "score" in wrapper else "", cites="citation" in wrapper)


class _Writer:
    """Writes the nodes of one result. Each method returns the node and the facts that it will be read to say."""

    def __init__(self, result: dict[str, Json], named: frozenset[str]) -> None:
        self._named = named
        scored = (wrapper for wrapper in wrappers(result) if wrapper.get("score") is not None)
        self._usual = next((form_of(wrapper) for wrapper in scored), _NESTED)

    def fields(self, result: dict[str, Json], values: dict[str, Json], known: Facts) -> tuple[dict[str, Json], Facts]:
        """The members of the result; what is no field stays where it is."""
        written: dict[str, Json] = {}
        said = Facts()
        for name in [*result, *(name for name in values if name not in result)]:
            raw: Node = result.get(name, NEW)
            fits = raw is not NEW and is_field(name, raw, self._named)
            if name not in values:
                if raw is not NEW and not fits:
                    written[name] = raw
                continue
            below = known.at(name)
            node, found = self._node(raw if fits else NEW, NEW, values[name], below, Place.TOP, self._usual)
            if not is_field(name, node, self._named):
                node, found.here = self._wrap(NEW, node, below.here, self._usual, Place.TOP)
            written[name] = node
            said.put(name, found)
        return written, said

    def _node(
        self, raw: Node, like: Node, value: Json, known: Facts, place: Place, usual: Form | None
    ) -> tuple[Json, Facts]:
        """`raw`: the node that stood there, `like`: a neighbour to write a new one after, `usual`: the form of a new
        node without neighbours, None among plain values."""
        if raw is None and usual is not None and value is not None:
            raw = NEW
        model = like if raw is NEW else raw
        if place is Place.ITEM and self._lies_deeper(model, value, usual):
            inner = (raw[CELL] if is_cell(raw) else NEW, like[CELL] if is_cell(like) else NEW)  # type: ignore[arg-type]
            node, said = self._node(*inner, value, known, Place.MEMBER, usual)
            return {CELL: node}, said
        form = self._form(model, value, place, usual)
        if form is None:
            node, said = self._content(raw, like, value, known, usual)
        else:
            insides = [each["value"] if each is not NEW and is_wrapped(each, place) else NEW for each in (raw, like)]
            content, said = self._content(insides[0], insides[1], value, known, self._usual)
            node, said.here = self._wrap(raw, content, known.here, form, place)
        misread = is_wrapped(node, place) != (form is not None) or (place is Place.ITEM and is_cell(node))
        if misread:
            node, said.here = self._seal(node, form, place)
        return node, said

    @staticmethod
    def _lies_deeper(model: Node, value: Json, usual: Form | None) -> bool:
        if model is NEW:
            return usual is not None and not isinstance(value, dict | list)
        return is_cell(model)

    def _form(self, model: Node, value: Json, place: Place, usual: Form | None) -> Form | None:
        if model is NEW:
            return None if place is Place.ITEM else usual
        if not is_wrapped(model, place):
            return None
        form = form_of(model)
        # A wrapper without a score key does not tell its form, so the job's other fields do.
        return replace(form, cites=form.cites or self._usual.cites) if "score" not in model else form

    def _seal(self, node: Json, form: Form | None, place: Place) -> tuple[Json, Field | None]:
        """A node that would be read as something else, made unmistakable by a score key."""
        if form is None:
            return self._wrap(NEW, node, None, self._usual, place)
        sealed: dict[str, Json] = {**node, "score": None} if isinstance(node, dict) else {"value": node, "score": None}
        return sealed, facts(sealed)

    def _content(self, raw: Node, like: Node, value: Json, known: Facts, usual: Form | None) -> tuple[Json, Facts]:
        if isinstance(value, dict):
            return self._members(
                raw if isinstance(raw, dict) else {}, like if isinstance(like, dict) else {}, value, known, usual
            )
        if isinstance(value, list):
            return self._items(
                raw if isinstance(raw, list) else [], like if isinstance(like, list) else [], value, known, usual
            )
        return value, Facts()

    def _members(
        self, raw: dict[str, Json], like: dict[str, Json], value: dict[str, Json], known: Facts, usual: Form | None
    ) -> tuple[Json, Facts]:
        usual = self._usual_among((raw or like).values(), usual)
        written: dict[str, Json] = {}
        said = Facts()
        for name in [*(name for name in raw if name in value), *(name for name in value if name not in raw)]:
            place = Place.MEMBER
            written[name], found = self._node(
                raw.get(name, NEW), like.get(name, NEW), value[name], known.at(name), place, usual
            )
            said.put(name, found)
        return written, said

    def _items(
        self, raw: list[Json], like: list[Json], value: list[Json], known: Facts, usual: Form | None
    ) -> tuple[Json, Facts]:
        usual = self._usual_among(raw or like, usual)
        was = [Line(*read(item, Place.ITEM)) for item in raw]
        now = [Line(item, known.at(index)) for index, item in enumerate(value)]
        written: list[Json] = []
        said = Facts()
        for index, source in enumerate(align(was, now)):
            item = value[index]
            model = next((each for each in raw or like if _is_alike(each, item)), NEW)
            node, found = self._node(
                NEW if source is None else raw[source], model, item, now[index].facts, Place.ITEM, usual
            )
            written.append(node)
            said.put(index, found)
        return written, said

    def _usual_among(self, neighbours: Iterable[Json], usual: Form | None) -> Form | None:
        """The form of a new node among these: that of a wrapped neighbour, none among plain ones, `usual` when
        alone."""
        nodes = [node[CELL] if is_cell(node) else node for node in neighbours]
        for node in nodes:
            if is_wrapped(node, Place.MEMBER):
                form = form_of(node)
                return form if form.score else self._usual
        if any(holds_wrapped(node) for node in nodes):
            return self._usual
        return None if any(node is not None for node in nodes) else usual

    def _wrap(
        self, raw: Node, content: Json, known: Field | None, form: Form, place: Place
    ) -> tuple[Json, Field | None]:
        old = raw if raw is not NEW and is_wrapped(raw, place) else None
        was = facts(old) if old is not None else None
        if old is not None and known == was:
            return {**old, "value": content}, was
        if known is None:
            known = Field(citation_presence=self._empty(was, content, form, place))
        want = _sayable(known, was or Field(), form, is_new=old is None)
        node: dict[str, Json] = {**(old or {}), "value": content}
        if want.scores != (was or Field()).scores:
            _put_score(node, want.scores)
        if (want.citations, want.citation_presence) != ((was or Field()).citations, (was or Field()).citation_presence):
            _put_citation(node, want)
        return node, None if want == Field() else want

    @staticmethod
    def _empty(was: Field | None, content: Json, form: Form, place: Place) -> Presence:
        """How a wrapper without a citation says so: as it did before, else null where its form has room for one. The
        vendor leaves the key out at arrays below the top."""
        if was is not None:
            return Presence.NULL if was.citation_presence is Presence.PRESENT else was.citation_presence
        is_deep_array = isinstance(content, list) and place is not Place.TOP
        return Presence.NULL if form.cites and form.score and not is_deep_array else Presence.ABSENT


def _is_alike(node: Json, value: Json) -> bool:
    plain, _ = read(node, Place.ITEM)
    return isinstance(plain, dict) == isinstance(value, dict) and isinstance(plain, list) == isinstance(value, list)


def _sayable(known: Field, was: Field, form: Form, *, is_new: bool) -> Field:
    """What a wrapper of this form can say of `known`, when it said `was` before. A new one always has a score key, where
    its form has one."""
    scores = was.scores
    if is_new or known.scores != was.scores:
        room = _UNSCORED[form.score]
        scores = {name: known.scores[name] for name in room if name in known.scores} or room
    citations, presence = was.citations, was.citation_presence
    if (known.citations, known.citation_presence) != (citations, presence):
        found = one(known.citations) if form.cites else None
        citations = () if found is None else (found,)
        presence = known.citation_presence if form.cites else Presence.ABSENT
        if found is not None:
            presence = Presence.PRESENT
        elif presence is Presence.PRESENT:
            presence = Presence.NULL
    return Field(scores=scores, citations=citations, citation_presence=presence)


def _put_score(node: dict[str, Json], scores: Mapping[str, Number | None]) -> None:
    if "score" in scores:
        node["score"] = scores["score"]
    elif scores:
        node["score"] = {theirs: scores[ours] for theirs, ours in SCORES.items() if ours in scores}
    else:
        node.pop("score", None)


def _put_citation(node: dict[str, Json], want: Field) -> None:
    for key in ("page_no", "bboxes"):
        node.pop(key, None)
    if want.citation_presence is Presence.ABSENT:
        node.pop("citation", None)
    else:
        node["citation"] = write_citation(want.citations[0]) if want.citations else None
