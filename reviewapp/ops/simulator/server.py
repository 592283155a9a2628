"""How does the simulator run? One port for three vendors: a request meets its fault, or its vendor's honest answer."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reviewapp.ops.samples import index

from . import (
    control,
    faults,
    files,
    jobs,
    llama_agent_data,
    llama_files,
    llama_review,
    llama_v1,
    llama_v2,
    talonic,
    talonic_reviews,
    unsiloed,
    webhooks,
    wire,
)
from .exchange import Exchange
from .jobs import Job, Schedule, Shape, Stage, Tree, Vendor
from .kept import Kept
from .listening import Listener
from .log import Log, Received
from .refusals import Refused, refusal
from .routes import Call, Route, find, vendor_of
from .webhooks import Hook, Sender
from .wire import Answer, Request
from .world import KEYS, WEBHOOK_SECRET, World

logger = logging.getLogger(__name__)

ROUTES: tuple[Route, ...] = (
    *unsiloed.ROUTES,
    *llama_files.ROUTES,
    *llama_v1.ROUTES,
    *llama_review.ROUTES,
    *llama_v2.ROUTES,
    *llama_agent_data.ROUTES,
    *talonic.ROUTES,
    *talonic_reviews.ROUTES,
    *files.ROUTES,
)
#: Where redirects lead unless a test says otherwise: a cloud's metadata.
PRIVATE = "http://169.254.169.254/latest/meta-data/"
#: A job waits for one look and works for two.
BY_POLLS = Schedule()
_TICK = 0.1
_LIMIT = 500


class Simulator:
    """A running simulator, and everything that can be done to it from the same process."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        folder: Path = index.FOLDER,
        vendors: Iterable[Vendor | str] = tuple(Vendor),
        schedule: Schedule = BY_POLLS,
        settled: bool = False,
        link_seconds: int = 3600,
        extract_review: bool = False,
        hooks: Iterable[Hook] = (),
        webhook_secret: str = WEBHOOK_SECRET,
        keep: Path | None = None,
    ) -> None:
        """`keep`: a folder of its own in which what was made here outlasts a restart."""
        self.world = World(
            folder=folder,
            vendors=frozenset(Vendor(vendor) for vendor in vendors),
            schedule=schedule,
            link_seconds=link_seconds,
            extract_review=extract_review,
            kept=None if keep is None else Kept(keep),
        )
        self._settled = settled
        self._secret = webhook_secret
        self.rules = faults.Rules()
        self.log = Log()
        self.redirects_lead_to = PRIVATE
        #: What the simulator itself did wrong. Tests see to it that this stays empty.
        self.broken: list[str] = []
        self.sender = Sender(tuple(hooks), self.world.clock)
        if settled:
            self._settle_all()
        self._listener = Listener(self._serve, host=host, port=port)
        self._ticking = threading.Thread(target=self._tick, daemon=True)
        self._ticking.start()

    # What a test or the control API may do.

    @property
    def url(self) -> str:
        """Without a slash at its end; every vendor's paths work directly below it too."""
        return self._listener.url

    def base(self, vendor: Vendor | str) -> str:
        """The vendor's base address."""
        return f"{self.url}/{Vendor(vendor).value}"

    @property
    def requests(self) -> list[Received]:
        """What was asked so far."""
        return self.log.all()

    def fault(
        self,
        operation: str,
        name: str,
        *,
        times: int | None = 1,
        vendor: str = faults.ANY,
        path: str = faults.ANY,
    ) -> faults.Rule:
        """From now on requests for `operation` ("*": any) meet the fault, so many times, or always with None."""
        return self.rules.set(faults.Rule(name, operation, vendor, path, times))

    def job(self, job_id: str) -> Job:
        """Raises LookupError."""
        return self.world.jobs[job_id]

    def job_ids(self, shape: Shape | str) -> list[str]:
        """The jobs of one shape, in the order in which they came."""
        with self.world.lock:
            return [job.id for job in self.world.of(Shape(shape))]

    def settle(self, *job_ids: str) -> None:
        """These jobs, or all, come to their end now."""
        with self.world.lock:
            for job_id in job_ids or tuple(self.world.jobs):
                self.job(job_id).settled = True

    def reextract(
        self,
        job_id: str,
        *,
        changes: Mapping[str, Any] | None = None,
        payload: Tree | None = None,
        after: int = 0,
        seconds: float = 0,
    ) -> None:
        """The job gets another reading: `payload`, or the present one with `changes` at JSON Pointers into it, or with a
        plainly changed text. After so many more answers with the present one, and not before so many seconds. Raises
        LookupError."""
        with self.world.lock:
            job = self.job(job_id)
            if payload is None and changes is not None:
                payload = jobs.changed(job.payload, changes)
            self.world.follow(job, payload, answers=after, seconds=seconds)

    def expire_links(self) -> None:
        """Every presigned link that is out has expired."""
        self.world.links.expire()

    def advance(self, seconds: float) -> None:
        """The simulator's clock goes forward."""
        self.world.clock.advance(seconds)

    def enable_extract_review(self, enabled: bool = True) -> None:
        self.world.extract_review = enabled

    def announce(self, job_id: str, *, secret: str | None = None) -> int:
        """Send the webhook of a job now, signed with another secret on demand; to how many addresses."""
        with self.world.lock:
            job = self.job(job_id)
            event = webhooks.event(job, word=self._word(job), at=self.world.clock.now(), secret=secret or self._secret)
        return self.sender.send(job.shape.vendor, event)

    def reset(self) -> None:
        """As after the start: no faults, an empty log, what lies in the folder."""
        self.rules.clear()
        self.log.clear()
        with self.world.lock:
            self.world.reset()
            if self._settled:
                self._settle_all()

    def close(self) -> None:
        self._listener.close()
        self._ticking.join(2)
        with self.world.lock:
            self.world.save()
        self.sender.close()

    # How requests are answered.

    def _serve(self, connection: socket.socket) -> None:
        try:
            request = wire.read(connection)
        except wire.Unreadable as error:
            answer = wire.said(400, {"detail": str(error)})
            connection.sendall(answer.head() + answer.body)
            return
        if request is None:
            return
        if request.path.startswith(control.ROOT):
            answer = control.answer(self, request)
            connection.sendall(answer.head() + answer.body)
            return
        route, arguments = find(ROUTES, request, self.world.vendors)
        vendor = route.vendor if route else vendor_of(request)
        fault = self.rules.take(route, vendor, request.path)
        now = self.world.clock.now()
        name = vendor.value if vendor else ""
        received = self.log.add(request, route, name, fault.name if fault else "", now)
        host = request.headers.get("host")
        call = Call(request, self.world, f"http://{host}" if host else self.url, vendor, arguments)
        work = self._work(call, route)
        if fault is None:
            answer = work()
        else:
            exchange = Exchange(connection, request, vendor, work, self._listener.ending, now, self.redirects_lead_to)
            played = fault.play(exchange)
            if played is None:
                return
            answer = played
        received.status = answer.status
        connection.sendall(answer.head() + (b"" if request.method == "HEAD" else answer.body))

    def _work(self, call: Call, route: Route | None) -> Callable[[], Answer]:
        """What is honestly done and answered."""

        def work() -> Answer:
            try:
                with self.world.lock:
                    answer = self._honest(call, route)
            except Refused as refused:
                answer = refused.answer
            except Exception as error:
                logger.exception("the simulator itself failed")
                self.broken.append(f"{call.request.method} {call.request.path}: {error!r}")
                answer = refusal(call.vendor, 500, "The simulator itself failed.")
            return self._limits(answer) if call.vendor is Vendor.TALONIC else answer

        return work

    def _honest(self, call: Call, route: Route | None) -> Answer:
        if route is None:
            return refusal(call.vendor, 404, path=call.request.path)
        free = route.vendor is None or "health" in route.operations
        if not free and not _shown(call.request, call.vendor):
            raise call.refuse(401)
        return route.handler(call)

    def _limits(self, answer: Answer) -> Answer:
        """Talonic says with each answer how much is left of the day."""
        now = self.world.clock.now()
        midnight = datetime(now.year, now.month, now.day, tzinfo=now.tzinfo) + timedelta(days=1)
        left = max(1, _LIMIT - len(self.log.all()))
        told = {
            "X-RateLimit-Limit": str(_LIMIT),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": midnight.isoformat().replace("+00:00", "Z"),
        }
        return Answer(answer.status, answer.body, {**told, **answer.headers})

    def _tick(self) -> None:
        while not self._listener.ending.wait(_TICK):
            with self.world.lock:
                finished = list(self.world.newly_finished())
                self.world.save()
            for job in finished:
                # It may be deleted by now.
                with suppress(LookupError):
                    self.announce(job.id)

    def _settle_all(self) -> None:
        for job in self.world.jobs.values():
            job.settled = job.announced = True

    def _word(self, job: Job) -> str:
        if self.world.stage(job) is Stage.CANCELLED:
            return "CANCELLED" if job.shape.vendor is Vendor.LLAMACLOUD else "cancelled"
        if job.shape is Shape.LLAMA_V1:
            return str(job.extra.get("status") or "SUCCESS")
        return str(job.payload.get("job_status") or job.payload.get("status"))


def _shown(request: Request, vendor: Vendor | None) -> bool:
    """Whether the request shows the vendor's key in the vendor's way."""
    if vendor is Vendor.UNSILOED:
        return request.headers.get("api-key") == KEYS[vendor]
    return vendor is not None and request.headers.get("authorization") == f"Bearer {KEYS[vendor]}"


@contextmanager
def running(**settings: Any) -> Iterator[Simulator]:
    """A simulator for the length of the block; the arguments are `Simulator`'s."""
    simulator = Simulator(**settings)
    try:
        yield simulator
    finally:
        simulator.close()
