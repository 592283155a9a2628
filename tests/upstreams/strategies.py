"""What may an upstream send? Hypothesis strategies for the payloads of every kind: well-formed, odd, and made of the
contracts' own words in senseless places."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import strategies as st

from reviewapp.extraction import edit, paths
from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Json, Number, dump
from reviewapp.extraction.model import Payload, Row
from tests.extraction.strategies import edits_for, json_trees, numbers, scalars, texts, walk

names = st.sampled_from(
    ["total", "a/b", "m~n", "", "value", "score", "citation", "reasoning", "confidence", "0", "Straße"]
)
_page = st.sampled_from(["1", "2", "2.0", "2.5", "0", "-1", "1e300"]).map(Number) | st.sampled_from([None, "1", True])
_side = numbers | st.sampled_from([Number("612"), Number("792.0"), Number("0"), "612", None])
_score = st.sampled_from([Number("0.97"), Number("0.0"), Number("1"), None]) | st.sampled_from(["0.5", "high", True])


def objects(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Json]]:
    """An object with any of these members, in this order."""
    return st.fixed_dictionaries({}, optional=parts)


_bbox = st.lists(_side, min_size=3, max_size=5) | st.lists(numbers, min_size=4, max_size=4) | scalars
_citation = objects(bbox=_bbox, page=_page, page_width=_side, page_height=_side, text=texts, page_label=texts)
_evidence = st.one_of(
    st.fixed_dictionaries(
        {"score": objects(grounding_score=_score, extraction_score=_score)},
        optional={"citation": st.none() | _citation | st.lists(_citation, max_size=2), "tier": texts},
    ),
    st.fixed_dictionaries({"score": _score}, optional={"tier": texts}),
    st.fixed_dictionaries({"score": _score, "page_no": _page, "bboxes": st.lists(_citation, max_size=2) | st.none()}),
    st.just({}),
)


@st.composite
def _node(draw: st.DrawFn, depth: int) -> Json:
    """A value as Unsiloed sends it: mostly wrapped in one form or another, sometimes bare."""
    inner: Json
    kind = draw(st.sampled_from(["scalar", "scalar", "object", "lines", "list"])) if depth else "scalar"
    if kind == "object":
        inner = draw(st.dictionaries(names, _node(depth - 1), max_size=3))
    elif kind == "lines":
        columns = draw(st.lists(names, min_size=1, max_size=3, unique=True))
        inner = cast(Json, [{c: draw(_node(depth - 1)) for c in columns} for _ in range(draw(st.integers(0, 3)))])
    elif kind == "list":
        items = draw(st.lists(_node(depth - 1), max_size=3))
        inner = [{"__value__": item} for item in items] if draw(st.booleans()) else items
    else:
        inner = draw(scalars)
    if not draw(st.integers(0, 5)):
        return inner
    return {"value": inner, **draw(_evidence)}


_extract_head = {"job_id": texts.filter(bool), "status": st.sampled_from(["completed", "REVIEW", "processing", "x"])}
_metadata = objects(
    order=st.lists(names, max_size=3),
    schema=objects(properties=st.dictionaries(names, st.just({}), max_size=3)),
    page_count=_page,
)
_words = st.sampled_from(
    ["value", "score", "citation", "bboxes", "page_no", "bbox", "page", "__value__", "grounding_score", "a"]
)
_word_trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3), max_leaves=12
)


def _payload(tree: st.SearchStrategy[Any]) -> st.SearchStrategy[Payload]:
    return tree.map(lambda made: {"result": dump(made)})


extract_payloads = _payload(
    st.fixed_dictionaries(
        {**_extract_head, "metadata": _metadata, "result": st.dictionaries(names, _node(2), max_size=4)},
        optional={"file_name": texts, "error": st.none(), "review_note": json_trees(max_leaves=3)},
    )
)
#: The wrapper's own words anywhere: nothing that a vendor would send, but nothing may break either.
senseless_extract_payloads = _payload(
    st.fixed_dictionaries(
        {**_extract_head, "metadata": _metadata, "result": st.dictionaries(_words, _word_trees, max_size=3)}
    )
)

_class = texts | st.none()
_reading = {
    "classification": _class,
    "confidence": _score,
    "success": st.booleans(),
    "error": texts,
    "raw_result": texts,
}
classify_payloads = _payload(
    st.fixed_dictionaries(
        {
            "job_id": texts.filter(bool),
            "status": st.sampled_from(["completed", "failed", "processing"]),
            "result": st.fixed_dictionaries(
                {"classification": _class},
                optional={
                    **{key: made for key, made in _reading.items() if key != "classification"},
                    "page_results": st.none() | st.lists(objects(page=_page, **_reading), max_size=4),
                    "total_pages": _page,
                },
            ),
        },
        optional={"progress": texts, "error": st.none()},
    )
)

_flag = (
    st.sampled_from(
        ["missing_required_field:total", "format_mismatch:a/b", "new:total", "new:x", "plain", ":", "", "a:b:c"]
    )
    | objects(code=texts, field=names, severity=texts)
    | scalars
)
_record = st.fixed_dictionaries(
    {},
    optional={
        "total": scalars,
        "a/b": scalars,
        "line_items": st.lists(st.fixed_dictionaries({"description": scalars, "amount": scalars}), max_size=3),
        "tags": st.lists(scalars, max_size=3),
        "address": st.dictionaries(names, scalars, max_size=3),
    },
)
_ids = st.sampled_from(["r1", "r2", "0", "", None]) | st.just(Number("7"))
talonic_payloads = _payload(
    st.fixed_dictionaries(
        {
            "job_id": texts.filter(bool),
            "job_status": st.sampled_from(["complete", "processing", "odd"]),
            "data": st.lists(
                objects(
                    id=_ids,
                    document_id=_ids,
                    filename=texts,
                    status=st.sampled_from(["approved", "review", "new word", "", None]),
                    values=_record | json_trees(max_leaves=4),
                    confidence=_score,
                    validation_flags=st.none() | st.lists(_flag, max_size=3) | texts,
                    extra=json_trees(max_leaves=2),
                ),
                max_size=3,
            ),
        },
        optional={"total_rows": _page, "schema": st.none() | objects(id=texts, name=texts)},
    )
)

_xywh = st.fixed_dictionaries({"x": numbers, "y": numbers, "w": numbers, "h": numbers})
_llama_citation = objects(
    page=_page,
    matching_text=texts | st.none(),
    bounding_boxes=st.lists(_xywh | objects(x=_side, y=_side, w=_side, h=_side), max_size=2) | st.none(),
    page_dimensions=objects(width=_side, height=_side) | scalars,
    extra=scalars,
)
_leaf = objects(
    reasoning=texts | st.none(),
    confidence=_score,
    extraction_confidence=_score,
    parsing_confidence=_score,
    citation=st.none() | st.lists(_llama_citation, max_size=2) | _llama_citation,
    extra=scalars,
)


@st.composite
def _metadata_for(draw: st.DrawFn, value: Json) -> Json:
    """Metadata for a value: mostly as the vendor lays it, sometimes missing, cut short or of another shape."""
    if not draw(st.integers(0, 7)):
        return draw(_leaf | json_trees(max_leaves=3))
    if isinstance(value, dict):
        named = [name for name in value if draw(st.integers(0, 4))]
        beside = draw(st.sampled_from([{}, {}, {"reasoning": "VERBATIM EXTRACTION"}, {"unknown": {}}]))
        return {**beside, **{name: draw(_metadata_for(value[name])) for name in named}}
    if isinstance(value, list):
        made = [draw(_metadata_for(item)) for item in value]
        return made[: draw(st.integers(0, len(made)))] if not draw(st.integers(0, 4)) else made
    return draw(_leaf)


_llama_record = _record | st.dictionaries(names, scalars | _record, max_size=3)
_llama_data = _llama_record | st.lists(_llama_record | json_trees(max_leaves=4), max_size=3) | st.none()


@st.composite
def llamacloud_payloads(draw: st.DrawFn) -> Payload:
    data: Json = draw(_llama_data)
    where = draw(st.sampled_from(["field", "page", "document", "beside", "none"]))
    fields: Json = draw(_metadata_for(data))
    about: dict[str, Json] = {
        "field": {"field_metadata": fields, "usage": {"num_pages_extracted": Number("1")}},
        "page": {"field_metadata": {"document_metadata": None, "page_metadata": fields, "row_metadata": None}},
        "document": {"field_metadata": {"document_metadata": fields, "page_metadata": None}},
        "beside": {"row_metadata": fields},
        "none": {},
    }[where]
    tree: dict[str, Json] = {"data": data, "run_id": "run-1", "extraction_agent_id": "agent-1"}
    tree[draw(st.sampled_from(["extraction_metadata", "extract_metadata"]))] = draw(
        st.just(about) | st.sampled_from([None, {}])
    )
    return {"result": dump(tree), "sidecar": '{"job_id": "job-1", "status": "SUCCESS"}'}


@st.composite
def llamacloud_v2_payloads(draw: st.DrawFn) -> Payload:
    data: Json = draw(_llama_data)
    fields: Json = draw(_metadata_for(data))
    by_row: Json = draw(st.just(fields) | st.lists(_leaf | st.none(), max_size=3))
    about: dict[str, Json] = {
        "document": {"field_metadata": {"document_metadata": fields, "page_metadata": None, "row_metadata": None}},
        "page": {"field_metadata": {"document_metadata": None, "page_metadata": by_row, "row_metadata": None}},
        "row": {"field_metadata": {"row_metadata": by_row}, "parse_job_id": "pjb-1", "parse_tier": "agentic"},
        "flat": {"field_metadata": fields},
        "nothing": {"field_metadata": draw(st.none() | st.just({}) | scalars)},
    }[draw(st.sampled_from(["document", "page", "row", "flat", "nothing"]))]
    tree: dict[str, Json] = {"id": "ext-1", "status": draw(st.sampled_from(["COMPLETED", "RUNNING", "odd"]))}
    tree[draw(st.sampled_from(["file_input", "document_input_value"]))] = "dfl-1"
    tree["extract_result"] = data
    if draw(st.integers(0, 5)):
        tree["extract_metadata"] = draw(st.just(about) | st.none())
    if draw(st.booleans()):
        tree["configuration"] = {"data_schema": draw(st.just({"type": "object"}) | json_trees(max_leaves=2))}
    return {"result": dump(tree)}


@st.composite
def edited(draw: st.DrawFn, row: Row) -> Row:
    """A row after a person's verdicts, some of which replace a single value by a whole structure."""
    edits = draw(edits_for(row))
    leaves = [at for at, node in walk(row.values) if at and not isinstance(node, dict | list)]
    if leaves and not draw(st.integers(0, 3)):
        value = draw(json_trees(max_leaves=4) | _word_trees)
        edits = [Edit(draw(st.sampled_from(leaves)), EditKind.CORRECTED, value), *edits]
    if isinstance(row.values, dict) and not draw(st.integers(0, 3)):
        edits = [Edit(paths.join("a field of a flag"), EditKind.CORRECTED, draw(scalars)), *edits]
    try:
        return edit.apply(row, edits).row
    except edit.BadEdit:
        return row  # an edit below a value that another one replaced
