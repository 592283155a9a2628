"""What does the frame around every page need? The entries of the bar that this person may open, and the theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the bar: a URL name, what it is called, the permission that opens it."""

    view: str
    title: str | _StrPromise
    permission: str


ENTRIES = (
    Entry("review:queue", _("Queue"), "review.see"),
    Entry("intake:jobs", _("Jobs"), "intake.see"),
    Entry("delivery:deliveries", _("Deliveries"), "delivery.see"),
    Entry("review:board", _("Board"), "review.supervise"),
    Entry("ops:work", _("Work"), "work.see"),
    Entry("inspection:trail", _("Trail"), "audit.read"),
    Entry("intake:upstreams", _("Upstreams"), "upstreams.configure"),
    Entry("accounts:people", _("People"), "accounts.manage"),
    Entry("api:keys", _("API keys"), "api.manage"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    title: str | _StrPromise
    url: str
    current: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """`nav`: the entries this person may see; `theme`: "", "light" or "dark" as the person chose."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": [], "theme": ""}
    return {"nav": _shown(request), "theme": getattr(user, "theme", "")}


def _shown(request: HttpRequest) -> list[Shown]:
    shown = []
    for entry in ENTRIES:
        if not request.user.has_perm(entry.permission):
            continue
        try:
            url = reverse(entry.view)
        except NoReverseMatch:  # a room that is not served here; tests/web/test_bar.py knows which ones must be
            continue
        shown.append(Shown(entry.title, url, url != "/" and request.path.startswith(url)))
    return shown
