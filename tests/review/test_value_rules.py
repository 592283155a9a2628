"""What does each kind of rule say of a document, and which rules can be written at all? Tables; no database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.extraction import edit, jsontext
from reviewapp.extraction.draft import Draft
from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.model import Row
from reviewapp.review import check_digits, findings, meanings, value_rules
from reviewapp.review.findings import Finding
from reviewapp.review.value_rules import BadRule, ValueRule

SUM: Mapping[str, Any] = {"kind": "sum", "fields": ["/lines/*/amount"], "target": "/total"}
ORDER: Mapping[str, Any] = {"kind": "order", "fields": ["/issued", "/due"]}
TAX: Mapping[str, Any] = {"kind": "product", "fields": ["/rate", "/net"], "target": "/tax"}
IBAN: Mapping[str, Any] = {"kind": "check_digit", "fields": ["/iban"], "number": "iban"}
PATTERN: Mapping[str, Any] = {"kind": "pattern", "fields": ["/number"], "pattern": "RE-[0-9]{4}"}
LOOKUP: Mapping[str, Any] = {"kind": "lookup", "fields": ["/currency"], "values": ["EUR", "CHF"]}


def rule(plain: Mapping[str, Any], **over: Any) -> ValueRule:
    return value_rules.from_plain({"id": "1", "name": "a rule", "severity": "look", **plain, **over})


def said(one: ValueRule, text: str) -> list[Finding]:
    return findings.of([one], Draft(jsontext.parse(text)))


def only(one: ValueRule, text: str) -> Finding:
    (found,) = said(one, text)
    return found


def lines(*amounts: str, total: str) -> str:
    return (
        json.dumps({"lines": "@", "total": "#"})
        .replace('"@"', "[" + ",".join(f'{{"amount":{one}}}' for one in amounts) + "]")
        .replace('"#"', total)
    )


@pytest.mark.parametrize(
    ("over", "text", "holds"),
    [
        ({}, lines("100.10", "20.20", total="120.30"), True),
        ({}, lines("0.1", "0.2", total="0.3"), True),  # floats would say 0.30000000000000004
        ({}, lines("100", "20", total="121"), False),
        ({}, lines("1e30", "1", "-1e30", total="1"), True),  # 28 digits would lose the one
        ({"tolerance": "0.01"}, lines("100.005", "20", total="120.01"), True),
        ({"tolerance": "0.01"}, lines("100.005", "19.99", total="120.01"), False),
        ({"tolerance": "1 %"}, lines("99", total="100"), True),
        ({"tolerance": "1%"}, lines("98.99", total="100"), False),
        ({"tolerance": "1%"}, lines("-99", total="-100"), True),
        ({}, lines('"1.000,50"', '"20,10 €"', total='"1,020.60"'), True),
        ({}, lines('"1,000"', total='"1,000"'), None),  # a thousand, or one
        ({}, lines("100", "null", total="100"), None),
        ({}, lines("100", total="null"), None),
        ({}, lines("100", '"see below"', total="100"), None),
        ({}, '{"lines":[],"total":0}', None),
        ({}, '{"lines":null,"total":5}', None),
        ({}, '{"total":5}', None),
        ({"empty_is_zero": True}, lines("100", "null", '""', total="100"), True),
        ({"empty_is_zero": True}, lines("null", total="100"), None),
        ({"fields": ["/net", "/tax", "/freight"], "empty_is_zero": True}, '{"net":10,"tax":2,"total":12}', True),
        ({"fields": ["/net", "/tax", "/freight"]}, '{"net":10,"tax":2,"total":12}', None),
    ],
)
def test_summands_make_the_total(over: Mapping[str, Any], text: str, holds: bool | None) -> None:
    assert only(rule(SUM, **over), text).holds is holds


def test_a_failing_sum_names_total_and_list_and_says_the_figures() -> None:
    found = only(
        rule(SUM, fields=["/lines/*/amount", "/freight"]), '{"lines":[{"amount":100.00}],"freight":20,"total":121}'
    )
    assert found.names == ("/total", "/lines", "/freight")
    assert found.reads == ("/total", "/lines/0/amount", "/freight")
    assert found.figures == {"found": "120.00", "wanted": "121", "difference": "1.00", "parts": "2"}


def test_a_sum_in_each_group_is_that_groups_own() -> None:
    text = '{"groups":[{"sum":3,"lines":[{"a":1},{"a":2}]},{"sum":9,"lines":[{"a":4}]}]}'
    one, other = said(rule(SUM, fields=["/groups/*/lines/*/a"], target="/groups/*/sum"), text)
    assert (one.holds, other.holds) == (True, False)
    assert other.names == ("/groups/1/sum", "/groups/1/lines")


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({"issued": "2026-03-01", "due": "2026-03-31"}, True),
        ({"issued": "2026-03-01", "due": "2026-03-01"}, True),
        ({"issued": "2026-03-02", "due": "2026-03-01"}, False),
        ({"issued": "31.03.2026", "due": "2026-03-01"}, False),
        ({"issued": "31/03/2026", "due": "2026-03-01"}, False),
        ({"issued": "03/04/2026", "due": "2026-03-01"}, None),  # March or April
        ({"issued": "2026-02-30", "due": "2026-03-01"}, None),
        ({"issued": "2026-03-01T12:00:00", "due": "2026-03-01"}, True),
        ({"issued": "2026-03-01T12:00:00Z", "due": "2026-03-01T12:30:00+02:00"}, False),
        ({"issued": "2026-03-01T12:00:00Z", "due": "2026-03-01T11:00:00"}, True),
        ({"issued": 3, "due": 10}, True),
        ({"issued": 10, "due": 3.5}, False),
        ({"issued": 10, "due": "2026-03-01"}, None),
        ({"issued": None, "due": "2026-03-01"}, None),
        ({"due": "2026-03-01"}, None),
    ],
)
def test_what_comes_earlier_comes_earlier(values: Mapping[str, Any], holds: bool | None) -> None:
    found = only(rule(ORDER), json.dumps(values))
    assert found.holds is holds and found.names == ("/issued", "/due")


def test_an_order_in_each_line_is_that_lines_own() -> None:
    text = '{"stays":[{"from":"2026-01-02","to":"2026-01-01"},{"from":"2026-01-01","to":"2026-01-02"}]}'
    found = said(rule(ORDER, fields=["/stays/*/from", "/stays/*/to"]), text)
    assert [one.holds for one in found] == [False, True] and found[0].names == ("/stays/0/from", "/stays/0/to")


@pytest.mark.parametrize(
    ("over", "text", "holds"),
    [
        ({}, '{"rate":0.19,"net":100,"tax":19.00}', True),
        ({"percent": True}, '{"rate":19,"net":100,"tax":19.00}', True),
        ({}, '{"rate":"19 %","net":100,"tax":19.00}', True),
        ({"percent": True}, '{"rate":"19 %","net":100,"tax":19.00}', True),
        ({"percent": True}, '{"rate":19,"net":99.99,"tax":19.00}', False),
        ({"percent": True, "tolerance": "0.01"}, '{"rate":19,"net":99.99,"tax":19.00}', True),
        ({}, '{"rate":19,"net":100,"tax":null}', None),
        ({}, '{"rate":null,"net":100,"tax":19}', None),
        ({"fields": ["/a", "/b", "/c", "/d"]}, '{"a":2,"b":3,"c":4,"d":5,"tax":120}', True),
    ],
)
def test_factors_make_the_product(over: Mapping[str, Any], text: str, holds: bool | None) -> None:
    assert only(rule(TAX, **over), text).holds is holds


def test_a_product_in_each_line_names_that_lines_cells() -> None:
    text = '{"lines":[{"n":2,"price":3,"amount":6},{"n":2,"price":3,"amount":7}]}'
    found = said(rule(TAX, fields=["/lines/*/n", "/lines/*/price"], target="/lines/*/amount"), text)
    assert [one.holds for one in found] == [True, False]
    assert found[1].names == ("/lines/1/n", "/lines/1/price", "/lines/1/amount")
    assert found[1].figures == {"found": "6", "wanted": "7", "difference": "1", "factors": "2 × 3"}


def test_one_rate_counts_for_every_line() -> None:
    text = '{"rate":0.1,"lines":[{"net":10,"tax":1},{"net":20,"tax":3}]}'
    found = said(rule(TAX, fields=["/rate", "/lines/*/net"], target="/lines/*/tax"), text)
    assert [one.holds for one in found] == [True, False]


NUMBERS = {
    "iban": ("DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"),
    "vat": ("DE136695976", "DE136695978"),
    "creditor_reference": ("RF18 5390 0754 7034", "RF19 5390 0754 7034"),
    "lei": ("213800KUD8LAJWSQ9D15", "213800KUD8LXJWSQ9D15"),
    "isin": ("US0378331005", "US0378331004"),
    "ean": ("4006381333931", "4006381333932"),
    "isbn": ("978-0-471-11709-4", "978-0-471-11709-5"),
    "issn": ("0024-9319", "0024-9318"),
    "imei": ("35686800-004141-8", "35686800-004141-7"),
    "luhn": ("78949", "78948"),
    "iso7064_97_10": ("99991234567890121414 90", "99991234567890121414 91"),
    "routing_us": ("111000025", "111000026"),
    "ein_us": ("91-1144442", "07-1144442"),
    "uid_ch": ("CHE-100.155.212", "CHE-100.155.213"),
    "qr_reference_ch": ("21 00000 00003 13947 14300 09017", "21 00000 00003 13947 14300 09016"),
    "tax_id_de": ("36 574 261 809", "36 574 261 808"),
    "siren_fr": ("552 008 443", "552 008 444"),
    "siret_fr": ("73282932000074", "73282932000079"),
    "nif_es": ("54362315-K", "54362315-X"),
    "fiscal_code_it": ("RCCMNL83S18D969H", "RCCMNL83S18D967H"),
    "bsn_nl": ("1112.22.333", "1112.52.333"),
}


def test_every_kind_of_number_has_its_case() -> None:
    assert set(NUMBERS) == set(check_digits.KINDS)


@pytest.mark.parametrize("kind", check_digits.KINDS)
def test_a_number_keeps_its_check_digits(kind: str) -> None:
    right, wrong = NUMBERS[kind]
    one = rule(IBAN, number=kind)
    assert only(one, json.dumps({"iban": right})).holds is True
    assert only(one, json.dumps({"iban": wrong})).holds is False
    assert only(one, '{"iban":"x"}').holds is False
    assert only(one, '{"iban":null}').holds is None
    assert only(one, '{"iban":" "}').holds is None


@pytest.mark.parametrize(
    "text", ["GB980780684", "CHE-116.281.710 MWST", "NO995525828MVA", "EL094259216", "ATU 13585627"]
)
def test_a_vat_number_is_judged_by_its_country(text: str) -> None:
    assert check_digits.valid("vat", text)


def test_a_number_in_json_is_its_digits() -> None:
    assert only(rule(IBAN, number="ean"), '{"iban":4006381333931}').holds is True


@given(kind=st.sampled_from(check_digits.KINDS), text=st.text(max_size=40))
def test_no_text_makes_a_check_stumble(kind: str, text: str) -> None:
    assert check_digits.valid(kind, text) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "value", "holds"),
    [
        ("RE-[0-9]{4}", '"RE-2026"', True),
        ("RE-[0-9]{4}", '"RE-20261"', False),
        ("RE-[0-9]{4}", '"xRE-2026"', False),
        ("a|b", '"ab"', False),
        ("a|b", '"b"', True),
        ("[0-9]{4}", "2026", True),
        ("[0-9]+", "null", None),
        ("(a+)+", json.dumps("a" * 5000 + "!"), False),  # at once, however it is nested
    ],
)
def test_a_value_fits_the_whole_pattern(pattern: str, value: str, holds: bool | None) -> None:
    assert only(rule(PATTERN, pattern=pattern), f'{{"number":{value}}}').holds is holds


@pytest.mark.parametrize(
    ("over", "value", "holds"),
    [
        ({}, '"EUR"', True),
        ({}, '" EUR "', True),
        ({}, '"eur"', False),
        ({"ignore_case": True}, '"eur"', True),
        ({}, '"USD"', False),
        ({}, '""', None),
        ({}, "null", None),
        ({"values": ["7", "19"]}, "19", True),
    ],
)
def test_a_value_is_on_the_list(over: Mapping[str, Any], value: str, holds: bool | None) -> None:
    assert only(rule(LOOKUP, **over), f'{{"currency":{value}}}').holds is holds


def test_each_field_of_a_rule_is_asked_by_itself_and_each_line() -> None:
    found = said(
        rule(LOOKUP, fields=["/currency", "/lines/*/currency"]), '{"currency":"EUR","lines":[{"currency":"X"},{}]}'
    )
    assert [(one.holds, one.names) for one in found] == [
        (True, ("/currency",)),
        (False, ("/lines/0/currency",)),
        (None, ("/lines/1/currency",)),
    ]


@pytest.mark.parametrize("text", ["null", "[]", '"text"', "7", '{"lines":"none","total":1,"currency":{"x":1}}'])
def test_a_document_of_another_shape_breaks_nothing(text: str) -> None:
    rules = [rule(one) for one in (SUM, ORDER, TAX, IBAN, PATTERN, LOOKUP)]
    assert findings.failing(rules, Draft(jsontext.parse(text))) == []


def test_what_a_person_added_counts_and_what_they_took_out_does_not() -> None:
    row = Row(key="0", values=jsontext.parse(lines("100", "20", total="125")))
    edits: Sequence[Edit] = [
        Edit("/lines/1", EditKind.LINE_REMOVED),
        Edit("/lines/+1", EditKind.LINE_ADDED, jsontext.parse('{"amount":25}')),
    ]
    (found,) = findings.of([rule(SUM)], edit.draft(row, edits))
    assert found.holds is True and found.reads == ("/total", "/lines/0/amount", "/lines/+1/amount")


@pytest.mark.parametrize(
    ("plain", "code"),
    [
        ({**SUM, "kind": "average"}, "not_a_rule"),
        ({**SUM, "severity": "high"}, "not_a_rule"),
        ({**SUM, "name": " "}, "name"),
        ({**SUM, "fields": []}, "too_few_fields"),
        ({**SUM, "fields": ["lines"]}, "no_address"),
        ({**SUM, "target": ""}, "no_address"),
        ({**SUM, "target": "/lines/*/amount"}, "target_among_fields"),
        ({**SUM, "fields": ["/a", "/a"]}, "field_twice"),
        ({**SUM, "tolerance": "about 1"}, "tolerance"),
        ({**SUM, "tolerance": "-1"}, "tolerance"),
        ({**SUM, "fields": [f"/f{n}" for n in range(21)]}, "too_many_fields"),
        ({**ORDER, "fields": ["/a"]}, "too_few_fields"),
        ({**ORDER, "fields": ["/a/*/x", "/b/*/x"]}, "unpaired"),
        ({**TAX, "fields": ["/a"]}, "too_few_fields"),
        ({**TAX, "fields": ["/a", "/b", "/c", "/d", "/e"]}, "too_many_fields"),
        ({**TAX, "fields": ["/a/*/x", "/b/*/x"], "target": "/a/*/z"}, "unpaired"),
        ({**IBAN, "number": "phone"}, "number"),
        ({**PATTERN, "pattern": ""}, "pattern"),
        ({**PATTERN, "pattern": "("}, "pattern"),
        ({**PATTERN, "pattern": "a)(b"}, "pattern"),
        ({**PATTERN, "pattern": r"(a)\1"}, "pattern"),  # looks back: no machine matches it in linear time
        ({**PATTERN, "pattern": "a(?=b)"}, "pattern"),
        ({**LOOKUP, "values": []}, "values"),
        ({**LOOKUP, "values": ["x" * 501]}, "value_too_long"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(plain: Mapping[str, Any], code: str) -> None:
    with pytest.raises(BadRule) as refused:
        rule(plain)
    assert refused.value.code == code


def test_rules_come_back_as_they_were_kept() -> None:
    rules = tuple(rule(one, severity="must") for one in (SUM, ORDER, TAX, IBAN, PATTERN, LOOKUP))
    assert value_rules.from_text(value_rules.to_text(rules)) == rules


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('"12.50"', "12.50"),
        ('"12,50"', "12.50"),
        ('"-1.234,50"', "-1234.50"),
        ('"1\'234.50 CHF"', "1234.50"),
        ('"EUR 1 234,50"', "1234.50"),
        ('"1,234,567"', "1234567"),
        ('"0.125"', "0.125"),
        ('"1.234"', None),
        ('"1,234,56"', None),
        ('"12-50"', None),
        ('"1e5"', None),
        ('""', None),
        ("true", None),
        ("1e-61", None),
        ("9" * 61, None),
        ("12586.00", "12586.00"),
    ],
)
def test_a_text_is_a_number_only_when_it_is_one_everywhere(text: str, number: str | None) -> None:
    found = meanings.number(jsontext.parse(text))
    assert (None if found is None else str(found)) == number
