"""Where does a page begin and end? Cursors of keysets: opaque to the caller, refused when they are none of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from ninja import Query

from reviewapp.extraction.jsontext import Json

from . import errors

One = TypeVar("One")

_WHOLE = re.compile(r"[0-9]{1,18}")
_GO_ON = "`next` of the page before; leave it out for the first page."

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
#: An id as a cursor.
Number = Annotated[str, Query(pattern=r"^[0-9]{0,18}$", description=_GO_ON)]
#: A place and an id as a cursor.
Place = Annotated[str, Query(pattern=r"^([0-9T:.+-]{1,40}_[0-9]{1,18})?$", description=_GO_ON)]


def number(after: str) -> int:
    return int(after or "0")


def moment_and_id(after: str) -> tuple[datetime, int] | None:
    """A cursor that is a time and an id; None for the first page. Raises errors.Refused."""
    if not after:
        return None
    first, _, last = after.rpartition("_")
    try:
        moment = datetime.fromisoformat(first)
        if moment.tzinfo is None:
            raise _no_cursor()
        return moment.astimezone(UTC), int(last)
    except (ValueError, OverflowError) as error:
        raise _no_cursor() from error


def check_place(after: str, *, moments: bool) -> None:
    """A cursor of the queue's order: a time and an id, or a whole number and an id. Raises errors.Refused."""
    if moments:
        moment_and_id(after)
    elif after and not _WHOLE.fullmatch(after.rpartition("_")[0]):
        raise _no_cursor()


def _no_cursor() -> errors.Refused:
    return errors.Refused(422, "bad_cursor", "after: no cursor of ours, or one of another list")


def page(data: Sequence[Json], next: str) -> Json:
    return {"data": list(data), "next": next or None}


def cut(found: Sequence[One], limit: int) -> tuple[Sequence[One], bool]:
    """One more than `limit` was asked for -> those to show, and whether there are more."""
    return found[:limit], len(found) > limit
