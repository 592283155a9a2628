"""What belongs to no vendor? A document behind its presigned link, and a place that takes webhooks of ours."""

from __future__ import annotations

import mimetypes

from .links import denied
from .routes import Call, route
from .wire import Answer, said


def document(call: Call) -> Answer:
    """GET /files/{id}/{name}?X-Amz-…"""
    known = call.world.documents.get(call.arguments["id"])
    refused = call.world.links.refusal(call.request, f"{call.arguments['id']}/{call.arguments['name']}")
    if refused is not None:
        return refused
    if known is None:
        missing = denied("NoSuchKey", "The specified key does not exist.")
        return Answer(404, missing.body, missing.headers)
    return Answer(
        200, known.data(), {"content-type": mimetypes.guess_type(known.name)[0] or "application/octet-stream"}
    )


def taken(call: Call) -> Answer:
    """POST /taken/{name}: a receiver of webhooks that says yes to everything, so that faults can meet it."""
    return said(200, {"taken": True})


ROUTES = (
    route(None, "GET", "/files/{id}/{name}", "file", document),
    route(None, "POST", "/taken/{name}", "webhook", taken),
)
