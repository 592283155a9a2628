"""Does a careful person who looks only where the screen points leave every document as good as it can be?

A scripted reviewer works the real documents through HTTP: it reads the HTML, looks up the truth of what is flagged, and
approves, corrects or clears just that; the rows are read back through the vendors' own addresses and scored by a tool that
does not know this program.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from reviewapp.intake import importing
from reviewapp.review import triage
from reviewapp.review.models import Task
from reviewapp.upstreams.models import Upstream
from tests.factories import AT, create_key, create_queue, create_user, sign_in
from tests.journeys import confidence_count
from tests.journeys.confidence_count import pointer
from tests.journeys.desk_reader import Screen
from tests.journeys.scripted_reviewer import Document, Reviewer, documents_of, read_back

SHAPES = ("unsiloed_nested", "unsiloed_legacy", "unsiloed_classify", "job_rows", "llamaextract")
#: What the default run works through; the whole set is behind the marker `long`.
FEW = {
    "unsiloed_nested": ("inv-en-azureinterior", "form-w9-6pages", "scan-receipt-sroie-003"),
    "unsiloed_legacy": ("inv-de-warenrechnung", "inv-en-contoso5"),
    "unsiloed_classify": ("inv-fr-netpresse", "table-swimming-5", "form-lu-160f-negative-origin", "inv-en-contoso5"),
    "job_rows": ("receipt", "intake_form", "other"),
    "llamaextract": ("inv-nl-coolblue", "scan-w8ben-handwritten"),
}
every_shape = pytest.mark.parametrize("shape", SHAPES)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    """The tool that compares reviewed values with the truth; it stands beside the data, outside of the project."""
    path = Path(settings.BASE_DIR).parent / "shared" / "tools" / "score_review.py"
    if not path.is_file():
        pytest.skip("the scoring tool (shared/tools beside the project) is not on this machine")
    spec = importlib.util.spec_from_file_location("score_review", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bring_in(folder: Path, shape: str, names: Sequence[str]) -> None:
    """Import the payloads; one shape comes with its documents."""
    classes = {json.loads(path.read_text())["doc_type"] for path in (folder / "truth").glob("*.json")}
    for path in (folder / "payloads" / "unsiloed_classify").glob("*.json"):
        classes.add(json.loads(path.read_text())["result"]["classification"])
    report = importing.run(
        files=[folder / "payloads" / shape / f"{name}.json" for name in names],
        at=AT,
        documents=folder / "documents" if shape == "unsiloed_nested" else None,
        categories=sorted(classes) if shape == "unsiloed_classify" else (),
    )
    assert not report.rejected and not report.documents_missing
    triage.run(at=AT)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of one document, or of several. `unseen`: wrong, and neither flagged nor offered; worked out from the truth
    file alone. `missed`: still wrong after review, by the scorer."""

    name: str
    leaves: int
    eyes: int
    wrong: int
    unseen: tuple[str, ...]
    fixed: int
    missed: tuple[str, ...]
    broken: int
    changed_still_wrong: int
    lines_extra: int

    def __str__(self) -> str:
        numbers = f"{self.leaves:5} leaves {self.eyes:4} need eyes {self.wrong:4} wrong {self.fixed:4} fixed"
        return (
            f"{self.name:40}{numbers} {len(self.missed):4} missed {self.broken} broken {self.lines_extra} extra lines"
        )


def work(
    scorer: ModuleType, folder: Path, shape: str, names: Sequence[str], spoil: Callable[[Document], None] | None = None
) -> tuple[list[Figures], Reviewer]:
    """Import, review, read back and score. `spoil` may alter what the reviewer believes of a document."""
    documents = documents_of(folder, shape, names)
    for document in documents.values() if spoil is not None else ():
        spoil(document)
    ana = create_user(username="ana", queues=[create_queue()])
    bring_in(folder, shape, names)
    reviewer = Reviewer(sign_in(ana), documents, lambda value: scorer.n(_plain_number(value)))
    reviewer.work_the_queue()
    _, secret = create_key(upstreams=list(Upstream.objects.values_list("slug", flat=True)))
    figures = []
    for name, document in documents.items():
        final = read_back(Client(), secret, shape, document)
        figures.append(
            figures_of(scorer, document, final, reviewer.seen.get(name, set()), reviewer.asked.get(name, set()))
        )
    return figures, reviewer


def figures_of(scorer: ModuleType, document: Document, final: Any, seen: set[str], asked: set[str]) -> Figures:
    """The scorer's figures, and which wrong values were flagged or offered."""
    truth = document.truth.for_scoring
    before, _ = scorer.table(truth["truth"], scorer.build(truth["leaves"]))
    after, _ = scorer.table(truth["truth"], final)
    score = scorer.score(truth, final)
    wrong = {path for path, (true, read) in before.items() if _differs(scorer, true, read)}
    assert len(wrong) == score["errors"]
    stands_at = {leaf["truth_path"]: pointer(leaf["path"]) for leaf in truth["leaves"]}
    offered = {path for path in wrong if path not in stands_at and any(pointer(path).startswith(one) for one in asked)}
    wrong_seen = offered | {path for path in wrong if stands_at.get(path) in seen}
    return Figures(
        name=document.truth.name,
        leaves=len(document.counted.leaves),
        eyes=len(seen),
        wrong=len(wrong),
        unseen=tuple(sorted(wrong - wrong_seen)),
        fixed=score["fixed"],
        missed=tuple(sorted(path for path in wrong if _differs(scorer, *after[path]))),
        broken=score["broken"],
        changed_still_wrong=score["changed_still_wrong"],
        lines_extra=score["spurious_rows_after"],
    )


