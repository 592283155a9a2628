"""How do people come, change and leave? Each act is one transaction with its entry in the trail."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from . import actors
from .models import User, sign_in_name
from .roles import Permission, Role, permissions


class CannotChange(Exception):
    """The act is refused and nothing was changed. `code`: name_taken, yourself, last_manager."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def add(
    *,
    username: str,
    name: str,
    role: Role,
    password: str,
    by: trail.Actor,
    at: datetime,
    via: trail.Via = actors.UNSAID,
    temporary: bool = True,
    locale: str = User.Locale.EN,
) -> User:
    """A new person. `temporary`: the password must be changed at the first sign-in. Raises CannotChange(name_taken)."""
    user = User(
        username=sign_in_name(username),
        name=name,
        role=role,
        locale=locale,
        created_at=at,
        password_is_anothers=temporary,
    )
    user.set_password(password)
    with transaction.atomic():
        if User.objects.filter(username=user.username).exists():
            raise CannotChange("name_taken")
        user.save(force_insert=True)
        note(user, "added", new=f"{user.username}, {role.value}", by=by, at=at, via=via)
    return user


def set_role(*, user: User, role: Role, by: trail.Actor, at: datetime, via: trail.Via = actors.UNSAID) -> None:
    """Another role from now on. Raises CannotChange when that would leave nobody who manages people."""
    with transaction.atomic():
        person = _locked(user)
        if person.role == role:
            return
        if Permission.ACCOUNTS_MANAGE not in permissions(role):
            _somebody_still_manages(person, by=by)
        old, person.role = person.role, role
        person.save(update_fields=["role"])
        note(person, "role", old=old, new=role.value, by=by, at=at, via=via)
    user.role = role


def deactivate(*, user: User, by: trail.Actor, at: datetime, via: trail.Via = actors.UNSAID) -> None:
    """The person can no longer enter; open sessions end with their next request. What they did stays theirs."""
    with transaction.atomic():
        person = _locked(user)
        if not person.is_active:
            return
        _somebody_still_manages(person, by=by)
        person.is_active = False
        person.save(update_fields=["is_active"])
        note(person, "deactivated", by=by, at=at, via=via)
    user.is_active = False


def reactivate(*, user: User, by: trail.Actor, at: datetime, via: trail.Via = actors.UNSAID) -> None:
    with transaction.atomic():
        person = _locked(user)
        if person.is_active:
            return
        person.is_active = True
        person.save(update_fields=["is_active"])
        note(person, "reactivated", by=by, at=at, via=via)
    user.is_active = True


def set_password(*, user: User, password: str, by: trail.Actor, at: datetime, via: trail.Via = actors.UNSAID) -> None:
    """A new password; set by another person it is good for one sign-in, which asks for an own one."""
    with transaction.atomic():
        person = _locked(user)
        person.set_password(password)
        person.password_is_anothers = by.id != str(person.pk)
        person.save(update_fields=["password", "password_is_anothers"])
        note(person, "password", by=by, at=at, via=via)
    user.password, user.password_is_anothers = person.password, person.password_is_anothers


def prefer(
    *,
    user: User,
    locale: str,
    time_zone: str,
    theme: str,
    by: trail.Actor,
    at: datetime,
    via: trail.Via = actors.UNSAID,
) -> None:
    """How the person wants to read and write. In the trail because the locale says how a typed number was understood."""
    with transaction.atomic():
        person = _locked(user)
        old = f"{person.locale} {person.time_zone} {person.theme}"
        person.locale, person.time_zone, person.theme = locale, time_zone, theme
        person.save(update_fields=["locale", "time_zone", "theme"])
        note(person, "preferences", old=old, new=f"{locale} {time_zone} {theme}", by=by, at=at, via=via)
    user.locale, user.time_zone, user.theme = locale, time_zone, theme


def _locked(user: User) -> User:
    person: User = User.objects.select_for_update().get(pk=user.pk)
    return person


def _somebody_still_manages(person: User, *, by: trail.Actor) -> None:
    """Raises CannotChange when the person is the one who acts, or the last one who may manage people."""
    if by.type == "person" and by.id == str(person.pk):
        raise CannotChange("yourself")
    managing = [role for role in Role if Permission.ACCOUNTS_MANAGE in permissions(role)]
    others = User.objects.active().filter(role__in=managing).exclude(pk=person.pk)
    if person.role in managing and not others.exists():
        raise CannotChange("last_manager")


def note(user: User, what: str, *, by: trail.Actor, at: datetime, via: trail.Via, old: str = "", new: str = "") -> None:
    """The entry of something that changed about a person, in their stream; call it inside the act's transaction."""
    trail.record(
        trail.Note(
            stream=f"user:{user.pk}",
            action=Action.USER_CHANGED,
            object_type="user",
            object_id=str(user.pk),
            old=trail.value(old) if old else None,
            new=trail.value(new) if new else None,
            details={"what": what},
        ),
        at=at,
        by=by,
        via=via,
    )
