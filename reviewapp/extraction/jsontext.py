"""How does JSON enter and leave without losing a token? Numbers keep their text, keys their order.

A JSON tree here is `None | bool | str | Number | list | dict`. It never holds an `int` or a `float`:
`12586.00`, `1e5`, `-0` and a 20-digit integer come out as they went in (design law 2).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, TypeAlias

import simplejson

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 200_000

_TOKEN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Beyond this exponent a number is no measurement but an attack on whoever expands it.
_MAX_EXPONENT = 400
#: A key beyond this is no name, and is not repeated in a refusal.
_LONGEST_NAMED = 80


class BadJson(ValueError):
    """The text is not JSON that we accept. `code` is one of the gate's closed list; never permanent data loss:
    whoever calls keeps the bytes."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=False)
class Number:
    """One JSON number, by its exact text. Equal when the text is equal: `12.0 != 12`."""

    text: str

    def __post_init__(self) -> None:
        if not _TOKEN.match(self.text):
            raise BadJson("number", f"not a JSON number: {self.text[:40]!r}")

    @cached_property
    def decimal(self) -> Decimal:
        """The same number for arithmetic and comparison, never for keeping."""
        return Decimal(self.text)

    def __str__(self) -> str:
        return self.text


Json: TypeAlias = "None | bool | str | Number | list[Json] | dict[str, Json]"


def parse(data: bytes | str) -> Json:
    """The gate of every payload: bytes or text of at most 20 MB -> a JSON tree.

    Raises BadJson with code `too_large`, `not_utf8`, `not_json`, `too_deep`, `too_many_nodes`, `nul`,
    `lone_surrogate`, `duplicate_key` or `number` (not finite, or an exponent that nothing could expand).
    """
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise BadJson("too_large", f"{size} bytes of JSON, at most {MAX_BYTES} are read")
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadJson("not_utf8", f"not UTF-8 at byte {error.start}") from error
    else:
        text = data
    _check_depth(text)
    try:
        tree: Json = json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except BadJson:
        raise
    except (ValueError, RecursionError) as error:
        raise BadJson("not_json", f"not JSON: {error}") from error
    _check_tree(tree)
    return tree


def dump(tree: Json) -> str:
    """A JSON tree -> compact text with every number written as it was read, keys in their order."""
    text: str = simplejson.dumps(tree, default=_raw, ensure_ascii=False, separators=(",", ":"))
    return text


def equal(a: Json, b: Json) -> bool:
    """Same keys in the same order, numbers compared as text, `true` never equal to `1`."""
    return dump(a) == dump(b)


def _raw(value: object) -> Any:
    if isinstance(value, Number):
        return simplejson.RawJSON(value.text)
    raise TypeError(f"{type(value).__name__} is not a JSON tree")


def _number(text: str) -> Number:
    try:
        exponent = Decimal(text).adjusted()
    except InvalidOperation as error:
        raise BadJson("number", f"a number that cannot be read: {text[:40]}") from error
    if abs(exponent) > _MAX_EXPONENT:
        raise BadJson("number", f"a number beyond any measurement: {text[:40]}")
    return Number(text)


def _refuse_constant(text: str) -> None:
    raise BadJson("number", f"{text} is not a JSON number")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                # Whole or not at all: in half an address nobody recognises what may not be said of it.
                named = f"the key {key!r}" if len(key) <= _LONGEST_NAMED else f"a key of {len(key)} characters"
                raise BadJson("duplicate_key", f"{named} stands twice in one object")
            seen.add(key)
    return result


def _check_depth(text: str) -> None:
    # Before json.loads, which would otherwise recurse as deep as the text asks for.
    depth = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text, re.DOTALL):
        token = match.group()
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise BadJson("too_deep", f"nested deeper than {MAX_DEPTH} levels")
        elif token in "]}":
            depth -= 1


def _check_tree(tree: Json) -> None:
    nodes = 0
    waiting: list[Json] = [tree]
    while waiting:
        node = waiting.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise BadJson("too_many_nodes", f"more than {MAX_NODES} values")
        if isinstance(node, str):
            _check_text(node)
        elif isinstance(node, dict):
            for key in node:
                _check_text(key)
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadJson("nul", "a string holds a NUL, which no database keeps")
    if _SURROGATE.search(text):
        raise BadJson("lone_surrogate", "a string holds half a surrogate pair")
