"""Does any file of the project name a machine or a package index? It has to work on everybody's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture import source

ENDINGS = (
    ".py", ".html", ".js", ".mjs", ".css", ".md", ".toml", ".lock", ".json", ".txt", ".svg", ".po", ".cfg", ".sh", "run",
    ".gitignore",
)  # fmt: skip
FORBIDDEN = {
    "a folder of one machine": re.compile(r"(?<![\w.])/(?:work|root|home|Users|mnt|srv)/[\w.]"),
    "a package index": re.compile(
        r"\b(?:[\w-]+\.)*(?:pypi|pythonhosted|npmjs|yarnpkg|conda|artifactory)\.(?:org|com|io|net)\b"
    ),
    "an index in a lock": re.compile(r"^--(?:extra-)?index-url|^--find-links|^--trusted-host", re.MULTILINE),
}


def named(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_file_names_a_machine_or_an_index() -> None:
    here = Path(__file__).resolve()
    found = {
        source.name(path): names
        for path in source.files(source.ROOT, *ENDINGS)
        if path != here and (names := named(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        'DATA = "/home/ana/data"',
        "cd /work/main",
        "https://pypi.org/simple",
        "files.pythonhosted.org",
        "a==1\n--index-url https://example.org/simple",
    ],
)
def test_a_planted_name_is_found(planted: str) -> None:
    assert named(planted)


def test_addresses_of_the_program_itself_are_not_complained_of() -> None:
    assert named('path("people/home/", view)  # /tasks/<id>/work/ and https://example.org/home/x') == []


def test_the_lock_for_the_tests_holds_all_of_the_lock() -> None:
    def pins(name: str) -> set[str]:
        text = (source.ROOT / name).read_text()
        return set(re.findall(r"^([\w.-]+==\S+)", text, re.MULTILINE))

    assert pins("requirements.lock") and pins("requirements.lock") <= pins("requirements-dev.lock")


def test_the_locks_hold_what_the_project_asks_for() -> None:
    wanted = re.findall(
        r'^    "([\w.-]+)(?:\[\w+\])?==([^";]+)', (source.ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    lock = (source.ROOT / "requirements-dev.lock").read_text().lower()
    assert len(wanted) > 20
    assert [name for name, version in wanted if f"{name.lower()}=={version}" not in lock.replace("_", "-")] == []
