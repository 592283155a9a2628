"""Which keys are there, and what is each good for? The question of the keys' page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviewapp.accounts import apikeys
from reviewapp.accounts.models import ApiKey, Scope
from reviewapp.upstreams.models import Upstream


@dataclass(frozen=True, slots=True)
class Line:
    """One key as people read it. `upstreams`: their names; `vain`: what it promises though its person may not do it (any
    more)."""

    key: ApiKey
    good: bool
    scopes: Sequence[str]
    upstreams: Sequence[str]
    vain: Sequence[str]


def listed(*, at: datetime) -> list[Line]:
    """Every key, the newest first. Two queries."""
    names = dict(Upstream.objects.values_list("slug", "name"))
    return [_line(key, names, at=at) for key in ApiKey.objects.select_related("created_by", "acts_for").order_by("-pk")]


def _line(key: ApiKey, names: dict[str, str], *, at: datetime) -> Line:
    good = key.is_good(at)
    vain = apikeys.lacking(key.acts_for, key.scopes) if good and key.acts_for is not None else []
    return Line(
        key=key,
        good=good,
        scopes=[str(scope.label) for scope in Scope if scope in key.scopes],
        upstreams=[names.get(slug, slug) for slug in key.upstreams],
        vain=[str(scope.label) for scope in vain],
    )
