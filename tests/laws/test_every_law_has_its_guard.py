"""Has every law of the design a test that guards it, and does that test fail when the law is broken?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.breaks import BREAKS, DOCUMENT, LAWS, PROMISES, ROOT, Break, document

#: What a copy of the tree needs to run a test.
COPIED = ("manage.py", "pyproject.toml", "reviewapp", "templates", "static", "tests")
#: pytest's own word for "a test ran and failed"; an error of collection, or no test at all, is another.
FAILED = 1
each_break = pytest.mark.parametrize(
    "planted", BREAKS, ids=[f"law {one.law}, {one.what}".replace("[", "(").replace("]", ")") for one in BREAKS]
)


def run(root: Path, guard: str) -> subprocess.CompletedProcess[str]:
    """One guard in that tree, on SQLite."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REVIEWAPP_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", guard],
        cwd=root,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def copied(into: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, into / name, ignore=shutil.ignore_patterns("__pycache__", "samples", "vendor"))
        else:
            shutil.copy(source, into / name)
    return into


def plant(root: Path, one: Break) -> None:
    path = root / one.file
    text = path.read_text()
    assert text.count(one.old) == 1
    path.write_text(text.replace(one.old, one.new))


def test_all_thirteen_laws_are_guarded() -> None:
    assert list(LAWS) == list(range(1, 14))
    assert {one.law for one in BREAKS} == {*LAWS, *PROMISES}


@each_break
def test_a_break_can_be_planted(planted: Break) -> None:
    text = (ROOT / planted.file).read_text()
    assert text.count(planted.old) == 1, f"{planted.file} does not hold the text once that the break replaces"
    assert planted.old != planted.new
    compile(text.replace(planted.old, planted.new), planted.file, "exec")


@each_break
def test_a_guard_is_a_test_that_stands_there(planted: Break) -> None:
    path, _, name = planted.guard.partition("::")
    function = name.partition("[")[0]
    assert function.startswith("test_")
    assert re.search(rf"^def {function}\(", (ROOT / path).read_text(), re.MULTILINE), planted.guard


def test_the_document_for_readers_says_the_same() -> None:
    assert DOCUMENT.read_text() == document(), "write it anew: python -m tests.laws.breaks"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("tree"))


@pytest.fixture
def broken(tree: Path, planted: Break) -> Iterator[Path]:
    """The copy with the break in it; whole again afterwards."""
    path = tree / planted.file
    before = path.read_text()
    plant(tree, planted)
    yield tree
    path.write_text(before)


@pytest.mark.long
@each_break
def test_a_planted_break_makes_its_guard_fail(broken: Path, planted: Break) -> None:
    done = run(broken, planted.guard)
    assert done.returncode == FAILED, (
        f"{planted.guard} ended with {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
    )
    assert re.search(r"\d+ failed", done.stdout), done.stdout[-3000:]


@pytest.mark.long
@pytest.mark.parametrize("guard", sorted({one.guard for one in BREAKS}))
def test_negative_control_without_a_break_the_guard_passes_in_the_copy(tree: Path, guard: str) -> None:
    done = run(tree, guard)
    assert done.returncode == 0, done.stdout[-3000:]
