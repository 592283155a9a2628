"""Is what is missing found, installed where it may be, and else asked for in one line? (reviewapp/ops/machine.py)"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reviewapp.ops import machine


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have been run; each ends well."""
    seen: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        seen.append(list(command))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("shutil.which", lambda name, path=None: f"/usr/bin/{name}")
    return seen


def test_a_program_is_found_though_the_path_is_bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert machine.Need("x", "y", programs=("sh",)).path()
    assert machine.Need("x", "y", programs=("no-such-program",)).path() is None


def test_a_file_is_found_by_its_pattern(tmp_path: Path) -> None:
    (tmp_path / "15").mkdir()
    (tmp_path / "15" / "initdb").touch()
    assert machine.Need("x", "y", files=(f"{tmp_path}/*/initdb",)).path() == str(tmp_path / "15" / "initdb")


def test_root_installs_with_the_folders_that_dpkg_needs(
    calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    machine.install(["chromium"])
    assert [call[3:] for call in calls] == [
        ["/usr/bin/apt-get", "update"],
        ["/usr/bin/apt-get", "install", "-y", "--no-install-recommends", "chromium"],
    ]
    assert all(call[:2] == ["env", f"PATH={machine.ADMIN_PATH}"] for call in calls)


def test_another_user_goes_through_sudo_that_asks_nothing(
    calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    machine.install(["chromium"])
    assert calls[0] == ["/usr/bin/sudo", "-n", "true"]
    assert all(call[:3] == ["/usr/bin/sudo", "-n", "env"] for call in calls[1:])


def test_without_sudo_the_one_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    with pytest.raises(machine.Lacking) as lacking:
        machine.install(["chromium", "nodejs"])
    assert lacking.value.line == "sudo apt-get update && sudo apt-get install -y chromium nodejs"
