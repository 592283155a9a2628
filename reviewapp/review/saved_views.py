"""Which views of the queue page does a person keep, and how do they come and go?

A view is its person's alone. Like other preferences it leaves an entry in the person's stream; the entry names the view and
not what it asks for, because a text that was searched for may be a document's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet, Value

from reviewapp.accounts import actors, people
from reviewapp.accounts.models import User
from reviewapp.audit import trail
from reviewapp.upstreams.models import Upstream

from .models import SavedView

#: So many views a person may keep: more are no shortcut any more.
MOST = 20


class CannotSave(Exception):
    """The view is refused and nothing was saved. `code`: name_taken, too_many."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the page lists it."""

    id: int
    name: str
    query: str


def listed(*, user: User) -> tuple[list[View], list[tuple[str, str]]]:
    """The person's views, and the upstreams (slug, name) that the page's filter offers, both by name. They have nothing to
    do with each other; they are read in one query because the queue page promises to need no more than eight."""
    of_all = Upstream.objects.annotate(view=Value(0), text=F("slug")).values_list("view", "text", "name")
    of_person = SavedView.objects.filter(user=user).annotate(view=F("pk"), text=F("query"))
    rows = list(of_all.union(of_person.values_list("view", "text", "name"), all=True).order_by("name"))
    views = [View(id=view, name=name, query=text) for view, text, name in rows if view]
    return views, [(text, name) for view, text, name in rows if not view]


def keep(*, user: User, name: str, query: str, at: datetime, via: trail.Via) -> SavedView:
    """Keep the filter under that name. A form that is sent twice gives the view of the first time. Raises CannotSave."""
    with transaction.atomic():
        mine = _locked(user)
        same = mine.filter(name=name).first()
        if same is not None and same.query == query:
            return same
        if same is not None:
            raise CannotSave("name_taken")
        if mine.count() >= MOST:
            raise CannotSave("too_many")
        view = SavedView.objects.create(user=user, name=name, query=query, created_at=at)
        people.note(user, "view saved", new=name, by=actors.person(user), at=at, via=via)
    return view


def forget(*, view_id: int, user: User, at: datetime, via: trail.Via) -> View:
    """Forget the view; what it was. Raises SavedView.DoesNotExist for another person's as for one that is not there."""
    with transaction.atomic():
        view = _locked(user).get(pk=view_id)
        view.delete()
        people.note(user, "view removed", old=view.name, by=actors.person(user), at=at, via=via)
    return View(id=view_id, name=view.name, query=view.query)


def _locked(user: User) -> QuerySet[SavedView]:
    """The person's views, none of which comes or goes until the transaction ends."""
    User.objects.select_for_update().get(pk=user.pk)
    return SavedView.objects.filter(user=user)
