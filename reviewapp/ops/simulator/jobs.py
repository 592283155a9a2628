"""What is a simulated job, and how far is it? Steps count polls or seconds; the payload of its end is given from the start."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

Tree = dict[str, Any]


class Vendor(StrEnum):
    """Who is played."""

    UNSILOED = "unsiloed"
    LLAMACLOUD = "llamacloud"
    TALONIC = "talonic"


class Shape(StrEnum):
    """Which of a vendor's products a job belongs to."""

    EXTRACT = "unsiloed_extract"
    CLASSIFY = "unsiloed_classify"
    LLAMA_V1 = "llamacloud"
    LLAMA_V2 = "llamacloud_v2"
    TALONIC = "talonic"

    @property
    def vendor(self) -> Vendor:
        return Vendor(self.value.partition("_")[0])


class Stage(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    FINAL = "final"
    CANCELLED = "cancelled"


class Clock:
    """The machine's time, and as much more as somebody asked for: links expire and jobs advance without waiting."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._lock = threading.Lock()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._ahead += seconds

    def seconds(self) -> float:
        return time.monotonic() + self._ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How many steps a job waits and works. `seconds`: a step's length; None: every poll is a step."""

    queued: int = 1
    processing: int = 2
    seconds: float | None = None

    @property
    def steps(self) -> int:
        return self.queued + self.processing


@dataclass(slots=True)
class Reading:
    """Another reading that will follow: after so many more answers with the one before, and not before `due`."""

    payload: Tree
    answers: int = 0
    due: float = 0.0


@dataclass(slots=True)
class Job:
    """`payload`: what its end looks like in the vendor's shape. `names`: its documents' file names. `extra`: what the vendor
    knows beside the payload (schema, agent, options of the request). `later`: the readings that follow."""

    shape: Shape
    id: str
    payload: Tree
    started: float
    created_at: datetime
    names: tuple[str, ...] = ()
    extra: Tree = field(default_factory=dict)
    polls: int = 0
    results: int = 0
    settled: bool = False
    cancelled: bool = False
    announced: bool = False
    updated_at: datetime | None = None
    later: list[Reading] = field(default_factory=list)

    def position(self, schedule: Schedule, clock: Clock) -> int:
        """How many steps were made."""
        if self.settled:
            return schedule.steps
        if schedule.seconds is not None:
            return int((clock.seconds() - self.started) / max(schedule.seconds, 0.001))
        # One look at a job is one step, also where the vendor has one address for its state and one for its rows.
        return max(self.polls, self.results) - 1

    def stage(self, schedule: Schedule, clock: Clock) -> Stage:
        if self.cancelled:
            return Stage.CANCELLED
        position = self.position(schedule, clock)
        if position >= schedule.steps:
            return Stage.FINAL
        return Stage.QUEUED if position < schedule.queued else Stage.PROCESSING

    def share(self, schedule: Schedule, clock: Clock) -> float:
        """How much of the work is done, from 0 to 1."""
        done = self.position(schedule, clock) - schedule.queued + 1
        return min(1.0, max(0.0, done / (schedule.processing + 1)))

    def read(self, clock: Clock) -> Tree:
        """The payload of the end, once more."""
        self.turn(clock)
        if self.later:
            self.later[0].answers -= 1
        return self.payload

    def turn(self, clock: Clock) -> None:
        """A reading whose time has come takes its place."""
        if self.later and self.later[0].answers <= 0 and clock.seconds() >= self.later[0].due:
            self.replace(self.later.pop(0).payload, clock)

    def replace(self, payload: Tree, clock: Clock) -> None:
        """The job was extracted again."""
        self.payload = payload
        self.updated_at = clock.now()
        self.announced = False


def changed(payload: Tree, changes: Mapping[str, Any]) -> Tree:
    """A payload with other values at some JSON Pointers. Raises LookupError for an address that is not there."""
    tree = copy.deepcopy(payload)
    for pointer, value in changes.items():
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.lstrip("/").split("/")]
        node: Any = tree
        for part in way:
            node = node[int(part) if isinstance(node, list) else part]
        if isinstance(node, list):
            node[int(last)] = value
        elif last in node:
            node[last] = value
        else:
            raise LookupError(f"there is nothing at {pointer}")
    return tree


def read_again(shape: Shape, payload: Tree) -> Tree:
    """A plainly other reading: the first text of the result says that it was read again."""
    tree = copy.deepcopy(payload)
    if shape is Shape.CLASSIFY:
        result = tree.get("result")
        if isinstance(result, dict):
            result["classification"] = f"{result.get('classification')} (read again)"
        return tree
    root = {Shape.EXTRACT: "result", Shape.LLAMA_V2: "extract_result"}.get(shape, "data")
    _mark_first_text(tree.get(root), shape)
    return tree


def _mark_first_text(node: Any, shape: Shape) -> bool:
    if isinstance(node, list):
        return any(_mark_first_text(item, shape) for item in node)
    if not isinstance(node, dict):
        return False
    node = node["values"] if shape is Shape.TALONIC and isinstance(node.get("values"), dict) else node
    for key, value in node.items():
        if isinstance(value, str) and (shape is not Shape.EXTRACT or key == "value"):
            node[key] = f"{value} (read again)"
            return True
        if key not in {"score", "citation"} and _mark_first_text(value, shape):
            return True
    return False


def iso(moment: datetime) -> str:
    """As the vendors write it: UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
