"""Do the laws hold on every real payload, after the verdicts that a reviewer gives all day?"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reviewapp.extraction import edit, jsontext, paths
from reviewapp.extraction.edit import Edit, EditKind
from reviewapp.extraction.jsontext import Json, Number
from reviewapp.extraction.model import Box, Citation, NotAResult, Row
from reviewapp.upstreams import presigned, registry
from tests.upstreams.test_laws import assert_lens

FOLDERS = (
    "real/payloads/unsiloed_nested",
    "real/payloads/unsiloed_legacy",
    "real/payloads/unsiloed_classify",
    "real/payloads/job_rows",
    "real/payloads/llamaextract",
    "real/payloads/seed_examples",
    "real/payloads/edge",
    "torture/payloads",
)
CITED = Citation(
    page=2,
    boxes=(Box(Number("10.5"), Number("20"), Number("30.25"), Number("41")),),
    page_width=Number("612"),
    page_height=Number("792"),
)


def reviewed(row: Row, seed: int) -> Row:
    """A row after one of each verdict, at places that the seed chooses."""
    chance = random.Random(seed)
    leaves = [path for path, _ in paths.leaves(row.values)]
    lists = list(_lists(row.values))
    edits: list[Edit] = []
    if leaves:
        edits.append(Edit(chance.choice(leaves), EditKind.CORRECTED, Number("1234.50"), (CITED,)))
        edits.append(Edit(chance.choice(leaves), EditKind.CORRECTED, "as typed"))
        edits.append(Edit(chance.choice(leaves), EditKind.CLEARED))
        edits.append(Edit(chance.choice(leaves), EditKind.ILLEGIBLE))
    if lists:
        at, lines = chance.choice(lists)
        first = lines[0] if lines else {"description": None}
        added: Json = dict.fromkeys(first, "new") if isinstance(first, dict) else "new"
        edits.append(Edit(paths.child(at, "+1"), EditKind.LINE_ADDED, added))
        if len(lines) > 1:
            addresses: list[Json] = [paths.child(at, index) for index in range(len(lines))]
            edits.append(Edit(at, EditKind.LINE_ORDER, addresses[::-1]))
            edits.append(Edit(paths.child(at, chance.randrange(len(lines))), EditKind.LINE_REMOVED))
    return edit.apply(row, edits).row


def _lists(tree: Json, at: str = "") -> list[tuple[str, list[Json]]]:
    found: list[tuple[str, list[Json]]] = []
    if isinstance(tree, dict):
        for name, below in tree.items():
            found += _lists(below, paths.child(at, name))
    elif isinstance(tree, list):
        found.append((at, tree))
        for index, below in enumerate(tree):
            found += _lists(below, paths.child(at, index))
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_payload_is_read_and_composed_back_exactly(shared_data: Path, folder: str) -> None:
    files = sorted((shared_data / folder).glob("*.json"))
    assert files
    jobs = 0
    for path in files:
        if path.name == "README.json":
            continue
        text = presigned.cut(path.read_text(encoding="utf-8"))
        try:
            adapter = registry.adapter(registry.detect(jsontext.parse(text)))
        except NotAResult:
            continue
        payload = {"result": text}
        rows = adapter.parse(payload).rows
        jobs += 1
        assert_lens(adapter, payload, {row.key: reviewed(row, seed=len(text)) for row in rows})
    assert jobs >= len(files) - 2


def test_a_corrected_field_changes_its_own_tokens_only(shared_data: Path) -> None:
    for shape in ("unsiloed_nested", "unsiloed_legacy"):
        path = shared_data / "real/payloads" / shape / "inv-en-azureinterior.json"
        payload = {"result": path.read_text(encoding="utf-8")}
        adapter = registry.adapter("unsiloed_extract")
        row = adapter.parse(payload).rows[0]
        new = edit.apply(row, [Edit("/line_items/1/unit_price", EditKind.CORRECTED, Number("70.10"))]).row
        before = jsontext.dump(jsontext.parse(payload["result"]))
        after = adapter.compose(payload, {"0": new})["result"]
        old_token = jsontext.dump(paths.get(row.values, "/line_items/1/unit_price"))
        assert after != before
        assert after.replace('"value":70.10', f'"value":{old_token}', 1) == before
