"""Who does a due row, and how does that end? Take, keep, settle: each one conditional UPDATE on the row itself.

A lease is a promise that runs out: a worker that is killed keeps nothing, and what it had is taken by another. A worker
that was only slow finds a newer `fence` when it settles, and its work is rolled back with the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Q

from .models import Due

D = TypeVar("D", bound=Due)


class Lost(RuntimeError):
    """The lease ended and another worker has the row: nothing of this act may be saved."""


@dataclass(frozen=True, slots=True)
class Lease(Generic[D]):
    """A row in one worker's hands, as it was when it was taken."""

    row: D
    fence: int


def take(among: models.QuerySet[D], *, at: datetime, worker: str, seconds: float, limit: int = 1) -> list[Lease[D]]:
    """Rows of `among` that are due at `at` and that nobody has, the longest due first; they are this worker's for `seconds`.

    First a plain SELECT without a transaction: on SQLite a look that finds nothing must not lock the database.
    """
    due = among.filter(next_at__lte=at).filter(Q(lease_until=None) | Q(lease_until__lte=at)).order_by("next_at", "pk")
    if not due.exists():
        return []
    taken: list[Lease[D]] = []
    with transaction.atomic():
        found = due
        if connection.features.has_select_for_update_skip_locked:
            found = due.select_for_update(skip_locked=True, of=("self",))
        for row in found[:limit]:
            until = at + timedelta(seconds=seconds)
            mine = {"lease_until": until, "leased_by": worker[:64], "fence": row.fence + 1}
            if _held(row, row.fence).update(**mine):
                for name, value in mine.items():
                    setattr(row, name, value)
                taken.append(Lease(row=row, fence=row.fence))
    return taken


def extend(lease: Lease[D], *, at: datetime, seconds: float) -> None:
    """The act takes longer: hold the row for `seconds` from `at`. Raises Lost."""
    with transaction.atomic():
        if not _held(lease.row, lease.fence).update(lease_until=at + timedelta(seconds=seconds)):
            raise Lost(f"{lease.row} is in other hands")


def settle(
    lease: Lease[D],
    *,
    at: datetime,
    next_at: datetime | None,
    failed: bool = False,
    code: str = "",
    error: str = "",
    also: Mapping[str, Any] | None = None,
) -> None:
    """Give the row back: when it is due again (None: never), how the try ended, and `also` further columns of it.

    Call it in the act's own transaction, so that both are saved or neither is. Raises Lost.
    """
    columns: dict[str, Any] = {
        "next_at": next_at,
        "attempts": F("attempts") + 1 if failed else 0,
        "last_code": code[:32],
        "last_error": error,
        "tried_at": at,
        "lease_until": None,
        "leased_by": "",
        **(also or {}),
    }
    with transaction.atomic():
        if not _held(lease.row, lease.fence).update(**columns):
            raise Lost(f"{lease.row} is in other hands")


def _held(row: D, fence: int) -> models.QuerySet[D]:
    return type(row)._default_manager.filter(pk=row.pk, fence=fence)
