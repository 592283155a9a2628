"""Below /api/v1/: the operations, what describes them, and everything else there as "not found" in our own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path

from reviewapp.api import doors

from . import callers, errors, openapi
from .operations import API

View = Callable[..., HttpResponseBase]


@doors.machine
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that leads nowhere."""
    return errors.Refused(404, "not_found", "There is nothing at this address.").response()


def _operations() -> list[URLPattern]:
    found, _, _ = API.urls
    operations = [one for one in found if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in operations:
        one.callback = callers.enters(_only_declared(one.callback, f"/api/v1/{one.pattern}"))
    return operations


def _only_declared(view: View, route: str) -> View:
    """A parameter that the OpenAPI does not know is refused: a filter with a slip in it would let everything through."""
    operations = openapi.document()["paths"][re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)]
    known = {
        method.upper(): {one["name"] for one in operation["parameters"] if one["in"] == "query"}
        for method, operation in operations.items()
    }

    @wraps(view)
    def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        unknown = sorted(request.GET.keys() - known.get(request.method or "", request.GET.keys()))
        if unknown:
            return errors.Refused(422, "invalid", f"{unknown[0][:80]}: there is no such parameter").response()
        return view(request, *args, **kwargs)

    return declared


urlpatterns = [
    path("openapi.json", openapi.schema, name="openapi"),
    path("docs", openapi.page, name="operations"),
    *_operations(),
    re_path(r"^(?P<rest>.*)$", elsewhere, name="v1-elsewhere"),
]
