"""Which room may import which? The table of the design, kept by reading every import in the code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture import source

CORE = {"extraction", "audit", "web", "work"}
BELOW_WORKERS = CORE | {"accounts", "upstreams", "documents", "results"}
WORKERS = {"intake", "review", "delivery"}
READERS = {"api", "quality", "inspection"}

MAY_IMPORT: dict[str, set[str]] = {
    **{room: set() for room in CORE},
    "accounts": {"audit", "web"},
    "upstreams": {"extraction", "audit"},
    "documents": {"audit", "web", "extraction"},
    "results": {"documents", "upstreams", "accounts", "audit", "extraction"},
    **dict.fromkeys(WORKERS, BELOW_WORKERS),
    **dict.fromkeys(READERS, BELOW_WORKERS | WORKERS),
    "ops": BELOW_WORKERS | WORKERS | READERS,
}
#: Modules that stand beside the rooms: they may know every room; of the rooms only ops knows them.
OUTSIDE = {"settings", "urls", "wsgi", "asgi", "database", "environment"}


def imported_rooms(path: Path, package: Path, tree: ast.Module) -> set[tuple[int, str]]:
    """(line, first name below `reviewapp`) of every import in a module, relative ones resolved."""
    here = ["reviewapp", *path.relative_to(package).with_suffix("").parts]
    if here[-1] == "__init__":
        here[-1:] = []
        here.append("")  # so that one dot means the package itself
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*(here[: -node.level] if node.level else []), *(node.module.split(".") if node.module else [])]
            targets = [[*base, alias.name] for alias in node.names]
        else:
            continue
        found |= {(node.lineno, parts[1]) for parts in targets if parts[0] == "reviewapp" and len(parts) > 1}
    return found


def wrong_arrows(path: Path, package: Path, tree: ast.Module) -> list[str]:
    """The imports of a module that its room may not have, as sentences."""
    room = path.relative_to(package).parts[0]
    if path.parent == package:
        return []
    allowed = MAY_IMPORT[room] | {room, "__version__"} | (OUTSIDE if room == "ops" else set())
    return [
        f"{path.relative_to(package)}:{line} imports {target}, which {room} may not"
        for line, target in sorted(imported_rooms(path, package, tree))
        if target not in allowed
    ]


def rooms() -> set[str]:
    """The folders of the package; the one of the catalogues is no room and holds no module."""
    folders = {path.name for path in source.PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    return folders if any((source.PACKAGE / "locale").rglob("*.py")) else folders - {"locale"}


@pytest.mark.parametrize("path", source.modules(), ids=source.name)
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    assert wrong_arrows(path, source.PACKAGE, source.tree(path)) == []


def test_every_room_is_on_the_plan_and_nothing_else_stands_beside_them() -> None:
    assert rooms() <= set(MAY_IMPORT)
    assert {path.stem for path in source.PACKAGE.glob("*.py")} - {"__init__"} <= OUTSIDE


def test_the_plan_itself_has_no_circle() -> None:
    for room, below in MAY_IMPORT.items():
        assert all(room not in MAY_IMPORT[other] for other in below), room


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("review/decisions.py", "from reviewapp.delivery import outbox"),
        ("review/decisions.py", "import reviewapp.intake.pull"),
        ("review/views/screen.py", "from ...intake import pull"),
        ("review/decisions.py", "from reviewapp import api"),
        ("extraction/values.py", "from reviewapp.audit import trail"),
        ("web/__init__.py", "from ..accounts import models"),
        ("results/ledger.py", "def f():\n    from reviewapp.review import models"),
        ("review/queue.py", "from reviewapp import settings"),
    ],
)
def test_a_planted_wrong_import_is_found(where: str, line: str) -> None:
    assert wrong_arrows(source.PACKAGE / where, source.PACKAGE, ast.parse(line))


def test_right_imports_are_not_complained_of() -> None:
    lines = "from reviewapp.results import ledger\nfrom . import rules\nfrom django.db import models\n"
    lines += "from reviewapp import __version__"
    assert wrong_arrows(source.PACKAGE / "review/decisions.py", source.PACKAGE, ast.parse(lines)) == []
