"""The pages of API keys: what each key is good for, what may be chosen, and what is refused in words."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviewapp.accounts import apikeys
from reviewapp.accounts.models import ApiKey, Scope, User
from reviewapp.accounts.roles import Role
from reviewapp.upstreams.models import Upstream
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db
WRITES = ["tasks.write", "deliveries.write"]


@pytest.fixture
def ada() -> User:
    for slug, name in (("talonic", "Talonic EU"), ("unsiloed", "Unsiloed")):
        factories.create_upstream(slug=slug)
        Upstream.objects.filter(slug=slug).update(name=name)
    return factories.create_user(username="ada", role=Role.ADMIN)


def client_of(user: User) -> Client:
    return factories.sign_in(user)


def test_a_new_key_is_shown_once_and_works(ada: User) -> None:
    client = client_of(ada)
    typed = {
        "name": "ERP",
        "upstreams": ["talonic", "unsiloed"],
        "scopes": ["rows.read"],
        "hold": "on",
        "expires": "2999-01-01",
    }
    answer = client.post("/keys/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 201 and "no-store" in answer["Cache-Control"]
    [secret] = re.findall(r"rva_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", page)
    key = apikeys.authenticate(secret, at=AT)
    assert key is not None and key.hold and key.upstreams == ["talonic", "unsiloed"] and key.scopes == ["rows.read"]
    assert secret not in client.get("/keys/").content.decode()


@pytest.mark.parametrize(
    "over",
    [
        {"upstreams": ["a/b"]},
        {"upstreams": ["another"]},
        {"upstreams": []},
        {"scopes": []},
        {"scopes": ["all"]},
        {"expires": "2001-01-01"},
    ],
)
def test_a_key_that_cannot_be_is_refused_in_place(ada: User, over: dict[str, object]) -> None:
    typed = {"name": "ERP", "upstreams": ["talonic"], "scopes": ["rows.read"], **over}
    assert client_of(ada).post("/keys/new/", typed).status_code == 422
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("writes", WRITES)
def test_a_key_that_writes_names_its_person_in_the_form_and_in_the_list(ada: User, writes: str) -> None:
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    udo = factories.create_user(username="udo", role=Role.AUDITOR)
    gone = factories.create_user(username="gone")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    client, typed = client_of(ada), {"name": "ERP", "upstreams": ["talonic"], "scopes": ["tasks.read", writes]}
    page = client.get("/keys/new/").content.decode()
    assert ">Sol (supervisor)</option>" in page and ">Udo" not in page and ">Gone" not in page
    assert re.findall(r'value="([a-z.]+)"[^>]* checked', page) == ["compat.read", "rows.read"]
    refused = client.post("/keys/new/", typed)
    assert refused.status_code == 422 and "Name the person" in refused.content.decode()
    for nobody in (udo, gone):
        assert client.post("/keys/new/", {**typed, "acts_for": nobody.pk}).status_code == 422
    assert client.post("/keys/new/", {**typed, "acts_for": sol.pk}).status_code == 201
    assert ApiKey.objects.get().acts_for == sol
    assert "acts for Sol" in client.get("/keys/").content.decode()


def test_a_revoked_key_is_listed_as_such(ada: User) -> None:
    key, secret = apikeys.issue(name="ERP", upstreams=["talonic"], by=ada, at=AT)
    client = client_of(ada)
    client.post(f"/keys/{key.pk}/revocation/")
    page = client.get("/keys/").content.decode()
    assert "revoked" in page and "Revoke for good" not in page
    assert apikeys.authenticate(secret, at=AT) is None


#: Role -> the scopes that a key for such a person promises in vain; an auditor is offered for none.
IN_VAIN = {
    Role.ANALYST: {"jobs.read", "deliveries.read", "deliveries.write", "trail.read"},
    Role.SUPERVISOR: set(),
    Role.ADMIN: {"tasks.write"},
}


@pytest.mark.parametrize("role", IN_VAIN)
@pytest.mark.parametrize("scope", list(Scope))
def test_what_the_person_may_not_do_is_not_promised(ada: User, role: Role, scope: Scope) -> None:
    person = factories.create_user(username="someone", role=role)
    typed = {"name": "ERP", "upstreams": ["talonic"], "scopes": ["compat.read", scope.value], "acts_for": person.pk}
    answer = client_of(ada).post("/keys/new/", typed)
    if scope.value in IN_VAIN[role]:
        said = f"Someone ({role.label}) may not: “{scope.label}”. Take that away"
        assert answer.status_code == 422 and said in answer.content.decode()
        assert not ApiKey.objects.exists()
        with pytest.raises(apikeys.MayNot):
            apikeys.issue(name="ERP", upstreams=["talonic"], scopes=[scope], acts_for=person, by=ada, at=AT)
    else:
        assert answer.status_code == 201


def test_a_key_whose_person_may_do_less_by_now_says_so(ada: User) -> None:
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    scopes = [Scope.TASKS_WRITE, Scope.DELIVERIES_WRITE]
    apikeys.issue(name="ERP", upstreams=["talonic"], scopes=scopes, acts_for=sol, by=ada, at=AT)
    assert "it is refused" not in client_of(ada).get("/keys/").content.decode()
    User.objects.filter(pk=sol.pk).update(role=Role.ANALYST)
    page = client_of(ada).get("/keys/").content.decode()
    assert "Sol may not, so it is refused: try deliveries again for a person" in page


def test_upstreams_are_chosen_by_their_names(ada: User) -> None:
    page = client_of(ada).get("/keys/new/").content.decode()
    for slug, name in (("talonic", "Talonic EU"), ("unsiloed", "Unsiloed")):
        assert re.search(rf'<input type="checkbox" name="upstreams" value="{slug}"[^>]*>\s*{name}', page)


def test_the_list_says_what_each_key_may_where_and_until_when(ada: User) -> None:
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    apikeys.issue(name="Never", upstreams=["talonic", "gone"], by=ada, at=AT)
    _key, secret = apikeys.issue(
        name="Used", upstreams=["unsiloed"], scopes=list(Scope), hold=True, acts_for=sol, by=ada, at=AT,
        expires_at=AT + timedelta(days=30000),
    )  # fmt: skip
    apikeys.authenticate(secret, at=AT)
    page = html.unescape(client_of(ada).get("/keys/").content.decode())
    used, never = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    assert all(str(scope.label) in used for scope in Scope)
    assert "acts for Sol (supervisor)" in used and ">Unsiloed<" in used and "held back" in used and " ago" in used
    assert "2108" in used and "Revoke" in used
    assert "gone, Talonic EU" in never and "never" in never and "shown as read" in never and "acts for" not in never
    assert str(Scope.COMPAT_READ.label) in never and str(Scope.TASKS_WRITE.label) not in never


def test_the_list_asks_as_much_for_twenty_keys_as_for_one(ada: User) -> None:
    sol = factories.create_user(username="sol", role=Role.SUPERVISOR)
    asked = []
    for number in (1, 19):
        for _ in range(number):
            apikeys.issue(name="K", upstreams=["talonic"], scopes=list(Scope), acts_for=sol, by=ada, at=AT)
        client = client_of(ada)
        with CaptureQueriesContext(connection) as queries:
            client.get("/keys/")
        asked.append(len(queries))
    assert asked[0] == asked[1]
