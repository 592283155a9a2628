"""What does the schema demand of a value? The part of a JSON Schema that a reviewer can act on.

Read: type, format, enum/const, pattern, required, properties, items, additionalProperties, title, description, local `$ref`,
allOf, anyOf, oneOf. Everything else is ignored, and where a schema is broken or too tangled less is demanded, never more.

Nothing here fetches, and nothing hangs: the walk over values is our own, each schema node is read once with cycles cut, and
jsonschema-rs sees only single formats and patterns, which it matches in linear time; it never meets a `$ref`. A whole
schema handed to it would be followed to other hosts and files, and a few nested allOf would keep it busy for ever.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from . import paths
from .jsontext import BadJson, Json, Number, dump, parse
from .schemanodes import Reader, View, Voices, option_key

MISSING_REQUIRED: Final = "missing_required"
TYPE_MISMATCH: Final = "type_mismatch"
FORMAT_MISMATCH: Final = "format_mismatch"
PATTERN_MISMATCH: Final = "pattern_mismatch"
ENUM_MISMATCH: Final = "enum_mismatch"
PATTERN_NOT_CHECKED: Final = "pattern_not_checked"

_DETAIL: Final = 200
#: A longer pattern is an attack on whoever compiles it.
_MAX_PATTERN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong at an address (of a key that may be absent). `detail` is what the schema demands, for people."""

    path: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class SchemaNode:
    """What the schema says about one place; `required`: the object around it demands the key."""

    view: View
    required: bool = False

    @property
    def types(self) -> frozenset[str] | None:
        """JSON type names without null; None when any type will do."""
        return None if self.view.types is None else self.view.types - {"null"}

    @property
    def nullable(self) -> bool:
        return self.view.nullable

    @property
    def enum(self) -> tuple[Json, ...] | None:
        """The options without null; None when the choice is open."""
        return None if self.view.enum is None else tuple(self.view.enum.values())

    @property
    def format(self) -> str:
        return self.view.formats[0] if self.view.formats else ""

    @property
    def pattern(self) -> str:
        return self.view.patterns[0] if self.view.patterns else ""

    @property
    def title(self) -> str:
        return self.view.title

    @property
    def description(self) -> str:
        return self.view.description

    @property
    def properties(self) -> tuple[str, ...]:
        """The keys of an object in the schema's order."""
        return tuple(self.view.properties)

    @property
    def has_items(self) -> bool:
        """Whether the lines of an array are described."""
        return self.view.items is not None


class Schema:
    """One schema, ready to be asked. `problem` is "" or why nothing could be read: a code of `jsontext.BadJson` or
    `not_an_object`; such a schema demands nothing."""

    def __init__(self, tree: Json, problem: str = "") -> None:
        self._tree = tree
        self._reader = Reader(tree)
        self._views: dict[tuple[tuple[int, ...], bool], View] = {}
        self.problem = problem
        #: Says of an address or pattern whether a value is demanded there; `edit.apply` asks it.
        self.required: Container[str] = _Required(self)

    @staticmethod
    def parse(text: str | None) -> Schema:
        """The schema of a job; the same object for the same text. Never raises: see `problem`."""
        return _parsed(text)

    def node(self, path: str) -> SchemaNode | None:
        """What is said about an address (`/line_items/0/amount`, `/line_items/+1/amount`) or a pattern (`/line_items/*/amount`);
        None when the schema does not know the place. Raises paths.BadPath."""
        view, required = self._root(), False
        for token in paths.split(path):
            voices = view.child(token)
            if voices is None:
                return None
            required = token in view.required
            view = self._view(voices)
        return SchemaNode(view, required)

    def _root(self) -> View:
        return self._view(((self._tree,), False))

    def _view(self, voices: Voices) -> View:
        raws, any_of = voices
        key = (tuple(id(raw) for raw in raws), any_of)
        if key not in self._views:
            self._views[key] = self._reader.either(raws) if any_of else self._reader.all(raws)
        return self._views[key]

    def _complaints(self, value: Json, view: View, path: str, required: bool) -> Iterator[Complaint]:
        found = list(judge(SchemaNode(view, required), value))
        yield from (Complaint(path, code, detail) for code, detail in found)
        if any(code == TYPE_MISMATCH for code, _ in found):
            return
        if isinstance(value, dict):
            for name in view.required:
                if name not in value:
                    yield Complaint(paths.child(path, name), MISSING_REQUIRED, _type_words(self._type_of(view, name)))
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for token, child in children:
            voices = view.child(str(token))
            if voices is not None:
                yield from self._complaints(
                    child, self._view(voices), paths.child(path, token), str(token) in view.required
                )

    def _type_of(self, view: View, name: str) -> frozenset[str] | None:
        voices = view.child(name)
        return None if voices is None else self._view(voices).types


