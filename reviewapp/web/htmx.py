"""Is it the page or a part of it that was asked for, and what shall the page be told?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """A request as views get it from the middleware: with htmx's details, the time it came in and its id."""

    htmx: HtmxDetails
    at: datetime
    id: str


def partial(request: HttpRequest) -> bool:
    """True when htmx wants the part only: asked by htmx, not boosted, not to restore its history."""
    details: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(details) and not details.boosted and not details.history_restore_request


def trigger(response: HttpResponseBase, event: str, detail: dict[str, Any] | None = None) -> HttpResponseBase:
    """Let the page hear `event` once the answer is in place; `detail` is plain JSON."""
    trigger_client_event(response, event, detail or {}, after="settle")
    return response
