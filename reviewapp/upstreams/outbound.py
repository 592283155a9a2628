"""With what does this process call other servers? One client, with real time and real chance: an edge of the program."""

from __future__ import annotations

import random
import time
from functools import cache

from . import http


@cache
def client() -> http.Client:
    """The process's own. It holds nothing but the list of authorities that are trusted, which takes a while to read."""
    return http.Client(pace=http.Pace(time.monotonic, time.sleep, random.uniform))
