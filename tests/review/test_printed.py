"""Is a value looked for as people print it?"""

from __future__ import annotations

import pytest

from reviewapp.review import printed


@pytest.mark.parametrize(
    ("read", "on_paper"),
    [
        ("12586.00", "12,586.00"),
        ("12586.00", "12.586,00"),
        ("12586.00", "12 586,00"),
        ("12586", "12'586.00"),
        ("12586.5", "12586,50"),
        ("-1234567.8", "1,234,567.80"),
        ("3", "3"),
        ("2026-03-09", "09.03.2026"),
        ("2026-03-09", "9 March 2026"),
        ("2026-03-09", "Mar 9, 2026"),
        ("2026-03-09", "3/9/2026"),
        ("2026-03-09T10:00:00Z", "9/3/2026"),
        ("Lagoon Paper", "Lagoon Paper"),
    ],
)
def test_it_is_looked_for_as_it_is_printed_and_first_as_it_was_read(read: str, on_paper: str) -> None:
    found = printed.texts(read)
    assert found[0] == read
    assert on_paper in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize("text", ["", "007", "Lagoon Paper", "12,5", "2026-13-09", "2026-03-09x"])
def test_what_is_no_figure_and_no_day_is_looked_for_as_it_is(text: str) -> None:
    assert printed.texts(text) == ([text] if text else [])
