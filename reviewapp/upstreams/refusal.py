"""Why can a JSON tree not be read as a job? Sorts what no adapter recognises, so that a person learns what came in."""

from __future__ import annotations

from typing import NoReturn

from reviewapp.extraction.jsontext import Json, dump
from reviewapp.extraction.model import NotAResult

from . import tokens
from .unsiloed_extract.wrapping import holds_wrapped

#: Keys that only the error bodies of contracts.md have, where no job stands beside them.
_ERROR_KEYS = ("detail", "error", "statusCode", "message")
#: What one row or one class looks like when somebody saved it without its job.
_INNER_SHAPES = ({"document_id", "values"}, {"classification", "confidence"})
_LONGEST = 300


def refuse(tree: Json) -> NoReturn:
    """Raise NotAResult with `fragment` (a piece of a result, without its job), `error_body`, or `unknown_shape`."""
    if holds_wrapped(tree) or (isinstance(tree, dict) and any(shape <= tree.keys() for shape in _INNER_SHAPES)):
        raise NotAResult("fragment", "a piece of a result without its job: fields, a row or a class, but no job id")
    if isinstance(tree, dict):
        for key in _ERROR_KEYS:
            if tree.get(key):
                said = tokens.complaint(tree[key]) or dump(tree[key])
                raise NotAResult("error_body", f"the upstream answered with an error: {said[:_LONGEST]}")
    raise NotAResult("unknown_shape", f"no upstream's result looks like this: {dump(tree)[:_LONGEST]}")
