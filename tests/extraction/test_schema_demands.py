"""What a schema demands of values: complaints with their addresses, whatever the schema; nothing fetched, nothing hung."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewapp.extraction.jsontext import Json, Number, dump, parse
from reviewapp.extraction.schema import Complaint, Schema, SchemaNode, check
from tests.extraction.strategies import json_trees

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

INVOICE = Schema.parse(
    json.dumps(
        {
            "type": "object",
            "required": ["number", "total", "line_items"],
            "properties": {
                "number": {
                    "type": "string",
                    "title": "Invoice number",
                    "description": "As printed",
                    "pattern": "^[A-Z]",
                },
                "total": {"$ref": "#/$defs/money"},
                "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "title": "Due"},
                "currency": {"enum": ["EUR", "CHF", None]},
                "paid": {"type": ["boolean", "null"]},
                "line_items": {
                    "type": "array",
                    "items": {"allOf": [{"$ref": "#/$defs/line"}, {"required": ["amount"]}]},
                },
            },
            "$defs": {
                "money": {"type": "number", "description": "An amount"},
                "line": {
                    "type": "object",
                    "properties": {"amount": {"$ref": "#/$defs/money"}, "n": {"type": "integer"}},
                },
            },
        }
    )
)


def found(values: str, schema: Schema = INVOICE) -> list[tuple[str, str]]:
    return [(complaint.path, complaint.code) for complaint in check(parse(values), schema)]


def test_good_values_bring_no_complaint() -> None:
    values = '{"number":"A1","total":1.50,"due":null,"currency":"EUR","paid":null,"line_items":[{"amount":1e1,"n":3.0}],"x":1}'
    assert found(values) == []


def test_every_complaint_names_its_address_in_document_order() -> None:
    values = '{"number":"a1","due":"2026-13-01","currency":"USD","paid":"no","line_items":[{"n":1.5},{"amount":"1"},3]}'
    assert found(values) == [
        ("/total", "missing_required"),
        ("/number", "pattern_mismatch"),
        ("/due", "format_mismatch"),
        ("/currency", "enum_mismatch"),
        ("/paid", "type_mismatch"),
        ("/line_items/0/amount", "missing_required"),
        ("/line_items/0/n", "type_mismatch"),
        ("/line_items/1/amount", "type_mismatch"),
        ("/line_items/2", "type_mismatch"),
    ]


def test_null_is_missing_only_where_a_value_is_demanded() -> None:
    assert found('{"number":null,"total":null,"line_items":null,"due":null,"currency":null}') == [
        ("/number", "missing_required"),
        ("/total", "missing_required"),
        ("/line_items", "missing_required"),
    ]
    allowed = Schema.parse('{"required":["a"],"properties":{"a":{"type":["string","null"]}}}')
    assert found('{"a":null}', allowed) == []
    assert found("{}", allowed) == [("/a", "missing_required")]


def test_a_complaint_says_what_is_demanded() -> None:
    assert Complaint("/total", "missing_required", "number") in check(parse("{}"), INVOICE)
    values = parse('{"number":"A","total":1,"line_items":[],"currency":"x"}')
    assert check(values, INVOICE) == [Complaint("/currency", "enum_mismatch", "EUR, CHF")]


def test_keys_that_are_awkward_in_a_pointer_are_escaped() -> None:
    schema = Schema.parse('{"required":["a/b","m~n"],"properties":{"a/b":{"type":"string"}}}')
    assert found('{"a/b":1}', schema) == [("/m~0n", "missing_required"), ("/a~1b", "type_mismatch")]
    assert schema.node("/a~1b") is not None


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '"x"', "null", "true", "{}", '{"...":"..."}', '{"a":1,"a":2}', "[" * 200]
)
def test_a_schema_that_says_nothing_or_is_broken_demands_nothing(text: str | None) -> None:
    schema = Schema.parse(text)
    assert check(parse('{"a":[1,null,{"b":"c"}]}'), schema) == []
    assert bool(schema.problem) == (text not in (None, "{}", "true", '{"...":"..."}'))


@pytest.mark.parametrize(
    "text",
    [
        '{"type":5,"required":"a","properties":[],"items":3,"enum":{},"pattern":7,"format":[],"title":1,"anyOf":"x"}',
        '{"type":"currency","required":[1,null],"properties":{"a":7,"b":null,"c":true,"d":false}}',
        '{"allOf":[1,null,"x",[]],"$ref":7,"oneOf":[],"additionalProperties":"yes"}',
        '{"$ref":"#/nowhere"}',
        '{"$ref":"#/a~2"}',
        '{"$ref":"x/$defs/text","$defs":{"text":{"type":"string"}}}',
        '{"$ref":"#/%zz/99999999999999999999999999"}',
        '{"$schema":"https://unknown.example/draft","$id":"urn:x","required":true}',
    ],
)
def test_keywords_of_the_wrong_form_are_not_there(text: str) -> None:
    assert check(parse('{"a":[1,null,{"b":"c"}],"b":1,"c":null,"d":"x"}'), Schema.parse(text)) == []


@given(json_trees(), json_trees())
def test_any_json_as_schema_is_survived(schema: Json, values: Json) -> None:
    check(values, Schema.parse(dump(schema)))


_words = st.sampled_from(
    [
        "type",
        "properties",
        "items",
        "required",
        "enum",
        "format",
        "pattern",
        "anyOf",
        "allOf",
        "$ref",
        "const",
        "nullable",
    ]
)
_things = st.sampled_from(["string", "null", "number", "date", "#", "#/properties/a", "a", "(", True, None, ["a"]])
_schemas = st.recursive(
    _things,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words | st.just("a"), inner, max_size=4),
    max_leaves=12,
)


@given(
    _schemas,
    st.recursive(st.none() | st.just("a"), lambda x: st.dictionaries(st.just("a"), x) | st.lists(x, max_size=2)),
)
def test_schema_words_in_any_place_are_survived(schema: Any, values: Any) -> None:
    check(values, Schema.parse(json.dumps(schema)))


def test_a_pattern_that_does_not_compile_is_named_and_the_schema_is_not_lost() -> None:
    schema = Schema.parse(
        '{"properties":{"a":{"type":"string","pattern":"(?=x)"},"b":{"pattern":"["},"c":{"type":"string"}}}'
    )
    assert found('{"a":"x","b":"y","c":1}', schema) == [
        ("/a", "pattern_not_checked"),
        ("/b", "pattern_not_checked"),
        ("/c", "type_mismatch"),
    ]


def test_an_unknown_format_is_no_complaint() -> None:
    assert found('{"a":"x"}', Schema.parse('{"properties":{"a":{"format":"currency"}}}')) == []


def node(path: str, schema: Schema = INVOICE) -> SchemaNode:
    known = schema.node(path)
    assert known is not None
    return known


def test_a_place_is_known_by_address_and_by_pattern() -> None:
    for path in ("/line_items/0/amount", "/line_items/*/amount", "/line_items/+1/amount", "/line_items/700/amount"):
        assert node(path).types == frozenset({"number"})
        assert node(path).required
        assert node(path).description == "An amount"
    assert INVOICE.node("/nowhere") is None
    assert INVOICE.node("/number/x") is None
    assert INVOICE.node("/line_items/x") is None


def test_a_place_says_what_the_screen_needs() -> None:
    assert node("").properties == ("number", "total", "due", "currency", "paid", "line_items")
    assert (node("/number").title, node("/number").pattern) == ("Invoice number", "^[A-Z]")
    assert (node("/due").title, node("/due").format, node("/due").nullable) == ("Due", "date", True)
    assert node("/due").types == frozenset({"string"})
    assert node("/currency").enum == ("EUR", "CHF")
    assert node("/currency").nullable
    assert not node("/total").nullable
    assert node("/line_items").has_items
    assert not node("/due").required


def test_it_can_be_asked_what_is_required() -> None:
    assert "/total" in INVOICE.required
    assert "/line_items/*/amount" in INVOICE.required
    assert "/line_items/2/n" not in INVOICE.required
    assert "total" not in INVOICE.required


def test_alternatives_demand_only_what_all_of_them_demand() -> None:
    schema = Schema.parse(
        '{"oneOf":[{"type":"object","required":["a","b"],"properties":{"a":{"type":"string"}}},'
        '{"type":"object","required":["a"],"properties":{"a":{"type":"number"}}},{"type":"array"}]}'
    )
    assert found('{"a":1}', schema) == []
    assert found('{"a":"x"}', schema) == []
    assert found('{"a":true}', schema) == [("/a", "type_mismatch")]
    assert found('"x"', schema) == [("", "type_mismatch")]
    assert found("[1]", schema) == []


def test_what_all_must_agree_on_is_demanded_together() -> None:
    schema = Schema.parse('{"allOf":[{"enum":["a","b"]},{"enum":["b","c"]},{"type":"string"}],"pattern":"^.$"}')
    assert node("", schema).enum == ("b",)
    assert found('"a"', schema) == [("", "enum_mismatch")]


def test_numbers_are_equal_by_value_where_options_are_compared() -> None:
    schema = Schema.parse('{"enum":[1, 2.50, true]}')
    assert found("1.0", schema) == []
    assert found("2.5", schema) == []
    assert found("true", schema) == []
    assert found("false", schema) == [("", "enum_mismatch")]


def test_the_same_text_is_read_once() -> None:
    assert Schema.parse('{"type":"string"}') is Schema.parse('{"type":"string"}')


# A schema that jsonschema-rs can judge as a whole is the oracle for the walk of our own.

_leaf_schemas = st.sampled_from(
    [
        *({"type": name} for name in ("string", "number", "integer", "boolean")),
        *({"enum": ["a", 1]}, {}, {"type": ["string", "null"]}),
        *({"type": "string", "format": "date"}, {"type": "string", "pattern": "^a"}),
    ]
)
_names = st.sampled_from(["a", "b"])
_whole_schemas = st.recursive(
    _leaf_schemas,
    lambda inner: (
        st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.dictionaries(_names, inner, max_size=2),
                "required": st.lists(_names, max_size=2, unique=True),
            }
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)})
    ),
    max_leaves=6,
)
_plain_values = st.recursive(
    st.sampled_from(["a", "b", "2026-12-31", True, 1, 2, Decimal("1.5"), Decimal("1.0")]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_names, inner, max_size=2),
    max_leaves=6,
)


def _as_tree(plain: Any) -> Json:
    if isinstance(plain, dict):
        return {key: _as_tree(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_as_tree(item) for item in plain]
    return Number(str(plain)) if isinstance(plain, int | Decimal) and not isinstance(plain, bool) else plain


def _contradicts_itself(schema: Any) -> bool:
    """Where allOf leaves no type or option at all, we demand the first rather than refuse everything."""
    return "allOf" in json.dumps(schema)


@settings(max_examples=300, deadline=None)
@given(_whole_schemas, _plain_values)
def test_the_verdict_is_that_of_a_whole_validator(schema: dict[str, Any], values: Any) -> None:
    ours = check(_as_tree(values), Schema.parse(json.dumps(schema)))
    valid = jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(values)
    if _contradicts_itself(schema):
        assert not (valid and ours), "what is valid brings no complaint"
    else:
        assert valid == (not ours)


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server that notes whoever asks it for a schema."""
    visits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type":"string"}')

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/s.json", visits
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _with_reference(target: str) -> dict[str, Any]:
    return {"$schema": target, "$id": target, "properties": {"a": {"$ref": target}, "b": {"type": "string"}}}


