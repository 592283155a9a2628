"""Who acted, as the trail copies it? People, keys and the way they came in, as plain facts."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from reviewapp.audit.trail import Actor, Via

from .models import ApiKey, User

#: The way in of an act that nobody asked for over the network.
UNSAID = Via()


def person(user: User | AnonymousUser) -> Actor:
    """A signed-in person. Raises TypeError for nobody: an act always has somebody who did it."""
    if not isinstance(user, User):
        raise TypeError("nobody is signed in")
    return Actor(type="person", id=str(user.pk), name=user.name, role=user.role)


class Acting(TypedDict):
    """When, by whom and on which way: what every act asks for by keyword."""

    at: datetime
    by: Actor
    via: Via


def acting(request: HttpRequest) -> Acting:
    """A signed-in person's request as the keywords of an act. Raises TypeError for nobody."""
    at: datetime = request.at  # type: ignore[attr-defined]
    return Acting(at=at, by=person(request.user), via=via(request))


def machine(key: ApiKey) -> Actor:
    return Actor(type="key", id=str(key.pk), name=key.name)


def via(request: HttpRequest, *, key: ApiKey | None = None) -> Via:
    """The way in: peer address, user agent, key prefix, request id."""
    return Via(
        ip=request.META.get("REMOTE_ADDR", ""),
        agent=request.headers.get("User-Agent", ""),
        key="" if key is None else key.prefix,
        request=getattr(request, "id", ""),
    )
