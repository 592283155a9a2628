"""How is one part of a payload read, and how is it put back? Nothing but the main part is ever rewritten."""

from __future__ import annotations

from reviewapp.extraction import jsontext
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import NotAResult, Payload

from .adapter import MAIN


def main(payload: Payload) -> Json:
    """The tree of the result itself. Raises NotAResult when the part is missing, BadJson when it is no JSON of ours."""
    if MAIN not in payload:
        raise NotAResult("unknown_shape", f"the payload has no part {MAIN!r}")
    return jsontext.parse(payload[MAIN])


def awaited(payload: Payload) -> dict[str, Json] | None:
    """The part `job` of a payload that has no result yet, because the job still runs or failed; else None. Raises
    BadJson."""
    return side(payload, "job") if MAIN not in payload and "job" in payload else None


def side(payload: Payload, part: str) -> dict[str, Json]:
    """A part that may be missing, as an object; empty when it is missing or no object. Raises BadJson."""
    tree = jsontext.parse(payload[part]) if part in payload else None
    return tree if isinstance(tree, dict) else {}


def with_main(payload: Payload, old: Json, new: Json) -> Payload:
    """The payload with the tree `new` as its main part; the very same text where `new` equals `old`."""
    if jsontext.equal(old, new):
        return dict(payload)
    return {**payload, MAIN: jsontext.dump(new)}
