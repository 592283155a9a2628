"""How does LlamaCloud let in and refuse? One bearer key for both versions, and FastAPI's bodies for every error."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from reviewapp.accounts.models import ApiKey, Scope
from reviewapp.api import doors
from reviewapp.extraction.jsontext import Json

from . import answers

_SENTENCES = {
    doors.Refusal.NO_KEY: "Invalid API Key",
    doors.Refusal.TOO_MANY: "Rate limit exceeded",
}


def key_of(request: HttpRequest) -> ApiKey:
    """The key that asks. Raises doors.Shut."""
    return doors.key_of(doors.bearer(request), at=doors.asked_at(request), scope=Scope.COMPAT_READ)


def refused(shut: doors.Shut, *, what: str = "Job") -> HttpResponse:
    """A shut door; `what` is what was not found."""
    sentence = _SENTENCES.get(shut.refusal, f"{what} not found")
    return answers.json_response({"detail": sentence}, status=shut.refusal.value, shut=shut)


def invalid(place: str, name: str, *, message: str, type: str) -> HttpResponse:
    """422 for a part of the request: `place` is `path` or `query`."""
    wrong: Json = {"loc": [place, name], "msg": message, "type": type}
    return answers.json_response({"detail": [wrong]}, status=422)


def no_uuid(name: str) -> HttpResponse:
    """422 for an id in the path that is no UUID, which only v1 asks for."""
    return invalid("path", name, message="value is not a valid uuid", type="type_error.uuid")
