"""How does a document reach a browser? In ranges, with headers that let it do nothing but be looked at.

No permission of its own: each room that shows a file has a guarded URL and calls `respond`.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator
from typing import IO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags
from django.utils.translation import gettext as _

from . import renditions, storage
from .findings import MediaType, NotShown
from .models import Document

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
MAX_AGE = 3600  # seconds
MAX_NAME = 150  # characters
ENDINGS = {
    MediaType.PDF: (".pdf",),
    MediaType.PNG: (".png",),
    MediaType.JPEG: (".jpg", ".jpeg"),
    MediaType.TIFF: (".tif", ".tiff"),
    MediaType.OTHER: (".bin",),
}
RANGE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*", re.ASCII | re.IGNORECASE)


def respond(
    *, document: Document, request: HttpRequest, name: str, download: bool = False, viewer: bool = False
) -> HttpResponseBase:
    """Answer a GET or HEAD for a document: 200, 206, 304, 416, or 404 when nothing can be shown or the file is lost.

    `name`: what the file is called, as received: any text. It never decides the type; its ending is made to agree.
    `download`: to be saved; a file that is no known document is never shown, always saved. `viewer`: the PDF that the
    viewer shows, for images one made of them. The answer may be cached for an hour by the browser of this person: the
    URL must change when another file takes the document's place, so put `document.pk` or its hash into it.
    """
    try:
        shown = renditions.viewer_file(document) if viewer else renditions.original(document)
        size = storage.store().size(shown.name)
        response = _answer(request, shown, size)
    except NotShown:
        return _refusal(_("This file has no pages that can be shown."))
    except FileNotFoundError:
        logger.error("the vault has lost %s of document %s", document.sha256, document.pk)
        return _refusal(_("This file is no longer in the store. Tell an administrator."))
    _add_headers(response, shown, name, download=download)
    return response


def _answer(request: HttpRequest, shown: renditions.Shown, size: int) -> HttpResponseBase:
    """Status, length and body by RFC 9110, sections 13 and 14."""
    etag = f'"{shown.etag}"'
    if any(one in ("*", etag) for one in parse_etags(_strong(request.headers.get("If-None-Match", "")))):
        return HttpResponseNotModified()
    if request.method == "HEAD":
        return _headed(HttpResponse(), size)
    wanted = _range(request, etag, size)
    if wanted is None:
        return _headed(StreamingHttpResponse(_Part(storage.fetch(shown.name), 0, size)), size)
    first, last = wanted
    if first > last:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    part = _Part(storage.fetch(shown.name), first, last - first + 1)
    partial = _headed(StreamingHttpResponse(part, status=206), last - first + 1)
    partial["Content-Range"] = f"bytes {first}-{last}/{size}"
    return partial


def _headed(response: HttpResponseBase, length: int) -> HttpResponseBase:
    response["Content-Length"] = str(length)
    return response


def _strong(header: str) -> str:
    """If-None-Match compares weakly (RFC 9110, 13.1.2): a proxy that compresses may have weakened our tag."""
    return header.replace("W/", "")


def _range(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; None = the whole file; first > last = outside it.

    A header that is malformed, asks for several ranges, or whose If-Range names another file is passed over.
    """
    match = RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return (max(0, size - int(suffix)), size - 1) if int(suffix) else (1, 0)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        return (1, 0)
    return int(first), min(int(last) if last else size - 1, size - 1)


class _Part:
    """`length` bytes of an open file from `start`, in chunks. Closed with the response, also when nobody reads it."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file = file
        self._left = length
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self._file.read(min(CHUNK, self._left))
        if not chunk:
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._file.close()


def _refusal(sentence: str) -> HttpResponse:
    response = HttpResponse(sentence, status=404, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _add_headers(response: HttpResponseBase, shown: renditions.Shown, name: str, *, download: bool) -> None:
    """An exact type, no sniffing, a sandbox that runs nothing, in nobody else's page, in no shared cache."""
    response["Content-Type"] = shown.media_type.value
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={MAX_AGE}, immutable"
    response["ETag"] = f'"{shown.etag}"'
    response["Accept-Ranges"] = "bytes"
    saved = download or shown.media_type is MediaType.OTHER
    response["Content-Disposition"] = str(content_disposition_header(saved, safe_name(name, shown.media_type)))
    patch_vary_headers(response, ["Cookie"])


def safe_name(name: str, media_type: MediaType) -> str:
    """A file name to save under: no folders, no control or direction characters, the ending of its true type."""
    last = re.split(r"[/\\]", name)[-1]
    # Categories C*: controls, line ends, direction overrides ("fdp.exe" shown as "exe.pdf"), lone surrogates.
    visible = "".join(one for one in last if not unicodedata.category(one).startswith(("C", "Zl", "Zp")))
    clean = visible.strip(" .")[:MAX_NAME].strip() or "document"
    endings = ENDINGS[media_type]
    return clean if clean.lower().endswith(endings) else clean + endings[0]
