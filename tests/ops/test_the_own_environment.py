"""Is an environment trusted only when it was finished from the lock as it is now? (reviewapp/ops/bootstrap.py)"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reviewapp.ops import bootstrap, machine


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two small locks, and an environment that looks finished."""
    (tmp_path / "requirements.lock").write_text("a==1\n")
    (tmp_path / "requirements-dev.lock").write_text("a==1\nb==1\n")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "BASE_DIR", tmp_path)
    monkeypatch.delenv("REVIEWAPP_VENV", raising=False)
    monkeypatch.delenv("REVIEWAPP_BOOTSTRAP", raising=False)
    stamp(tmp_path, "requirements.lock")
    return tmp_path


def stamp(project: Path, lock: str, version: str = "3.11") -> None:
    (project / ".venv" / bootstrap.STAMP).write_text(bootstrap.stamp_for(lock, version))


def ready(project: Path, *locks: str) -> bool:
    return bootstrap.is_ready(project / ".venv", locks or ("requirements.lock",))


def test_a_finished_environment_is_ready(project: Path) -> None:
    assert ready(project)


def test_one_without_a_stamp_is_not(project: Path) -> None:
    (project / ".venv" / bootstrap.STAMP).unlink()
    assert not ready(project)


def test_one_whose_lock_has_changed_is_not(project: Path) -> None:
    (project / "requirements.lock").write_text("a==2\n")
    assert not ready(project)


def test_one_whose_python_is_gone_is_not(project: Path) -> None:
    (project / ".venv" / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
    assert not ready(project)


def test_the_small_lock_is_not_enough_for_the_tests_but_the_big_one_does_for_all(project: Path) -> None:
    assert not ready(project, bootstrap.DEV_LOCK)
    stamp(project, bootstrap.DEV_LOCK)
    assert ready(project, bootstrap.DEV_LOCK)
    assert ready(project, bootstrap.LOCK, bootstrap.DEV_LOCK)


def test_inside_an_environment_of_another_python_is_found_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(project / ".venv"))
    stamp(project, "requirements.lock", f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert ready(project)
    stamp(project, "requirements.lock", "3.10")
    assert not ready(project)


def test_a_failed_install_leaves_no_stamp_and_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "_probe", lambda venv: "3.11")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 1, "", ""))
    with pytest.raises(bootstrap.Unfit, match="pip could not install"):
        bootstrap.make(project / ".venv", "requirements.lock")
    assert not (project / ".venv" / bootstrap.STAMP).exists()
    assert not ready(project)


@pytest.fixture
def steps(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `make` runs; each step ends well, and none may see a stamp."""
    seen: list[str] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        assert not (project / ".venv" / bootstrap.STAMP).exists()
        seen.append("venv" if "venv" in command else "pip")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_a_broken_environment_is_made_anew(project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    probes = iter([None, "3.11"])
    monkeypatch.setattr(bootstrap, "_probe", lambda venv: next(probes))
    bootstrap.make(project / ".venv", "requirements.lock")
    assert steps == ["venv", "pip"]
    assert ready(project)


def test_one_whose_making_was_interrupted_is_made_anew(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_probe", lambda venv: "3.11")
    (project / ".venv" / bootstrap.STAMP).unlink()
    bootstrap.make(project / ".venv", "requirements.lock")
    assert steps == ["venv", "pip"]


def test_a_finished_one_only_gets_what_the_other_lock_adds(
    project: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_probe", lambda venv: "3.11")
    bootstrap.make(project / ".venv", bootstrap.DEV_LOCK)
    assert steps == ["pip"]
    assert ready(project, bootstrap.DEV_LOCK)


def test_the_lock_is_held_until_the_last_who_works_is_done(tmp_path: Path) -> None:
    with bootstrap._alone(tmp_path) as held:
        pip = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(held,))
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        pip.communicate(b"\n")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(descriptor)


def test_two_starts_at_once_make_one_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / ".venv" / bootstrap.STAMP).unlink()
    made: list[str] = []
    started: list[str] = []

    def make(venv: Path, lock: str, *, held: int) -> None:
        made.append(lock)
        threading.Event().wait(0.3)  # long enough for the other to come and wait
        stamp(project, lock)

    monkeypatch.setattr(bootstrap, "make", make)
    monkeypatch.setattr("os.execv", lambda python, argv: started.append(python))
    threads = [threading.Thread(target=bootstrap.enter, args=(["manage.py", "check"],)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["requirements.lock"]
    assert len(started) == 3


def test_without_the_right_to_install_one_line_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".venv" / bootstrap.STAMP).unlink()
    monkeypatch.setattr(bootstrap, "_probe", lambda venv: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(machine, "_administrator", lambda: None)
    with pytest.raises(SystemExit) as stopped:
        bootstrap.enter(["manage.py", "check"])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert said.count("apt-get install") == 1
    assert "    sudo apt-get update && sudo apt-get install -y python3-venv\n" in said


def test_it_starts_without_any_package() -> None:
    """Only the standard library is there on a fresh machine, so nothing else may be imported on the way in."""
    code = (
        "import reviewapp.ops.bootstrap, sys; print(sorted({m.split('.')[0] for m in sys.modules} & {'django', 'csp'}))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=bootstrap.BASE_DIR, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