def total(name: str, figures: Sequence[Figures]) -> Figures:
    """The sum of several documents; what was missed is named with its document."""
    summed = {
        one: sum(getattr(each, one) for each in figures)
        for one in ("leaves", "eyes", "wrong", "fixed", "broken", "changed_still_wrong", "lines_extra")
    }
    missed = tuple(f"{each.name}: {path}" for each in figures for path in each.missed)
    unseen = tuple(f"{each.name}: {path}" for each in figures for path in each.unseen)
    return Figures(name=name, missed=missed, unseen=unseen, **summed)


def check(figures: Sequence[Figures], reviewer: Reviewer) -> None:
    """The promises: every wrong value that was pointed at is right now, and no right one was spoilt; and what the screens
    pointed at is what the rule says, address by address."""
    for name, document in reviewer.documents.items():
        seen = reviewer.seen.get(name, set())
        assert seen == document.counted.eyes, (document.truth.name, sorted(seen ^ document.counted.eyes))
        assert reviewer.asked.get(name, set()) == document.counted.doubted_lists
    for one in figures:
        assert one.broken == 0, f"a right value was broken: {one}"
        assert one.changed_still_wrong == 0, f"a value was changed and is still wrong: {one}"
        assert one.missed == one.unseen, f"a wrong value that was flagged is still wrong: {one}"
        assert one.fixed == one.wrong - len(one.unseen)


def _differs(scorer: ModuleType, true: Any, found: Any) -> bool:
    return scorer.n(true) != (None if found is scorer.MISS else scorer.n(found))


def _plain_number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


@every_shape
def test_what_is_flagged_is_fixed_and_nothing_is_broken(scorer: ModuleType, shared_data: Path, shape: str) -> None:
    figures, reviewer = work(scorer, shared_data / "real", shape, FEW[shape])
    check(figures, reviewer)
    assert total(shape, figures).fixed > 0, "the documents chosen show that something was fixed"


@pytest.mark.long
@every_shape
def test_the_whole_real_set_is_fixed_where_it_is_flagged(scorer: ModuleType, shared_data: Path, shape: str) -> None:
    names = sorted(path.stem for path in (shared_data / "real" / "payloads" / shape).glob("*.json"))
    figures, reviewer = work(scorer, shared_data / "real", shape, names)
    assert len(figures) == 38
    summed = total(shape, figures)
    for line in (*figures, summed, *(f"    missed {one}" for one in summed.missed)):
        sys.stdout.write(f"{line}\n")
    check(figures, reviewer)


def test_a_list_that_is_doubted_gets_its_missing_line_and_loses_its_double(
    scorer: ModuleType, shared_data: Path, tmp_path: Path
) -> None:
    real = shared_data / "real"
    folder = tmp_path / "payloads" / "unsiloed_legacy"
    folder.mkdir(parents=True)
    (tmp_path / "truth").symlink_to(real / "truth")
    (tmp_path / "payloads" / "unsiloed_classify").mkdir()
    names = ("inv-en-aws", "inv-nl-coolblue", "inv-fr-aubonmoulin")
    for name in names:
        payload = json.loads((real / "payloads" / "unsiloed_legacy" / f"{name}.json").read_text())
        payload["result"]["line_items"]["score"] = 0.41
        (folder / f"{name}.json").write_text(json.dumps(payload))
    figures, reviewer = work(scorer, tmp_path, "unsiloed_legacy", names)
    check(figures, reviewer)
    assert set(map(frozenset, reviewer.asked.values())) == {frozenset({"/line_items"})}
    assert [one.lines_extra for one in figures] == [0, 0, 0]
    assert not any("line_items[3]" in path for path in figures[0].missed), "the line that was lost is there now"


def test_a_reviewer_who_spoils_a_right_value_is_found_out(scorer: ModuleType, shared_data: Path) -> None:
    """A negative control: the same checks on a person who overwrites what is flagged with nonsense."""

    def spoil(document: Document) -> None:
        for path in document.counted.eyes:
            leaf = document.truth.leaves[path]
            nonsense = Decimal(987654321) if isinstance(leaf["extracted"], Decimal) else "nonsense"
            document.truth.leaves[path] = {**leaf, "truth": nonsense}

    figures, reviewer = work(scorer, shared_data / "real", "job_rows", ["receipt"], spoil)
    with pytest.raises(AssertionError, match="broken"):
        check(figures, reviewer)


@every_shape
def test_another_threshold_would_flag_other_fields(shared_data: Path, shape: str) -> None:
    """A negative control of the count: at 0.9 it no longer says what the screens point at."""
    names = FEW[shape]
    folder = shared_data / "real" / "payloads" / shape
    payloads = [confidence_count.parse((folder / f"{name}.json").read_text()) for name in names]

    def flagged(threshold: Decimal) -> set[tuple[str, str]]:
        rows = [row for payload in payloads for row in confidence_count.rows(shape, payload, threshold=threshold)]
        return {(row.shown_as, path) for row in rows for path in row.eyes}

    ana = create_user(username="ana", queues=[create_queue()])
    bring_in(shared_data / "real", shape, names)
    client = sign_in(ana)
    screens = [
        Screen(client.get(f"/tasks/{task}/").content.decode()) for task in Task.objects.values_list("pk", flat=True)
    ]
    pointed_at = {(screen.name, path) for screen in screens for path in screen.flagged}
    assert pointed_at == flagged(confidence_count.THRESHOLD)
    assert pointed_at != flagged(Decimal("0.9"))


def test_the_count_does_not_know_the_program() -> None:
    tree = ast.parse(Path(confidence_count.__file__).read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert named and not any(name.startswith(("reviewapp", "tests", ".")) or not name for name in named)
