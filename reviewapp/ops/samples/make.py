"""How are the sample files made again? `python -m reviewapp.ops.samples.make` writes them beside this module.

The same fonts and the same package versions give the same bytes. Needs reportlab and Pillow, and the fonts of
`sheet.FONTS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import simplejson

from ...extraction.jsontext import Json, Number
from . import papers_american, papers_british, papers_continental, small_papers
from .cases_others import CATEGORIES, classified, llamacloud, llamacloud_v2, talonic
from .cases_unsiloed import unsiloed
from .forms import tax_form
from .index import FOLDER
from .made import Made, Papers
from .pages import bundle, contract
from .scans import intake_form, receipt
from .sheet import Drawn
from .tables import statement, tide_table
from .trade import draw


def documents() -> Papers:
    """Draw every document."""
    careful = (
        papers_british.harrow_vale(),
        papers_continental.silberaue(),
        papers_american.quillstream(),
        papers_continental.sarlene(),
        papers_british.orrery(),
        papers_american.purchase_order(),
    )
    drawn = [draw(paper) for paper in (*careful, *map(small_papers.paper, small_papers.ALL))]
    others: tuple[Callable[[], Drawn], ...] = (statement, tide_table, tax_form, receipt, intake_form, contract, bundle)
    drawn += [make() for make in others]
    return Papers({document.file: document for document in drawn})


def payloads(papers: Papers) -> list[Made]:
    """Every payload."""
    return [*unsiloed(papers), *llamacloud(papers), *llamacloud_v2(papers), *classified(papers), *talonic(papers)]


def build() -> dict[str, bytes]:
    """Every sample file: path under this folder, with slashes -> content."""
    papers = documents()
    files = {f"documents/{file}": drawn.content for file, drawn in papers.drawn.items()}
    for made in payloads(papers):
        files[f"payloads/{made.name}.json"] = _pretty(made.payload)
        if made.sidecar is not None:
            files[f"payloads/{made.name}.meta.json"] = _pretty(made.sidecar)
        if made.rows:
            files[f"truth/{made.name}.json"] = _pretty({"rows": dict(made.rows)})
    files["categories.json"] = _pretty(list(CATEGORIES))
    return files


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files below a folder, and remove what an earlier run left there."""
    for name in ("documents", "payloads", "truth"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for old in (folder / name).iterdir():
            if f"{name}/{old.name}" not in files:
                old.unlink()
    for path, content in files.items():
        (folder / path).write_bytes(content)


def _pretty(tree: Json) -> bytes:
    def raw(value: object) -> Any:
        if isinstance(value, Number):
            return simplejson.RawJSON(value.text)
        raise TypeError(f"{type(value).__name__} is not JSON")

    text: str = simplejson.dumps(tree, default=raw, ensure_ascii=False, indent=1)
    return (text + "\n").encode()


def main() -> None:
    """Write every file and say how much it was."""
    files = build()
    write(files, FOLDER)
    sys.stdout.write(f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.2f} MB\n")


if __name__ == "__main__":
    main()
