"""How is one call carried through: checked, connected, sent, read, and tried again where that helps?"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import httpcore
import httpx

from . import addresses, failures, pinned, retry_after, targets
from .bodies import InMemory, Sink, take
from .failures import Answered, CallFailed, NotAllowed, OutOfTime, TooLarge, Unreachable, Untrusted
from .limits import Limits, Pace
from .requests import Request
from .targets import Reach, Target

logger = logging.getLogger(__name__)

FIRST_WAIT = 0.5
MOST_HEADERS = 200


@dataclass(frozen=True, slots=True)
class Means:
    """With what calls are made. `tls`: who is trusted; certifi's list unless a deployment has an authority of its own.
    `resolver` and `dial` are for tests."""

    pace: Pace
    tls: ssl.SSLContext = field(default_factory=lambda: trusting(), repr=False)
    resolver: pinned.Resolver = pinned.system_resolver
    dial: pinned.Dial = pinned.dial

    def __post_init__(self) -> None:
        # A connection that is cut without a word of TLS would end a body as if it were whole (RFC 8446, 6.1); some
        # builds of Python let that pass.
        self.tls.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF


def trusting() -> ssl.SSLContext:
    """certifi's list, names checked, TLS 1.2 or newer whatever the system's Python or its OpenSSL would take."""
    context = httpx.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@dataclass(frozen=True, slots=True)
class Head:
    """What came before the body; the body is in the sink. `cut`: the body went on."""

    status: int
    headers: httpx.Headers
    cut: bool


class Call:
    """One call with all its tries. Nothing is raised out of `settle`: an error is returned, stripped of the frames in
    which it came up, because their variables hold the whole request."""

    def __init__(
        self, request: Request, *, means: Means, reach: Reach, limits: Limits, at: datetime, sink: Sink
    ) -> None:
        if at.tzinfo is None:
            raise ValueError("at: a moment without a zone")
        self._means = means
        self._request = request
        self._reach = reach
        self._limits = limits
        self._at = at
        self._sink = sink
        self._started = means.pace.monotonic()
        self._deadline = pinned.Deadline(self._started + limits.seconds, means.pace.monotonic)
        self._target: Target | None = None
        self._addresses: list[str] = []
        self._connector: pinned.Connector | None = None

    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self._means.pace.monotonic() - self._started

    def settle(self) -> Head | CallFailed:
        """Try until there is an answer, or no sense in another try."""
        tries = 0
        while True:
            tries += 1
            outcome = self._try()
            if not isinstance(outcome, CallFailed):
                return outcome
            outcome.tries = tries
            wait = self._wait(outcome)
            if wait is None:
                return outcome
            logger.info("%s %s; again in %.2f s", self._request.method, outcome, wait)
            self._means.pace.sleep(wait)

    def _try(self) -> Head | CallFailed:
        self._connector = None
        failure: CallFailed
        try:
            target = self._checked()
            self._resolve(target)
            return self._exchange(target)
        except CallFailed as error:
            failure = error
        except httpcore.LocalProtocolError:
            failure = NotAllowed("the request cannot be written as HTTP, or a file changed while it was sent")
        except (httpcore.NetworkError, httpcore.ProtocolError):
            failure = Unreachable(self._how_it_broke())
        finally:
            self._hang_up()
        failure.host = self._target.authority if self._target else ""
        failure.sent = self._was_sent()
        return failures.stripped(failure)

    def _hang_up(self) -> None:
        if self._connector is not None and self._connector.wire is not None:
            self._connector.wire.close()

    def _checked(self) -> Target:
        if self._target is None:
            self._request.check()
            self._target = targets.parse(self._request.url)
        self._reach.check(self._target)
        return self._target

    def _resolve(self, target: Target) -> None:
        """One look-up a call: what was checked is what later tries connect to."""
        if self._addresses:
            return
        found = [target.host]
        if target.address is None:
            found = pinned.look_up(target.host, target.port, resolver=self._means.resolver, deadline=self._deadline)
        for address in found:
            why = addresses.forbidden(address, private=self._reach.private)
            if why is not None:
                raise NotAllowed(f"no connection is made to {address}: {why}")
        self._addresses = found

    def _exchange(self, target: Target) -> Head:
        self._connector = pinned.Connector(
            self._addresses,
            deadline=self._deadline,
            connect_seconds=self._limits.connect_seconds,
            dial=self._means.dial,
        )
        request = self._on_the_wire(target)
        with httpcore.HTTPConnection(
            origin=request.url.origin, ssl_context=self._means.tls, network_backend=self._connector
        ) as connection:
            response = connection.handle_request(request)
            assert self._connector.wire is not None
            self._connector.wire.head_is_whole = True
            if len(response.headers) > MOST_HEADERS:
                raise TooLarge("the head of the answer is too long")
            headers = httpx.Headers(response.headers)
            if not 200 <= response.status < 300 and (
                300 <= response.status < 400 or response.status not in self._request.accept
            ):
                raise self._refusal(response, headers)
            return Head(response.status, headers, self._take(response, headers))

    def _on_the_wire(self, target: Target) -> httpcore.Request:
        asked = self._request
        headers = httpx.Headers({"Host": target.authority, "User-Agent": "reviewapp", "Accept": "*/*"})
        headers.update(asked.headers)
        headers.update({"Accept-Encoding": "identity", "Connection": "close"})
        files = {name: (upload.name, upload.data, upload.media_type) for name, upload in asked.uploads.items()}
        # Its URL is not used: ours was read by `targets`, and goes out as it was written.
        built = httpx.Request(
            asked.method,
            "http://host.invalid/",
            headers=headers,
            content=asked.content,
            data=dict(asked.form) or None,
            files=files or None,
        )
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        return httpcore.Request(
            asked.method, url, headers=built.headers.raw, content=cast(Iterable[bytes], built.stream)
        )

    def _take(self, response: httpcore.Response, headers: httpx.Headers) -> bool:
        cap = self._limits.body
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > cap and not self._limits.cut and self._request.method != "HEAD":
            raise TooLarge(f"the answer is larger than {cap} bytes")
        coding = headers.get("content-encoding", "")
        return take(response.iter_stream(), coding=coding, cap=cap, cut=self._limits.cut, sink=self._sink)

    def _refusal(self, response: httpcore.Response, headers: httpx.Headers) -> Answered:
        status = response.status
        if 300 <= status < 400:
            # Nothing of it is kept: Location and body may hold a presigned address.
            return Answered(f"answered {status}, a redirect, and redirects are not followed", status=status)
        retry_at = retry_after.moment(headers, status=status, at=self._now())
        asks = f" and asks to wait until {retry_at:%Y-%m-%d %H:%M:%S %Z}" if retry_at else ""
        return Answered(
            f"answered {status}{asks}", status=status, retry_at=retry_at, body=self._excerpt(response, headers)
        )

    def _excerpt(self, response: httpcore.Response, headers: httpx.Headers) -> str:
        beginning = InMemory()
        try:
            coding = headers.get("content-encoding", "")
            cut = take(response.iter_stream(), coding=coding, cap=failures.READ, cut=True, sink=beginning)
        except (CallFailed, httpcore.NetworkError, httpcore.ProtocolError):
            cut = True  # the status is what counts
        return failures.excerpt(beginning.taken(), whole=not cut, secrets=self._request.secrets())

    def _wait(self, failure: CallFailed) -> float | None:
        """Seconds until the next try; None when there is none."""
        if failure.permanent or isinstance(failure, OutOfTime | Untrusted) or failure.tries >= self._limits.tries:
            return None
        if failure.status is not None and failure.status not in failures.WORTH_REPEATING:
            return None
        if self._was_sent() and not self._request.may_be_repeated:
            return None
        wait = self._means.pace.uniform(0.0, FIRST_WAIT * 2 ** (failure.tries - 1))
        if failure.retry_at is not None:
            wait = max(wait, (failure.retry_at - self._now()).total_seconds())
        return wait if self.elapsed() + wait < self._limits.seconds else None

    def _now(self) -> datetime:
        return self._at + timedelta(seconds=self.elapsed())

    def _was_sent(self) -> bool:
        return self._connector is not None and self._connector.wire is not None and self._connector.wire.sent

    def _how_it_broke(self) -> str:
        # The libraries' own words may quote what was sent or received.
        wire = self._connector.wire if self._connector else None
        if wire is None or not wire.received:
            return "the connection ended without an answer"
        return "the answer broke off" if wire.head_is_whole else "what came is no HTTP answer"
