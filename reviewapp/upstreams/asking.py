"""How is a vendor's server asked? One object a call of a client: paths in, JSON out, every failure in the vendor's meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode, urlsplit

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json

from . import errors, failures, http, retry_after
from .adapter import MAIN, BadPayload, UpstreamError
from .clients import Connection, Submission

Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with one of the statuses that were asked for. `part`: as what it is kept where it cannot be read; "" when
    nothing of it may be kept, because it holds a presigned URL."""

    status: int
    body: bytes = field(repr=False)
    part: str = "result"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def tree(self) -> Json:
        """Raises BadPayload."""
        try:
            return jsontext.parse(self.body)
        except jsontext.BadJson as bad:
            why = f"the answer is no JSON that can be read ({bad.code})"  # its text may quote what came
        raise self.bad(why)

    def object(self) -> dict[str, Json]:
        """Raises BadPayload where it is anything but an object."""
        tree = self.tree()
        if isinstance(tree, dict):
            return tree
        del tree  # a report of the error's frames shows what they hold
        raise self.bad("the answer is JSON, but no object")

    def list(self) -> list[Json]:
        """Raises BadPayload where it is anything but a list."""
        tree = self.tree()
        if isinstance(tree, list):
            return tree
        del tree
        raise self.bad("the answer is JSON, but no list")

    def bad(self, why: str) -> BadPayload:
        """The error for an answer that breaks its contract."""
        return BadPayload(why, part=self.part or MAIN, data=self.body if self.part else b"")


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """A vendor's API, to be asked at one moment. `headers`: the credential. `query`: what is said with every request."""

    to: Connection
    at: datetime
    headers: Mapping[str, str]
    query: Query = ()

    @property
    def host(self) -> str:
        """Its name for people."""
        return urlsplit(self.to.base_url).hostname or ""

    def get(
        self, path: str, *, query: Query = (), accept: frozenset[int] = frozenset(), part: str = "result"
    ) -> Answer:
        """Raises UpstreamError. `accept`: statuses beside 2xx that are answers. `path`: of `ids.segment`s."""
        return self._send(self._request("GET", path, query=query, accept=accept), part=part)

    def send(
        self,
        method: str,
        path: str,
        body: Json,
        *,
        key: str = "",
        repeatable: bool | None = None,
        once: bool = False,
        accept: frozenset[int] = frozenset(),
        part: str = "result",
    ) -> Answer:
        """JSON with its numbers' own text. `key`: an Idempotency-Key. `once`: as in `errors.meaning`."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        request = self._request(
            method, path, headers=headers, content=jsontext.dump(body).encode(), repeatable=repeatable, accept=accept
        )
        return self._send(request, part=part, once=once)

    def upload(
        self, path: str, what: Submission, *, name: str, form: Mapping[str, str], key: str = "", once: bool = False
    ) -> Answer:
        """A form with the document as its file `name`. With a key it may be sent again, without one never."""
        with _opened(what.path) as file:
            request = self._request(
                "POST",
                path,
                headers={"Idempotency-Key": key} if key else {},
                form=form,
                uploads={name: http.Upload(what.name, file, what.media_type)},
                repeatable=bool(key),
            )
            return self._send(request, part="submitted", limits=self._for_uploads(), once=once)

    def refusal(self, answer: Answer) -> UpstreamError:
        """What an accepted status means after all: the error that it would have been."""
        retry_at = retry_after.moment(answer.headers, status=answer.status, at=self.at)
        body = failures.excerpt(
            answer.body[: failures.READ],
            whole=len(answer.body) <= failures.READ,
            secrets=http.Request("GET", self.to.base_url, headers=self.headers).secrets(),
        )
        failure = failures.Answered(f"answered {answer.status}", status=answer.status, retry_at=retry_at, body=body)
        failure.host = self.host
        return errors.meaning(failure, at=self.at)

    def _request(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        uploads: Mapping[str, http.Upload] | None = None,
        repeatable: bool | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> http.Request:
        asked = urlencode([*query, *self.query])
        return http.Request(
            method,
            f"{self.to.base_url}{path}{'?' if asked else ''}{asked}",
            headers={"Accept": "application/json", **self.headers, **(headers or {})},
            content=content,
            form=form or {},
            uploads=uploads or {},
            repeatable=repeatable,
            accept=accept,
        )

    def _for_uploads(self) -> http.Limits:
        # Handing in a document takes as long as fetching one; what comes back is an answer like others.
        return replace(self.to.limits, seconds=self.to.file_limits.seconds)

    def _send(
        self, request: http.Request, *, part: str, limits: http.Limits | None = None, once: bool = False
    ) -> Answer:
        raised: UpstreamError
        try:
            limits = limits or self.to.limits
            answer = self.to.client.send(request, reach=self.to.reach, at=self.at, limits=limits)
            return Answer(answer.status, answer.body, part, answer.headers)
        except http.CallFailed as failure:
            raised = errors.meaning(failure, at=self.at, once=once)
        # Outside of the block, so that neither cause nor context leads to frames that hold the request.
        raise raised


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")
