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
from collections.abc import Callable, Mapping, Sequence
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
from tests.journeys.confidence_count import Counted, pointer
from tests.journeys.desk_reader import Screen

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

pytestmark = pytest.mark.django_db(transaction=True)


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


class Truth:
    """What one document really says. `at(path)`: (true value, value as read) of an address in the row as it came."""

    def __init__(self, folder: Path, name: str, counted: Counted, shape: str) -> None:
        text = (folder / "truth" / f"{name}.json").read_text()
        self.name = name
        #: As the scorer wants it: numbers as floats.
        self.for_scoring = json.loads(text)
        exact = confidence_count.parse(text)
        self.tree, leaves = exact["truth"], exact["leaves"]
        if shape == "unsiloed_classify":
            kind = self.for_scoring["doc_type"]
            leaves = [_class_leaf(path, value, kind) for path, value in counted.leaves.items()]
            pages = {path.split("/")[2]: {"classification": kind} for path in counted.leaves if "/pages/" in path}
            truth = {"classification": kind, **({"pages": pages} if pages else {})}
            self.for_scoring = {"truth": truth, "leaves": leaves}
        self.leaves = {pointer(leaf["path"]): leaf for leaf in leaves}
        assert {path: leaf["extracted"] for path, leaf in self.leaves.items()} == counted.leaves

    def at(self, path: str) -> tuple[Any, Any]:
        leaf = self.leaves[path]
        # A line that stands twice on the result is on the page once: nothing in it is to be changed.
        return (leaf["truth"] if leaf["truth_path"] is not None else leaf["extracted"]), leaf["extracted"]

    def lines_of(self, path: str, lines: Sequence[str]) -> tuple[list[str], list[Any]]:
        """What is wrong with a list: the lines that are on the page only once, and the true lines that are missing."""
        true = {line: self._true_line(line) for line in lines}
        at = {pointer(where).rpartition("/")[2] for where in true.values() if where is not None}
        whole = _follow(self.tree, path)
        missing = [line for index, line in enumerate(whole) if str(index) not in at]
        return [line for line, where in true.items() if where is None], missing

    def _true_line(self, line: str) -> str | None:
        below = next(leaf for path, leaf in self.leaves.items() if path.startswith(f"{line}/"))
        depth = line.count("/")
        return None if below["truth_path"] is None else ".".join(pointer(below["truth_path"]).split("/")[1 : depth + 1])


def _follow(tree: Any, path: str) -> Any:
    for step in path.split("/")[1:]:
        tree = tree[int(step)] if isinstance(tree, list) else tree[step]
    return tree


def _class_leaf(path: str, read: Any, kind: str) -> dict[str, Any]:
    dotted = path.removeprefix("/").replace("/", ".")
    return {"path": dotted, "truth_path": dotted, "truth": kind, "extracted": read, "value_correct": read == kind}


@dataclass(frozen=True, slots=True)
class Document:
    """One row of a payload: which document it is and what the rule says of it."""

    payload: Mapping[str, Any]
    index: int
    counted: Counted
    truth: Truth


def documents_of(folder: Path, shape: str, names: Sequence[str]) -> dict[str, Document]:
    """By the name that the screen shows."""
    found = {}
    for name in names:
        payload = confidence_count.parse((folder / "payloads" / shape / f"{name}.json").read_text())
        for index, counted in enumerate(confidence_count.rows(shape, payload)):
            identity = Path(counted.shown_as).stem if shape == "job_rows" else name
            truth = Truth(folder, identity, counted, shape)
            found[counted.shown_as] = Document(payload, index, counted, truth)
    return found


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


