"""How does a client answer in its own process? Calls come in as JSON, what it read or refused goes out as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

#: What a test asks: base_url, key, options, calls.
ASKED = json.load(sys.stdin)


def answer(calls: dict[str, Callable[..., Any]]) -> None:
    """Make the calls one by one; each becomes what was said, or the class and status of the refusal."""
    answers = []
    for name, *arguments in ASKED["calls"]:
        try:
            answers.append({"said": calls[name](*arguments)})
        except Exception as refused:  # whatever the client raises is its answer
            response = getattr(refused, "response", None)
            answers.append(
                {
                    "error": type(refused).__name__,
                    "status": getattr(refused, "status_code", None),
                    "retry_after": response.headers.get("Retry-After") if hasattr(response, "headers") else None,
                    "message": str(refused)[:2000],
                }
            )
    json.dump(answers, sys.stdout)
