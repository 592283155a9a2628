"""Who came in, who left, who was refused? Writes it to the trail when Django's own sign-in says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from reviewapp.audit import trail
from reviewapp.audit.actions import Action

from . import actors
from .models import User, sign_in_name

NOBODY = trail.Actor(type="person", id="", name="")


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def signed_in(sender: object, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """In the sign-in's own transaction: without the entry nobody is signed in."""
    if request is not None:
        _record(Action.SIGNED_IN, request, user)


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def signed_out(sender: object, request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if request is not None and isinstance(user, User):
        _record(Action.SIGNED_OUT, request, user)


@receiver(user_login_failed, dispatch_uid="accounts.sign_in_failed")
def sign_in_failed(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """A refused sign-in. What was typed as the name may be a password, so it is a value that can be erased.

    Attempts during a lock-out are counted by the lock-out itself and leave no entry: nobody can flood the trail.
    """
    if request is None or _was_locked_out(request):
        return
    typed = sign_in_name(str(credentials.get("username", "")))[:64]
    user = User.objects.filter(username=typed).first()
    with transaction.atomic():
        trail.record(
            trail.Note(
                stream="sign-in" if user is None else f"user:{user.pk}",
                action=Action.SIGN_IN_FAILED,
                object_type="user",
                object_id="" if user is None else str(user.pk),
                new=trail.value(typed) if user is None else None,
            ),
            at=request.at,  # type: ignore[attr-defined]
            by=NOBODY,
            via=actors.via(request),
        )


def _was_locked_out(request: HttpRequest) -> bool:
    """Was the name locked out before this try? The try that begins the lock-out is still one for the trail."""
    misses = getattr(request, "axes_failures_since_start", None)
    locked = getattr(request, "axes_locked_out", False)
    return locked and (misses is None or misses > settings.AXES_FAILURE_LIMIT)


def _record(action: Action, request: HttpRequest, user: User) -> None:
    # A request that did not come in through the edge (a test's forced sign-in) has no time of its own.
    at: datetime = getattr(request, "at", None) or user.last_login or user.created_at
    with transaction.atomic():
        trail.record(
            trail.Note(stream=f"user:{user.pk}", action=action, object_type="user", object_id=str(user.pk)),
            at=at,
            by=actors.person(user),
            via=actors.via(request),
        )
