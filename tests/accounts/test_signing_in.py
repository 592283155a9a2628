"""Coming in, being refused, being locked out, leaving; all of it in the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client

from reviewapp.accounts import people
from reviewapp.accounts.models import User
from reviewapp.audit import trail
from reviewapp.audit.models import Entry
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db
PASSWORD = "a password of tests 1"


def sign_in(client: Client, username: str = "ana", password: str = PASSWORD, **more: str) -> int:
    return client.post("/sign-in/", {"username": username, "password": password, **more}).status_code


def actions() -> list[str]:
    return [
        one
        for one in Entry.objects.order_by("pk").values_list("action", flat=True)
        if ":signed_" in one or "sign_in" in one
    ]


def test_a_person_comes_in_with_any_spelling_of_the_name_and_goes_where_they_wanted(client: Client) -> None:
    ana = factories.create_user(username="ana")
    answer = client.post("/sign-in/", {"username": " ANA", "password": PASSWORD, "next": "/me/"})
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    assert client.get("/me/").status_code == 200
    entry = Entry.objects.get(action="accounts:user:signed_in")
    assert (entry.stream, entry.actor_id) == (f"user:{ana.pk}", str(ana.pk))
    assert answer["X-Request-ID"].encode() in bytes(entry.body) and b'"ip":"127.0.0.1"' in bytes(entry.body)


def test_the_way_back_never_leads_elsewhere(client: Client) -> None:
    factories.create_user(username="ana")
    answer = client.post("/sign-in/", {"username": "ana", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_a_refusal_says_the_same_for_every_cause(client: Client) -> None:
    factories.create_user(username="ana")
    gone = factories.create_user(username="gone")
    people.deactivate(user=gone, by=trail.SYSTEM, at=AT)
    pages = [
        client.post("/sign-in/", {"username": name, "password": word})
        for name, word in (("ana", "wrong"), ("gone", PASSWORD), ("nobody", PASSWORD))
    ]
    assert [page.status_code for page in pages] == [422] * 3
    alerts = {page.content.decode().split('role="alert"')[1].split("</div>")[0] for page in pages}
    assert len(alerts) == 1
    assert actions() == ["accounts:user:sign_in_failed"] * 3


def test_a_name_nobody_has_is_kept_as_a_value_that_can_be_erased(client: Client) -> None:
    sign_in(client, username="Hunter2-my-password")
    entry = Entry.objects.get(action="accounts:user:sign_in_failed")
    assert entry.new is not None and entry.new.text == "hunter2-my-password"
    assert b"hunter2" not in bytes(entry.body).lower()


def test_five_misses_lock_that_name_out_from_that_address_only(client: Client) -> None:
    factories.create_user(username="ana")
    factories.create_user(username="ben")
    statuses = [sign_in(client, username=name, password="wrong") for name in ("ana", "ANA", "Ana ", "aNa", "ana")]
    assert statuses == [422] * 4 + [429]
    assert sign_in(client) == 429
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7")) == 302
    assert sign_in(client, username="ben") == 302


def test_a_lock_out_says_what_to_do_and_ends_by_itself(client: Client) -> None:
    factories.create_user(username="ana")
    for _ in range(5):
        sign_in(client, password="wrong")
    answer = client.post("/sign-in/", {"username": "ana", "password": PASSWORD})
    assert answer["Retry-After"] == "900" and "quarter of an hour" in answer.content.decode()
    for attempt in AccessAttempt.objects.all():
        attempt.attempt_time -= timedelta(minutes=16)
        attempt.save()
    assert sign_in(client) == 302


def test_tries_during_a_lock_out_do_not_fill_the_trail(client: Client) -> None:
    factories.create_user(username="ana")
    for _ in range(12):
        sign_in(client, password="wrong")
    assert len(actions()) == 5


def test_leaving_takes_a_post_and_is_in_the_trail(client: Client) -> None:
    factories.create_user(username="ana")
    sign_in(client)
    assert client.get("/sign-out/").headers["Location"] == "/"
    assert client.get("/me/").status_code == 200
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/me/").status_code == 302
    assert actions() == ["accounts:user:signed_in", "accounts:user:signed_out"]


def test_without_its_entry_nobody_is_signed_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.create_user(username="ana")

    def full(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no room for the trail")

    monkeypatch.setattr(trail, "record", full)
    client.raise_request_exception = False
    assert sign_in(client) == 500
    assert client.get("/me/").status_code == 302
    assert User.objects.get(username="ana").last_login is None


def test_with_a_first_password_a_person_can_only_choose_an_own_one(client: Client) -> None:
    user = people.add(username="nia", name="Nia", role=factories.Role.ADMIN, password=PASSWORD, by=trail.SYSTEM, at=AT)
    sign_in(client, username="nia")
    for address in ("/", "/me/", "/people/"):
        assert client.get(address)["Location"] == "/me/password/"
    assert client.get("/me/password/").status_code == 200
    typed = {"old_password": PASSWORD, "new_password1": "my very own words 1", "new_password2": "my very own words 1"}
    assert client.post("/me/password/", typed)["Location"] == "/me/"
    assert client.get("/people/").status_code == 200
    user.refresh_from_db()
    assert not user.password_is_anothers


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(client: Client) -> None:
    factories.create_user(username="ana")
    other = Client()
    sign_in(client)
    sign_in(other)
    typed = {"old_password": PASSWORD, "new_password1": "my very own words 1", "new_password2": "my very own words 1"}
    assert client.post("/me/password/", typed).status_code == 302
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302


def test_a_weak_or_mistyped_password_is_refused_in_place(client: Client) -> None:
    factories.create_user(username="ana")
    sign_in(client)
    for one, two in (
        ("short", "short"),
        ("my very own words 1", "my very own words 2"),
        ("password1234", "password1234"),
    ):
        answer = client.post("/me/password/", {"old_password": PASSWORD, "new_password1": one, "new_password2": two})
        assert answer.status_code == 422 and "errorlist" in answer.content.decode()
    assert User.objects.get(username="ana").check_password(PASSWORD)
