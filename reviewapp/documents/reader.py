"""The reading process: what is in this hostile file? `python -m reviewapp.documents.reader ACT ...`, see isolated.py.

Everything that parses bytes from outside runs in here, within limits of time and memory, so that a crash or a hang of
pdfium or Pillow never takes the server or the worker with it. It writes one JSON object to stdout. No Django here.

    probe PATH MEDIA_TYPE [OUT]   -> {"problem": code or null, "pages": [[width, height], ...]}; an image as PDF to OUT
    page PATH MEDIA_TYPE N OUT    -> the same for page N (from 1) of an image alone; that page as PNG to OUT
    words PATH application/pdf    -> {"words": [[text, ...], ...], ...}: what stands under the boxes of each value that stdin
                                     lists as [[page, [[left, top, right, bottom], ...]], ...], in shares of the page
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from .findings import Finding, MediaType, NotShown, Problem

MEMORY = 2 << 30  # bytes of address space; one frame at its limit takes up to 1 GB while it is turned upright
SECONDS = 60  # of processor time, should whoever waits on the clock be gone
FILE_SIZE = 1 << 30  # bytes written


def main(arguments: list[str]) -> None:
    """Do one act and print its answer. Anything that goes wrong while parsing is the file's problem, never an error."""
    act = _loaded(*arguments)
    _limit()
    try:
        finding = act()
    except NotShown as error:
        finding = Finding(problem=error.problem)
    except MemoryError:
        finding = Finding(problem=Problem.TOO_COSTLY)
    except Exception:  # Pillow answers hostile bytes with any type of exception
        finding = Finding(problem=Problem.UNREADABLE)
    json.dump({"problem": finding.problem, "pages": finding.pages, "words": finding.words}, sys.stdout)


def _loaded(act: str, path: str, media_type: str, *rest: str) -> Callable[[], Finding]:
    """The act, ready to be called. Only the libraries that it needs are loaded: all of them take twice as long."""
    file, kind = Path(path), MediaType(media_type)
    if act == "words":
        from . import words

        return lambda: words.finding(file, json.load(sys.stdin))

    if kind is MediaType.PDF:
        from . import probe

        return lambda: probe.pdf_pages(file)

    from . import images

    if act == "page":
        return lambda: images.save_page(file, kind, int(rest[0]), Path(rest[1]))

    from . import image_pdf

    return lambda: image_pdf.write(images.frames(file, kind), Path(rest[0]))


def _limit() -> None:
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, FILE_SIZE),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    main(sys.argv[1:])
