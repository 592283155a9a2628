"""Which faults are there, and which one meets this request? One table of names, and the rules that are set at the moment."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from .exchange import Fault
from .fault_bodies import BODIES
from .fault_statuses import REDIRECTS, STATUSES, WAITS
from .fault_wires import WIRES
from .jobs import Vendor
from .routes import OPERATIONS, Route

#: Every fault by its name.
FAULTS: dict[str, Fault] = {fault.name: fault for fault in (*STATUSES, *WAITS, *REDIRECTS, *BODIES, *WIRES)}
ANY = "*"


@dataclass(slots=True)
class Rule:
    """`operation`: a word of OPERATIONS or "*"; `vendor` likewise; `path`: with * for anything; `times`: how often it still
    works, None for always."""

    fault: str
    operation: str = ANY
    vendor: str = ANY
    path: str = ANY
    times: int | None = 1
    met: int = 0

    def meets(self, route: Route | None, vendor: Vendor | None, path: str) -> bool:
        operations = route.operations if route else ()
        return (
            (self.times is None or self.met < self.times)
            and (self.operation == ANY or self.operation in operations)
            and (self.vendor == ANY or self.vendor == vendor)
            and fnmatch.fnmatchcase(path, self.path)
        )


class Rules:
    """The faults that are set, in the order in which they were. The first one that meets a request is played."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []

    def set(self, rule: Rule) -> Rule:
        """Raises ValueError for a name or word that is none."""
        if rule.fault not in FAULTS:
            raise ValueError(f"there is no fault {rule.fault!r}")
        if rule.operation != ANY and rule.operation not in OPERATIONS:
            raise ValueError(f"there is no operation {rule.operation!r}")
        if rule.vendor != ANY and rule.vendor not in list(Vendor):
            raise ValueError(f"there is no vendor {rule.vendor!r}")
        if rule.times is not None and rule.times < 1:
            raise ValueError("times is at least 1, or None for always")
        with self._lock:
            self._rules.append(rule)
        return rule

    def take(self, route: Route | None, vendor: Vendor | None, path: str) -> Fault | None:
        """The fault that meets a request; it counts as played."""
        with self._lock:
            for rule in self._rules:
                if rule.meets(route, vendor, path):
                    rule.met += 1
                    return FAULTS[rule.fault]
        return None

    def all(self) -> Sequence[Rule]:
        with self._lock:
            return list(self._rules)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
