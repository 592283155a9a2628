"""What was decided since? GET /api/rows?after=<cursor>: new final rows with plain values and verdicts, oldest first."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from reviewapp.accounts.models import ApiKey, Scope
from reviewapp.documents import serving
from reviewapp.extraction.jsontext import Json
from reviewapp.results import feed
from reviewapp.results.models import DocumentLink, Final

from . import doors
from .compat import answers

PAGE = 100

_SENTENCES = {
    doors.Refusal.NO_KEY: "The API key is missing or not good.",
    doors.Refusal.UNKNOWN: "There is nothing here for this key.",
    doors.Refusal.TOO_MANY: "Too many requests: wait for the seconds in Retry-After.",
}


@doors.machine
@doors.reads(answers.not_allowed)
def rows(request: HttpRequest) -> HttpResponse:
    """Up to 100 final rows after the cursor, and the cursor to go on from. Ids follow the order of commit: none is missed."""
    try:
        key = doors.key_of(doors.bearer(request), at=doors.asked_at(request), scope=Scope.ROWS_READ)
    except doors.Shut as shut:
        return answers.json_response({"detail": _SENTENCES[shut.refusal]}, status=shut.refusal.value, shut=shut)
    after = request.GET.get("after", "0") or "0"
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        return answers.json_response({"detail": "`after` is no cursor of ours."}, status=400)
    return answers.json_response(page(key, after))


def page(key: ApiKey, after: str) -> Json:
    """One page of the feed of what became final at the key's upstreams."""
    finals = list(
        Final.objects.filter(id__gt=int(after), row__job__upstream__slug__in=key.upstreams)
        .select_related("row__job__upstream", "row__values", "row__base")
        .order_by("id")[:PAGE]
    )
    decided = feed.decisions(finals)
    last = str(finals[-1].pk) if finals else after
    return {"data": [feed.said(final, decided) for final in finals], "next": last}


@doors.machine
@doors.reads(answers.not_allowed)
def file(request: HttpRequest, token: str) -> HttpResponseBase:
    """The kept file behind a signed link; the link is the key, and it is good for an hour."""
    try:
        link_id = signing.TimestampSigner(salt=answers.SALT).unsign(token, max_age=answers.FILE_SECONDS)
        link = DocumentLink.objects.select_related("document", "name").get(pk=int(link_id))
    except (signing.BadSignature, DocumentLink.DoesNotExist):
        return answers.in_a_sentence("The link is not good any more: ask for the job again.", status=404)
    return serving.respond(document=link.document, request=request, name=link.name.text or "document", download=True)


@doors.machine
def elsewhere(request: HttpRequest, rest: str) -> HttpResponse:
    """An address below ours, or below `compat/`, that leads nowhere."""
    return answers.in_a_sentence("There is nothing at this address.", status=404)
