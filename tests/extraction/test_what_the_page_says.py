"""Does the page say what was read? What it may mean is the same; only what it cannot mean differs."""

from __future__ import annotations

import pytest

from reviewapp.extraction.agreement import OFF, ON, Comparison, Verdict, compare
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.printed_days import days
from reviewapp.extraction.printed_figures import figures
from reviewapp.extraction.values import FieldType


def of(value: Json, *texts: str, kind: FieldType = FieldType.TEXT) -> Comparison:
    return compare(value, texts, kind)


def n(text: str) -> Number:
    return Number(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.56", "1,234.56"),
        ("1234.56", "1.234,56"),
        ("1234.56", "1 234,56"),
        ("1234.56", "1\u202f234,56"),
        ("1234.56", "1'234.56"),
        ("1234.56", "1’234.56"),
        ("1234.5", "EUR 1.234,50"),
        ("1234.5", "$1,234.50 USD"),
        ("1234567", "1.234.567"),
        ("1234567.8", "1,234,567.80"),
        ("1234", "1,234"),
        ("1.234", "1,234"),
        ("1.45", "1,4500"),
        ("0.5", ".5"),
        ("50", "050"),
        ("-5", "-5,00"),
        ("-5", "−5,00 €"),
        ("-5", "- 5,00"),
        ("-5", "€ -5,00"),
        ("-5", "-€5.00"),
        ("-5", "(5.00)"),
        ("-5", "($5.00)"),
        ("-5", "(5.00 EUR)"),
        ("-5", "5,00-"),
        ("-5", "5,00- €"),
        ("21", "21 %"),
        ("0.21", "21 %"),
        ("0.19", "19,00%"),
        ("49.99", "Total:49,99 EUR"),
        ("84", "24 x 3,50 = 84,00"),
        ("12", "10-12"),
        ("123456789", "1 2 3 4 5 6 7 8 9"),
        ("1000000", "1e6 or 1,000,000"),
    ],
)
def test_a_number_is_said_however_it_is_printed(value: str, text: str) -> None:
    assert of(n(value), text).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("value", "text", "takes"),
    [
        ("5", "-5,00", "-5.00"),
        ("5", "(5.00)", "-5.00"),
        ("5", "5,00-", "-5.00"),
        ("-5", "5,00", "5.00"),
        ("-767", "-7,67", "-7.67"),
        ("2504.8", "25,048", "25048"),
        ("17137", "71,137", "71137"),
        ("1.45", "1,4600", "1.4600"),
        ("773", "1 031 773", "1031773"),
        ("0.2", "21 %", "21"),
        ("10", "Total 12,00", "12.00"),
        ("15000", "150.00", "150.00"),
        ("10", "12,00 24,00", None),
        ("1.5", "1,23,45", None),
    ],
)
def test_another_number_differs_and_can_be_taken_where_it_is_the_only_one(
    value: str, text: str, takes: str | None
) -> None:
    found = of(n(value), text)
    assert found.verdict is Verdict.DIFFERS
    assert found.value == (None if takes is None else n(takes))
    assert found.text == text


@pytest.mark.parametrize(
    "text",
    [
        "7.5.2014",
        "07.05.2014",
        "07/05/2014",
        "05/07/2014",
        "5/7/14",
        "07-05-2014",
        "2014-05-07",
        "2014/05/07",
        "20140507",
        "7. Mai 2014",
        "7.mai2014",
        "07 May 2014",
        "7th of May, 2014",
        "May 7, 2014",
        "MAY 7 2014",
        "May 7th, 2014",
        "7 mai 2014",
        "7 mei 2014",
        "7 de mayo de 2014",
        "2014 May 7",
        "07-May-14",
        "7 May '14",
        "Datum: 07.05.2014\r\nSeite 1",
        "due 1 June 2013 or 7 May 2014",
    ],
)
def test_a_day_is_said_in_any_order_and_language(text: str) -> None:
    assert of("2014-05-07", text, kind=FieldType.DATE).verdict is Verdict.SAME


