"""What can be asked, and how? The OpenAPI 3.1 of the whole API, and the same as a page. Neither holds data: both are open."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
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
    409: "`stale_revision`, `open_flags`, `rules_fail`, `unfilled_lines`, `taken`, `closed`; `in_flight`, `over` of a delivery; "
    "`still_running` of an Idempotency-Key. "
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
    context = {
        "openapi_url": reverse("api:openapi"),
        "rooms": _rooms(),
        "answers": [(status, _pieces(words)) for status, words in sorted(_WORDS.items())],
    }
    return render(request, "api/operations.html", context)


@cache
def _rooms() -> list[dict[str, Any]]:
    told: dict[str, list[dict[str, Any]]] = {tag: [] for tag in ROOMS}
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            (tag,) = operation["tags"]
            told[tag].append(_told(path, method, operation))
    return [{"name": tag, "scope": _scope(tag), "operations": told[tag]} for tag in ROOMS]


def _told(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    named = [one for one in operation["parameters"] if one["in"] != "path"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "says": _pieces(operation.get("description", "")),
        "parameters": [{"name": one["name"], "says": _pieces(one.get("description", ""))} for one in named],
        "body": _example(operation),
        "statuses": sorted(operation["responses"]),
    }


def _example(operation: dict[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    name = schema["$ref"].rpartition("/")[2]
    return json.dumps(document()["components"]["schemas"][name]["examples"][0], ensure_ascii=False)


def _pieces(words: str) -> list[tuple[bool, str]]:
    """Words in which what stands between two backticks is code -> (is it code, text)."""
    return [
        (place % 2 == 1, " ".join(text.split()) if place % 2 else text) for place, text in enumerate(words.split("`"))
    ]
