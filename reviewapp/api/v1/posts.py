"""How is a POST done? One act, once where it comes under an Idempotency-Key, and the answer says when it was given before."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from reviewapp.api.compat import answers
from reviewapp.extraction import jsontext

from . import callers, errors, idempotency

_NAME = re.compile(r"[\x21-\x7e]{1,255}")


def answer(request: HttpRequest, caller: callers.Caller, *, act: Callable[[], idempotency.Answer]) -> HttpResponse:
    """Do the act, which is one transaction by itself, and answer with what it says. Raises errors.Refused."""
    asked = _named(request, caller)
    said = act() if asked is None else idempotency.once(asked=asked, at=caller.at, act=act)
    response = answers.json_response(jsontext.parse(said.text), status=said.status)
    if said.again:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _named(request: HttpRequest, caller: callers.Caller) -> idempotency.Asked | None:
    name = request.headers.get("Idempotency-Key")
    if name is None:
        return None
    if not _NAME.fullmatch(name):
        message = "An Idempotency-Key is 1 to 255 printable ASCII characters without a space."
        raise errors.Refused(400, "bad_idempotency_key", message)
    return idempotency.Asked(
        api_key=caller.key, name=name, method=request.method or "", address=request.get_full_path(), body=request.body
    )
