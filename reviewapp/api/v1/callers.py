"""Who asks, what may they see, and in what form may they ask? The key, the person it acts for, and the edge of a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.security import HttpBearer

from reviewapp.accounts import actors, apikeys
from reviewapp.accounts.models import ApiKey, Scope, User
from reviewapp.api import doors
from reviewapp.audit import trail
from reviewapp.delivery.models import Delivery, DeliveryQuerySet
from reviewapp.results.models import Job, ResultRow
from reviewapp.review import claims
from reviewapp.review.models import Task

from . import errors

One = TypeVar("One", bound=Model)

#: A body of ours is a list of verdicts; documents never come in here.
MAX_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caller:
    """The key as it came in, and the person it acts for, if any."""

    key: ApiKey
    at: datetime
    via: trail.Via

    @property
    def person(self) -> User:
        """Whose act it will be. Raises errors.Refused where the key acts for nobody."""
        if self.key.acts_for is None:
            raise errors.Refused(403, "not_allowed", "The key acts for nobody.")
        return self.key.acts_for

    def jobs(self) -> QuerySet[Job]:
        return Job.objects.select_related("upstream").filter(upstream__slug__in=self.key.upstreams)

    def job(self, id: str) -> Job:
        """By our id. Raises errors.Refused: unknown and foreign look the same."""
        return _one(self.jobs().filter(pk=_number(id)))

    def row(self, id: str) -> ResultRow:
        rows = ResultRow.objects.select_related("job__upstream", "values", "facts")
        found: ResultRow = _one(rows.filter(job__upstream__slug__in=self.key.upstreams, pk=_number(id)))
        return found

    def tasks(self) -> QuerySet[Task]:
        """Those of the key's upstreams, and of them what its person may look at."""
        person = self.key.acts_for
        seen = Task.objects.all() if person is None else claims.visible(person)
        return seen.filter(upstream__in=self.key.upstreams)

    def task(self, id: str) -> Task:
        tasks = self.tasks().select_related("row__values", "row__facts", "row__schema", "job__upstream", "queue")
        return _one(tasks.select_related("holder", "decided_by").filter(pk=_number(id)))

    def deliveries(self) -> DeliveryQuerySet:
        """Those of rows of the key's upstreams, to whichever destination; where that is, is not even read."""
        found = Delivery.objects.select_related("destination", "job__upstream", "final")
        hidden = ("destination__url", "destination__host", "destination__secrets")
        return found.defer(*hidden).filter(job__upstream__slug__in=self.key.upstreams)

    def delivery(self, id: str) -> Delivery:
        return _one(self.deliveries().filter(pk=_number(id)))


class Key(HttpBearer):
    """The door of one operation: a good key with the scope."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        return self.authenticate(request, doors.bearer(request))

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        at = doors.asked_at(request)
        try:
            key = doors.any_key(token, at=at)
        except doors.Shut as shut:
            raise _shut(shut) from shut
        if self.scope not in key.scopes:
            raise errors.Refused(403, "scope_missing", f"The key lacks the scope {self.scope.value}.")
        needed = apikeys.NEEDS.get(self.scope)
        if key.acts_for is not None and needed is not None and not key.acts_for.has_perm(needed):
            raise errors.Refused(403, "not_allowed", "The person whom the key acts for may not do this.")
        return Caller(key=key, at=at, via=actors.via(request, key=key))


def of(request: HttpRequest) -> Caller:
    """Who asks, once the door has opened."""
    caller = request.auth  # type: ignore[attr-defined]
    assert isinstance(caller, Caller)
    return caller


def enters(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of ours: HEAD is GET without the body, a body is JSON of a bounded size, and 405 is said in our words."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            _check_body(request)
        except errors.Refused as refused:
            return refused.response()
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        response = view(request, *args, **kwargs)
        # Who sends the answer must still see that no body is wanted.
        request.method = asked
        if response.status_code != 405:
            return response
        allowed = sorted(response.headers["Allow"].split(", "))
        words = ", ".join([*allowed, "HEAD"] if "GET" in allowed else allowed)
        message = f"{request.method} is not allowed here."
        return errors.Refused(405, "method_not_allowed", message, headers={"Allow": words}).response()

    return doors.machine(entered)


def _check_body(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length[:18]) > MAX_BODY:
        raise errors.Refused(413, "too_large", f"A body has at most {MAX_BODY} bytes.")
    if request.method == "POST" and int(length) and request.content_type != "application/json":
        raise errors.Refused(415, "unsupported_media_type", "Send application/json.")


def _shut(shut: doors.Shut) -> errors.Refused:
    if shut.refusal is doors.Refusal.TOO_MANY:
        headers = {"Retry-After": str(shut.retry_after)}
        return errors.Refused(429, "too_many_requests", "Wait for the seconds in Retry-After.", headers=headers)
    headers = {"WWW-Authenticate": "Bearer"}
    return errors.Refused(401, "unauthorized", "The API key is missing or not good.", headers=headers)


def _one(found: QuerySet[One]) -> One:
    one = found.first()
    if one is None:
        raise errors.not_found()
    return one


def _number(id: str) -> int:
    if not (id.isascii() and id.isdecimal() and len(id) < 19):
        raise errors.not_found()
    return int(id)
