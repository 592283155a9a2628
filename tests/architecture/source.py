"""What does the project consist of? Its own files, as the architecture tests read them."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "reviewapp"
NOT_OURS = {".git", ".venv", ".venv-clients", "var", "vendor", "node_modules", "__pycache__", ".hypothesis"}


def files(folder: Path, *endings: str) -> Iterator[Path]:
    """Every file of ours below a folder with one of the endings (all when none is given), in a stable order."""
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name not in NOT_OURS and not name.endswith(("_cache", ".egg-info"))
        )
        for name in sorted(names):
            if not endings or name.endswith(endings):
                yield Path(where, name)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """The path as one reads it in a failure."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def modules() -> list[Path]:
    """The Python modules of the package, without migrations."""
    return [path for path in files(PACKAGE, ".py") if "migrations" not in path.parts]


def is_view(path: Path) -> bool:
    return path.name == "views.py" or "views" in Path(name(path)).parts
