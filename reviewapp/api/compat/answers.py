"""What do the three vendors' answers share? Exact JSON out, the composed payload, and our own link to the kept file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from reviewapp.api import standing
from reviewapp.api.doors import Shut
from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Kind
from reviewapp.results import chains
from reviewapp.results.models import DocumentLink, Job
from reviewapp.upstreams import registry

#: How long a link to a file is good, in seconds.
FILE_SECONDS = 3600
SALT = "reviewapp.api.file"
ERASED = "The result of this job was erased."


def json_response(tree: Json, *, status: int = 200, shut: Shut | None = None) -> HttpResponse:
    """An answer whose numbers keep their text. A refusal for asking too often carries an integer Retry-After."""
    response = HttpResponse(jsontext.dump(tree), content_type="application/json", status=status)
    response.headers["Cache-Control"] = "no-store"
    if shut is not None and shut.retry_after:
        response.headers["Retry-After"] = str(shut.retry_after)
    if status == 409:
        # The vendors' generated clients would retry it for seconds (contracts.md 0.2, fact 10).
        response.headers["x-should-retry"] = "false"
    return response


def in_a_sentence(sentence: str, *, status: int) -> HttpResponse:
    """A refusal as two of the vendors and we ourselves say it: {"detail": "..."}."""
    return json_response({"detail": sentence}, status=status)


def not_allowed(request: HttpRequest) -> HttpResponse:
    """The address is there, but not for this method."""
    return in_a_sentence("Method Not Allowed", status=405)


def or_erased(
    gone: Callable[[HttpRequest], HttpResponse],
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """A view of a result, and what it says in the vendor's words when that was erased on purpose."""

    def wrap(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def told(request: HttpRequest, **address: str) -> HttpResponseBase:
            try:
                return view(request, **address)
            except chains.Erased:
                return gone(request)

        return told

    return wrap


def erased(request: HttpRequest) -> HttpResponse:
    """As two of the vendors would say it."""
    return in_a_sentence(ERASED, status=404)


def composed(job: Job, standings: Mapping[str, standing.Standing]) -> Mapping[str, Json]:
    """The job's newest payload with the current rows in their predecessors' places: part name -> tree."""
    adapter = registry.adapter(Kind(job.kind))
    newest = chains.newest_payload(job)
    # A row that the newest payload no longer holds has no place to be written to.
    held = {row.key for row in adapter.parse(newest).rows}
    payload = adapter.compose(newest, {key: row for key, row in standing.rows(standings).items() if key in held})
    return {name: jsontext.parse(text) for name, text in payload.items()}


def review_facts(standings: Mapping[str, standing.Standing]) -> Json:
    """What a person did, for a whole job: one object for a job of one row, else a list by row; None when nobody did."""
    facts = [standing.review_facts(one) for one in standings.values()]
    if all(one is None for one in facts):
        return None
    return facts[0] if list(standings) == ["0"] else facts


def file_url(request: HttpRequest, job: Job, key: str = "") -> str | None:
    """Our own link to the kept file, signed for an hour, fresh on every answer; None when there is no file."""
    link = chains.document_of(job, key)
    return None if link is None else link_url(request, link)


def link_url(request: HttpRequest, link: DocumentLink) -> str:
    """Our own address of an attached file, signed for FILE_SECONDS."""
    token = signing.TimestampSigner(salt=SALT).sign(f"{link.pk}")
    return request.build_absolute_uri(reverse("api:file", args=[token]))
