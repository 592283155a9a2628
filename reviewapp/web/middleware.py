"""What does every request get before its view? The time, an id, the person's language and zone; and every answer, headers."""

from __future__ import annotations

import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from . import access, locales

Next = Callable[[HttpRequest], HttpResponse]

#: What no page of ours asks a browser for.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "screen-wake-lock",
        "usb",
        "xr-spatial-tracking",
    )
)


class Edge:
    """The one clock: `request.at` is the time of everything that this request does. `request.id` names it in log and trail.

    HTML is never kept by the browser: it shows evidence, and the back button must not show what was signed out of.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.at = timezone.now()  # type: ignore[attr-defined]
        request.id = str(uuid.uuid4())  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if response.get("Content-Type", "").startswith("text/html") and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response


class Person:
    """Language, locale and time zone of who is signed in, else the browser's language and UTC.

    A user has `locale` and `time_zone`; a locale without a translation of the pages keeps its numbers and dates and gets
    English words.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "locale", "")
        language = _translated(chosen) if chosen else translation.get_language_from_request(request)
        zone = _zone(getattr(request.user, "time_zone", ""))
        with translation.override(language), timezone.override(zone), locales.using(chosen):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not chosen:
            patch_vary_headers(response, ("Accept-Language",))
        return response


class Guarded:
    """Nobody enters a view that does not say who may (access.py)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object) -> None:
        if access.guard_of(view) is None:
            name = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', repr(view))}"
            raise access.Unguarded(f"{name} does not say who may enter: use a decorator of reviewapp.web.access")


def _translated(locale: str) -> str:
    known = dict(settings.LANGUAGES)
    return next((tag for tag in (locale, locale.split("-")[0]) if tag in known), settings.LANGUAGE_CODE)


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name or "UTC")
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
