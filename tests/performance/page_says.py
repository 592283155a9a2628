"""How many wrong values does the text under their box give away, and how many right ones does it blame?
`python -m tests.performance.page_says [--misses]`.

Over the real set beside the project (shared/data/real), by kind of document, through the product's own path: imported, the
document kept and read by the reading process, compared. Prints a table for docs/performance.md; says so where the set is not
on this machine. The promise: of the value errors whose box is right at least 95 % flagged, of the right values at most 2 %.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.performance.ground import ground, p95, table

if TYPE_CHECKING:
    from reviewapp.extraction.model import Field
    from reviewapp.results.models import ResultRow

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"


@dataclass(slots=True)
class Seen:
    """What came of the values of one kind of document."""

    documents: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def line(self, name: str) -> list[object]:
        of = self.counts
        wrong, right = of["caught"] + of["missed"], of["blamed"] + of["cleared"]
        return [
            name,
            self.documents,
            wrong,
            of["caught"],
            f"{of['caught'] / wrong:.1%}" if wrong else "–",
            right,
            of["blamed"],
            f"{of['blamed'] / right:.2%}" if right else "–",
            of["mute"],
        ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", action="store_true", help="name each value that was missed or blamed")
    chosen = arguments.parse_args()
    if not REAL.is_dir():
        print("the real documents (shared/data beside the project) are not on this machine: nothing was measured")
        return
    with ground(postgres=False):
        kinds: dict[str, Seen] = {}
        for path in sorted((REAL / "truth").glob("*.json")):
            truth = json.loads(path.read_text())
            _measure(path, truth, kinds.setdefault(truth["doc_type"], Seen()), misses=chosen.misses)
        _print(kinds)


def _print(kinds: dict[str, Seen]) -> None:
    whole = Seen()
    for one in kinds.values():
        whole.documents += one.documents
        whole.counts += one.counts
        whole.seconds += one.seconds
    head = ("kind", "documents", "wrong", "flagged", "share", "right", "blamed", "share", "no text or field")
    lines = [one.line(name.replace("_", " ")) for name, one in sorted(kinds.items())]
    print(table(head, [*lines, whole.line("all")]))
    took = [round(one * 1000) for one in whole.seconds]
    print(f"\na document: median {statistics.median(took):.0f} ms, p95 {p95(took):.0f} ms, slowest {max(took)} ms")
    print(
        f"left out: {whole.counts['same value']} errors that are none of the value (a doubled row, another JSON type)"
    )


def _measure(path: Path, truth: dict[str, Any], seen: Seen, *, misses: bool) -> None:
    from reviewapp.results import chains
    from reviewapp.review import page_words

    row = _taken_in(path)
    begun = time.perf_counter()
    said = page_words.found(row)
    seen.seconds.append(time.perf_counter() - begun)
    seen.documents += 1
    read = chains.read(row)
    speaks = _speaking(row)
    for leaf in truth["leaves"]:
        pointer = "/" + leaf["path"].replace("[", "/").replace("]", "").replace(".", "/")
        facts = read.fields.get(pointer)
        if leaf["extracted"] is None or facts is None or not _is_right(facts, leaf["true_location"]):
            continue
        outcome = _outcome(leaf, flagged=pointer in said, speaks=pointer in speaks)
        seen.counts[outcome] += 1
        if misses and outcome in ("missed", "blamed"):
            print(
                f"{outcome}: {path.stem} {pointer}: {leaf['extracted']!r}, truly {leaf['truth']!r} {said.get(pointer)}"
            )


def _outcome(leaf: dict[str, Any], *, flagged: bool, speaks: bool) -> str:
    doubled = not leaf["value_correct"] and str(leaf["extracted"]) == str(leaf["truth"])
    if doubled or leaf["error_type"] == "type_mismatch_raw_string":
        return "same value"
    if not speaks:
        return "mute"
    if leaf["value_correct"]:
        return "blamed" if flagged else "cleared"
    return "caught" if flagged else "missed"


def _taken_in(path: Path) -> ResultRow:
    """The newest row of the document's payload, with its document."""
    from datetime import UTC, datetime

    from reviewapp.intake import importing
    from reviewapp.results.models import ResultRow

    payload = REAL / "payloads" / "unsiloed_nested" / path.name
    report = importing.run(files=[payload], at=datetime(2026, 3, 10, tzinfo=UTC), documents=REAL / "documents")
    assert not report.rejected and not report.documents_missing, path.stem
    rows = ResultRow.objects.select_related("job__upstream", "values", "facts", "schema")
    return rows.get(job__in=report.job_ids)


def _speaking(row: ResultRow) -> set[str]:
    """Addresses under whose boxes something stands. Of a yes or no only a form's field tells."""
    from reviewapp.documents import reading
    from reviewapp.extraction import paths
    from reviewapp.extraction.agreement import OFF, ON
    from reviewapp.results import chains
    from reviewapp.review import page_words

    link = chains.document_of(row.job, row.key)
    assert link is not None
    read = chains.read(row)
    asked = list(page_words.asked(read))
    texts = reading.words_under(link.document, [spot for _, spot in asked])
    return {
        path
        for (path, _), said in zip(asked, texts, strict=True)
        if said and (not isinstance(paths.get(read.values, path), bool) or said[0] in (ON, OFF))
    }


def _is_right(facts: Field, true: dict[str, Any] | None) -> bool:
    """Whether a cited box is the true one: half of the smaller is in both, and it is no page-wide one."""
    if true is None:
        return False
    for page, box in _boxes(facts):
        across = min(box[2], true["bbox"][2]) - max(box[0], true["bbox"][0])
        down = min(box[3], true["bbox"][3]) - max(box[1], true["bbox"][1])
        sizes = [(one[2] - one[0]) * (one[3] - one[1]) for one in (box, true["bbox"])]
        if (
            page == true["page"]
            and min(across, down) > 0
            and across * down > min(sizes) / 2
            and sizes[0] < 20 * sizes[1]
        ):
            return True
    return False


def _boxes(facts: Field) -> Iterator[tuple[int | None, list[float]]]:
    for citation in facts.citations:
        for box in citation.boxes:
            yield citation.page, [float(side.decimal) for side in (box.left, box.top, box.right, box.bottom)]


if __name__ == "__main__":
    main()
