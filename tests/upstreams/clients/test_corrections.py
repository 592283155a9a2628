"""Do the changes that are written back lead from what was read to what was decided, whatever a person did?"""

from __future__ import annotations

import pytest

from reviewapp.extraction import jsontext
from reviewapp.extraction.edit import Edit, EditKind, apply
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Row
from reviewapp.upstreams import corrections
from reviewapp.upstreams.clients import Change
from tests.upstreams.clients.scripted import ROW, correction

BASE = jsontext.parse(
    '{"total":12586.00,"vendor":"Acme","a/b":"x","buyer":{"name":"B","zip":null},'
    '"lines":[{"q":1,"p":"a"},{"q":2,"p":"b"}],"tags":["u","v"]}'
)


def decided(*edits: Edit) -> tuple[Json, tuple[Change, ...]]:
    """What a person's edits make of the row, and the changes that stand for them."""
    row = apply(Row(key="0", values=BASE), list(edits)).row.values
    verbs = {EditKind.APPROVED, EditKind.CORRECTED, EditKind.CLEARED, EditKind.ILLEGIBLE}
    return row, tuple(Change(one.path, one.kind.value, one.value, None) for one in edits if one.kind in verbs)


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(one.path, one.verb, jsontext.dump(one.value)) for one in changes]


def replay(changes: tuple[Change, ...], base: Json) -> Json:
    """What a vendor holds that makes each change, in order, at a JSON Pointer of its own tree."""
    made = jsontext.parse(jsontext.dump(base))
    for change in changes:
        if change.verb == corrections.APPROVED:
            continue
        value = change.value if change.verb == corrections.CORRECTED else None
        if change.path == "":
            made = value
            continue
        *way, last = change.path[1:].replace("~1", "\x00").split("/")
        node: Json = made
        for step in (one.replace("\x00", "/") for one in way):
            node = node[int(step)] if isinstance(node, list) else node[step]  # type: ignore[index, call-overload]
        if isinstance(node, list):
            node[int(last)] = value
        else:
            node[last.replace("\x00", "/")] = value  # type: ignore[index, call-overload]
    return made


CASES: dict[str, tuple[tuple[Edit, ...], list[tuple[str, str, str]]]] = {
    "nothing": ((), []),
    "approved": ((Edit("/total", EditKind.APPROVED),), [("/total", "approved", "null")]),
    "corrected": ((Edit("/total", EditKind.CORRECTED, Number("12568.00")),), [("/total", "corrected", "12568.00")]),
    "cleared": ((Edit("/vendor", EditKind.CLEARED),), [("/vendor", "cleared", "null")]),
    "illegible": ((Edit("/vendor", EditKind.ILLEGIBLE),), [("/vendor", "illegible", "null")]),
    "a slash in a name": ((Edit("/a~1b", EditKind.CORRECTED, "y"),), [("/a~1b", "corrected", '"y"')]),
    "below": ((Edit("/buyer/zip", EditKind.CORRECTED, "1"),), [("/buyer/zip", "corrected", '"1"')]),
    "in a line": (
        (Edit("/lines/0/q", EditKind.APPROVED), Edit("/lines/1/p", EditKind.CORRECTED, "c")),
        [("/lines/0/q", "approved", "null"), ("/lines/1/p", "corrected", '"c"')],
    ),
    "in a list": ((Edit("/tags/1", EditKind.CORRECTED, "w"),), [("/tags/1", "corrected", '"w"')]),
    "a line removed": (
        (Edit("/lines/0", EditKind.LINE_REMOVED), Edit("/lines/1/q", EditKind.CORRECTED, Number("3"))),
        [("/lines", "corrected", '[{"q":3,"p":"b"}]')],
    ),
    "a line added": (
        (Edit("/lines/+1", EditKind.LINE_ADDED, {"q": Number("9"), "p": "z"}), Edit("/total", EditKind.APPROVED)),
        [
            ("/total", "approved", "null"),
            ("/lines", "corrected", '[{"q":1,"p":"a"},{"q":2,"p":"b"},{"q":9,"p":"z"}]'),
        ],
    ),
    "one removed, one added": (
        (
            Edit("/lines/0", EditKind.LINE_REMOVED),
            Edit("/lines/+1", EditKind.LINE_ADDED, {"q": Number("9"), "p": "z"}),
            Edit("/lines/1/p", EditKind.APPROVED),
        ),
        [("/lines", "corrected", '[{"q":2,"p":"b"},{"q":9,"p":"z"}]')],
    ),
    "lines moved": (
        (Edit("/lines", EditKind.LINE_ORDER, ["/lines/1", "/lines/0"]),),
        [("/lines", "corrected", '[{"q":2,"p":"b"},{"q":1,"p":"a"}]')],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_vendor_ends_with_what_was_decided(name: str) -> None:
    edits, expected = CASES[name]
    row, changes = decided(*edits)
    planned = corrections.plan(correction(*changes, base=BASE, row=row))
    assert told(planned) == expected
    assert jsontext.equal(replay(planned, BASE), row)


@pytest.mark.parametrize(
    ("base", "row", "changes", "expected"),
    [
        # A field that was not read at all, and one that is gone.
        ({"a": "1"}, {"a": "1", "b": "2"}, (Change("/b", "corrected", "2", None),), [("/b", "corrected", '"2"')]),
        ({"a": "1"}, {"a": "1", "b": "2"}, (), [("/b", "corrected", '"2"')]),
        ({"a": "1", "b": "2"}, {"a": "1"}, (), [("/b", "cleared", "null")]),
        # Rows that are no objects.
        ("x", "y", (Change("", "corrected", "y", "x"),), [("", "corrected", '"y"')]),
        (["x"], ["x", "y"], (Change("/+1", "approved", None, None),), [("", "corrected", '["x","y"]')]),
        (None, {"a": "1"}, (), [("", "corrected", '{"a":"1"}')]),
        # A change that contradicts the row: the row counts.
        ({"a": "1"}, {"a": "3"}, (Change("/a", "corrected", "2", "1"),), [("/a", "corrected", '"3"')]),
    ],
)
def test_odd_rows(base: Json, row: Json, changes: tuple[Change, ...], expected: list[tuple[str, str, str]]) -> None:
    assert told(corrections.plan(correction(*changes, base=base, row=row))) == expected


def test_top_level_values_are_whole_and_as_decided() -> None:
    row, changes = decided(
        Edit("/lines/1/p", EditKind.CORRECTED, "c"),
        Edit("/vendor", EditKind.CLEARED),
        Edit("/total", EditKind.APPROVED),
        Edit("/buyer/zip", EditKind.ILLEGIBLE),
    )
    values = corrections.top_level(correction(*changes, base=BASE, row=row))
    assert jsontext.dump(values) == (  # type: ignore[arg-type]
        '{"vendor":null,"buyer":{"name":"B","zip":null},"lines":[{"q":1,"p":"a"},{"q":2,"p":"c"}]}'
    )


@pytest.mark.parametrize(
    ("given", "outcome", "said"),
    [
        ("", "approved", f"approved by review (reviewapp row {ROW})"),
        ("  blurred\nscan ", "rejected", f"blurred scan (reviewapp row {ROW})"),
    ],
)
def test_every_reason_names_our_row(given: str, outcome: str, said: str) -> None:
    assert corrections.reason(correction(base={}, row={}, outcome=outcome, reason=given)) == said
