"""What can be asked, and how? The OpenAPI 3.1 of the whole API, and the same as a page. Neither holds data: both are open."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from reviewapp.web import access

from . import callers
from .operations import API, ROOMS

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A name of your own for this request. Asked again with the same key, address and body within a day, the "
    "answer is given again (`Idempotent-Replayed: true`) and nothing is done twice.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
}
_WORDS = {
    200: "Done, and saved.",
    400: "`bad_json`, `bad_idempotency_key`: it cannot be read.",
    401: "`unauthorized`: no key, a bad one, or one whose person was deactivated.",
    403: "`scope_missing`: the key is not for this. `not_allowed`: its person may not do this.",
    404: "`not_found`: unknown, or not this key's to see.",
    405: "`method_not_allowed`.",
    409: "`stale_revision`, `open_flags`, `unfilled_lines`, `taken`, `closed`; `still_running` of an Idempotency-Key. "
    "Asking again as it is does not help.",
    410: "`erased`: the values were erased on purpose.",
    413: "`too_large`.",
    415: "`unsupported_media_type`: send application/json.",
    422: "Nothing was changed. `invalid`, `bad_cursor`, `unknown_path`, `value_refused`, `reason_missing`, `not_to_come`, "
    "`idempotency_key_reused`.",
    429: "`too_many_requests`: wait for the seconds in Retry-After.",
}
_HEADERS = {
    405: {"Allow": {"schema": {"type": "string"}}},
    409: {"x-should-retry": {"schema": {"type": "string", "enum": ["false"]}}},
    429: {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}},
}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI as a plain tree."""
    made: dict[str, Any] = dict(API.get_openapi_schema(path_prefix="api/v1/"))
    made["servers"] = [{"url": "/"}]
    for operations in made["paths"].values():
        for method, operation in operations.items():
            (tag,) = operation["tags"]
            operation["security"] = [{"Key": [_scope(tag)]}]
            if method == "post":
                operation["parameters"] = [*operation["parameters"], _KEY]
            for status, said in operation["responses"].items():
                said["description"] = _WORDS[status]
                if status in _HEADERS:
                    said["headers"] = _HEADERS[status]
    return made


def _scope(tag: str) -> str:
    door = ROOMS[tag].auth
    assert isinstance(door, callers.Key)
    return door.scope.value


@access.public
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """GET /api/v1/openapi.json"""
    return HttpResponse(json.dumps(document(), ensure_ascii=False), content_type="application/json")


@access.public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """GET /api/v1/docs: the operations in words, without a script."""
    return render(request, "api/operations.html", {"rooms": _rooms(), "title": document()["info"]["title"]})


def _rooms() -> list[tuple[str, list[dict[str, Any]]]]:
    rooms: dict[str, list[dict[str, Any]]] = {}
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            for tag in operation["tags"]:
                rooms.setdefault(tag, []).append({"path": path, "method": method.upper(), **operation})
    return list(rooms.items())
