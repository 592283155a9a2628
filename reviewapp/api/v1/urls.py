"""Below /api/v1/: the operations, what describes them, and everything else there as "not found" in our own words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path

from reviewapp.api import doors

from . import callers, errors, openapi
from .service import API


@doors.machine
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that leads nowhere."""
    return errors.Refused(404, "not_found", "There is nothing at this address.").response()


def _operations() -> list[URLPattern]:
    found, _, _ = API.urls
    operations = [one for one in found if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in operations:
        one.callback = callers.enters(one.callback)
    return operations


urlpatterns = [
    path("openapi.json", openapi.schema, name="openapi"),
    path("docs", openapi.page, name="operations"),
    *_operations(),
    re_path(r"^(?P<rest>.*)$", elsewhere, name="v1-elsewhere"),
]
