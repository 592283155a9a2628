"""Numbers, scores, ages, marks: the small print of every page."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template, TemplateSyntaxError

from reviewapp.web import locales
from reviewapp.web.templatetags import marks

AT = datetime(2026, 3, 10, 9, 5, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    loads = "{% load marks formats formkeys %}"
    return Template(loads + source).render(Context({"request": SimpleNamespace(at=AT), **context}))


@pytest.mark.parametrize(
    ("locale", "value", "shown"),
    [
        ("en", "1234.50", "1,234.50"),
        ("de", "1234.50", "1.234,50"),
        ("de", 12345678901234567890123, "12.345.678.901.234.567.890.123"),
        ("en", "-0.001", "-0.001"),
        ("nl", 0, "0"),
    ],
)
def test_a_number_keeps_every_digit(locale: str, value: int | str, shown: str) -> None:
    with locales.using(locale):
        assert locales.number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [("0.799", "0.79"), ("0.8", "0.80"), ("1", "1.00"), ("0.9999", "0.99")])
def test_a_score_is_cut_and_never_rounded_up(value: str, shown: str) -> None:
    assert locales.score(value) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0, "<1 min"),
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (115, "1 h 55 min"),
        (119, "1 h 59 min"),
        (120, "2 h"),
        (2879, "47 h"),
        (2880, "2 d"),
    ],
)
def test_a_span_is_told_in_its_largest_unit(minutes: int, shown: str) -> None:
    assert locales.span(timedelta(minutes=minutes)) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, "0 min"), (90, "1 h 30 min"), (480, "8 h"), (1440, "1 d"), (1501, "1 d 1 h 1 min")]
)
def test_a_number_of_minutes_is_told_whole(minutes: int, shown: str) -> None:
    assert locales.exact(minutes) == shown
    assert drawn("{{ n|minutes }}", n=minutes) == shown


def test_times_tell_machines_the_exact_moment() -> None:
    assert drawn("{{ at|moment }}", at=AT) == (
        '<time datetime="2026-03-10T09:05:00+00:00" title="10 Mar 2026 09:05">10 Mar 2026 09:05</time>'
    )


def test_ages_and_due_times_count_from_the_request() -> None:
    assert ">6 h<" in drawn("{% age since %}", since=AT - timedelta(hours=6))
    assert ">in 20 min<" in drawn("{% due at %}", at=AT + timedelta(minutes=20))
    assert ">in 1 h 55 min<" in drawn("{% due at %}", at=AT + timedelta(minutes=115))
    late = drawn("{% due at %}", at=AT - timedelta(hours=2))
    assert ">2 h overdue<" in late and 'class="overdue"' in late
    assert drawn("{% age none %}{% due none %}{{ none|moment }}{{ none|number }}", none=None) == ""


def test_a_confidence_is_shape_number_and_word() -> None:
    sure = drawn('{% confidence "0.97" "very_high" %}')
    assert 'href="#band-very-high"' in sure and ">0.97<" in sure and ">very high<" in sure
    assert "data-doubt" not in sure
    assert "data-doubt" in drawn('{% confidence "0.15" "low" doubt=True %}')
    none = drawn('{% confidence value "none" %}', value=None)
    assert "none given" in none and 'class="number"' not in none


def test_an_icon_is_silent_beside_words_and_speaks_alone() -> None:
    assert 'aria-hidden="true"' in drawn('{% icon "approved" %}')
    assert 'role="img" aria-label="approved"' in drawn('{% icon "approved" "approved" %}')
    with pytest.raises(TemplateSyntaxError, match="no icon 'smile'"):
        drawn('{% icon "smile" %}')


def test_the_sprite_has_the_icons_that_are_offered_and_no_other() -> None:
    sprite = (Path(settings.BASE_DIR) / "templates/web/_sprite.html").read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == marks.ICONS


def test_what_people_wrote_is_escaped() -> None:
    assert "<b>" not in drawn('{% icon "approved" label %}', label="<b>")


def test_every_form_gets_a_key_of_its_own() -> None:
    keys = re.findall(r'name="form_key" value="([^"]+)"', drawn("{% form_key %}{% form_key %}"))
    assert len(set(keys)) == 2 and all(uuid.UUID(key).version == 4 for key in keys)


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (9999, "9,999"), (10_000, "10,000"), (10_001, "10,000+")])
def test_a_count_beyond_its_limit_says_so(count: int, shown: str) -> None:
    assert drawn("{{ count|upto:10000 }}", count=count) == shown
