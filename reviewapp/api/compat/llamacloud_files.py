"""LlamaCloud's files: GET .../files/{id}/content answers with a link, which is our own to the kept file."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from reviewapp.accounts.models import ApiKey
from reviewapp.api import doors
from reviewapp.audit.trail import moment
from reviewapp.extraction.model import Kind
from reviewapp.results.models import DocumentLink

from . import answers, llamacloud_manners

_KINDS = (Kind.LLAMACLOUD.value, Kind.LLAMACLOUD_V2.value)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@doors.machine
@doors.reads(answers.not_allowed)
def v1(request: HttpRequest, file_id: str) -> HttpResponse:
    """`/api/v1/files/{id}/content`: the id is the vendor's UUID, or the file's SHA-256 where the job answers with that."""
    return _answer(request, file_id, uuids=True)


@doors.machine
@doors.reads(answers.not_allowed)
def v2(request: HttpRequest, file_id: str) -> HttpResponse:
    """`/api/v1/beta/files/{id}/content`: the same for any id. How long a link is good is ours to say, not the caller's."""
    return _answer(request, file_id, uuids=False)


def _answer(request: HttpRequest, file_id: str, *, uuids: bool) -> HttpResponse:
    try:
        key = llamacloud_manners.key_of(request)
        if uuids and not _SHA256.fullmatch(file_id):
            UUID(file_id)
        link = _link(key, file_id)
    except doors.Shut as shut:
        return llamacloud_manners.refused(shut, what="File")
    except ValueError:
        return llamacloud_manners.no_uuid("id")
    until = doors.asked_at(request) + timedelta(seconds=answers.FILE_SECONDS)
    return answers.json_response(
        {"url": answers.link_url(request, link), "expires_at": moment(until), "form_fields": None}
    )


def _link(key: ApiKey, file_id: str) -> DocumentLink:
    """The newest file attached to a job of the key's upstreams that was read from it, save one that was erased. Raises
    doors.Shut."""
    links = DocumentLink.objects.filter(job__upstream__slug__in=key.upstreams, job__kind__in=_KINDS)
    links = links.filter(name__erased_at=None).select_related("document").order_by("-id")
    found: DocumentLink | None = links.filter(job__file_id=file_id).first()
    if found is None and _SHA256.fullmatch(file_id):
        found = links.filter(document__sha256=file_id).first()
    if found is None:
        raise doors.Shut(doors.Refusal.UNKNOWN)
    return found
