"""Who is the careful person? They know what each document says, look only where the screen points, and work through HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client

from tests.journeys import confidence_count
from tests.journeys.confidence_count import Counted, pointer
from tests.journeys.desk_reader import Screen


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
