"""What stands at an address while a person is still working on a row? A tree whose addresses never shift.

A list becomes `Lines`: cells by token (`"2"` from the upstream, `"+1"` added by a person), removed ones marked rather than
taken out, so that `/line_items/2` means the same line until the decision (design law 9). `freeze` renumbers, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from . import paths
from .jsontext import Json, Number

Node: TypeAlias = "None | bool | str | Number | dict[str, Node] | Lines"

_ADDED = re.compile(r"\+[1-9][0-9]{0,8}\Z")
_INDEX = re.compile(r"\+?[0-9]+\Z")


def is_added_line(path: str) -> bool:
    """Whether `path` is the address of a line that a person added: `/line_items/+1`."""
    return _ADDED.match(path.rpartition("/")[2]) is not None


class BadEdit(ValueError):
    """An edit that fits no place in the row. `code`: `bad_path`, `no_such_place`, `not_a_list`, `not_a_line`, `bad_order`."""

    def __init__(self, code: str, path: str) -> None:
        super().__init__(f"{code}: {path[:200]!r}")
        self.code = code
        self.path = path


class _Missing:
    """Nothing stands there, not even null."""


MISSING: Final = _Missing()


class Lines:
    """A list under review: cells by token, which of them are removed, and the order that a person gave."""

    def __init__(self, cells: dict[str, Node]) -> None:
        self.cells = cells
        self.removed: set[str] = set()
        self.changed = False
        self._order: tuple[str, ...] = ()
        self._positions: dict[str, int] | None = None

    def add(self, token: str, node: Node) -> None:
        self.cells[token] = node
        self._touch()

    def remove(self, token: str) -> None:
        self.removed.add(token)
        self._touch()

    def arrange(self, tokens: tuple[str, ...]) -> None:
        """Put these first; lines that are not named follow in their natural order."""
        self._order = tokens
        self._touch()

    def shown(self) -> list[str]:
        """Every line's token in its present order, removed ones too."""
        natural = sorted(self.cells, key=lambda token: (token.startswith("+"), int(token)))
        named = set(self._order)
        return [*self._order, *(token for token in natural if token not in named)]

    def positions(self) -> dict[str, int]:
        """The tokens that will stand in the new row -> their index there, in that order."""
        if self._positions is None:
            kept = (token for token in self.shown() if token not in self.removed)
            self._positions = {token: index for index, token in enumerate(kept)}
        return self._positions

    def _touch(self) -> None:
        self.changed = True
        self._positions = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list under review: its address and whether a person took it out."""

    address: str
    removed: bool


class Draft:
    """The values of one row as edited so far. Methods raise BadEdit for addresses at which nothing can stand."""

    def __init__(self, values: Json) -> None:
        self._holder: dict[str, Node] = {"": _thaw(values)}

    def value(self, path: str) -> Json:
        """What stands at `path` now, lists without their removed lines; None where the key is absent."""
        found = self.peek(path)
        return None if isinstance(found, _Missing) else found

    def peek(self, path: str) -> Json | _Missing:
        """Like `value`, but MISSING where the key is absent."""
        container, token = self._place(path, create=False)
        node = _child(container, token)
        return node if isinstance(node, _Missing) else _freeze(node)

    def lines(self, path: str) -> list[Line]:
        """The lines of the list at `path` in their present order; none where null or nothing stands."""
        node = _child(*self._place(path, create=False))
        if node is None or isinstance(node, _Missing):
            return []
        if not isinstance(node, Lines):
            raise BadEdit("not_a_list", path)
        return [Line(paths.child(path, token), token in node.removed) for token in node.shown()]

    def put(self, path: str, value: Json) -> None:
        """Set one value; a key that the parent object lacks is made, and so are objects on the way that are null or absent."""
        container, token = self._place(path, create=True)
        _set(container, token, _thaw(value))

    def add_line(self, path: str, value: Json) -> None:
        """Add the line `/array/+n`. Null or nothing at `/array` becomes a list."""
        array, token = paths.parent(path), path.rpartition("/")[2]
        if not _ADDED.match(token):
            raise BadEdit("not_a_line", path)
        container, last = self._place(array, create=True)
        node = _child(container, last)
        if node is None or isinstance(node, _Missing):
            node = Lines({})
            _set(container, last, node)
        if not isinstance(node, Lines):
            raise BadEdit("not_a_list", path)
        node.add(token, _thaw(value))

    def remove_line(self, path: str) -> None:
        """Mark one line as removed; it can still be looked at."""
        container, token = self._place(path, create=False)
        if not isinstance(container, Lines):
            raise BadEdit("not_a_line", path)
        container.remove(token)

    def set_order(self, path: str, addresses: Sequence[str]) -> None:
        """Put the named lines first, in this order. Raises `bad_order` for a line twice or a line that is not there."""
        node = _child(*self._place(path, create=False))
        known = node.cells if isinstance(node, Lines) else {}
        tokens = tuple(address.rpartition("/")[2] for address in addresses)
        stray = any(paths.child(path, token) != address for token, address in zip(tokens, addresses, strict=True))
        if stray or len(set(tokens)) != len(tokens) or not known.keys() >= set(tokens):
            raise BadEdit("bad_order", path)
        if isinstance(node, Lines):
            node.arrange(tokens)
        elif node is not None and not isinstance(node, _Missing):
            raise BadEdit("not_a_list", path)

    def freeze(self) -> Json:
        """The values of the new row: removed lines gone, the others renumbered."""
        return _freeze(self._holder[""])

    def renumbered(self) -> dict[str, str | None]:
        """Each line whose address differs in the new row, by its address here; None when it was removed."""
        return {old: new for old, new in _moves(self._holder[""], "", "") if old != new}

    def translate(self, path: str) -> str | None:
        """The new row's address of a fact at `path`; None when its line is gone, `path` itself when it is no address."""
        try:
            tokens = paths.split(path)
        except paths.BadPath:
            return path
        node: Node | _Missing = self._holder[""]
        new: list[str] = []
        for token in tokens:
            if isinstance(node, Lines) and node.changed:
                if token not in node.positions():
                    return None
                new.append(str(node.positions()[token]))
            else:
                new.append(token)
            node = _child(node, token) if isinstance(node, dict | Lines) else MISSING
        return path if tuple(new) == tokens else paths.join(*new)

    def _place(self, path: str, *, create: bool) -> tuple[dict[str, Node] | Lines, str]:
        """The container in which `path` stands and its token there."""
        try:
            tokens = paths.split(path)
        except paths.BadPath as error:
            raise BadEdit("bad_path", path) from error
        container: dict[str, Node] | Lines = self._holder
        last = ""
        for token in tokens:
            node = _child(container, last)
            if node is None or isinstance(node, _Missing):
                # Whether "0" would be a key or a line cannot be known where nothing stands.
                if _INDEX.match(token):
                    raise BadEdit("no_such_place", path)
                node = {}
                if create:
                    _set(container, last, node)
            if not isinstance(node, dict | Lines):
                raise BadEdit("no_such_place", path)
            container, last = node, token
            if isinstance(container, Lines) and last not in container.cells:
                raise BadEdit("no_such_place", path)
        return container, last


def _child(container: dict[str, Node] | Lines, token: str) -> Node | _Missing:
    cells = container.cells if isinstance(container, Lines) else container
    return cells.get(token, MISSING)


def _set(container: dict[str, Node] | Lines, token: str, node: Node) -> None:
    cells = container.cells if isinstance(container, Lines) else container
    cells[token] = node


def _thaw(tree: Json) -> Node:
    if isinstance(tree, dict):
        return {key: _thaw(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return Lines({str(index): _thaw(value) for index, value in enumerate(tree)})
    return tree


def _freeze(node: Node) -> Json:
    if isinstance(node, dict):
        return {key: _freeze(value) for key, value in node.items()}
    if isinstance(node, Lines):
        return [_freeze(node.cells[token]) for token in node.positions()]
    return node


def _moves(node: Node, old: str, new: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _moves(value, paths.child(old, key), paths.child(new, key))
    elif isinstance(node, Lines):
        for token in node.removed:
            yield paths.child(old, token), None
        for token, index in node.positions().items():
            here, there = paths.child(old, token), paths.child(new, index)
            yield here, there
            yield from _moves(node.cells[token], here, there)
