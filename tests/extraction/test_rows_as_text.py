"""A row comes back from its texts exactly, and the fingerprint sees what counts and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.extraction.codec import BadFacts, fingerprint, row_from_text, row_to_text
from reviewapp.extraction.jsontext import Json, Number, dump, parse
from reviewapp.extraction.model import (
    Box,
    Citation,
    Field,
    Flag,
    JobStatus,
    Presence,
    Row,
)
from tests.extraction.strategies import json_trees, rows

N = Number
few = settings(max_examples=50, deadline=None)

ROW = Row(
    key="0",
    values={"total": N("12586.00"), "po": None, "tags": ["a", "b"]},
    fields={
        "/total": Field({"grounding": N("0.0"), "extraction": None}, (), Presence.NULL),
        "/po": Field(
            {"score": N("0.9")},
            (Citation(1, (Box(N("1"), N("2"), N("3"), N("4.0")),), N("612"), N("792")),),
        ),
    },
    status=JobStatus.REVIEW,
    raw_status="review",
    confidence=N("0.5"),
    flags=(Flag("format_mismatch", "/total", "format_mismatch:total"),),
    file_name="a.pdf",
    document_id="d1",
)


@few
@given(rows())
def test_a_row_comes_back_exactly(row: Row) -> None:
    values_text, facts_text = row_to_text(row)
    again = row_from_text(key=row.key, values_text=values_text, facts_text=facts_text)
    assert again == row
    assert list(map(dump, [again.values])) == [dump(row.values)], "keys in their order, numbers by their text"
    assert row_to_text(again) == (values_text, facts_text)


@few
@given(rows())
def test_the_texts_do_not_depend_on_the_order_in_which_facts_were_gathered(
    row: Row,
) -> None:
    turned = {
        path: replace(field, scores=dict(reversed(list(field.scores.items()))))
        for path, field in reversed(list(row.fields.items()))
    }
    assert row_to_text(replace(row, fields=turned)) == row_to_text(row)


def test_absent_null_and_zero_are_kept_apart() -> None:
    texts = {
        row_to_text(replace(ROW, fields={"/total": Field(scores, (), presence)}))[1]
        for scores in (
            {},
            {"grounding": None},
            {"grounding": N("0.0")},
            {"grounding": N("0")},
        )
        for presence in Presence
    }
    assert len(texts) == 12


def test_the_facts_are_versioned() -> None:
    assert json.loads(row_to_text(ROW)[1])["v"] == 1


@pytest.mark.parametrize(
    "facts_text",
    [
        '{"v":2}',
        "{}",
        "[]",
        "",
        '{"v":1}',
        row_to_text(ROW)[1].replace('"review"', '"no such status"'),
        row_to_text(ROW)[1].replace('[["format_mismatch"', '[["format_mismatch","x","y"'),
    ],
)
def test_facts_that_we_did_not_write_are_refused(facts_text: str) -> None:
    with pytest.raises(BadFacts):
        row_from_text(key="0", values_text="{}", facts_text=facts_text)


def test_facts_longer_than_any_payload_are_still_read() -> None:
    fields = {f"/values/{n}": Field({"score": N("0.5"), "extraction": None}) for n in range(60_000)}
    row = replace(ROW, fields=fields)
    values_text, facts_text = row_to_text(row)
    assert row_from_text(key="0", values_text=values_text, facts_text=facts_text) == row


@pytest.mark.parametrize(
    "changed",
    [
        replace(ROW, values={**ROW.values, "total": N("12586.0")}),  # type: ignore[dict-item]
        replace(ROW, values={**ROW.values, "tags": ["b", "a"]}),  # type: ignore[dict-item]
        replace(ROW, values={"total": N("12586.00"), "tags": ["a", "b"]}),
        replace(
            ROW,
            fields={
                **ROW.fields,
                "/total": Field({"grounding": None, "extraction": None}, (), Presence.NULL),
            },
        ),
        replace(
            ROW,
            fields={
                **ROW.fields,
                "/total": Field({"grounding": N("0.0")}, (), Presence.NULL),
            },
        ),
        replace(
            ROW,
            fields={
                **ROW.fields,
                "/total": replace(ROW.fields["/total"], citation_presence=Presence.ABSENT),
            },
        ),
        replace(ROW, fields={**ROW.fields, "/po": Field({"score": N("0.9")})}),
        replace(ROW, flags=()),
        replace(ROW, status=JobStatus.COMPLETED),
        replace(ROW, raw_status="REVIEW"),
        replace(ROW, confidence=None),
        replace(ROW, file_name="b.pdf"),
        replace(ROW, document_id=None),
    ],
)
def test_the_fingerprint_sees_every_change_of_content(changed: Row) -> None:
    assert fingerprint(changed, None) != fingerprint(ROW, None)


def test_the_fingerprint_sees_the_schema() -> None:
    found = {fingerprint(ROW, schema) for schema in (None, "{}", '{"required":["total"]}', "not JSON")}
    assert len(found) == 4


def test_keys_in_another_order_are_the_same_row() -> None:
    turned = replace(ROW, values=parse('{"tags":["a","b"],"po":null,"total":12586.00}'))
    assert fingerprint(turned, '{ "b": 1, "a": 2 }') == fingerprint(ROW, '{"a":2,"b":1}')


@few
@given(rows(), json_trees())
def test_the_order_of_keys_is_no_change(row: Row, schema: Json) -> None:
    turned = replace(row, values=_turned(row.values))
    assert fingerprint(turned, dump(_turned(schema))) == fingerprint(row, dump(schema))


@few
@given(rows(), rows())
def test_two_rows_are_the_same_only_when_their_content_is(one: Row, other: Row) -> None:
    same = fingerprint(one, None) == fingerprint(other, None)
    texts = [(dump(_in_order(row.values)), row_to_text(row)[1]) for row in (one, other)]
    assert same == (texts[0] == texts[1])


@few
@given(st.data())
def test_one_changed_token_changes_the_fingerprint(data: st.DataObject) -> None:
    row = data.draw(rows())
    other = data.draw(json_trees())
    same = dump(_in_order(other)) == dump(_in_order(row.values))
    assert (fingerprint(replace(row, values=other), None) == fingerprint(row, None)) == same


def test_the_fingerprint_is_hex_sha256() -> None:
    found = fingerprint(ROW, None)
    assert len(found) == 64
    assert int(found, 16)


def test_values_keep_awkward_tokens() -> None:
    text = '{"b":12586.00,"a":1e5,"c":-0,"d":"007","e":12345678901234567890,"f":[],"g":{}}'
    row = replace(ROW, values=parse(text))
    assert row_to_text(row)[0] == text


def _turned(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _turned(value) for key, value in reversed(list(tree.items()))}
    return [_turned(item) for item in tree] if isinstance(tree, list) else tree


def _in_order(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _in_order(tree[key]) for key in sorted(tree)}
    return [_in_order(item) for item in tree] if isinstance(tree, list) else tree
