"""Is every adapter a lens on the vendor's payload? Design law 1, on payloads as they may come and rows as people make them."""

from __future__ import annotations

import os
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Kind, NotAResult, Payload, Row
from reviewapp.upstreams import registry
from reviewapp.upstreams.adapter import MAIN, Adapter, NoSuchRow
from tests.upstreams import strategies as made

#: More examples for a long look: REVIEWAPP_EXAMPLES=1000.
SLOW = settings(max_examples=int(os.environ.get("REVIEWAPP_EXAMPLES", "40")), suppress_health_check=list(HealthCheck))
PAYLOADS = {
    "unsiloed_extract": (Kind.UNSILOED_EXTRACT, made.extract_payloads),
    "unsiloed_extract, senseless": (Kind.UNSILOED_EXTRACT, made.senseless_extract_payloads),
    "unsiloed_classify": (Kind.UNSILOED_CLASSIFY, made.classify_payloads),
    "talonic": (Kind.TALONIC, made.talonic_payloads),
    "llamacloud": (Kind.LLAMACLOUD, made.llamacloud_payloads()),
    "llamacloud_v2": (Kind.LLAMACLOUD_V2, made.llamacloud_v2_payloads()),
}
every_kind = pytest.mark.parametrize(("kind", "payloads"), PAYLOADS.values(), ids=PAYLOADS)


def rows_of(adapter: Adapter, payload: Payload) -> dict[str, Row]:
    """The rows of a payload by key; the example is passed over when it is no result of this kind."""
    try:
        snapshot = adapter.parse(payload)
    except NotAResult:
        assume(False)
        raise
    rows = {row.key: row for row in snapshot.rows}
    assert len(rows) == len(snapshot.rows), "two rows with one key"
    return rows


def assert_lens(adapter: Adapter, payload: Payload, rows: Mapping[str, Row]) -> None:
    """The laws for some rows of a payload after review."""
    read = {row.key: row for row in adapter.parse(payload).rows}
    assert adapter.compose(payload, read) == payload
    composed = adapter.compose(payload, rows)
    assert {name: composed[name] for name in payload if name != "result"} == {
        name: text for name, text in payload.items() if name != "result"
    }
    reread = {row.key: row for row in adapter.parse(composed).rows}
    assert list(reread) == list(read)
    for key in read:
        assert reread[key] == (adapter.expressible(rows[key], payload) if key in rows else read[key])
    assert adapter.compose(composed, rows) == composed


@every_kind
def test_what_was_read_composes_into_the_very_same_payload(kind: Kind, payloads: st.SearchStrategy[Payload]) -> None:
    @SLOW
    @given(payloads)
    def law(payload: Payload) -> None:
        adapter = registry.adapter(kind)
        rows = rows_of(adapter, payload)
        assert adapter.compose(payload, rows) == payload
        spaced = {**payload, MAIN: f"\n  {payload[MAIN]}\n"}
        assert adapter.compose(spaced, rows) == spaced, "not one sign is written anew where nothing differs"
        assert all(adapter.expressible(row, payload) == row for row in rows.values())

    law()


@every_kind
def test_a_reviewed_row_is_read_back_as_far_as_its_shape_can_say_it(
    kind: Kind, payloads: st.SearchStrategy[Payload]
) -> None:
    @SLOW
    @given(payloads, st.data())
    def law(payload: Payload, data: st.DataObject) -> None:
        adapter = registry.adapter(kind)
        rows = rows_of(adapter, payload)
        chosen = [key for key in rows if data.draw(st.booleans())]
        assert_lens(adapter, payload, {key: data.draw(made.edited(rows[key])) for key in chosen})

    law()


@pytest.mark.parametrize("kind", [Kind.UNSILOED_EXTRACT, Kind.TALONIC, Kind.LLAMACLOUD, Kind.LLAMACLOUD_V2])
def test_every_value_that_a_person_gives_can_be_said(kind: Kind) -> None:
    @SLOW
    @given(next(payloads for found, payloads in PAYLOADS.values() if found is kind), st.data())
    def law(payload: Payload, data: st.DataObject) -> None:
        adapter = registry.adapter(kind)
        rows = rows_of(adapter, payload)
        assume(rows)
        row = data.draw(made.edited(data.draw(st.sampled_from(list(rows.values())))))
        again = {each.key: each for each in adapter.parse(adapter.compose(payload, {row.key: row})).rows}
        assert jsontext.equal(_in_order(again[row.key].values), _in_order(row.values))

    law()


@every_kind
def test_the_payload_says_the_same_job_after_a_review(kind: Kind, payloads: st.SearchStrategy[Payload]) -> None:
    @settings(SLOW, max_examples=50)
    @given(payloads, st.data())
    def law(payload: Payload, data: st.DataObject) -> None:
        adapter = registry.adapter(kind)
        rows = {key: data.draw(made.edited(row)) for key, row in rows_of(adapter, payload).items()}
        before, after = adapter.parse(payload), adapter.parse(adapter.compose(payload, rows))
        assert (after.job_id, after.raw_status, after.schema) == (before.job_id, before.raw_status, before.schema)
        assert (after.total_rows, after.page_count, after.field_order) == (
            before.total_rows,
            before.page_count,
            before.field_order,
        )

    law()


@pytest.mark.parametrize("kind", Kind)
def test_a_row_that_the_payload_does_not_hold_is_refused(kind: Kind) -> None:
    text = {
        Kind.UNSILOED_EXTRACT: '{"job_id":"j","status":"completed","metadata":{},"result":{}}',
        Kind.UNSILOED_CLASSIFY: '{"job_id":"j","status":"completed","result":{"classification":"a"}}',
        Kind.TALONIC: '{"job_id":"j","job_status":"complete","data":[{"id":"r1","values":{}}]}',
        Kind.LLAMACLOUD: '{"data":{"a":1},"run_id":"j","extraction_metadata":{}}',
        Kind.LLAMACLOUD_V2: '{"id":"j","status":"COMPLETED","extract_result":{"a":1}}',
    }[kind]
    adapter = registry.adapter(kind)
    stray = Row(key="somewhere else", values={})
    with pytest.raises(NoSuchRow):
        adapter.compose({"result": text}, {stray.key: stray})
    with pytest.raises(NoSuchRow):
        adapter.expressible(stray, {"result": text})


def test_the_laws_find_an_adapter_that_forgets_a_citation() -> None:
    """A negative control: the law fails on a lens that says less than it promises."""
    honest = registry.adapter(Kind.UNSILOED_EXTRACT)
    payload = {
        "result": '{"job_id":"j","status":"completed","metadata":{},"result":{"a":{"value":1,"score":{"extraction_score":1},'
        '"citation":{"bbox":[1,2,3,4],"page":1,"page_width":612,"page_height":792}}}}'
    }

    def forgetful(given: Payload, rows: Mapping[str, Row]) -> Payload:
        text = honest.compose(given, rows)["result"]
        return {"result": text.replace('"page":1', '"page":2')}

    broken = Adapter(honest.kind, "", (), (), honest.parse, forgetful, honest.expressible)
    row = honest.parse(payload).rows[0]
    assert_lens(honest, payload, {"0": row})
    with pytest.raises(AssertionError):
        assert_lens(broken, payload, {"0": row})


def _in_order(tree: Json) -> Json:
    if isinstance(tree, dict):
        return {key: _in_order(tree[key]) for key in sorted(tree)}
    return [_in_order(item) for item in tree] if isinstance(tree, list) else tree
