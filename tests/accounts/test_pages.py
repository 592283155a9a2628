"""The pages about oneself, people and keys: what they do for whom, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from reviewapp.accounts import apikeys
from reviewapp.accounts.models import User
from reviewapp.accounts.roles import Role
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def ada() -> User:
    return factories.create_user(username="ada", role=Role.ADMIN)


PAGES = [
    ("get", "/people/"),
    ("get", "/people/new/"),
    ("get", "/people/{pk}/"),
    ("post", "/people/{pk}/role/"),
    ("post", "/people/{pk}/deactivation/"),
    ("post", "/people/{pk}/reactivation/"),
    ("post", "/people/{pk}/password/"),
    ("get", "/keys/"),
    ("get", "/keys/new/"),
    ("post", "/keys/{key}/revocation/"),
]


@pytest.mark.parametrize(("verb", "address"), PAGES)
def test_only_admins_manage_people_and_keys(ada: User, verb: str, address: str) -> None:
    target = factories.create_user(username="target")
    key, _ = apikeys.issue(name="ERP", upstreams=["talonic"], by=ada, at=AT)
    address = address.format(pk=target.pk, key=key.pk)
    statuses = {}
    for role in Role:
        statuses[role.value] = getattr(client_of(factories.create_user(role=role)), verb)(address).status_code
    assert statuses.pop("admin") in {200, 302, 422}
    assert set(statuses.values()) == {403}
    assert getattr(Client(), verb)(address).status_code == 302
    assert User.objects.get(pk=target.pk).role == Role.ANALYST


def test_a_stranger_changes_nothing(ada: User) -> None:
    Client().post(f"/people/{ada.pk}/deactivation/")
    assert User.objects.get(pk=ada.pk).is_active


@pytest.mark.parametrize("address", ["/people/999999/", "/keys/999999/revocation/"])
def test_what_does_not_exist_answers_404(ada: User, address: str) -> None:
    client = client_of(ada)
    assert (client.post if "revocation" in address else client.get)(address).status_code == 404


def test_an_admin_adds_a_person_who_must_choose_a_password(ada: User) -> None:
    typed = {"name": "Nia New", "username": "NIA", "role": "auditor", "password": "first words of all"}
    client = client_of(ada)
    answer = client.post("/people/new/", typed, follow=True)
    assert answer.status_code == 200 and "Nia New can sign in now." in answer.content.decode()
    nia = User.objects.get(username="nia")
    assert (nia.role, nia.password_is_anothers) == ("auditor", True)
    again = client.post("/people/new/", typed)
    assert again.status_code == 422 and "already" in again.content.decode()
    assert 'value="Nia New"' in again.content.decode(), "what was typed is kept"


@pytest.mark.parametrize("over", [{"role": "root"}, {"password": "nia"}, {"name": ""}, {"password": "nia new nia new"}])
def test_a_person_that_cannot_be_is_refused_in_place(ada: User, over: dict[str, str]) -> None:
    typed = {"name": "Nia New", "username": "nia new nia", "role": "auditor", "password": "first words of all", **over}
    answer = client_of(ada).post("/people/new/", typed)
    assert answer.status_code == 422 and "errorlist" in answer.content.decode()
    assert User.objects.count() == 1


def test_an_admin_changes_role_state_and_password_of_another(ada: User) -> None:
    ana, client = factories.create_user(username="ana"), client_of(ada)
    client.post(f"/people/{ana.pk}/role/", {"role": "supervisor"})
    client.post(f"/people/{ana.pk}/password/", {"password": "spoken in person 1"})
    client.post(f"/people/{ana.pk}/deactivation/")
    ana.refresh_from_db()
    assert (ana.role, ana.is_active, ana.password_is_anothers) == ("supervisor", False, True)
    client.post(f"/people/{ana.pk}/reactivation/")
    ana.refresh_from_db()
    assert ana.is_active and ana.check_password("spoken in person 1")


def test_an_admin_cannot_lock_everybody_out(ada: User) -> None:
    client = client_of(ada)
    answer = client.post(f"/people/{ada.pk}/deactivation/")
    assert answer.status_code == 422 and "your own way in" in answer.content.decode()
    assert client.post(f"/people/{ada.pk}/role/", {"role": "analyst"}).status_code == 422
    assert User.objects.get(pk=ada.pk).role == Role.ADMIN


def test_a_person_chooses_how_to_read_and_write() -> None:
    ana = factories.create_user()
    client = client_of(ana)
    answer = client.post("/me/", {"locale": "de", "time_zone": "Europe/Berlin", "theme": "dark"}, follow=True)
    page = answer.content.decode()
    assert 'data-theme="dark"' in page and 'lang="de"' in page
    refused = client.post("/me/", {"locale": "xx", "time_zone": "Atlantis/Capital", "theme": "dark"})
    assert refused.status_code == 422
    ana.refresh_from_db()
    assert (ana.locale, ana.time_zone, ana.theme) == ("de", "Europe/Berlin", "dark")


def test_the_time_zones_offered_are_places_and_the_one_that_is_kept() -> None:
    ana = factories.create_user()
    page = client_of(ana).get("/me/").content.decode()
    for zone in ("UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"):
        assert f'<option value="{zone}"' in page
    for none in ("Factory", "localtime", "posixrules", "Etc/GMT+2", "CET", "US/Eastern", "SystemV/AST4"):
        assert f'<option value="{none}"' not in page
    User.objects.filter(pk=ana.pk).update(time_zone="Etc/GMT+2")
    answer = client_of(ana).post("/me/", {"locale": "de", "time_zone": "Etc/GMT+2", "theme": ""})
    assert answer.status_code == 302


def test_names_are_shown_as_text(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(name="<script>alert(1)</script>")
    assert "<script>alert" not in client_of(ada).get("/people/").content.decode()


def test_a_field_is_label_input_help_and_what_is_wrong(ada: User, settings: Any) -> None:
    settings.FORM_RENDERER = "reviewapp.web.fields.House"
    client = client_of(ada)
    page = client.post("/keys/new/", {"name": "ERP"}).content.decode()
    assert '<label for="id_name">Name</label><input type="text" name="name" value="ERP"' in page
    assert '<p class="help" id="id_name_helptext">' in page
    assert '<fieldset class="choices"' in page and "<legend>May</legend>" in page
    assert re.search(r'<label class="check" for="id_hold"><input type="checkbox"', page)
    page = client.post("/keys/new/", {"name": ""}).content.decode()
    assert 'aria-invalid="true" aria-describedby="id_name_helptext id_name_error"' in page
