"""Which machine is this? Issues, checks and revokes API keys; the secret leaves this module once."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from . import actors
from .models import ApiKey, Scope, User
from .roles import Permission

_SHAPE = re.compile(r"rva_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_NOBODY = hashlib.sha256(b"no such key").hexdigest()

#: `last_used_at` is for people who look for unused keys: it need not be newer than this, and reads stay reads.
_USED_EVERY = timedelta(minutes=1)


#: What a key is for when nothing else is said.
READING = (Scope.COMPAT_READ, Scope.ROWS_READ)
#: What changes something is done for a named person.
WRITING = frozenset({Scope.TASKS_WRITE, Scope.DELIVERIES_WRITE})


#: What a person must be allowed for a key to do it for them. Rows and compat are machines' alone.
NEEDS: Mapping[Scope, Permission] = {
    Scope.JOBS_READ: Permission.INTAKE_SEE,
    Scope.TASKS_READ: Permission.REVIEW_SEE,
    Scope.TASKS_WRITE: Permission.REVIEW_WORK,
    Scope.DELIVERIES_READ: Permission.DELIVERY_SEE,
    Scope.DELIVERIES_WRITE: Permission.DELIVERY_MANAGE,
    Scope.TRAIL_READ: Permission.AUDIT_READ,
}


class NobodyNamed(ValueError):
    """A key that writes does so for a named person, one who may do something that is written."""


class MayNot(ValueError):
    """The person whom the key would act for may not do all that it would promise: `scopes`."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        super().__init__(", ".join(scopes))
        self.scopes = tuple(scopes)


def may_act(person: User) -> bool:
    """Whether a machine could do anything for this person at all."""
    return any(person.has_perm(NEEDS[scope]) for scope in WRITING)


def lacking(person: User, scopes: Collection[str]) -> list[Scope]:
    """Of these scopes those that a key which acts for the person promises in vain."""
    return [scope for scope, needed in NEEDS.items() if scope in scopes and not person.has_perm(needed)]


def issue(
    *,
    name: str,
    upstreams: Sequence[str],
    scopes: Sequence[Scope] = READING,
    hold: bool = False,
    acts_for: User | None = None,
    by: User,
    at: datetime,
    expires_at: datetime | None = None,
    via: trail.Via = actors.UNSAID,
) -> tuple[ApiKey, str]:
    """A new key and its secret, `rva_<prefix>_<43 characters>`, which cannot be had again.

    Raises NobodyNamed for a scope of WRITING without a person, and for a person for whom no machine could do anything;
    MayNot for scopes that are more than the person may.
    """
    if acts_for is None and not WRITING.isdisjoint(scopes):
        raise NobodyNamed("a key that writes needs a person to act for")
    if acts_for is not None and not may_act(acts_for):
        raise NobodyNamed(f"{acts_for.name} may neither work on tasks nor try deliveries again")
    if acts_for is not None and (vain := lacking(acts_for, [scope.value for scope in scopes])):
        raise MayNot(vain)
    prefix = secrets.token_hex(6)
    secret = f"rva_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        prefix=prefix,
        secret_sha256=_digest(secret),
        name=name,
        upstreams=sorted(set(upstreams)),
        scopes=sorted({scope.value for scope in scopes}),
        hold=hold,
        created_at=at,
        created_by=by,
        acts_for=acts_for,
        expires_at=expires_at,
    )
    with transaction.atomic():
        key.save(force_insert=True)
        _note(key, Action.KEY_ISSUED, by=by, at=at, via=via)
    return key, secret


def authenticate(secret: str, *, at: datetime) -> ApiKey | None:
    """The good key that this secret belongs to, else None: unknown, wrong, revoked and expired look alike, and so does one
    that acts for a person who was deactivated."""
    shape = _SHAPE.fullmatch(secret)
    key = None if shape is None else ApiKey.objects.select_related("acts_for").filter(prefix=shape[1]).first()
    kept = _NOBODY if key is None else key.secret_sha256
    if not hmac.compare_digest(kept, _digest(secret)) or key is None or not key.is_good(at):
        return None
    if key.acts_for is not None and not key.acts_for.is_active:
        return None
    if key.last_used_at is None or key.last_used_at <= at - _USED_EVERY:
        with transaction.atomic():
            unused = Q(last_used_at=None) | Q(last_used_at__lte=at - _USED_EVERY)
            ApiKey.objects.filter(unused, pk=key.pk).update(last_used_at=at)
        key.last_used_at = at
    return key


def revoke(*, key: ApiKey, by: User, at: datetime, via: trail.Via = actors.UNSAID) -> bool:
    """The key opens nothing from now on. False when it was revoked before; the first time stays."""
    with transaction.atomic():
        if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
            return False
        _note(key, Action.KEY_REVOKED, by=by, at=at, via=via)
    key.revoked_at = at
    return True


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _note(key: ApiKey, action: Action, *, by: User, at: datetime, via: trail.Via) -> None:
    trail.record(
        trail.Note(
            stream=f"user:{by.pk}",
            action=action,
            object_type="key",
            object_id=str(key.pk),
            details={
                "prefix": key.prefix,
                "name": key.name,
                "upstreams": key.upstreams,
                "scopes": key.scopes,
                "hold": key.hold,
                "expires_at": "" if key.expires_at is None else trail.moment(key.expires_at),
                "acts_for": "" if key.acts_for_id is None else str(key.acts_for_id),
            },
        ),
        at=at,
        by=actors.person(by),
        via=via,
    )
