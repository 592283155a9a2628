"""Where a box is drawn and what is odd about it: the table shared with the browser's geometry.js, and its laws."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewapp.extraction.geometry import box_problem, shares
from reviewapp.extraction.jsontext import Number
from reviewapp.extraction.model import Box, Citation

CASES = json.loads((Path(__file__).parent.parent / "cases" / "geometry.json").read_text(), parse_float=Decimal)["cases"]


def on_page(sides: list[Any], page: list[Any]) -> tuple[Box, Citation]:
    box = Box(*(Number(str(side)) for side in sides))
    width, height = (None if side is None else Number(str(side)) for side in page)
    return box, Citation(1, (box,), width, height)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_shared_table_of_cases_holds(case: dict[str, Any]) -> None:
    box, citation = on_page(case["box"], case["page"])
    expected = case["shares"]
    found = shares(box, citation)
    assert found == (None if expected is None else pytest.approx(tuple(map(float, expected)), abs=1e-12))
    assert box_problem(box, citation) == case["problem"]


def test_the_table_names_every_problem() -> None:
    problems = {"", "inverted", "empty", "outside", "partly_outside", "whole_page", "no_page_size"}
    assert {case["problem"] for case in CASES} == problems
    assert len({case["name"] for case in CASES}) == len(CASES)


sides = st.integers(-2000, 2000).map(lambda side: Decimal(side) / 4)
lengths = st.integers(1, 5000)


@given(st.tuples(sides, sides, sides, sides), lengths, lengths)
def test_shares_never_leave_the_page(box: tuple[Decimal, ...], width: int, height: int) -> None:
    found = shares(*on_page(list(box), [width, height]))
    if found is not None:
        left, top, wide, high = found
        assert 0 <= left < left + wide <= 1 + 1e-12
        assert 0 <= top < top + high <= 1 + 1e-12


@given(st.tuples(sides, sides, sides, sides), lengths, lengths)
def test_a_box_is_drawn_alike_whichever_way_round_it_was_sent(
    box: tuple[Decimal, ...], width: int, height: int
) -> None:
    left, top, right, bottom = box
    page = [width, height]
    drawn = shares(*on_page([left, top, right, bottom], page))
    assert shares(*on_page([right, bottom, left, top], page)) == drawn
    turned = box_problem(*on_page([max(left, right) + 1, top, min(left, right), bottom], page))
    assert turned == "inverted"


@given(st.tuples(sides, sides, sides, sides), lengths, lengths, st.sampled_from([2, 4, 10]))
def test_only_the_share_of_the_citations_own_page_counts(
    box: tuple[Decimal, ...], width: int, height: int, scale: int
) -> None:
    one = on_page(list(box), [width, height])
    other = on_page([side * scale for side in box], [width * scale, height * scale])
    assert box_problem(*one) == box_problem(*other)
    assert shares(*one) == pytest.approx(shares(*other))


@given(st.tuples(sides, sides, sides, sides), lengths, lengths)
def test_what_is_not_drawn_is_always_flagged(box: tuple[Decimal, ...], width: int, height: int) -> None:
    placed = on_page(list(box), [width, height])
    if shares(*placed) is None:
        assert box_problem(*placed) in ("inverted", "empty", "outside")
    else:
        assert box_problem(*placed) not in ("empty", "outside", "no_page_size")
