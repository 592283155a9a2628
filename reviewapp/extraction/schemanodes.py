"""What do the nodes of a schema say together about one place? References, allOf, anyOf and oneOf read into one view.

The nodes are read as received: a keyword of the wrong form is not there, a reference that leads nowhere, to another document
or back to itself says nothing. Each node is read once, so no nesting of combinations can multiply the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, TypeAlias
from urllib.parse import unquote

from . import paths
from .jsontext import Json, Number, dump

#: How many references and combinations one place may lead through, and how many nodes may speak about one place.
_MAX_DEPTH: Final = 40
_MAX_VOICES: Final = 64
_TYPES: Final = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
_NULL: Final = frozenset({"null"})

#: The nodes that speak about one place, and whether one of them is enough (anyOf) or all must agree.
Voices: TypeAlias = "tuple[tuple[Json, ...], bool]"
#: The options of an enum by `option_key`, null left out.
Options: TypeAlias = "Mapping[str | Decimal, Json]"


def option_key(value: Json) -> str | Decimal:
    """Equal for values that are equal to JSON Schema: 1.0 is 1, true is not."""
    return value.decimal if isinstance(value, Number) else dump(value)


@dataclass(frozen=True, slots=True)
class View:
    """What all voices about one place say together. `types`: JSON type names, None for any. `enum`: None when open."""

    types: frozenset[str] | None = None
    nullable: bool = True
    enum: Options | None = None
    formats: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    title: str = ""
    description: str = ""
    properties: Mapping[str, Voices] = field(default_factory=dict)
    items: Voices | None = None
    others: Voices | None = None

    def child(self, token: str) -> Voices | None:
        """Who speaks about the place one step below; None for nobody."""
        if token in self.properties:
            return self.properties[token]
        if self.items is not None and (token == "*" or token.removeprefix("+").isdigit()):
            return self.items
        return self.others


_ANYTHING: Final = View()


class Reader:
    """The nodes of one schema -> what they say together. A node that leads back to itself says nothing."""

    def __init__(self, root: Json) -> None:
        self._root = root
        self._done: dict[int, View] = {}
        self._active: set[int] = set()

    def all(self, raws: tuple[Json, ...]) -> View:
        view = _ANYTHING
        for raw in raws:
            view = _both(view, self._one(raw))
        return view

    def either(self, raws: tuple[Json, ...]) -> View:
        views = [self._one(raw) for raw in raws]
        speaking = [view for view in views if view.types != _NULL] or views
        view = speaking[0] if speaking else _ANYTHING
        for other in speaking[1:]:
            view = _one_of(view, other)
        if any(found.nullable for found in views):
            types = None if view.types is None else view.types | _NULL
            view = replace(view, nullable=True, types=types)
        return view

    def _one(self, raw: Json) -> View:
        if not isinstance(raw, dict):
            return _ANYTHING
        if id(raw) in self._done:
            return self._done[id(raw)]
        if id(raw) in self._active or len(self._active) >= _MAX_DEPTH:
            return _ANYTHING
        self._active.add(id(raw))
        view = _both(_own(raw), self.all((*self._target(raw), *_nodes(raw.get("allOf")))))
        for word in ("anyOf", "oneOf"):
            if alternatives := _nodes(raw.get(word)):
                view = _both(view, self.either(alternatives))
        self._active.discard(id(raw))
        self._done[id(raw)] = view
        return view

    def _target(self, raw: dict[str, Json]) -> tuple[Json, ...]:
        ref = raw.get("$ref")
        if not isinstance(ref, str) or not ref.startswith("#"):
            return ()
        try:
            return (paths.get(self._root, unquote(ref[1:])),)
        except ValueError:
            return ()


def _own(raw: dict[str, Json]) -> View:
    """What a node says itself, without those it refers to. Keywords of the wrong form are not there."""
    types = _own_types(raw.get("type"))
    options = raw.get("enum")
    enum = options if isinstance(options, list) else None
    if "const" in raw:
        enum = [raw["const"]]
    allows_null = raw.get("nullable") is True or ((types is None or "null" in types) and (enum is None or None in enum))
    names, properties = raw.get("required"), raw.get("properties")
    return View(
        types=types,
        nullable=allows_null,
        enum=None if enum is None else {option_key(option): option for option in enum if option is not None},
        formats=_texts(raw.get("format")),
        patterns=_texts(raw.get("pattern")),
        required=tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else (),
        title="".join(_texts(raw.get("title"))),
        description="".join(_texts(raw.get("description"))),
        properties={name: ((node,), False) for name, node in properties.items()}
        if isinstance(properties, dict)
        else {},
        items=_voices(raw.get("items")),
        others=_voices(raw.get("additionalProperties")),
    )


def _own_types(said: Json) -> frozenset[str] | None:
    words = said if isinstance(said, list) else [said]
    known = frozenset(word for word in words if isinstance(word, str) and word in _TYPES)
    return known or None


def _both(a: View, b: View) -> View:
    if a is _ANYTHING or b is _ANYTHING:
        return b if a is _ANYTHING else a
    enum = a.enum if b.enum is None else b.enum
    if a.enum is not None and b.enum is not None:
        common = b.enum.keys()
        enum = {key: option for key, option in a.enum.items() if key in common} or a.enum
    return View(
        types=_common_types(a.types, b.types),
        nullable=a.nullable and b.nullable,
        enum=enum,
        formats=_union(a.formats, b.formats),
        patterns=_union(a.patterns, b.patterns),
        required=_union(a.required, b.required),
        title=a.title or b.title,
        description=a.description or b.description,
        properties=_joined(a, b, any_of=False),
        items=_join(a.items, b.items, any_of=False),
        others=_join(a.others, b.others, any_of=False),
    )


def _one_of(a: View, b: View) -> View:
    """Only what both alternatives demand is demanded."""
    return View(
        types=None if a.types is None or b.types is None else a.types | b.types,
        nullable=a.nullable or b.nullable,
        enum=None if a.enum is None or b.enum is None else {**a.enum, **b.enum},
        formats=tuple(name for name in a.formats if name in b.formats),
        patterns=tuple(pattern for pattern in a.patterns if pattern in b.patterns),
        required=tuple(name for name in a.required if name in b.required),
        title=a.title or b.title,
        description=a.description or b.description,
        properties=_joined(a, b, any_of=True),
        items=_join(a.items, b.items, any_of=True),
        others=_join(a.others, b.others, any_of=True),
    )


def _common_types(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    if a is None or b is None:
        return b if a is None else a
    widened = {name for name in a if name in b or (name == "integer" and "number" in b)}
    widened |= {name for name in b if name == "integer" and "number" in a}
    return frozenset(widened) or a


def _joined(a: View, b: View, *, any_of: bool) -> Mapping[str, Voices]:
    joined = dict(a.properties)
    for name, voices in b.properties.items():
        joined[name] = _join(joined.get(name), voices, any_of=any_of) or voices
    return joined


def _join(a: Voices | None, b: Voices | None, *, any_of: bool) -> Voices | None:
    if a is None or b is None:
        return b if a is None else a
    raws = list(a[0])
    raws += [raw for raw in b[0] if all(raw is not known for known in raws)]
    if len(raws) == 1:
        return a
    # Mixed voices, and the rest of too many, are read as alternatives: less is demanded.
    return tuple(raws[:_MAX_VOICES]), any_of or a[1] or b[1] or len(raws) > _MAX_VOICES


def _nodes(said: Json) -> tuple[Json, ...]:
    return tuple(said[:_MAX_VOICES]) if isinstance(said, list) else ()


def _voices(said: Json) -> Voices | None:
    return ((said,), False) if isinstance(said, dict) else None


def _texts(said: Json) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) and said else ()


def _union(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*a, *b)))
