"""What can a row look like, and what can a person do to it? Hypothesis strategies, for the adapters' tests too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from hypothesis import strategies as st

from reviewapp.extraction import paths
from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import (
    Box,
    Citation,
    Field,
    Flag,
    JobStatus,
    Presence,
    Row,
)

_WORDS = [
    "",
    " ",
    "total",
    "Straße",
    "a/b",
    "m~n",
    "~1",
    "007",
    "null",
    "12,5",
    "1\n2",
    "\u202f",
    "𝔸",
    "ß\u0301",
    "é",
    '"',
    "\\",
    "true",
]

#: Text as the gate lets it in, without NUL and half surrogate pairs: mostly words that are awkward somewhere.
texts = st.sampled_from(_WORDS) | st.text(
    st.characters(min_codepoint=1, max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=4
)

#: Keys that are awkward in a pointer come up often.
keys = st.sampled_from(["total", "a/b", "m~n", "", "0", "+1", "line items", "Straße", "__value__", "*"])

_TOKENS = [
    "12586.00",
    "1e5",
    "-0",
    "0.0",
    "1E+05",
    "-0.50",
    "12345678901234567890123",
    "0",
    "7",
    "1.234",
    "0.000",
    "-3E-07",
]

#: Number tokens in every spelling that JSON allows.
numbers = st.sampled_from(_TOKENS).map(Number) | st.integers(-(10**20), 10**20).map(lambda whole: Number(f"{whole}.50"))

scalars = st.none() | st.booleans() | numbers | texts


def json_trees(*, max_leaves: int = 8) -> st.SearchStrategy[Json]:
    """Any JSON tree in the normal form."""
    return cast(
        st.SearchStrategy[Json],
        st.recursive(
            scalars,
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
            max_leaves=max_leaves,
        ),
    )


_BOXES = [
    ["61.2", "100", "122.4", "112.50"],
    ["300", "200", "250", "190"],
    ["-5", "0", "0", "1e3"],
    ["0", "0", "0", "0"],
    ["12345678901234567890", "0.1", "0.2", "0.3"],
]
boxes = st.sampled_from([Box(*(Number(side) for side in sides)) for sides in _BOXES])
_sides = st.sampled_from([None, Number("612"), Number("792.0"), Number("0")])

citations = st.builds(
    Citation,
    page=st.sampled_from([None, -1, 0, 1, 2, 300]),
    boxes=st.lists(boxes, max_size=2).map(tuple),
    page_width=_sides,
    page_height=_sides,
    text=st.none() | texts,
    problem=st.sampled_from(["", "malformed", "no_page_size", "page"]),
)

_score_names = st.sampled_from(["grounding", "extraction", "score", "confidence", "parsing"])


@st.composite
def fields(draw: st.DrawFn) -> Field:
    """Facts of one field; citations only where they are said to be present."""
    presence = draw(st.sampled_from(Presence))
    cited = draw(st.lists(citations, min_size=1, max_size=2)) if presence is Presence.PRESENT else ()
    scores = draw(st.dictionaries(_score_names, st.none() | numbers, max_size=3))
    return Field(scores, tuple(cited), presence, draw(st.none() | texts))


@st.composite
def rows(draw: st.DrawFn, *, max_leaves: int = 8) -> Row:
    """A row whose facts and flags stand at addresses that its values have, or at keys that they lack."""
    values = draw(record_values() | json_trees(max_leaves=max_leaves))
    addresses = list(every_address(values))
    missing = [
        paths.child(at, "missing") for at, node in walk(values) if isinstance(node, dict) and "missing" not in node
    ]
    named = st.sampled_from(addresses + missing)
    codes = st.sampled_from(["missing_required_field", "format_mismatch", "low_confidence", "illegible"])
    return Row(
        key=draw(st.sampled_from(["0", "1", "b9d5c1d2-0000-4000-8000-000000000001"])),
        values=values,
        fields=draw(st.dictionaries(named, fields(), max_size=3)),
        status=draw(st.none() | st.sampled_from(JobStatus)),
        raw_status=draw(texts),
        confidence=draw(st.none() | numbers),
        flags=tuple(
            draw(
                st.lists(
                    st.builds(Flag, codes, st.none() | named, json_trees(max_leaves=3)),
                    max_size=3,
                )
            )
        ),
        file_name=draw(st.none() | texts),
        document_id=draw(st.none() | texts),
    )


def record_values() -> st.SearchStrategy[Json]:
    """Values as extraction yields them: named scalars, a list of like objects, a list of scalars."""
    line = st.fixed_dictionaries({"description": scalars, "amount": scalars})
    return cast(
        st.SearchStrategy[Json],
        st.fixed_dictionaries(
            {
                "total": scalars,
                "line_items": st.none() | st.lists(line, max_size=5),
                "tags": st.lists(scalars, max_size=4),
            }
        ),
    )


def walk(tree: Json, at: str = paths.ROOT) -> Iterator[tuple[str, Json]]:
    """Every node with its address, containers before what they hold."""
    yield at, tree
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from walk(value, paths.child(at, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from walk(value, paths.child(at, index))


def every_address(tree: Json) -> Iterator[str]:
    return (at for at, _ in walk(tree))


@st.composite
def edits_for(draw: st.DrawFn, row: Row, *, max_size: int = 6) -> list[Edit]:
    """Edits that fit `row`: verdicts on scalars, lines added (like their neighbours), removed and put in order.

    Every list of the row is a list of lines; a container is never replaced as a whole, as on the screen.
    """
    nodes = list(walk(row.values))
    leaves = [at for at, node in nodes if at and not isinstance(node, dict | list)]
    arrays = {
        at: [paths.child(at, index) for index in range(len(node))] for at, node in nodes if isinstance(node, list)
    }
    shapes = {at: node for at, node in nodes if isinstance(node, list)}
    edits: list[Edit] = []
    for _ in range(draw(st.integers(0, max_size))):
        about_lines: bool = draw(st.booleans())
        if arrays and about_lines:
            array = draw(st.sampled_from(sorted(arrays)))
            edit = draw(_line_edit(array, arrays[array], shapes[array]))
            if edit.kind is EditKind.LINE_ADDED:
                arrays[array] = [*dict.fromkeys([*arrays[array], edit.path])]
                inside = [at for at, node in walk(edit.value, edit.path) if not isinstance(node, dict | list)]
                leaves = [*dict.fromkeys([*leaves, *inside])]
            edits.append(edit)
        elif leaves:
            edits.append(draw(_verdict(draw(st.sampled_from(leaves)))))
    return edits


@st.composite
def _verdict(draw: st.DrawFn, path: str) -> Edit:
    kinds = [
        EditKind.APPROVED,
        EditKind.CORRECTED,
        EditKind.CLEARED,
        EditKind.ILLEGIBLE,
    ]
    kind = draw(st.sampled_from(kinds))
    if kind is not EditKind.CORRECTED:
        return Edit(path, kind)
    given = draw(st.none() | st.lists(citations, max_size=2).map(tuple))
    return Edit(path, kind, draw(scalars.filter(lambda value: value is not None)), given)


@st.composite
def _line_edit(draw: st.DrawFn, array: str, lines: list[str], held: list[Json]) -> Edit:
    kinds = [EditKind.LINE_ADDED, EditKind.LINES_COMPLETE]
    kind = draw(st.sampled_from([*kinds, EditKind.LINE_REMOVED, EditKind.LINE_ORDER] if lines else kinds))
    if kind is EditKind.LINE_ADDED:
        added = sum(line.rpartition("/")[2].startswith("+") for line in lines)
        return Edit(
            paths.child(array, f"+{added + 1}"),
            kind,
            draw(_like(held[0] if held else None)),
        )
    if kind is EditKind.LINE_REMOVED:
        return Edit(draw(st.sampled_from(lines)), kind)
    if kind is EditKind.LINE_ORDER:
        return Edit(array, kind, cast(Json, draw(st.permutations(lines))))
    return Edit(array, kind)


def _like(neighbour: Json) -> st.SearchStrategy[Json]:
    if isinstance(neighbour, dict):
        return cast(
            st.SearchStrategy[Json],
            st.fixed_dictionaries(dict.fromkeys(neighbour, scalars)),
        )
    return cast(st.SearchStrategy[Json], scalars)
