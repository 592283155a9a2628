"""What does the reading process say about a file? Starts it, waits no longer than allowed, and reads its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .findings import Finding, MediaType, Problem, Spot

PATIENCE = 20.0  # seconds on the clock, for one file
PATIENCE_FOR_TIFF = 60.0  # a hundred scanned pages take 9 s of processor time; images.py bounds their pixels


def probe(path: Path, media_type: MediaType, viewer: Path) -> Finding:
    """Pages and their sizes, or the problem. An image that is ready is also written as PDF to `viewer`.

    Takes about 0.2 s to start the process; an image is decoded besides. Raises RuntimeError when the reading
    process itself does not run.
    """
    return _ask("probe", path, media_type, str(viewer))


def page(path: Path, media_type: MediaType, number: int, out: Path) -> Finding:
    """Page `number` (from 1) of an image, upright, as PNG written to `out`; or the problem (NO_PAGES: no such page)."""
    return _ask("page", path, media_type, str(number), str(out))


def words(path: Path, spots: Sequence[Spot]) -> Finding:
    """What stands under each spot of a PDF, as `words` of the finding; or the problem."""
    return _ask("words", path, MediaType.PDF, given=json.dumps(spots))


def _ask(act: str, path: Path, media_type: MediaType, *rest: str, given: str = "") -> Finding:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "reviewapp.documents.reader", act, str(path), media_type, *rest],
            input=given.encode(),
            capture_output=True,
            timeout=PATIENCE_FOR_TIFF if media_type is MediaType.TIFF else PATIENCE,
            # Its own environment: a file that takes over the reader finds no secret of the server in it.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Finding(problem=Problem.TOO_COSTLY)
    if done.returncode < 0:  # by a signal: it crashed, or met its limit of processor time
        return Finding(problem=Problem.TOO_COSTLY)
    if done.returncode > 0:
        raise RuntimeError(f"the reading process failed: {done.stderr.decode(errors='replace')[-2000:]}")
    answer = json.loads(done.stdout)
    problem = Problem(answer["problem"]) if answer["problem"] else None
    return Finding(
        problem=problem,
        pages=tuple((width, height) for width, height in answer["pages"]),
        words=tuple(tuple(texts) for texts in answer["words"]),
    )
