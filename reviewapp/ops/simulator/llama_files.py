"""What does the simulated LlamaCloud answer about files? Both generations: uploads, what is known, and presigned links."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reviewapp.extraction.jsontext import Number

from . import wire
from .jobs import Tree, Vendor, iso
from .refusals import invalid
from .routes import Call, route
from .wire import Answer, said
from .world import PROJECT, Document

#: A file's id in the current API begins with this.
V2 = "dfl-"
_LONGEST_LINK = 7 * 24 * 3600


def upload(call: Call) -> Answer:
    """POST /api/v1/files."""
    return said(200, file(call, _kept(call)))


def upload_v2(call: Call) -> Answer:
    """POST /api/v1/beta/files."""
    return said(200, file_v2(call, _kept(call)))


def _kept(call: Call) -> Document:
    _, files = wire.form(call.request)
    found = files.get("upload_file") or files.get("file")
    if found is None:
        raise call.refuse(400, "A file is required")
    return call.world.keep(*found)


def listed(call: Call) -> Answer:
    return said(200, [file(call, one) for one in _each(call)])


def listed_v2(call: Call) -> Answer:
    items = [file_v2(call, one) for one in _each(call)]
    return said(200, {"items": items, "next_page_token": None, "total_size": Number(str(len(items)))})


def _each(call: Call) -> list[Document]:
    # A document of the folder has one id here and another one with Talonic.
    found: dict[Any, Document] = {}
    for document in call.world.documents.values():
        found.setdefault(document.source if isinstance(document.source, Path) else document.id, document)
    return list(found.values())


def one(call: Call) -> Answer:
    return said(200, file(call, known(call, call.arguments["id"])))


def one_v2(call: Call) -> Answer:
    return said(200, file_v2(call, known(call, call.arguments["id"])))


def link(call: Call) -> Answer:
    """GET …/content: where the bytes are for a while. `expires_at_seconds` chooses how long."""
    document = known(call, call.arguments["id"])
    seconds = call.request.asked("expires_at_seconds")
    if seconds and not seconds.isdecimal():
        return invalid(("expires_at_seconds", "Input should be a valid integer"), where="query")
    wanted = min(int(seconds), _LONGEST_LINK) if seconds else None
    url, expires = call.world.links.to(call.base, document.key, seconds=wanted)
    return said(200, {"url": url, "expires_at": iso(expires), "form_fields": None})


def known(call: Call, file_id: str) -> Document:
    """The document with this id of either generation. Raises Refused."""
    document = call.world.documents.get(file_id.removeprefix(V2))
    if document is None:
        raise call.refuse(404, "File not found")
    return document


def file(call: Call, document: Document) -> Tree:
    at = iso(call.world.clock.now())
    return {
        "id": document.id,
        "name": document.name,
        "external_file_id": document.name,
        "file_size": Number(str(len(document.data()))),
        "file_type": document.name.rpartition(".")[2],
        "project_id": PROJECT,
        "created_at": at,
        "updated_at": at,
        "last_modified_at": at,
        "data_source_id": None,
        "permission_info": None,
        "resource_info": None,
    }


def file_v2(call: Call, document: Document) -> Tree:
    told: dict[str, Any] = file(call, document)
    return {
        "id": f"{V2}{document.id}",
        "name": document.name,
        "project_id": PROJECT,
        "external_file_id": document.name,
        "file_type": told["file_type"],
        "expires_at": None,
        "last_modified_at": told["last_modified_at"],
        "purpose": "extract",
    }


ROUTES = (
    route(Vendor.LLAMACLOUD, "POST", "/api/v1/files", "upload", upload),
    route(Vendor.LLAMACLOUD, "GET", "/api/v1/files", "document", listed),
    route(Vendor.LLAMACLOUD, "GET", "/api/v1/files/{id}", "document", one),
    route(Vendor.LLAMACLOUD, "GET", "/api/v1/files/{id}/content", "file_link", link),
    route(Vendor.LLAMACLOUD, "POST", "/api/v1/beta/files", "upload", upload_v2),
    route(Vendor.LLAMACLOUD, "GET", "/api/v1/beta/files", "document", listed_v2),
    route(Vendor.LLAMACLOUD, "POST", "/api/v1/beta/files/query", "document", listed_v2),
    route(Vendor.LLAMACLOUD, "GET", "/api/v1/beta/files/{id}", "document", one_v2),
    route(Vendor.LLAMACLOUD, "GET", "/api/v1/beta/files/{id}/content", "file_link", link),
)
