"""Strangers are sent to sign in, people without the permission are refused, the others get through."""

from __future__ import annotations

import pytest
from django.test import Client

from reviewapp.accounts.roles import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frame_alone")]


def client_of(role: Role) -> Client:
    client = Client()
    client.force_login(factories.create_user(role=role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_stranger_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/workers-only/?page=2")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/workers-only/%3Fpage%3D2")


def test_a_stranger_who_posts_is_not_sent_back_to_an_address_that_takes_no_get(client: Client) -> None:
    assert client.post("/workers-only/")["Location"] == "/sign-in/?next=/"


def test_a_part_of_a_page_makes_the_whole_page_go_to_sign_in(client: Client) -> None:
    shown = "http://testserver/tasks/7/?field=/total"
    answer = client.get("/workers-only/", headers={"HX-Request": "true", "HX-Current-URL": shown})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Ftasks%2F7%2F%3Ffield%3D%2Ftotal"


@pytest.mark.parametrize(
    "shown", ["https://elsewhere.example/tasks/7/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_the_way_back_never_leads_elsewhere(client: Client, shown: str) -> None:
    answer = client.get("/people-only/", headers={"HX-Request": "true", "HX-Current-URL": shown})
    assert answer["HX-Redirect"] == "/sign-in/?next=%2F"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ANALYST, 200), (Role.SUPERVISOR, 200), (Role.AUDITOR, 403), (Role.ADMIN, 403)]
)
def test_a_permission_is_asked_for(role: Role, status: int) -> None:
    assert client_of(role).get("/workers-only/").status_code == status


@pytest.mark.parametrize("role", Role)
def test_a_page_for_people_is_open_to_every_role(role: Role) -> None:
    assert client_of(role).get("/people-only/").status_code == 200


def test_a_deactivated_person_is_a_stranger_from_the_next_request_on() -> None:
    client = Client()
    user = factories.create_user()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/people-only/").status_code == 200
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/people-only/").status_code == 302
