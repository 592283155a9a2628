"""How is a document fetched? From behind its presigned link, without any other credential."""

from __future__ import annotations

import mimetypes

from .links import denied
from .routes import Call, route
from .wire import Answer


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


ROUTES = (route(None, "GET", "/files/{id}/{name}", "file", document),)
