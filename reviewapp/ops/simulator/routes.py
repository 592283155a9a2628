"""Which request is which vendor's operation? Patterns, their handlers, and the words by which a fault names an operation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Number

from .jobs import Tree, Vendor
from .refusals import Refused, refusal
from .wire import Answer, Request
from .world import World

#: What a fault may be set for. A route has at least one; where a vendor has one address for two things, both.
OPERATIONS = {
    "submit": "a document or file is handed in and becomes a job",
    "upload": "a file is handed in",
    "poll": "a job's state",
    "result": "a job's rows or values",
    "list": "a page of jobs",
    "run": "LlamaCloud v1: a run, which holds the schema",
    "schema": "a schema or an agent",
    "document": "what a vendor knows about a document",
    "extraction": "Talonic: one document's extraction",
    "file_link": "where a presigned link is asked for",
    "file": "the presigned link itself",
    "cancel": "a job is stopped or deleted",
    "review": "a review or a record is read or begun",
    "write_back": "corrections and decisions come back",
    "health": "is anybody there",
    "webhook": "a webhook of ours comes in",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through a handler. `arguments`: what the pattern found in the path; `base`: this server."""

    request: Request
    world: World
    base: str
    vendor: Vendor | None = None
    arguments: dict[str, str] = field(default_factory=dict)

    def refuse(self, status: int, message: str = "", **more: Any) -> Refused:
        """To be raised."""
        return Refused(refusal(self.vendor, status, message, path=self.request.path, **more))

    def body(self) -> Tree:
        """The body as a JSON object. Raises Refused."""
        try:
            tree = self.request.json()
        except jsontext.BadJson as error:
            raise self.refuse(400, f"The body is not JSON: {error}") from error
        if not isinstance(tree, dict):
            raise self.refuse(400, "The body is no JSON object.")
        return tree

    def whole(self, name: str, default: int, *, most: int) -> int:
        """A whole number of the query."""
        text = self.request.asked(name) or str(default)
        if not text.isdecimal():
            raise self.refuse(422, f"{name} is no whole number.")
        return min(int(text), most)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    vendor: Vendor | None
    method: str
    pattern: re.Pattern[str]
    operations: tuple[str, ...]
    handler: Handler


def route(vendor: Vendor | None, method: str, path: str, operations: str, handler: Handler) -> Route:
    """`path`: with {name} for one segment. `operations`: words of OPERATIONS, the first is the route's own."""
    words = tuple(operations.split())
    if not set(words) <= OPERATIONS.keys():
        raise ValueError(f"{operations!r} is no operation")
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return Route(vendor, method, re.compile(pattern), words, handler)


def find(routes: Sequence[Route], request: Request, vendors: frozenset[Vendor]) -> tuple[Route | None, dict[str, str]]:
    """The route of a request, and what its path says. A path may begin with the vendor's name."""
    path, only = request.path, vendors
    first, _, rest = path.lstrip("/").partition("/")
    if first in {vendor.value for vendor in Vendor}:
        path, only = f"/{rest}", vendors & {Vendor(first)}
    for known in routes:
        if known.method == request.method and (known.vendor is None or known.vendor in only):
            found = known.pattern.fullmatch(path)
            if found:
                return known, found.groupdict()
    return None, {}


def vendor_of(request: Request) -> Vendor | None:
    """Whose manner a refusal keeps where no route is found."""
    first = request.path.lstrip("/").partition("/")[0]
    if first in {vendor.value for vendor in Vendor}:
        return Vendor(first)
    if first == "api":
        return Vendor.LLAMACLOUD
    return Vendor.TALONIC if first == "v1" else Vendor.UNSILOED


def number(value: int | float) -> Number:
    """A number of ours in a JSON tree."""
    return Number(repr(value))


def whole(node: Any) -> int | None:
    """A JSON number as an int; None when it is none."""
    return int(node.text) if isinstance(node, Number) and re.fullmatch(r"-?\d+", node.text) else None
