"""What is the API made of? One NinjaAPI whose JSON comes and goes by `jsontext`, with one form of refusal, all declared."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from reviewapp import __version__
from reviewapp.api.compat import answers
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from . import deliveries, errors, jobs, rows, task_posts, tasks, trail


class Exact(BaseRenderer):
    """Numbers keep their text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> str:
        return jsontext.dump(data)


class Gate(Parser):
    """A body passes the gate of every JSON: exact numbers, closed limits."""

    def parse_body(self, request: HttpRequest) -> Any:
        return jsontext.parse(request.body)


ROOMS: dict[str, Router] = {
    "jobs": jobs.router,
    "rows": rows.router,
    "tasks": tasks.router,
    "verdicts and decisions": task_posts.router,
    "deliveries": deliveries.router,
    "deliveries tried again": deliveries.again,
    "trail": trail.router,
}


def build() -> NinjaAPI:
    """The API with its operations; a part of the work that comes later adds its router to ROOMS."""
    api = NinjaAPI(
        title="reviewapp",
        version=__version__,
        description="What machines read of jobs, result rows, tasks, deliveries and the trail, and how they work for a person.",
        urls_namespace="api-v1",
        openapi_url=None,
        docs_url=None,
        renderer=Exact(),
        parser=Gate(),
    )
    for tag, router in ROOMS.items():
        api.add_router("", router, tags=[tag])

    @api.exception_handler(errors.Refused)
    def refused(request: HttpRequest, error: errors.Refused) -> HttpResponse:
        return error.response()

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        message = "; ".join(f"{_place(one['loc'])}: {one['msg']}" for one in error.errors[:10])
        return errors.Refused(422, "invalid", message[:1000]).response()

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
        why = error.__cause__
        if error.status_code == 400 and isinstance(why, jsontext.BadJson):
            return errors.unparsable(why).response()
        return answers.json_response(_plain(error), status=error.status_code)

    return api


def _plain(error: HttpError) -> Json:
    return {"error": {"code": "bad_request", "message": str(error)}}


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc if part not in ("body", "asked", "query")) or "the body"


API = build()
