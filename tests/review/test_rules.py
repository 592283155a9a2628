"""Which fields need eyes when a row says little about itself?"""

from __future__ import annotations

from decimal import Decimal

from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Field, JobStatus, Kind, Row
from reviewapp.extraction.schema import Complaint
from reviewapp.review import rules

FACTS = rules.Facts(kind=Kind.TALONIC, status=JobStatus.COMPLETED, citations_off=False)
THRESHOLDS = rules.Thresholds(threshold=Decimal("0.8"), grounding=Decimal("0.5"))
MISSING = [Complaint("/total", "missing_required", "number")]


def eyes(row: Row, complaints: list[Complaint] | None = None) -> tuple[str, ...]:
    return rules.judge(row, facts=FACTS, thresholds=THRESHOLDS, complaints=complaints or [], required={"/total"}).eyes


def test_a_row_without_any_confidence_is_checked_whole_even_where_a_reason_names_one_field() -> None:
    row = Row(key="0", values={"vendor": "Acme", "total": None})
    assert eyes(row) == ("/total", "/vendor")
    assert eyes(row, MISSING) == ("/total", "/vendor")


def test_a_required_value_whose_key_is_absent_comes_first_in_such_a_row() -> None:
    assert eyes(Row(key="0", values={"vendor": "Acme"}), MISSING) == ("/total", "/vendor")


def test_a_row_with_confidence_is_checked_only_where_a_reason_points() -> None:
    row = Row(key="0", values={"vendor": "Acme", "total": None}, confidence=Number("0.9"))
    assert eyes(row) == ()
    assert eyes(row, MISSING) == ("/total",)


def test_one_value_without_confidence_among_others_is_checked_alone() -> None:
    sure = Field(scores={"score": Number("0.9")})
    row = Row(key="0", values={"vendor": "Acme", "total": Number("1")}, fields={"/vendor": sure})
    assert eyes(row) == ("/total",)
