"""Who stands in for the three vendors? A real HTTP server for the demo and the tests: docs/simulator.md."""

from __future__ import annotations

from .faults import FAULTS
from .jobs import Schedule, Shape, Vendor
from .server import Simulator, running
from .webhooks import Hook
from .world import KEYS, WEBHOOK_SECRET

__all__ = ["FAULTS", "KEYS", "WEBHOOK_SECRET", "Hook", "Schedule", "Shape", "Simulator", "Vendor", "running"]
