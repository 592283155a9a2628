"""Which machine asks, may it, and does it ask too often? One door for every answer to a machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from reviewapp.accounts import apikeys
from reviewapp.accounts.models import ApiKey, Scope
from reviewapp.extraction.model import Kind
from reviewapp.results.models import Job
from reviewapp.web import access

METHODS = ("GET", "HEAD")
_WINDOW_SECONDS = 60


class Refusal(Enum):
    """Why a door stayed shut; each shape has its own words for it."""

    NO_KEY = 401
    UNKNOWN = 404
    TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class Shut(Exception):
    """`retry_after` in whole seconds, for TOO_MANY."""

    refusal: Refusal
    retry_after: int = 0


def machine(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for machines: it checks the key itself, and no cookie speaks for it, so it needs no CSRF token."""
    return csrf_exempt(access.mark(view, access.Guard("key")))


def reads(
    not_allowed: Callable[[HttpRequest], HttpResponse],
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view that only tells: GET and HEAD. Every other method gets the shape's own words for 405, and Allow."""

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def only(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in METHODS:
                return view(request, *args, **kwargs)
            refused = not_allowed(request)
            refused.headers["Allow"] = ", ".join(METHODS)
            return refused

        return only

    return wrap


def asked_at(request: HttpRequest) -> datetime:
    """When the request came in (web.middleware.Edge)."""
    at: datetime = request.at  # type: ignore[attr-defined]
    return at


def key_of(secret: str, *, at: datetime, scope: Scope) -> ApiKey:
    """The good key with that scope. Raises Shut. A key's requests are counted over a minute."""
    key = apikeys.authenticate(secret, at=at) if secret else None
    if key is None or scope not in key.scopes:
        raise Shut(Refusal.NO_KEY)
    _count(key, at)
    return key


def any_key(secret: str, *, at: datetime) -> ApiKey:
    """The good key, whatever it is for. Raises Shut. Counted as by `key_of`."""
    key = apikeys.authenticate(secret, at=at) if secret else None
    if key is None:
        raise Shut(Refusal.NO_KEY)
    _count(key, at)
    return key


def bearer(request: HttpRequest) -> str:
    """The secret of an `Authorization: Bearer` header; "" when there is none."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def job(key: ApiKey, *, kind: Kind, job_id: str) -> Job:
    """The job of that kind at one of the key's upstreams. Raises Shut: unknown and foreign look the same."""
    found = (
        Job.objects.select_related("upstream")
        .filter(job_id=job_id, kind=kind.value, upstream__slug__in=key.upstreams)
        .order_by("id")
        .first()
    )
    if found is None:
        raise Shut(Refusal.UNKNOWN)
    return found


def _count(key: ApiKey, at: datetime) -> None:
    second = int(at.timestamp())
    window = second // _WINDOW_SECONDS
    name = f"api-requests:{key.pk}:{window}"
    cache.add(name, 0, timeout=2 * _WINDOW_SECONDS)
    try:
        asked = cache.incr(name)
    except ValueError:
        # The cache dropped it between the two calls: the count begins again, the answer is given.
        return
    if asked > settings.API_REQUESTS_PER_MINUTE:
        raise Shut(Refusal.TOO_MANY, retry_after=_WINDOW_SECONDS - second % _WINDOW_SECONDS)