def check(values: Json, schema: Schema) -> list[Complaint]:
    """Everything in `values` that the schema refuses, in document order.

    A null where the type excludes null is `missing_required` when the key is required, else no complaint: "not found" is how
    upstreams answer for what a document does not hold. A pattern that cannot be matched in linear time is
    `pattern_not_checked`.
    """
    return list(schema._complaints(values, schema._root(), paths.ROOT, True))


def judge(node: SchemaNode, value: Json) -> Iterator[tuple[str, str]]:
    """(code, detail) for one value by itself, without what lies below it."""
    if value is None:
        if node.required and not node.nullable:
            yield MISSING_REQUIRED, _type_words(node.types)
        return
    if node.types is not None and not any(_is_of_type(value, name) for name in node.types):
        yield TYPE_MISMATCH, _type_words(node.types)
        return
    options = node.view.enum
    if options is not None and option_key(value) not in options:
        yield ENUM_MISMATCH, ", ".join(map(_plain, islice(options.values(), _DETAIL)))[:_DETAIL]
    if isinstance(value, str):
        for name in node.view.formats:
            checker = _checker("format", name)
            if checker is not None and not checker.is_valid(value):
                yield FORMAT_MISMATCH, name[:_DETAIL]
        for pattern in node.view.patterns:
            checker = _checker("pattern", pattern)
            if checker is None:
                yield PATTERN_NOT_CHECKED, pattern[:_DETAIL]
            elif not checker.is_valid(value):
                yield PATTERN_MISMATCH, pattern[:_DETAIL]


def fits(pattern: str, text: str) -> bool | None:
    """Whether the whole text fits a pattern, as schemas write them; None for one that cannot be matched in linear time."""
    # By itself as well: one that only closes and opens a bracket would be another pattern in between.
    if _checker("pattern", pattern) is None or (checker := _checker("pattern", f"^(?:{pattern})$")) is None:
        return None
    return bool(checker.is_valid(text))


class _Required(Container[str]):
    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def __contains__(self, path: object) -> bool:
        try:
            node = self._schema.node(path) if isinstance(path, str) else None
        except paths.BadPath:
            return False
        return node is not None and node.required


@lru_cache(maxsize=32)
def _parsed(text: str | None) -> Schema:
    if text is None:
        return Schema({})
    try:
        tree = parse(text)
    except BadJson as error:
        return Schema({}, error.code)
    if isinstance(tree, bool):
        return Schema({})
    return Schema(tree) if isinstance(tree, dict) else Schema({}, "not_an_object")


def _is_of_type(value: Json, name: str) -> bool:
    match value:
        case bool():
            return name == "boolean"
        case str():
            return name == "string"
        case Number():
            return name == "number" or (name == "integer" and value.decimal == value.decimal.to_integral_value())
        case list():
            return name == "array"
        case dict():
            return name == "object"
    return name == "null"


def _plain(option: Json) -> str:
    return option if isinstance(option, str) else dump(option)


def _type_words(types: frozenset[str] | None) -> str:
    return ", ".join(sorted((types or frozenset()) - {"null"}))


@lru_cache(maxsize=512)
def _checker(word: str, said: str) -> Any:
    """A validator for one format or pattern; None when it does not compile."""
    if len(said) > _MAX_PATTERN:
        return None
    try:
        return jsonschema_rs.validator_for(
            {word: said},
            validate_formats=True,
            pattern_options=jsonschema_rs.RegexOptions(size_limit=1 << 20, dfa_size_limit=1 << 20),
            offline=True,
        )
    except jsonschema_rs.ValidationError:
        return None
