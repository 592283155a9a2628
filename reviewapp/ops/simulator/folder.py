"""Which jobs and documents lie in a folder? Vendors' payloads as JSON files, sidecars and documents beside them.

A folder holds `NAME.json` (or has them in `payloads/`), for LlamaCloud with `NAME.meta.json`, and the documents under the
names that the payloads say (or in `documents/`). For every kind a sidecar may say `schema` and `file`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reviewapp.extraction import jsontext
from reviewapp.extraction.model import Kind, NotAResult
from reviewapp.upstreams import registry

from .jobs import Shape, Tree

SIDECAR = ".meta.json"


@dataclass(frozen=True, slots=True)
class Found:
    """One payload. `names`: its documents, in the order of its rows."""

    stem: str
    shape: Shape
    payload: Tree
    sidecar: Tree
    names: tuple[str, ...]


def payloads(folder: Path) -> Iterator[Found]:
    """The payloads that some vendor could have sent; other JSON files are passed over."""
    inner = folder / "payloads"
    for path in sorted((inner if inner.is_dir() else folder).glob("*.json")):
        if path.name.endswith(SIDECAR):
            continue
        tree = _tree(path)
        shape = _shape(tree)
        if shape is None or not isinstance(tree, dict):
            continue
        beside = _tree(path.with_name(path.name.removesuffix(".json") + SIDECAR))
        sidecar = beside if isinstance(beside, dict) else {}
        yield Found(path.name.removesuffix(".json"), shape, tree, sidecar, _names(shape, tree, sidecar))


def documents(folder: Path) -> dict[str, Path]:
    """The folder's documents by name."""
    inner = folder / "documents"
    paths = sorted((inner if inner.is_dir() else folder).iterdir()) if folder.is_dir() else []
    return {path.name: path for path in paths if path.is_file() and path.suffix not in {".json", ".py", ".md"}}


def _tree(path: Path) -> Any:
    try:
        known = path.stat()
    except OSError:
        return None
    return _parsed(path, known.st_mtime_ns, known.st_size)


@functools.lru_cache(maxsize=256)
def _parsed(path: Path, changed: int, size: int) -> Any:
    """A file's tree, read once as long as it stays as it is. Nobody changes a tree: another reading is another tree."""
    try:
        return jsontext.parse(path.read_bytes())
    except (OSError, jsontext.BadJson):
        return None


def _shape(tree: Any) -> Shape | None:
    if isinstance(tree, dict) and "extract_result" in tree and "id" in tree:
        return Shape.LLAMA_V2
    try:
        kind = registry.detect(tree)
    except NotAResult:
        return None
    return {
        Kind.UNSILOED_EXTRACT: Shape.EXTRACT,
        Kind.UNSILOED_CLASSIFY: Shape.CLASSIFY,
        Kind.LLAMACLOUD: Shape.LLAMA_V1,
        Kind.TALONIC: Shape.TALONIC,
    }.get(kind)


def _names(shape: Shape, tree: Tree, sidecar: Tree) -> tuple[str, ...]:
    if shape is Shape.TALONIC:
        rows = tree.get("data") or []
        return tuple(str(row.get("filename")) for row in rows if isinstance(row, dict) and row.get("filename"))
    name = sidecar.get("file") or (tree.get("file_name") if shape is Shape.EXTRACT else None)
    return (name,) if isinstance(name, str) else ()