def test_the_months_of_five_languages_are_known() -> None:
    months = [
        ("January", "Januar", "Jänner", "janvier", "januari", "enero", "Jan."),
        ("February", "Februar", "février", "fév.", "februari", "febrero"),
        ("March", "März", "MÄRZ", "mars", "maart", "mrt", "marzo"),
        ("April", "April", "avril", "abril", "Apr"),
        ("May", "Mai", "mai", "mei", "mayo"),
        ("June", "Juni", "juin", "junio"),
        ("July", "Juli", "Juillet", "julio"),
        ("August", "août", "AOÛT", "augustus", "agosto", "Aug."),
        ("September", "septembre", "septiembre", "Sept."),
        ("October", "Oktober", "octobre", "octubre"),
        ("November", "novembre", "noviembre"),
        ("December", "Dezember", "décembre", "diciembre", "Dez."),
    ]
    for number, names in enumerate(months, start=1):
        for name in names:
            assert [day.isoformat() for day in days(f"3. {name} 2026")] == [f"2026-{number:02}-03"], name


@pytest.mark.parametrize(
    ("value", "text", "takes"),
    [
        ("2014-07-05", "7. Mai 2014", "2014-05-07"),
        ("2014-07-05", "7.5.2014", "2014-05-07"),
        ("2018-12-03", "12/03/2017", "2017-12-03"),
        ("2017-11-26", "16/11/2017", "2017-11-16"),
        ("2017-11-26", "16.11.2017 and 17.11.2017", "2017-11-17"),
    ],
)
def test_another_day_differs(value: str, text: str, takes: str) -> None:
    assert of(value, text, kind=FieldType.DATE) == Comparison(Verdict.DIFFERS, text, takes)


def test_a_day_with_a_time_is_compared_with_the_time_that_is_printed() -> None:
    value = "2014-05-07T14:30:00+02:00"
    assert of(value, "07.05.2014").verdict is Verdict.SAME
    assert of(value, "07.05.2014 14:30 Uhr").verdict is Verdict.SAME
    assert of(value, "07.05.2014 14:31 Uhr").verdict is Verdict.DIFFERS
    assert of(value, "08.05.2014 14:30").value is None


@pytest.mark.parametrize("text", ["30 days after delivery", "99.99.2014", "31.02.2014", "see above", "May 2014"])
def test_what_is_no_day_says_nothing_about_a_day(text: str) -> None:
    assert of("2014-05-07", text, kind=FieldType.DATE).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("DE123456789", "DE 123 456 789"),
        ("Units", "UNITS"),
        ("office", "o\ufb03ce"),
        ("Straßenbau", "STRASSENBAU"),
        ("caf\u00e9", "cafe\u0301"),
        ("PERU MASTER – Swim", "PERU MASTER - Swim"),
        ("\u201cso\u201d", '"so"'),
        ("Donaudampfer", "Donau\x02\r\ndampfer"),
        ("Donaudampfer", "Donau-\r\ndampfer"),
        ("Donaudampfer", "Donau\u00addampfer"),
        ("Jane Doe\n12 High Street", "Jane Doe\r\n12 High Street"),
        ("12 High Street, Jane Doe,", "Jane Doe,\r\n12 High Street,"),
        ("27 quai de l'Écluse, 00340 Vaubrières", "27 quai de l'Écluse\r\n00340 Vaubrières"),
        ("Am Turm 3; 00127 Niederfelden", "Pegel GmbH\r\nAm Turm 3\r\n00127 Niederfelden\r\nDeutschland"),
        ("Yale University", "Yale University\r\nP.O. Box 202032"),
        ("RE-17", "Invoice no. RE-17, page 2"),
        ("530848134", "B 530 848 134"),
        ("1,031,773", "1,031,773"),
        ("EUR", "€"),
        ("USD", "$ 12.00"),
        ("\u0627\u0644\u0625\u0646\u062a\u0627\u062c", "\u0627\u0625\u0644\u0646\u062a\u0627\u062c"),
    ],
)
def test_words_are_said_however_they_are_set(value: str, text: str) -> None:
    assert of(value, text).verdict is Verdict.SAME


