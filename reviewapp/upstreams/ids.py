"""How is a vendor's id written into a path, and which id does a person mean who pastes an address? Pure.

Ids come from people, from vendors' answers and from webhooks: each is one segment of a path and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from django.utils.translation import gettext as _

from .adapter import NotAllowed

_LONGEST = 200
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._~-]*[A-Za-z0-9])?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
#: Parameters that name a job in dashboards.
_PARAMETERS = ("job_id", "jobId", "job")


def segment(name: str) -> str:
    """An id as one segment of a path. Raises NotAllowed where it could be anything else."""
    if not name or len(name) > _LONGEST or name in {".", ".."} or ".." in name:
        raise NotAllowed("this id cannot be asked for: it is empty, too long, or steps out of its place")
    if any(character in "/\\" or ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in name):
        raise NotAllowed("this id cannot be asked for: it holds a slash or a control character")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise NotAllowed("this id cannot be asked for: it is no text")
    return quote(name, safe="")


def job_id_in(text: str, *, after: tuple[str, ...]) -> str:
    """The id in a text that a person pasted: a bare id, or the address of a job in the API or in a dashboard, where it
    follows one of the words `after`, stands in a parameter, or is the last UUID. Raises ValueError."""
    given = text.strip()
    if not given:
        raise ValueError(_("Enter the job's id or its address."))
    if not re.search(r"[/?#:\\]", given):
        return _checked(given)
    try:
        address = urlsplit(given)
    except ValueError:
        raise ValueError(_("This address cannot be read.")) from None
    if address.scheme not in {"http", "https"} or not address.netloc:
        raise ValueError(_("This is neither a job's id nor an address that begins with https://."))
    for found in _candidates(address.path, address.query, address.fragment, after):
        return _checked(found)
    raise ValueError(_("This address names no job: paste the job's id instead."))


def _candidates(path: str, query: str, fragment: str, after: tuple[str, ...]) -> Iterator[str]:
    steps = [unquote(step) for step in f"{path}/{fragment.partition('?')[0]}".split("/") if step]
    follow = [next_ for word, next_ in pairwise(steps) if word in after and next_ not in after]
    yield from reversed(follow)
    asked = [*parse_qsl(query), *parse_qsl(fragment.partition("?")[2])]
    yield from (value for name, value in asked if name in _PARAMETERS)
    yield from (step for step in reversed(steps) if _UUID.fullmatch(step))


def _checked(name: str) -> str:
    if len(name) > _LONGEST or ".." in name or not _ID.fullmatch(name):
        raise ValueError(_("A job's id holds letters, digits, hyphens, dots and underscores alone."))
    return name
