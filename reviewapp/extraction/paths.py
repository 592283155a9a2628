"""How is a field addressed? JSON Pointer (RFC 6901), plus `+n` for a line that a person added.

`/line_items/0/amount` is an address in the row that is being reviewed and never shifts (design law 9); `/line_items/+1/amount`
is a cell of the first added line. `edit.apply` renumbers once, at the decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .jsontext import Json

ROOT = ""


class BadPath(ValueError):
    """Not a JSON Pointer, or nothing stands at it."""


def escape(token: str) -> str:
    """One reference token -> its pointer form."""
    return token.replace("~", "~0").replace("/", "~1") if "~" in token or "/" in token else token


def split(path: str) -> tuple[str, ...]:
    """A pointer -> its reference tokens. Raises BadPath when it is neither empty nor starts with a slash."""
    if path == ROOT:
        return ()
    if not path.startswith("/"):
        raise BadPath(f"not a JSON Pointer: {path[:80]!r}")
    tokens = path[1:].split("/")
    if "~" not in path:
        return tuple(tokens)
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)


def join(*tokens: str | int) -> str:
    """Reference tokens -> a pointer."""
    return "".join(f"/{escape(str(token))}" for token in tokens)


def child(path: str, token: str | int) -> str:
    """The address one step below `path`."""
    return f"{path}/{escape(str(token))}"


def parent(path: str) -> str:
    """The address one step above; the root is its own parent."""
    return path.rpartition("/")[0]


def get(tree: Json, path: str) -> Json:
    """The value at `path`. Raises BadPath when nothing stands there."""
    return walk(tree, split(path))


def walk(tree: Json, tokens: Sequence[str]) -> Json:
    """The same for an address that is split already."""
    node = tree
    for token in tokens:
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isascii() and token.isdigit() and int(token) < len(node):
            node = node[int(token)]
        else:
            raise BadPath(f"nothing stands at {join(*tokens)[:200]!r}")
    return node


def leaves(tree: Json, at: str = ROOT) -> Iterator[tuple[str, Json]]:
    """Every scalar with its address, in document order. Empty lists and objects are leaves too: they are readings."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, child(at, key))
    elif isinstance(tree, list) and tree:
        for index, value in enumerate(tree):
            yield from leaves(value, child(at, index))
    else:
        yield at, tree


def pattern(path: str) -> str:
    """The same address with every index as `*`: how thresholds and schema places are named."""
    if path != ROOT and not path.startswith("/"):
        raise BadPath(f"not a JSON Pointer: {path[:80]!r}")
    # An escaped token is no index, so none needs to be unescaped.
    return "/".join(["*" if _is_index(token) else token for token in path.split("/")])


def _is_index(token: str) -> bool:
    return token.removeprefix("+").isdigit()
