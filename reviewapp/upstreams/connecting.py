"""How does a stored upstream become a connection? Its columns read and opened, for one act, in memory alone."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

from django.conf import settings

from . import addresses, failures, http, sealing, targets
from .clients import Connection
from .models import Upstream


def reach_of(base_url: str, *, hosts: str = "", private: str = "") -> http.Reach:
    """Where may be gone: the base URL's own host and port, and further ones, one a line. Plain http only where the base
    URL says so itself. Raises failures.NotAllowed for a URL that is none, ValueError for a line that means nothing."""
    target = targets.parse(base_url)
    named = frozenset(line.strip() for line in hosts.splitlines() if line.strip())
    own = f"[{target.host}]" if ":" in target.host else target.host
    return http.Reach(
        hosts=named | {f"{own}:{target.port}"},
        plain_http=target.scheme == "http",
        private=addresses.private_ranges(*private.split()),
    )


def to(upstream: Upstream, *, client: http.Client) -> Connection:
    """The connection. Raises sealing.Unopened, and failures.NotAllowed for settings that cannot be used."""
    try:
        reach = reach_of(upstream.base_url, private=upstream.private)
        file_reach = reach_of(upstream.base_url, hosts=upstream.file_hosts, private=upstream.private)
    except ValueError as error:
        raise failures.NotAllowed(f"the upstream is not set up well: {error}") from None
    return Connection(
        base_url=upstream.base_url.rstrip("/"),
        credential=sealing.open_(upstream.credential),
        client=client,
        reach=reach,
        file_reach=file_reach,
        secrets=secrets_of(upstream),
        options=options(upstream),
        limits=replace(http.JSON, seconds=settings.UPSTREAM_SECONDS),
        file_limits=replace(http.FILE, seconds=settings.UPSTREAM_FILE_SECONDS),
    )


def secrets_of(upstream: Upstream) -> tuple[str, ...]:
    """With what its webhooks may be signed, the newest first. Raises sealing.Unopened."""
    return tuple(json.loads(sealing.open_(upstream.webhook_secrets) or "[]"))


def options(upstream: Upstream) -> dict[str, str]:
    """What a vendor wants beside, by name."""
    return json.loads(upstream.options) if upstream.options else {}


def host_of(upstream: Upstream) -> str:
    """The server's name, as people read it; "" when none is set."""
    return urlsplit(upstream.base_url).hostname or ""
