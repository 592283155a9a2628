"""Does a payload become the very object that lies beside it, and after a review the very payload beside that?

A case is `NAME.json` with `NAME.expected.py` (EXPECTED, the Snapshot; EDITS, verdicts by row key) and `NAME.composed.json`.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from reviewapp.extraction import edit, jsontext
from reviewapp.extraction.model import Payload
from reviewapp.upstreams import registry
from tests.upstreams.test_laws import assert_lens

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name.removesuffix(".expected.py") for path in CASES.glob("*.expected.py"))


def load(name: str) -> tuple[Payload, dict[str, Any]]:
    payload = {"result": (CASES / f"{name}.json").read_text(encoding="utf-8")}
    return payload, runpy.run_path(str(CASES / f"{name}.expected.py"))


def test_every_payload_has_its_two_companions() -> None:
    assert {path.name for path in CASES.iterdir() if path.is_file()} == {
        f"{name}{ending}" for name in NAMES for ending in (".json", ".expected.py", ".composed.json")
    }
    assert len(NAMES) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_a_payload_becomes_the_object_beside_it(name: str) -> None:
    payload, case = load(name)
    kind = registry.detect(jsontext.parse(payload["result"]))
    job = registry.adapter(kind).parse(payload)
    assert kind is case["EXPECTED"].kind
    assert job == case["EXPECTED"]
    for row, expected in zip(job.rows, case["EXPECTED"].rows, strict=True):
        assert jsontext.equal(row.values, expected.values), "the same keys in another order"


@pytest.mark.parametrize("name", NAMES)
def test_a_reviewed_row_is_written_exactly_like_this(name: str) -> None:
    payload, case = load(name)
    adapter = registry.adapter(case["EXPECTED"].kind)
    rows = {row.key: row for row in adapter.parse(payload).rows}
    reviewed = {key: edit.apply(rows[key], edits).row for key, edits in case["EDITS"].items()}
    composed = jsontext.parse(adapter.compose(payload, reviewed)["result"])
    expected = jsontext.parse((CASES / f"{name}.composed.json").read_text(encoding="utf-8"))
    assert jsontext.dump(composed) == jsontext.dump(expected)
    assert_lens(adapter, payload, reviewed)