class Reviewer:
    """Works the queue through HTTP. It knows the truth of a value, but asks only where the screen points."""

    def __init__(self, client: Client, documents: Mapping[str, Document], same: Callable[[Any], Any]) -> None:
        self.client, self.documents, self.same = client, documents, same
        #: By document: the addresses that were marked, and the lists that were asked about.
        self.seen: dict[str, set[str]] = {}
        self.asked: dict[str, set[str]] = {}

    def work_the_queue(self) -> None:
        url = self.client.post("/queue/next/").url
        while "/tasks/" in url:
            url = self._review(url)

    def _review(self, url: str) -> str:
        screen = self._get(url)
        document = self.documents[screen.name]
        self.seen[screen.name] = set(screen.flagged)
        self.asked[screen.name] = {one.path for one in screen.lists if one.asked}
        assert len(self.seen[screen.name]) == len(screen.flagged), "every value stands on the screen once"
        for path in screen.flagged:
            self._judge(url, path, *document.truth.at(path))
        for one in screen.lists:
            if one.asked:
                self._check_lines(url, document, one.path, one.lines)
        decision = self.client.post(f"{url}decision/", self._get(url).hidden["decision"])
        assert decision.status_code == 302, Screen(decision.content.decode()).flagged
        return str(decision.url)

    def _judge(self, url: str, path: str, true: Any, read: Any) -> None:
        if self.same(true) == self.same(read):
            self._say(url, {"path": path, "kind": "approved", "seen": "0"})
        elif self.same(true) is None:
            self._say(url, {"path": path, "kind": "cleared", "seen": "0"})
        else:
            form = self._get(url, field=path)
            self._say(url, {**form.hidden["focus"], "kind": "corrected", **_typed(true, form.focus)})

    def _check_lines(self, url: str, document: Document, path: str, lines: list[str]) -> None:
        twice, missing = document.truth.lines_of(path, lines)
        for line in twice:
            self._say(url, {"line_removed": line}, to="lines/")
        for line in missing:
            before = set(self._get(url).values)
            self._say(url, {"line_added": path}, to="lines/")
            for cell in self._get(url).values:
                if cell not in before:
                    true = _follow(line, "/" + cell.removeprefix(f"{path}/").partition("/")[2])
                    self._judge(url, cell, true, None)
        if not twice and not missing:
            self._say(url, {"lines_complete": path}, to="lines/")

    def _get(self, url: str, **query: str) -> Screen:
        response = self.client.get(url, query)
        assert response.status_code == 200
        return Screen(response.content.decode())

    def _say(self, url: str, said: Mapping[str, str], to: str = "verdicts/") -> None:
        response = self.client.post(url + to, said)
        assert response.status_code == 302, (url, dict(said), response.context["focus"]["error"])


def _typed(true: Any, controls: Mapping[str, list[str]]) -> dict[str, str]:
    """The true value as a person enters it into the controls that the form offers."""
    text = true if isinstance(true, str) else json.dumps(true) if isinstance(true, bool) else str(true)
    typed = {"value": text}
    choices = controls["value"]
    if choices and text not in choices and "other" in controls:
        typed = {"value": "", "other": text}
    if "type" in controls:
        typed["type"] = "boolean" if isinstance(true, bool) else "number" if isinstance(true, Decimal) else "text"
    return typed


def read_back(client: Client, secret: str, shape: str, document: Document) -> Any:
    """The document's plain values through the vendor's own address."""
    payload = document.payload
    bearer = {"Authorization": f"Bearer {secret}"}
    if shape == "job_rows":
        answer = client.get(f"/compat/talonic/v1/jobs/{payload['job_id']}/results", headers=bearer).json()
        row = answer["data"][document.index]
        assert row["status"] == "approved"
        return row["values"]
    if shape == "llamaextract":
        url = f"/compat/llamacloud/api/v1/extraction/jobs/{payload['run_id']}/result"
        return client.get(url, headers=bearer).json()["data"]
    kind = "classify" if shape == "unsiloed_classify" else "extract"
    answer = client.get(f"/compat/unsiloed/{kind}/{payload['job_id']}", headers={"api-key": secret}).json()
    assert answer["status"] == "completed"
    result = answer["result"]
    if kind == "extract":
        return confidence_count.plain(result)
    pages = {str(page["page"]): {"classification": page["classification"]} for page in result.get("page_results", ())}
    return {"classification": result["classification"], **({"pages": pages} if pages else {})}


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