def test_nothing_is_fetched(canary: tuple[str, list[str]], tmp_path: Path) -> None:
    address, visits = canary
    planted = tmp_path / "planted.json"
    planted.write_text('{"type":"string"}')
    for target in (address, planted.as_uri(), f"{address}#/x", "file:///etc/passwd"):
        schema = Schema.parse(json.dumps(_with_reference(target)))
        assert found('{"a":1,"b":2}', schema) == [("/b", "type_mismatch")], "what is local still counts"
    assert visits == []


def test_the_canary_would_have_noticed(canary: tuple[str, list[str]]) -> None:
    address, visits = canary
    jsonschema_rs.validator_for({"properties": {"a": {"$ref": address}}}).is_valid({"a": "x"})
    assert visits == ["/s.json"]


def _nested(depth: int, word: str) -> dict[str, Any]:
    """2 to the power of `depth` ways through one place."""
    steps = {f"s{n}": {word: [{"$ref": f"#/$defs/s{n + 1}"}] * 2} for n in range(depth)}
    return {"$ref": "#/$defs/s0", "$defs": {**steps, f"s{depth}": {"type": "string", "enum": ["a", "b"]}}}


def _doubling(depth: int) -> dict[str, Any]:
    """A recursive place whose cost doubles with each level of the value."""
    twice = [{"$ref": "#/$defs/x"}, {"$ref": "#/$defs/x"}]
    return {"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"a": {"allOf": twice}}}}}


HOSTILE: dict[str, Any] = {
    "leads to itself": {"$ref": "#"},
    "leads to itself by way of another": {"anyOf": [{"$ref": "#/$defs/b"}], "$defs": {"b": {"allOf": [{"$ref": "#"}]}}},
    "allOf, 2 to the 30": _nested(30, "allOf"),
    "anyOf, 2 to the 30": _nested(30, "anyOf"),
    "a chain of 20,000 references": {
        "$ref": "#/$defs/0",
        "$defs": {str(n): {"$ref": f"#/$defs/{n + 1}"} for n in range(20_000)},
    },
    "recursive, twice at each level": _doubling(60),
    "10,000 alternatives": {"anyOf": [{"enum": [n]} for n in range(10_000)]},
    "10,000 required keys": {"required": [f"k{n}" for n in range(10_000)]},
    "a long pattern": {"properties": {"a": {"pattern": "(a|b)?" * 5_000}}, "pattern": "(a{1000}){1000}"},
    "a pattern that backtracks elsewhere": {"additionalProperties": {"pattern": "^(a+)+$"}},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_schema_keeps_us_busy(name: str) -> None:
    values: Json = "a" * 50_000 + "!"
    for _ in range(60):
        values = {"a": values}
    text = json.dumps(HOSTILE[name])
    started = time.perf_counter()
    check(values, Schema.parse(text))
    assert time.perf_counter() - started < 5


def test_a_validator_of_whole_schemas_would_be_kept_busy() -> None:
    def seconds(depth: int) -> float:
        validator = jsonschema_rs.validator_for(_nested(depth, "allOf"))
        started = time.perf_counter()
        validator.is_valid("a")
        return time.perf_counter() - started

    assert seconds(18) > 20 * min(seconds(8) for _ in range(3))


def test_a_schema_as_large_as_the_gate_lets_in_is_read() -> None:
    schema = {
        "properties": {f"k{n}": {"type": "string", "description": "x" * 50} for n in range(40_000)},
        "required": ["k1"],
    }
    started = time.perf_counter()
    assert found('{"k2":1,"k39999":"x"}', Schema.parse(json.dumps(schema))) == [
        ("/k1", "missing_required"),
        ("/k2", "type_mismatch"),
    ]
    assert time.perf_counter() - started < 20


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder shared/data does not lie beside the project")
def test_the_schemas_of_real_jobs_are_read_whole() -> None:
    seen = 0
    for path in sorted(DATA.glob("real/payloads/unsiloed_nested/*.json")):
        payload = parse(path.read_bytes())
        assert isinstance(payload, dict)
        metadata = payload["metadata"]
        assert isinstance(metadata, dict)
        schema = Schema.parse(dump(metadata["schema"]))
        assert schema.problem == ""
        for key in node("", schema).properties:
            seen += 1
            assert node(f"/{key}", schema).types, f"{path.name}: {key}"
    assert seen > 100
