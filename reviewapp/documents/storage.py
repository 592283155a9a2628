"""Where do the kept files lie? In Django's storage "vault" if one is configured, else in a private folder, by content.

A file's name is made of its SHA-256 (`ab/cd/abcd...`), what is made from it lies beside it (`abcd....viewer-1.pdf`). A
name is written once, whole, and never again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

ALIAS = "vault"


class Damaged(Exception):
    """A kept file has not the length that it was kept with: the store was tampered with or has lost data."""


class FolderVault(FileSystemStorage):
    """A folder that only this system user can read. A name appears with all its bytes or not at all."""

    def __init__(self, location: str | Path) -> None:
        super().__init__(location=location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # content-addressed: another name for the same bytes would be a second copy

    def _save(self, name: str, content: File[Any]) -> str:
        """Write beside the final name, then link it there: a link fails where a file already is, a rename would not."""
        final = Path(self.path(name))
        Path(self.location).mkdir(mode=0o700, parents=True, exist_ok=True)  # parents get the default mode, hence first
        final.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=final.parent, prefix=".") as waiting:  # 0600 by definition
            for chunk in content.chunks():
                waiting.write(chunk)
            waiting.flush()
            os.fsync(waiting.fileno())
            try:
                os.link(waiting.name, final)
            except FileExistsError:
                return name
        folder = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return name


def store() -> Storage:
    """The storage that holds the kept files."""
    if ALIAS in settings.STORAGES:
        return storages[ALIAS]
    return FolderVault(Path(settings.DATA_DIR) / "vault")


def name_of(sha256: str, made: str = "") -> str:
    """The name of a kept file, or of what is `made` from it: `viewer-1.pdf`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}{'.' if made else ''}{made}"


def put(name: str, path: Path) -> None:
    """Keep the file at `path` under `name`, unless it is there. Raises Damaged when another length is there."""
    where = store()
    if not where.exists(name):
        with path.open("rb") as source:
            kept = where.save(name, File(source, name=name))
        if kept != name:  # a storage that renames, and somebody who kept the same bytes in the same moment
            where.delete(kept)
    if where.size(name) != path.stat().st_size:
        raise Damaged(name)


def fetch(name: str) -> IO[bytes]:
    """Open a kept file for reading. Raises FileNotFoundError."""
    file: IO[bytes] = store().open(name, "rb")
    return file


def incoming() -> Path:
    """The folder in which files wait until they are kept, and read only by us."""
    folder = Path(settings.DATA_DIR) / "incoming"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
