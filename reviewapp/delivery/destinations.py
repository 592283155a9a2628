"""Where do rows go? Destinations are made, changed, stopped and set going again; each act with its entry."""

from __future__ import annotations

import json
import secrets as chance
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.results.models import Final
from reviewapp.upstreams import connecting, failures, sealing, targets
from reviewapp.upstreams.models import Upstream

from . import signing
from .models import Destination

#: So many secrets are signed with at once while a receiver changes to the newest.
MOST_SECRETS = 2


class Refused(Exception):
    """The destination cannot be like that; nothing was saved. `code`: slug_taken, address, private, outcomes, way, way_taken
    (`why` names the destination that has it), kind, secrets."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(why or code)
        self.code = code


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """A destination as a form says it. `url` "" on a change: it stays as it is. `upstream`: of a write-back."""

    name: str
    outcomes: Sequence[str]
    url: str = ""
    private: str = ""
    form: str = Destination.Form.ROW
    upstreams: Sequence[str] = ()
    upstream: Upstream | None = None
    way: str = ""


def add_webhook(*, slug: str, wanted: Wanted, at: datetime, by: trail.Actor, via: trail.Via) -> tuple[Destination, str]:
    """A webhook and its secret, which cannot be had again. It gets the rows that end from now on. Raises Refused."""
    if not wanted.url:
        raise Refused("address", "a webhook has an address")
    secret = signing.as_text(chance.token_bytes(signing.OURS))
    made = _fresh(slug, Destination.Kind.WEBHOOK, wanted, at=at)
    made.secrets = sealing.seal(json.dumps([secret]))
    _set(made, wanted)
    _insert(made, at=at, by=by, via=via)
    return made, secret


def add_write_back(*, slug: str, wanted: Wanted, at: datetime, by: trail.Actor, via: trail.Via) -> Destination:
    """Decisions go back to the upstream that read the document, in each way once. Raises Refused."""
    if wanted.upstream is None or not wanted.way:
        raise Refused("way", "a write-back has an upstream and a way")
    made = _fresh(slug, Destination.Kind.WRITE_BACK, wanted, at=at)
    made.upstream = wanted.upstream
    _set(made, wanted)
    _insert(made, at=at, by=by, via=via)
    return made


def change(*, destination_id: int, wanted: Wanted, at: datetime, by: trail.Actor, via: trail.Via) -> Destination:
    """Another name, address or choice of rows; what is on its way already goes to the new address. Raises Refused."""
    with transaction.atomic():
        found = Destination.objects.select_for_update().get(pk=destination_id)
        before = facts(found)
        _set(found, wanted)
        after = facts(found)
        changed = sorted(name for name, value in after.items() if before[name] != value)
        if wanted.url:
            changed.append("url")
        if changed:
            _save(found)
            were = {name: value for name, value in before.items() if name in changed}
            details = {"changed": changed, "before": were, **after}
            _record(found, Action.DESTINATION_CHANGED, at=at, by=by, via=via, **details)
        return found


def pause(*, destination_id: int, reason: str, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """Nothing is sent until it is resumed; rows go on being queued. False: it is not active."""
    return _move(destination_id, Destination.State.PAUSED, reason, at=at, by=by, via=via)


def disable(*, destination_id: int, reason: str, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """Nothing is sent and nothing more is queued; what is queued stays. False: it is disabled already."""
    return _move(destination_id, Destination.State.DISABLED, reason, at=at, by=by, via=via)


def resume(*, destination_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """What waits is sent, from now on. False: it is active already. Raises Refused where another one took its way while it
    was disabled."""
    return _move(destination_id, Destination.State.ACTIVE, "", at=at, by=by, via=via)


def stop(*, destination: Destination, state: str, reason: str, code: str, at: datetime) -> trail.Note | None:
    """The receiver's answer stops an active destination. Call it in the attempt's transaction and record the note; None:
    it was stopped before."""
    active = Destination.objects.filter(pk=destination.pk, state=Destination.State.ACTIVE)
    if not active.update(state=state, reason=reason, since=at):
        return None
    action = Action.DESTINATION_PAUSED if state == Destination.State.PAUSED else Action.DESTINATION_DISABLED
    return _note(destination.pk, action, {"destination": destination.slug, "code": code})


def rotate_secret(*, destination_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> str:
    """A new secret, which cannot be had again; the one before signs as well until it is forgotten. Raises Refused, also while
    an older one signs: a second press must never end the secret that the receiver knows."""
    with transaction.atomic():
        found = Destination.objects.select_for_update().get(pk=destination_id)
        if found.kind != Destination.Kind.WEBHOOK:
            raise Refused("kind", "a write-back has no secret of ours")
        secret = signing.as_text(chance.token_bytes(signing.OURS))
        try:
            older = secrets_of(found)
        except sealing.Unopened:
            older = ()
        if len(older) >= MOST_SECRETS:
            raise Refused("secrets", "an older secret still signs: take it away first")
        found.secrets = sealing.seal(json.dumps([secret, *older]))
        found.save(update_fields=["secrets"])
        _record(found, Action.SECRET_ROTATED, at=at, by=by, via=via)
        return secret


def forget_older_secrets(*, destination_id: int, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """From now on only the newest secret signs. False: there is no older one."""
    with transaction.atomic():
        found = Destination.objects.select_for_update().get(pk=destination_id)
        kept = secrets_of(found)
        if len(kept) < MOST_SECRETS:
            return False
        found.secrets = sealing.seal(json.dumps(list(kept[:1])))
        found.save(update_fields=["secrets"])
        _record(found, Action.SECRET_FORGOTTEN, at=at, by=by, via=via)
        return True


def secrets_of(destination: Destination) -> tuple[str, ...]:
    """What its webhooks are signed with, the newest first. Raises sealing.Unopened."""
    return tuple(json.loads(sealing.open_(destination.secrets) or "[]"))


def way_taken(upstream_id: int | None, way: str, *, but: int | None = None) -> Destination | None:
    """The destination that writes back to this upstream in this way, disabled ones not counted."""
    there = Destination.objects.filter(kind=Destination.Kind.WRITE_BACK, upstream=upstream_id, way=way)
    return there.exclude(state=Destination.State.DISABLED).exclude(pk=but or 0).first()


def taken_ways() -> dict[tuple[int | None, str], str]:
    """Upstream and way of each write-back that is not disabled -> its name."""
    there = Destination.objects.filter(kind=Destination.Kind.WRITE_BACK).exclude(state=Destination.State.DISABLED)
    return {(upstream, way): name for upstream, way, name in there.values_list("upstream", "way", "name")}


def facts(destination: Destination) -> dict[str, trail.Plain]:
    """What an entry may say of a destination: never its address or its secrets."""
    return {
        "name": destination.name,
        "host": destination.host,
        "upstream": destination.upstream.slug if destination.upstream is not None else "",
        "private": destination.private,
        "form": str(destination.form),
        "way": destination.way,
        "upstreams": json.loads(destination.upstreams),
        "outcomes": json.loads(destination.outcomes),
    }


def _fresh(slug: str, kind: str, wanted: Wanted, *, at: datetime) -> Destination:
    last = Final.objects.order_by("-id").values_list("id", flat=True).first()
    return Destination(
        slug=slug, kind=kind, state=Destination.State.ACTIVE, since=at, created_at=at, starts_after=last or 0
    )


def _set(destination: Destination, wanted: Wanted) -> None:
    outcomes = sorted(set(wanted.outcomes))
    allowed = {one.value for one in Final.Outcome}
    if destination.kind == Destination.Kind.WRITE_BACK:
        allowed.discard(Final.Outcome.PASSED.value)
    if not outcomes or not set(outcomes) <= allowed:
        raise Refused("outcomes", "none of the outcomes, or one that is not sent there")
    destination.name = wanted.name
    destination.outcomes = json.dumps(outcomes)
    if destination.kind == Destination.Kind.WRITE_BACK:
        destination.way = wanted.way or destination.way
        return
    destination.form = wanted.form
    destination.upstreams = json.dumps(sorted(set(wanted.upstreams)))
    destination.private = wanted.private
    try:
        url = wanted.url or sealing.open_(destination.url)
        destination.host = targets.parse(url).authority
    except failures.NotAllowed as why:
        raise Refused("address", str(why)) from None
    except sealing.Unopened:
        url = ""
    try:
        if url:
            connecting.reach_of(url, private=wanted.private)
    except ValueError as why:
        raise Refused("private", str(why)) from None
    if wanted.url:
        destination.url = sealing.seal(wanted.url)


def _insert(made: Destination, *, at: datetime, by: trail.Actor, via: trail.Via) -> None:
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _record(made, Action.DESTINATION_ADDED, at=at, by=by, via=via, **facts(made))
    except IntegrityError:
        if Destination.objects.filter(slug=made.slug).exists():
            raise Refused("slug_taken") from None
        _refuse_second_way(made)
        raise


def _save(found: Destination, *names: str) -> None:
    try:
        with transaction.atomic():
            found.save(update_fields=names or None)
    except IntegrityError:
        _refuse_second_way(found)
        raise


def _refuse_second_way(asked: Destination) -> None:
    """The database let no second one of a way through: say which one has it."""
    other = way_taken(asked.upstream_id, asked.way, but=asked.pk)
    if asked.kind == Destination.Kind.WRITE_BACK and other is not None:
        raise Refused("way_taken", other.name) from None


def _move(
    destination_id: int, state: Destination.State, reason: str, *, at: datetime, by: trail.Actor, via: trail.Via
) -> bool:
    action = {
        Destination.State.ACTIVE: Action.DESTINATION_RESUMED,
        Destination.State.PAUSED: Action.DESTINATION_PAUSED,
        Destination.State.DISABLED: Action.DESTINATION_DISABLED,
    }[state]
    with transaction.atomic():
        found = Destination.objects.select_for_update().get(pk=destination_id)
        if found.state == state or (state == Destination.State.PAUSED and found.state == Destination.State.DISABLED):
            return False
        found.state, found.reason, found.since = state, reason, at
        _save(found, "state", "reason", "since")
        why = trail.value(reason) if reason else None
        trail.record(_note(found.pk, action, {"destination": found.slug}, why), at=at, by=by, via=via)
        return True


def _record(
    found: Destination, action: Action, *, at: datetime, by: trail.Actor, via: trail.Via, **details: trail.Plain
) -> None:
    trail.record(_note(found.pk, action, {"destination": found.slug, **details}), at=at, by=by, via=via)


def _note(
    destination_id: int, action: Action, details: dict[str, trail.Plain], reason: Content | None = None
) -> trail.Note:
    return trail.Note(
        stream=f"destination:{destination_id}",
        action=action,
        object_type="destination",
        object_id=str(destination_id),
        reason=reason,
        details=details,
    )
