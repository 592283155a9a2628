"""What every request and every answer carries."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from reviewapp.accounts.models import User
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frame_alone")]


def test_a_request_has_the_time_it_came_in_and_an_id_that_the_answer_repeats(client: Client) -> None:
    first, second = client.get("/"), client.get("/")
    at, number = first.content.decode().split()
    assert abs(datetime.fromisoformat(at) - datetime.now(UTC)) < timedelta(minutes=1)
    assert str(uuid.UUID(number)) == number == first["X-Request-ID"] != second["X-Request-ID"]


def test_a_page_carries_the_headers_that_keep_it_here(client: Client) -> None:
    answer = client.get("/sign-in/")
    assert "no-store" in answer["Cache-Control"]
    assert "camera=()" in answer["Permissions-Policy"]
    assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_a_file_says_for_itself_how_long_it_is_kept(client: Client) -> None:
    assert "Cache-Control" not in client.get("/download/")


def page_of(client: Client, **preferences: str) -> str:
    user = factories.create_user()
    User.objects.filter(pk=user.pk).update(**preferences)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/formats/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("locale", "number"),
    [
        ("en", "1,234,567"),
        ("de", "1.234.567"),
        ("de-ch", "1’234’567"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"),
        ("nl", "1.234.567"),
    ],
)
def test_numbers_follow_the_person(client: Client, locale: str, number: str) -> None:
    assert page_of(client, locale=locale).split("|")[0] == number


def test_hours_follow_the_persons_time_zone(client: Client) -> None:
    def hour(zone: str) -> int:
        text = page_of(Client(), time_zone=zone).split("|")[2]
        return int(text.split(">")[1].split(":")[0])

    assert (hour("Asia/Tokyo") - hour("UTC")) % 24 in {9, 10}  # 10 when the hour turned between the two


def test_a_time_zone_that_is_gone_falls_back_to_utc(client: Client) -> None:
    assert "|" in page_of(client, time_zone="Atlantis/Capital")


def test_a_strangers_browser_chooses_the_language(client: Client) -> None:
    answer = client.get("/sign-in/", headers={"Accept-Language": "de"})
    assert answer["Content-Language"] == "de" and 'lang="de"' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


def test_a_locale_without_translation_keeps_english_words(client: Client) -> None:
    user = factories.create_user(locale="nl")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert 'lang="en"' in client.get("/me/").content.decode()
