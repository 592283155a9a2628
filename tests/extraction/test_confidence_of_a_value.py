"""Which of the upstream's scores is the confidence of a value, and in which band it lies (design law 6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.extraction.confidence import Band, band, grounding, is_usable, leaf_confidence, own_confidence
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Field, Row
from tests.extraction.strategies import fields, numbers

N = Number
PLAIN = Row("0", {})
TALONIC = Row("0", {}, confidence=N("0.75"))


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"grounding": N("0.98"), "extraction": N("0.50")}, "0.50"),
        ({"grounding": N("0.98"), "extraction": N("0.0")}, "0.0"),
        ({"grounding": N("0.98"), "extraction": None}, "0.98"),
        ({"grounding": N("0.98")}, "0.98"),
        ({"grounding": N("0.0"), "extraction": None}, "0.0"),
        ({"grounding": None, "extraction": None}, None),
        ({"score": N("1")}, "1"),
        ({"score": N("0.97")}, "0.97"),
        ({"score": N("0")}, "0"),
        ({"score": None}, None),
        ({"confidence": N("0.9"), "extraction": N("0.2"), "parsing": N("0.3")}, "0.9"),
        ({"confidence": None, "extraction": N("0.95"), "parsing": N("0.3")}, "0.3"),
        ({"extraction": N("0.2"), "parsing": N("0.30")}, "0.2"),
        ({"extraction": N("0.2"), "parsing": None}, "0.2"),
        ({"extraction": None, "parsing": N("0.4")}, "0.4"),
        ({"confidence": None}, None),
    ],
)
def test_one_score_speaks_for_the_value(scores: dict[str, Number | None], expected: str | None) -> None:
    found = leaf_confidence(Field(scores), PLAIN, citations_off=False)
    assert (found.text if found else None) == expected


def test_a_grounding_score_says_nothing_when_the_whole_job_has_no_citation() -> None:
    field = Field({"grounding": N("0.0"), "extraction": None})
    assert leaf_confidence(field, PLAIN, citations_off=True) is None
    assert leaf_confidence(field, PLAIN, citations_off=False) == N("0.0")
    assert grounding(field, citations_off=True) is None
    assert grounding(field, citations_off=False) == N("0.0")
    both = Field({"grounding": N("0.0"), "extraction": N("0.9")})
    assert leaf_confidence(both, PLAIN, citations_off=True) == N("0.9")


def test_a_value_without_any_score_has_its_rows() -> None:
    assert leaf_confidence(None, TALONIC, citations_off=False) == N("0.75")
    assert leaf_confidence(Field(), TALONIC, citations_off=False) == N("0.75")
    assert leaf_confidence(None, PLAIN, citations_off=False) is None


def test_a_score_that_was_sent_as_null_is_not_the_rows() -> None:
    assert leaf_confidence(Field({"score": None}), TALONIC, citations_off=False) is None


def test_an_arrays_own_score_is_never_the_rows() -> None:
    assert own_confidence(None, citations_off=False) is None
    assert own_confidence(Field(), citations_off=False) is None
    assert own_confidence(Field({"extraction": N("0.6")}), citations_off=False) == N("0.6")


@given(fields(), st.booleans())
def test_a_confidence_is_one_of_the_upstreams_own_tokens(field: Field, off: bool) -> None:
    found = leaf_confidence(field, TALONIC, citations_off=off)
    assert found is None or found in [*field.scores.values(), TALONIC.confidence]
    if field.scores:
        assert found is None or found in field.scores.values()


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("1", Band.VERY_HIGH),
        ("0.9", Band.VERY_HIGH),
        ("9e-1", Band.VERY_HIGH),
        ("0.89999999999999999999", Band.HIGH),
        ("0.8", Band.HIGH),
        ("0.79", Band.GOOD),
        ("0.7", Band.GOOD),
        ("0.69", Band.MEDIUM),
        ("0.60", Band.MEDIUM),
        ("0.59", Band.LOW),
        ("0.0", Band.LOW),
        ("-0", Band.LOW),
        ("1.0000001", Band.NONE),
        ("97", Band.NONE),
        ("-0.1", Band.NONE),
    ],
)
def test_bands_are_the_vendors(score: str, expected: Band) -> None:
    assert band(N(score)) is expected
    assert band(Decimal(score)) is expected
    assert is_usable(N(score)) == (expected is not Band.NONE)


def test_no_score_has_no_band() -> None:
    assert band(None) is Band.NONE
    assert not is_usable(None)


@given(numbers, numbers)
def test_a_higher_score_is_never_in_a_lower_band(one: Number, other: Number) -> None:
    low, high = sorted([one, other], key=lambda score: score.decimal)
    if is_usable(low) and is_usable(high):
        ranks = list(Band)
        assert ranks.index(band(high)) <= ranks.index(band(low))
