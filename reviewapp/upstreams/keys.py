"""How do names that should be unique become so? A second bearer of a name is `name#2`, never one with the first."""

from __future__ import annotations

from collections.abc import Iterable


def unique(names: Iterable[str]) -> list[str]:
    """Each name as it is, the second time with `#2`, then `#3`: the same list gives the same names at every fetch."""
    taken: set[str] = set()
    given: list[str] = []
    for name in names:
        free, count = name, 1
        while free in taken:
            count += 1
            free = f"{name}#{count}"
        taken.add(free)
        given.append(free)
    return given
