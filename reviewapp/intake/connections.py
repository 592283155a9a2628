"""How is an upstream set up by hand? How it is reached, its categories and attached schemas; each change with its entry.

A credential or a webhook's secret goes in sealed and is never shown again: the entries say only that it was changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from reviewapp.audit import trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content
from reviewapp.extraction.model import Kind
from reviewapp.upstreams import adapter, addresses, connecting, http, registry, sealing, targets
from reviewapp.upstreams.failures import CallFailed
from reviewapp.upstreams.models import AttachedSchema, Upstream

from . import listing, troubles

#: So many secrets are kept beside the newest, so that a vendor may go on with an older one while it is changed there.
OLDER_SECRETS = 2


class BadSettings(ValueError):
    """These settings cannot be used. Its text is for the person; what the guard of addresses says is English. `field`:
    which of `Reached` (or `slug`) is wrong."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class KeyWanted(BadSettings):
    """A sealed key goes only to the server that it was given for: whoever names another gives it again."""

    def __init__(self) -> None:
        super().__init__(_("The sealed key is for another server. Enter the key for this one."), field="credential")


@dataclass(frozen=True, slots=True, repr=False)
class Reached:
    """How an upstream is reached, as a person set it. `credential` "": it stays as it is. See models.Upstream."""

    base_url: str
    credential: str = ""
    file_hosts: str = ""
    private: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    lists: bool = False

    def check(self, kind: Kind) -> None:
        """Raise BadSettings for an address that is never asked, a line that means nothing, or an option of no effect."""
        known = registry.client(kind).can.options
        for name in self.options:
            if name not in known:
                raise BadSettings(_unknown(name, known), field="options")
        try:
            private = addresses.private_ranges(*self.private.split())
        except ValueError as error:
            raise BadSettings(str(error), field="private") from None
        if not self.base_url:
            return
        try:
            target = targets.parse(self.base_url)
        except CallFailed as error:
            raise BadSettings(str(error), field="base_url") from None
        try:
            connecting.reach_of(self.base_url, hosts=self.file_hosts)
        except ValueError as error:
            raise BadSettings(str(error), field="file_hosts") from None
        if target.address is None:
            return  # a name; what it stands for is judged whenever it is called
        why = addresses.forbidden(target.address, private=private)
        if why is not None:
            raise BadSettings(_closed(target.address, why), field="base_url")


def all_() -> list[Upstream]:
    """Every upstream by name, with `job_count` and the number of `schema_count` attached schemas."""
    counted = Upstream.objects.annotate(
        job_count=Count("jobs", distinct=True), schema_count=Count("schemas", distinct=True)
    )
    return list(counted.order_by("name", "pk"))


def add(
    *,
    slug: str,
    name: str,
    kind: Kind,
    reached: Reached,
    at: datetime,
    by: trail.Actor,
    via: trail.Via,
) -> Upstream:
    """A new connection. Raises BadSettings, also when the short name is taken."""
    reached.check(kind)
    with transaction.atomic():
        upstream, new = Upstream.objects.get_or_create(
            slug=slug, defaults={"name": name, "kind": kind.value, "created_at": at}
        )
        if not new:
            raise BadSettings(_("An upstream is called so already. Choose another short name."), field="slug")
        _write(upstream, reached)
        listing.arrange(upstream, at=at)
        _note(upstream, "added", old="", new=_as_text(upstream), at=at, by=by, via=via)
    return upstream


