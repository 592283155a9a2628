"""People come, change and leave; each act leaves its entry, and nobody is ever deleted."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from reviewapp.accounts import actors, people
from reviewapp.accounts.models import NeverDeleted, User
from reviewapp.accounts.roles import Role
from reviewapp.audit import trail
from reviewapp.audit.models import Entry
from tests import factories
from tests.factories import AT

pytestmark = pytest.mark.django_db


def whats(user: User) -> list[str]:
    bodies = [json.loads(bytes(one.body)) for one in Entry.objects.filter(stream=f"user:{user.pk}").order_by("seq")]
    return [one["details"]["what"] for one in bodies]


def by(user: User) -> trail.Actor:
    return actors.person(user)


def test_each_act_leaves_an_entry_with_its_actor() -> None:
    ada, ana = factories.create_user(role=Role.ADMIN), factories.create_user()
    people.set_role(user=ana, role=Role.SUPERVISOR, by=by(ada), at=AT)
    people.set_role(user=ana, role=Role.SUPERVISOR, by=by(ada), at=AT)  # nothing changes: no entry
    people.deactivate(user=ana, by=by(ada), at=AT)
    people.reactivate(user=ana, by=by(ada), at=AT)
    people.set_password(user=ana, password="another long one 7", by=by(ada), at=AT)
    people.prefer(user=ana, locale="de", time_zone="Europe/Berlin", theme="dark", by=by(ana), at=AT)
    assert whats(ana) == ["added", "role", "deactivated", "reactivated", "password", "preferences"]
    entry = Entry.objects.get(stream=f"user:{ana.pk}", seq=2)
    assert (entry.actor_id, entry.old.text, entry.new.text) == (str(ada.pk), "analyst", "supervisor")
    ana.refresh_from_db()
    assert (ana.role, ana.is_active, ana.locale, ana.time_zone, ana.theme) == (
        "supervisor", True, "de", "Europe/Berlin", "dark",
    )  # fmt: skip


def test_no_password_stands_in_the_trail() -> None:
    ana = factories.create_user()
    people.set_password(user=ana, password="hear no evil 1", by=trail.SYSTEM, at=AT)
    for entry in Entry.objects.all():
        assert b"hear no evil" not in bytes(entry.body) and b"a password of tests" not in bytes(entry.body)
    assert not Entry.objects.filter(new__text__contains="evil").exists()


def test_a_password_set_by_another_is_not_the_persons_own() -> None:
    ada, ana = factories.create_user(role=Role.ADMIN), factories.create_user()
    people.set_password(user=ana, password="another long one 7", by=by(ada), at=AT)
    assert ana.password_is_anothers
    people.set_password(user=ana, password="now it is mine 123", by=by(ana), at=AT)
    assert not ana.password_is_anothers and ana.check_password("now it is mine 123")


@pytest.mark.parametrize(
    "act",
    [
        lambda user, who: people.deactivate(user=user, by=who, at=AT),
        lambda user, who: people.set_role(user=user, role=Role.ANALYST, by=who, at=AT),
    ],
    ids=["deactivate", "set_role"],
)
def test_somebody_always_manages_people(act: Callable[[User, trail.Actor], None]) -> None:
    ada, eve = factories.create_user(role=Role.ADMIN), factories.create_user(role=Role.ADMIN)
    with pytest.raises(people.CannotChange, match="yourself"):
        act(ada, by(ada))
    act(eve, by(ada))
    with pytest.raises(people.CannotChange, match="last_manager"):
        act(ada, trail.SYSTEM)
    ada.refresh_from_db()
    assert ada.is_active and ada.role == Role.ADMIN


@pytest.mark.parametrize("typed", ["ana", "ANA", " Ana ", "ＡＮＡ"])
def test_a_sign_in_name_has_one_spelling(typed: str) -> None:
    ana = factories.create_user(username="Ana")
    assert User.objects.get_by_natural_key(typed) == ana
    with pytest.raises(people.CannotChange, match="name_taken"):
        factories.create_user(username=typed)


def test_a_person_is_deactivated_and_never_deleted() -> None:
    ana = factories.create_user()
    with pytest.raises(NeverDeleted):
        ana.delete()
    with pytest.raises(NeverDeleted):
        User.objects.filter(pk=ana.pk).delete()
    with pytest.raises(NeverDeleted):
        User.objects.all().delete()
    assert User.objects.filter(pk=ana.pk).exists()


@pytest.mark.parametrize("column", [{"role": "root"}, {"username": "Ana"}])
def test_the_database_refuses_what_is_no_role_or_no_name(column: dict[str, str]) -> None:
    ana = factories.create_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ana.pk).update(**column)
    User.objects.filter(pk=ana.pk).update(role="auditor", username="eva")


def test_without_its_entry_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ana = factories.create_user(role=Role.ADMIN), factories.create_user()

    def full(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no room for the trail")

    monkeypatch.setattr(trail, "record", full)
    with pytest.raises(DatabaseError):
        people.deactivate(user=ana, by=by(ada), at=AT)
    ana.refresh_from_db()
    assert ana.is_active


def test_an_act_always_has_somebody_who_did_it() -> None:
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(TypeError, match="nobody"):
        actors.person(AnonymousUser())
