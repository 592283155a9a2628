"""What a reviewer sees, and what becomes of what they type: exact, by type and locale, or refused with the reason."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.extraction.jsontext import Json, Number, dump, equal, parse
from reviewapp.extraction.schema import Schema, SchemaNode
from reviewapp.extraction.values import CONVENTIONS, MESSAGES, FieldType, Refused, conventions, read, show, type_of
from tests.extraction.strategies import json_trees, numbers, scalars

N = Number
T = FieldType
LOCALES = sorted(CONVENTIONS)


def node(text: str) -> SchemaNode:
    found = Schema.parse(text).node("")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("locale", "typed", "token"),
    [
        ("de", "1.234,56", "1234.56"),
        ("de", "1.234", "1234"),
        ("en", "1.234", "1.234"),
        ("en", "1,234", "1234"),
        ("de", "1,234", "1.234"),
        ("de", "12586,00", "12586.00"),
        ("en", "12586.00", "12586.00"),
        ("de", "1.234.567,8900", "1234567.8900"),
        ("en", "1,234,567.89", "1234567.89"),
        ("fr", "1 234,56", "1234.56"),
        ("fr", "1\u202f234,56", "1234.56"),
        ("fr", "1\u00a0234,56", "1234.56"),
        ("nl", "1.234,56", "1234.56"),
        ("ch", "1'234.56", "1234.56"),
        ("ch", "1’234’567.5", "1234567.5"),
        ("de-CH", "1'234.56", "1234.56"),
        ("fr_CH", "1'234.56", "1234.56"),
        ("de-AT", "1.234,56", "1234.56"),
        ("xx", "1,234.5", "1234.5"),
        ("en", "  42 ", "42"),
        ("en", "-0", "-0"),
        ("en", "+7", "7"),
        ("en", "−3.50", "-3.50"),
        ("en", ".5", "0.5"),
        ("de", "-,5", "-0.5"),
        ("en", "1e5", "1e5"),
        ("de", "1,50E+05", "1.50E+05"),
        ("en", "123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_a_number_is_read_as_the_locale_writes_it(locale: str, typed: str, token: str) -> None:
    assert read(typed, T.NUMBER, locale=locale) == N(token)


@pytest.mark.parametrize(
    ("locale", "typed", "code"),
    [
        ("de", "1234.56", "separators"),
        ("de", "1,234.56", "separators"),
        ("en", "1.234,56", "separators"),
        ("en", "12,34", "separators"),
        ("en", "1234,567", "separators"),
        ("en", "1,234 567", "separators"),
        ("en", "1.2.3", "separators"),
        ("fr", "1.234", "separators"),
        ("ch", "1,5", "separators"),
        ("de", "1'234", "separators"),
        ("en", "€ 12.50", "unit"),
        ("en", "12.50 EUR", "unit"),
        ("en", "12 %", "unit"),
        ("en", "$5", "unit"),
        ("en", "5kg", "unit"),
        ("en", "007", "leading_zeros"),
        ("en", "-00.5", "leading_zeros"),
        ("en", "abc", "not_a_number"),
        ("en", "-", "not_a_number"),
        ("en", "5.", "not_a_number"),
        ("en", "(5)", "not_a_number"),
        ("en", "5-", "not_a_number"),
        ("en", "--5", "not_a_number"),
        ("en", "٣", "not_a_number"),
        ("en", "1e500", "too_large"),
        ("en", "1e99999999999999999999", "too_large"),
        ("en", "1" * 500, "too_large"),
        ("en", "  ", "empty"),
        ("en", "", "empty"),
    ],
)
def test_what_is_no_clear_number_is_refused(locale: str, typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, T.NUMBER, locale=locale)
    assert refused.value.code == code


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=3), st.sampled_from(["en", "de", "fr", "nl", "de_CH"]))
def test_a_number_as_the_locale_data_of_unicode_write_it_is_read_back(number: Decimal, locale: str) -> None:
    typed = format_decimal(number, format="#,##0.000", locale=locale)
    found = read(typed, T.NUMBER, locale=locale)
    assert isinstance(found, Number)
    assert found.decimal == number


@given(numbers, st.sampled_from(LOCALES), st.sampled_from([T.NUMBER, T.INTEGER]))
def test_a_number_that_is_shown_is_read_back_as_the_same_token(number: Number, locale: str, type: FieldType) -> None:
    shown = show(number, type, locale=locale)
    assert read(shown, T.NUMBER, locale=locale) == number


@given(
    st.text("0123456789.,'’ \u202f-+eE€%x:TZ/{}[]\"", max_size=14) | st.text(max_size=8),
    st.sampled_from(FieldType),
    st.sampled_from(LOCALES),
)
def test_whatever_is_typed_is_read_or_refused(typed: str, type: FieldType, locale: str) -> None:
    try:
        value = read(typed, type, locale=locale, schema=node(CURRENCY) if type is T.ENUM else None)
    except Refused:
        return
    assert equal(parse(dump(value)), value), "what is stored passes the gate again"
    assert value is not None


@given(json_trees(max_leaves=6), st.sampled_from(FieldType), st.sampled_from(LOCALES))
def test_what_was_not_changed_comes_back_token_for_token(value: Json, type: FieldType, locale: str) -> None:
    shown = show(value, type, locale=locale)
    if value is None:
        assert shown == ""
        return
    as_a_browser_sends_it = re.sub("\r\n|\r|\n", "\r\n", shown)
    assert equal(read(as_a_browser_sends_it, type, locale=locale, was=value), value)


@pytest.mark.parametrize("text", ["007", "  spaced ", "12,50", "true", "ﬁ\n2", "null"])
def test_text_stays_as_it_was_typed(text: str) -> None:
    assert read(text, T.TEXT, locale="de") == text
    assert read(text, T.FREE, locale="de") == text


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_characters_that_nothing_keeps_are_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read(text, T.TEXT, locale="en")
    assert refused.value.code == "not_text"


@pytest.mark.parametrize("typed", ["12", "-3", "1e3", "12.0"])
def test_a_whole_number_is_whole(typed: str) -> None:
    assert read(typed, T.INTEGER, locale="en") == N(typed)


@pytest.mark.parametrize("typed", ["12.5", "1e-3"])
def test_a_fraction_is_no_whole_number(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, T.INTEGER, locale="en")
    assert refused.value.code == "not_whole"


@pytest.mark.parametrize(
    ("typed", "value"), [("true", True), ("Ja", True), (" oui", True), ("NO", False), ("nein", False), ("false", False)]
)
def test_yes_and_no_are_read(typed: str, value: bool) -> None:
    assert read(typed, T.BOOLEAN, locale="en") is value


@pytest.mark.parametrize(
    ("locale", "typed", "day"),
    [
        ("de", "2026-12-31", "2026-12-31"),
        ("en-us", "2026-12-31", "2026-12-31"),
        ("de", "31.12.2026", "2026-12-31"),
        ("de", "1.2.2026", "2026-02-01"),
        ("de", "1. 2. 2026", "2026-02-01"),
        ("ch", "31.12.2026", "2026-12-31"),
        ("fr", "31/12/2026", "2026-12-31"),
        ("nl", "31-12-2026", "2026-12-31"),
        ("en-gb", "03/04/2026", "2026-04-03"),
        ("en-us", "03/04/2026", "2026-03-04"),
        ("en-us", "12/31/2026", "2026-12-31"),
        ("en_US", "12/31/2026", "2026-12-31"),
        ("en", "31/12/2026", "2026-12-31"),
        ("en", "12/31/2026", "2026-12-31"),
        ("en", "4/4/2026", "2026-04-04"),
        ("en", "03.04.2026", "2026-04-03"),
        ("de", "29.02.2024", "2024-02-29"),
    ],
)
def test_a_date_becomes_iso_text(locale: str, typed: str, day: str) -> None:
    assert read(typed, T.DATE, locale=locale) == day


@pytest.mark.parametrize(
    ("locale", "typed", "code"),
    [
        ("de", "31.02.2026", "no_such_day"),
        ("de", "29.02.2026", "no_such_day"),
        ("de", "2026-02-30", "no_such_day"),
        ("de", "2026-13-01", "no_such_day"),
        ("de", "0000-01-01", "no_such_day"),
        ("en-us", "31/12/2026", "no_such_day"),
        ("en-gb", "12/31/2026", "no_such_day"),
        ("en", "32/13/2026", "no_such_day"),
        ("en", "03/04/2026", "ambiguous_date"),
        ("de", "31.12.26", "short_year"),
        ("de", "31.12-2026", "not_a_date"),
        ("de", "31. Dezember 2026", "not_a_date"),
        ("de", "20261231", "not_a_date"),
    ],
)
def test_a_date_that_is_none_or_could_be_two_is_refused(locale: str, typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, T.DATE, locale=locale)
    assert refused.value.code == code


@given(st.dates(), st.sampled_from(["de", "fr", "nl", "ch", "en-gb", "en-us"]))
def test_every_day_of_the_calendar_is_read_in_every_local_form(day: date, locale: str) -> None:
    order = "%m/%d/" if locale == "en-us" else "%d/%m/"
    typed = f"{day.strftime(order)}{day.year:04d}"
    assert read(typed, T.DATE, locale=locale) == day.isoformat()


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("2026-12-31T14:30:00Z", "2026-12-31T14:30:00Z"),
        ("2026-12-31 14:30 +01:00", "2026-12-31T14:30:00+01:00"),
        ("31.12.2026 14:30:05.250z", "2026-12-31T14:30:05.250Z"),
        ("31. 12. 2026 14:30 Z", "2026-12-31T14:30:00Z"),
    ],
)
def test_a_date_with_a_time_becomes_iso_text(typed: str, text: str) -> None:
    asked = node('{"type":"string","format":"date-time"}')
    assert read(typed, T.DATETIME, locale="de", schema=asked) == text


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("31.12.2026 14:30", "no_zone"),
        ("31.12.2026 25:30Z", "not_a_datetime"),
        ("31.02.2026 12:30Z", "no_such_day"),
        ("31.12.2026", "not_a_datetime"),
        ("x" + " " * 100_000 + "x", "not_a_datetime"),
    ],
)
def test_a_date_with_a_time_that_is_none_is_refused(typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, T.DATETIME, locale="de", schema=node('{"type":"string","format":"date-time"}'))
    assert refused.value.code == code


def test_without_a_schema_a_time_needs_no_zone() -> None:
    assert read("31.12.2026 14:30", T.DATETIME, locale="de") == "2026-12-31T14:30:00"


CURRENCY = '{"enum":["EUR","CHF","eur-old",1,1.5,true,null]}'


@pytest.mark.parametrize(
    ("typed", "option"), [("EUR", "EUR"), ("chf", "CHF"), ("1", N("1")), ("1.5", N("1.5")), ("true", True)]
)
def test_a_choice_is_one_of_the_schemas_options(typed: str, option: Json) -> None:
    assert read(typed, T.ENUM, locale="de", schema=node(CURRENCY)) == option


@pytest.mark.parametrize("typed", ["USD", "null", "1.0"])
def test_a_choice_outside_the_options_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, T.ENUM, locale="de", schema=node(CURRENCY))
    assert refused.value.code == "not_an_option"
    assert "CHF" in str(refused.value)


def test_objects_and_lists_are_read_as_json_with_exact_numbers() -> None:
    assert read('{"a": 1.50}', T.OBJECT, locale="de") == {"a": N("1.50")}
    assert read("[1e5]", T.ARRAY, locale="de") == [N("1e5")]


@pytest.mark.parametrize(
    ("typed", "type", "code"),
    [
        ("[1]", T.OBJECT, "not_an_object"),
        ("{}", T.ARRAY, "not_an_array"),
        ("{a:1}", T.OBJECT, "not_json"),
        ('{"a":1,"a":2}', T.OBJECT, "not_json"),
        ("[" * 100 + "]" * 100, T.ARRAY, "not_json"),
        ("[NaN]", T.ARRAY, "not_json"),
    ],
)
def test_what_is_no_object_or_list_is_refused(typed: str, type: FieldType, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, type, locale="en")
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("schema", "type", "typed", "code"),
    [
        ('{"type":"string","pattern":"^[A-Z]+$"}', T.TEXT, "abc", "pattern_mismatch"),
        ('{"type":"string","format":"email"}', T.TEXT, "abc", "format_mismatch"),
        ('{"type":"string","format":"date"}', T.TEXT, "31.12.2026", "format_mismatch"),
        ('{"type":"number"}', T.TEXT, "12", "type_mismatch"),
        ('{"enum":["a"]}', T.TEXT, "b", "enum_mismatch"),
    ],
)
def test_what_the_schema_refuses_is_refused_in_place(schema: str, type: FieldType, typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(typed, type, locale="de", schema=node(schema))
    assert refused.value.code == code
    assert refused.value.params["detail"]


def test_a_pattern_that_cannot_be_checked_refuses_nothing() -> None:
    assert read("abc", T.TEXT, locale="en", schema=node('{"pattern":"(?=x)"}')) == "abc"


def test_every_sentence_can_be_filled_in() -> None:
    params = {"decimal": ",", "example": "31.12.2026", "detail": "a, b"}
    for message in MESSAGES.values():
        assert "%(" not in message % params


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ('{"type":"string"}', None, T.TEXT),
        ('{"type":"string"}', N("1"), T.TEXT),
        ('{"type":"string","format":"date"}', None, T.DATE),
        ('{"type":["string","null"],"format":"date-time"}', None, T.DATETIME),
        ('{"type":"number"}', "x", T.NUMBER),
        ('{"type":"integer"}', None, T.INTEGER),
        ('{"type":["integer","number"]}', None, T.NUMBER),
        ('{"type":["number","string"]}', N("1"), T.NUMBER),
        ('{"type":["number","string"]}', None, T.TEXT),
        ('{"type":["number","boolean"]}', None, T.FREE),
        ('{"type":"boolean"}', None, T.BOOLEAN),
        ('{"type":"object"}', None, T.OBJECT),
        ('{"type":"array"}', None, T.ARRAY),
        ('{"type":"null"}', None, T.FREE),
        ('{"anyOf":[{"type":"number"},{"type":"null"}]}', None, T.NUMBER),
        ('{"type":"string","enum":["a"]}', None, T.ENUM),
        ("{}", None, T.FREE),
        ("{}", "x", T.TEXT),
        ("{}", N("1"), T.NUMBER),
        ("{}", True, T.BOOLEAN),
        ("{}", [], T.ARRAY),
        ("{}", {}, T.OBJECT),
    ],
)
def test_the_type_is_the_schemas_else_the_values(schema: str, value: Json, expected: FieldType) -> None:
    assert type_of(node(schema), value) is expected


@given(scalars)
def test_without_a_schema_the_type_is_the_values(value: Json) -> None:
    expected = {bool: T.BOOLEAN, str: T.TEXT, Number: T.NUMBER, type(None): T.FREE}[type(value)]
    assert type_of(None, value) is expected


def test_values_of_another_type_are_shown_as_they_are() -> None:
    assert show("12,5x", T.NUMBER, locale="en") == "12,5x"
    assert show(N("12.50"), T.TEXT, locale="de") == "12.50"
    assert show(True, T.TEXT) == "true"
    assert show(parse('{"a":1.0}'), T.OBJECT, locale="de") == '{"a":1.0}'


def test_a_locale_is_found_by_its_name() -> None:
    assert conventions("de-DE") is CONVENTIONS["de"]
    assert conventions("it-CH") is CONVENTIONS["ch"]
    assert conventions("") is CONVENTIONS["en"]