def reach(*, upstream_id: int, name: str, reached: Reached, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """Change how it is reached. False: nothing was changed. Raises BadSettings."""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        reached.check(Kind(upstream.kind))
        if upstream.credential and not reached.credential and not _same_server(upstream.base_url, reached.base_url):
            raise KeyWanted
        old = _as_text(upstream)
        upstream.name = name
        _write(upstream, reached)
        new = _as_text(upstream)
        if old == new and not reached.credential:
            return False
        troubles.forget_trouble(upstream)
        listing.arrange(upstream, at=at)
        what = "credential" if old == new else "connection and credential" if reached.credential else "connection"
        _note(upstream, what, old=old, new=new, at=at, by=by, via=via)
        return True


def pause(*, upstream_id: int, paused: bool, at: datetime, by: trail.Actor, via: trail.Via) -> bool:
    """Ask it nothing any more, or ask again. False: it was so already."""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        if upstream.paused == paused:
            return False
        upstream.paused = paused
        upstream.save(update_fields=["paused"])
        if not paused:
            troubles.forget_trouble(upstream)
        _note(upstream, "paused" if paused else "resumed", old="", new="", at=at, by=by, via=via)
        return True


def add_webhook_secret(*, upstream_id: int, secret: str, at: datetime, by: trail.Actor, via: trail.Via) -> None:
    """The secret that its webhooks are signed with from now on; the ones before stay good until two newer came."""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        try:
            older = connecting.secrets_of(upstream)
        except sealing.Unopened:
            older = ()
        kept = list(dict.fromkeys([secret, *older]))[: 1 + OLDER_SECRETS]
        upstream.webhook_secrets = sealing.seal(json.dumps(kept))
        upstream.save(update_fields=["webhook_secrets"])
        _note(upstream, "webhook secret", old="", new="", at=at, by=by, via=via)


def probe(upstream: Upstream, *, client: http.Client, at: datetime, by: trail.Actor, via: trail.Via) -> str:
    """Ask it something harmless: a sentence about what answered. Raises adapter.UpstreamError. What came of it, either way,
    stands in the trail."""
    if not upstream.base_url:
        raise adapter.NotAllowed("this upstream has no address")
    try:
        said = registry.client(Kind(upstream.kind)).probe(troubles.connect(upstream, client=client), at=at)
    except adapter.UpstreamError as failure:
        with transaction.atomic():
            troubles.failed(upstream, failure, at=at, uniform=lambda low, high: low)
            # The vendor's words may stand in it, so it can be erased.
            _note_tested(upstream, failure.code, why=trail.value(str(failure)), at=at, by=by, via=via)
        raise
    with transaction.atomic():
        troubles.answered(upstream, at=at)
        _note_tested(upstream, "ok", why=None, at=at, by=by, via=via)
    return said


def set_categories(
    *, upstream_id: int, categories: Sequence[str], at: datetime, by: trail.Actor, via: trail.Via
) -> bool:
    """The classes that a classification may give; none means that they are not known. False when nothing changed."""
    text = json.dumps(list(categories), ensure_ascii=False) if categories else ""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        if upstream.categories == text:
            return False
        old, upstream.categories = upstream.categories, text
        upstream.save(update_fields=["categories"])
        _note(upstream, "categories", old=old, new=text, at=at, by=by, via=via)
        return True


def attach_schema(
    *, upstream_id: int, schema_name: str, text: str, at: datetime, by: trail.Actor, via: trail.Via
) -> bool:
    """A JSON Schema for results of that schema name which carry none; an empty text takes it away. False: no change."""
    with transaction.atomic():
        upstream = Upstream.objects.select_for_update().get(pk=upstream_id)
        known = AttachedSchema.objects.filter(upstream=upstream, schema_name=schema_name).first()
        old = known.text if known is not None else ""
        if old == text:
            return False
        if not text:
            AttachedSchema.objects.filter(upstream=upstream, schema_name=schema_name).delete()
        else:
            AttachedSchema.objects.update_or_create(upstream=upstream, schema_name=schema_name, defaults={"text": text})
        _note(upstream, "schema", old=old, new=text, at=at, by=by, via=via, schema_name=schema_name)
        return True


def _unknown(name: str, known: Sequence[str]) -> str:
    if not known:
        return _("“%(name)s” has no effect here: this kind has no options.") % {"name": name}
    said = _("“%(name)s” has no effect here. This kind knows: %(known)s.")
    return said % {"name": name, "known": ", ".join(known)}


def _closed(address: addresses.Address, why: str) -> str:
    if not addresses.may_be_opened(address):
        return _("No connection is ever made to %(address)s: %(why)s.") % {"address": address, "why": why}
    said = _(
        "No connection is made to %(address)s: %(why)s. When it is a server of yours, enter its network below, under "
        "“Private networks that may be asked”: %(network)s"
    )
    return said % {"address": address, "why": why, "network": ip_network(address)}


def _same_server(before: str, now: str) -> bool:
    if not before or not now:
        return not now
    old, new = targets.parse(before), targets.parse(now)
    return (old.scheme, old.host, old.port) == (new.scheme, new.host, new.port)


def _write(upstream: Upstream, reached: Reached) -> None:
    upstream.base_url = reached.base_url.rstrip("/")
    upstream.file_hosts = reached.file_hosts
    upstream.private = reached.private
    upstream.options = json.dumps(dict(reached.options), ensure_ascii=False) if reached.options else ""
    upstream.lists = reached.lists
    if reached.credential:
        upstream.credential = sealing.seal(reached.credential)
    upstream.save()


def _as_text(upstream: Upstream) -> str:
    """How it is reached, without what is sealed, as an entry keeps it."""
    told = ("name", "base_url", "file_hosts", "private", "options", "lists")
    return json.dumps({name: getattr(upstream, name) for name in told}, ensure_ascii=False)


def _note_tested(
    upstream: Upstream, code: str, *, why: Content | None, at: datetime, by: trail.Actor, via: trail.Via
) -> None:
    trail.record(
        trail.Note(
            stream=f"upstream:{upstream.pk}",
            action=Action.UPSTREAM_TESTED,
            object_type="upstream",
            object_id=str(upstream.pk),
            reason=why,
            details={"upstream": upstream.slug, "code": code, "host": connecting.host_of(upstream)},
        ),
        at=at,
        by=by,
        via=via,
    )


def _note(
    upstream: Upstream,
    what: str,
    *,
    old: str,
    new: str,
    at: datetime,
    by: trail.Actor,
    via: trail.Via,
    schema_name: str = "",
) -> None:
    trail.record(
        trail.Note(
            stream=f"upstream:{upstream.pk}",
            action=Action.UPSTREAM_CHANGED,
            object_type="upstream",
            object_id=str(upstream.pk),
            old=trail.value(old, type="json") if old else None,
            new=trail.value(new, type="json") if new else None,
            details={"upstream": upstream.slug, "what": what, "schema_name": schema_name},
        ),
        at=at,
        by=by,
        via=via,
    )
