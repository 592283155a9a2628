"""A machine's key: shown once, known again, good for what it was made for, gone when revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviewapp.accounts import actors, apikeys, people
from reviewapp.accounts.models import ApiKey, NeverDeleted, Scope
from reviewapp.accounts.roles import Role
from reviewapp.audit.models import Entry
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db


def issue(**over: object) -> tuple[ApiKey, str]:
    ada = factories.create_user(role=Role.ADMIN)
    return apikeys.issue(**{"name": "ERP", "upstreams": ["talonic", "unsiloed"], "by": ada, "at": AT, **over})  # type: ignore[arg-type]


def test_a_key_is_known_again_by_its_secret() -> None:
    key, secret = issue(hold=True)
    found = apikeys.authenticate(secret, at=AT)
    assert found == key and found is not None
    assert (found.hold, found.upstreams, found.created_at) == (True, ["talonic", "unsiloed"], AT)


def test_the_secret_is_kept_nowhere() -> None:
    key, secret = issue()
    kept = " ".join(str(one) for one in ApiKey.objects.values_list().get(pk=key.pk))
    assert secret not in kept and secret.split("_", 2)[2] not in kept
    for entry in Entry.objects.all():
        assert secret.encode() not in bytes(entry.body)


def test_no_two_secrets_are_alike_and_each_holds_32_random_bytes() -> None:
    secrets = {issue()[1] for _ in range(20)}
    assert len(secrets) == 20 and {len(one) for one in secrets} == {4 + 12 + 1 + 43}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
        lambda secret: secret + "A",
        lambda secret: secret[:-1],
        lambda secret: secret.upper(),
        lambda secret: " " + secret,
        lambda secret: secret.replace("rva_", "rvb_"),
        lambda secret: "rva_000000000000_" + secret.split("_", 2)[2],
        lambda secret: "",
        lambda secret: "\0" * 60,
        lambda secret: "\ud800",
        lambda secret: "x" * 1_000_000,
    ],
)
def test_anything_but_the_secret_opens_nothing(spoil: object) -> None:
    _, secret = issue()
    assert apikeys.authenticate(spoil(secret), at=AT) is None  # type: ignore[operator]
    assert apikeys.authenticate(secret, at=AT) is not None


def test_an_expired_key_opens_nothing_from_that_moment_on() -> None:
    _, secret = issue(expires_at=AT + timedelta(days=1))
    assert apikeys.authenticate(secret, at=AT + timedelta(hours=23, minutes=59)) is not None
    assert apikeys.authenticate(secret, at=AT + timedelta(days=1)) is None


def test_a_revoked_key_opens_nothing_and_stays_revoked_at_the_first_time() -> None:
    key, secret = issue()
    by = key.created_by
    assert apikeys.revoke(key=key, by=by, at=AT)
    assert not apikeys.revoke(key=key, by=by, at=AT + timedelta(days=1))
    assert apikeys.authenticate(secret, at=AT) is None
    key.refresh_from_db()
    assert key.revoked_at == AT
    assert list(Entry.objects.filter(object_type="key").order_by("seq").values_list("action", flat=True)) == [
        "accounts:key:issued",
        "accounts:key:revoked",
    ]


def test_a_key_reads_its_upstreams_in_its_way_and_no_other() -> None:
    key, _ = issue(scopes=[Scope.ROWS_READ])
    assert key.may_read("talonic", Scope.ROWS_READ)
    assert not key.may_read("llamacloud", Scope.ROWS_READ)
    assert not key.may_read("talonic", Scope.COMPAT_READ)


def test_reading_writes_at_most_once_a_minute() -> None:
    _, secret = issue()
    apikeys.authenticate(secret, at=AT)
    with CaptureQueriesContext(
        connection,
    ) as soon:
        apikeys.authenticate(secret, at=AT + timedelta(seconds=59))
    with CaptureQueriesContext(connection) as later:
        found = apikeys.authenticate(secret, at=AT + timedelta(seconds=60))
    assert not any("UPDATE" in one["sql"] for one in soon)
    assert any("UPDATE" in one["sql"] for one in later)
    assert found is not None and found.last_used_at == AT + timedelta(seconds=60)


def test_a_key_is_never_deleted() -> None:
    key, _ = issue()
    with pytest.raises(NeverDeleted):
        key.delete()
    with pytest.raises(NeverDeleted):
        ApiKey.objects.all().delete()


def test_a_key_that_writes_does_so_for_a_person_who_may_work_on_tasks() -> None:
    ana, udo = factories.create_user(), factories.create_user(role=Role.AUDITOR)
    for over in ({}, {"acts_for": udo}):
        for writes in (Scope.TASKS_WRITE, Scope.DELIVERIES_WRITE):
            with pytest.raises(apikeys.NobodyNamed):
                issue(scopes=[writes], **over)
    with pytest.raises(apikeys.NobodyNamed):
        issue(scopes=[Scope.ROWS_READ], acts_for=udo)
    assert not ApiKey.objects.exists()
    _, secret = issue(scopes=[Scope.TASKS_WRITE, Scope.TASKS_READ], acts_for=ana)
    found = apikeys.authenticate(secret, at=AT)
    assert found is not None and found.acts_for == ana
    entry = Entry.objects.get(action="accounts:key:issued")
    assert f'"acts_for":"{ana.pk}"'.encode() in bytes(entry.body)


def test_a_key_opens_nothing_once_its_person_is_deactivated() -> None:
    ana = factories.create_user()
    _, secret = issue(scopes=[Scope.ROWS_READ], acts_for=ana)
    ada = actors.person(factories.create_user(role=Role.ADMIN))
    people.deactivate(user=ana, by=ada, at=AT)
    assert apikeys.authenticate(secret, at=AT) is None
    people.reactivate(user=ana, by=ada, at=AT)
    assert apikeys.authenticate(secret, at=AT) is not None