@pytest.mark.parametrize(
    ("value", "text", "takes"),
    [
        ("Leipzi", "Leipzig", "Leipzig"),
        ("Califomia", "California", "California"),
        ("DE1Z3456789", "DE123456789", "DE123456789"),
        ("9,81", "9,881", "9,881"),
        (":00.50", "1:00.50", "1:00.50"),
        ("00.50", "1:00.50", "1:00.50"),
        ("0.", "0.4", "0.4"),
        ("1.", "1", "1"),
        ("CT-", "CT", "CT"),
        ("Alabama", "Oregon", "Oregon"),
        ("530848134", "B 530 848 13", "B 530 848 13"),
        ("EUR", "$ 12.00", "$ 12.00"),
        ("Donaudampfer", "Donau\x02\r\ndampf", "Donaudampf"),
        ("Am Turm 8, 00127 Niederfelden", "Am Turm 3\r\n00127 Niederfelden", "Am Turm 3 00127 Niederfelden"),
        ("Am Turm 3, 00127", "Am Turm, 3, 00127", "Am Turm, 3, 00127"),
    ],
)
def test_other_words_differ(value: str, text: str, takes: str) -> None:
    assert of(value, text) == Comparison(Verdict.DIFFERS, takes, takes)


def test_a_box_around_a_part_of_the_words_says_nothing_about_the_rest() -> None:
    assert of("Use the proceeds of the advances", "the proceeds").verdict is Verdict.UNKNOWN
    assert of("Use the proceeds of the advances", "the proceed").verdict is Verdict.DIFFERS


def test_only_a_form_says_whether_a_box_is_ticked() -> None:
    assert of(True, ON).verdict is of(False, OFF).verdict is Verdict.SAME
    assert of(True, OFF) == Comparison(Verdict.DIFFERS, OFF)
    for text in ("X", "yes", "", f"{ON} {OFF}", f"{ON} Individual"):
        assert of(True, text).verdict is of(False, text).verdict is Verdict.UNKNOWN


def test_a_choice_stands_for_what_is_printed_unless_another_is_there_word_for_word() -> None:
    choices = ("invoice", "credit note", None)

    def chosen(text: str) -> Comparison:
        return compare("invoice", [text], FieldType.ENUM, options=choices)

    assert chosen("INVOICE").verdict is Verdict.SAME
    assert chosen("Bill").verdict is Verdict.UNKNOWN
    assert chosen("Credit Note") == Comparison(Verdict.DIFFERS, "Credit Note", "credit note")


@pytest.mark.parametrize("value", [None, "", "  ", [], {}, [n("1")], n("1"), "word", True, "2014-05-07"])
def test_where_nothing_stands_nothing_is_said(value: Json) -> None:
    assert of(value).verdict is of(value, "").verdict is of(value, " \r\n").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_about_no_value_nothing_is_said(value: Json) -> None:
    assert of(value, "word 12").verdict is Verdict.UNKNOWN


def test_any_of_the_texts_may_say_it_and_the_first_is_what_the_page_says() -> None:
    assert of("530848134", "B 530 848 13", "B 530 848 134").verdict is Verdict.SAME
    assert of(n("2"), "1", "15").value == n("1")
    assert of(n("2"), "no figure", "15").verdict is Verdict.UNKNOWN


def test_a_long_text_is_told_short_and_not_offered() -> None:
    found = of("word", "other " * 200)
    assert (found.verdict, len(found.text), found.value) == (Verdict.DIFFERS, 200, None)


@pytest.mark.parametrize("text", ["1" * 4_000, "1," * 2_000, "1 " * 2_000, "- " * 2_000, "(" * 4_000, "a1." * 1_300])
def test_no_text_takes_long(text: str) -> None:
    for value in (n("7"), "seven", "2014-05-07"):
        of(value, text)
    assert len(figures(text)) <= 4_001
