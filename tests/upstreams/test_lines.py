"""Is a line still the same line after others went, came or moved?"""

from __future__ import annotations

import pytest

from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Field
from reviewapp.upstreams.facts import Facts
from reviewapp.upstreams.lines import Line, align


def line(name: Json, amount: str = "1", score: str | None = None) -> Line:
    facts = Facts()
    if score:
        facts.put("amount", Facts(here=Field(scores={"score": Number(score)})))
    return Line({"name": name, "amount": Number(amount)}, facts)


a, b, c = line("a"), line("b"), line("c")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([a, b, c], [a, b, c], [0, 1, 2]),
        ([a, b, c], [b, c], [1, 2]),
        ([a, b, c], [c, a, b], [2, 0, 1]),
        ([a, b], [a, line("x", "9"), b], [0, None, 1]),
        ([], [a], [None]),
        ([a], [], []),
        ([a, a, b], [a, b], [0, 2]),
        ([a, b, c], [b, line("c", "7")], [1, 2]),
        ([line("a", "1", "0.5"), line("b", "2", "0.6")], [line("z", "8", "0.6")], [1]),
        ([line("a", "1"), line("b", "2")], [line("y", "8"), line("z", "9")], [0, 1]),
        ([line("a", "1"), line("b", "2")], [line("z", "9")], [None]),
    ],
)
def test_a_line_is_found_again(old: list[Line], new: list[Line], expected: list[int | None]) -> None:
    assert align(old, new) == expected


def test_the_number_one_and_the_text_one_are_not_alike() -> None:
    assert align([Line(Number("1"), Facts())], [Line("1", Facts()), Line(Number("1"), Facts())]) == [None, 0]


def test_scores_in_another_order_are_the_same_facts() -> None:
    one = Facts(here=Field(scores={"grounding": Number("1"), "extraction": None}))
    two = Facts(here=Field(scores={"extraction": None, "grounding": Number("1")}))
    assert Line("x", one).marks == Line("x", two).marks
