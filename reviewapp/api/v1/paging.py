"""Where does a page begin and end? Cursors of keysets: opaque to the caller, refused when they are none of ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import Field

from reviewapp.extraction.jsontext import Json

from . import errors

One = TypeVar("One")

Limit = Annotated[int, Field(ge=1, le=500, description="At most so many.")]
#: An id as a cursor.
Number = Annotated[str, Field(pattern=r"^[0-9]{0,18}$", description="`next` of the page before.")]
#: A place and an id as a cursor.
Place = Annotated[str, Field(pattern=r"^([0-9T:.+-]{1,40}_[0-9]{1,18})?$", description="`next` of the page before.")]


def number(after: str) -> int:
    return int(after or "0")


def moment_and_id(after: str) -> tuple[datetime, int] | None:
    """A cursor of `by_moment`; None for the first page. Raises errors.Refused."""
    if not after:
        return None
    first, _, last = after.rpartition("_")
    try:
        moment = datetime.fromisoformat(first)
    except ValueError as error:
        raise errors.Refused(422, "invalid", "after: no cursor of ours") from error
    if moment.tzinfo is None:
        raise errors.Refused(422, "invalid", "after: no cursor of ours")
    return moment, int(last)


def page(data: Sequence[Json], next: str) -> Json:
    return {"data": list(data), "next": next or None}


def cut(found: Sequence[One], limit: int) -> tuple[Sequence[One], bool]:
    """One more than `limit` was asked for -> those to show, and whether there are more."""
    return found[:limit], len(found) > limit
