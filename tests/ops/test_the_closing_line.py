"""Do the numbers of the closing line tell the truth, also when a part died? (reviewapp/ops/testing.py)"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reviewapp.ops import machine, testing
from reviewapp.ops.testing import Count

TESTS = """
import pytest
def test_good(): pass
def test_bad(): assert False
@pytest.mark.skip(reason="because")
def test_left_out(): pass
@pytest.fixture
def unclean():
    yield
    raise RuntimeError
def test_good_then_unclean(unclean): pass
def test_bad_then_unclean(unclean): assert False
@pytest.fixture
def unready(): raise RuntimeError
def test_never_begun(unready): pass
"""


def report_of(folder: Path, text: str) -> Path:
    (folder / "test_it.py").write_text(text)
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "-q", f"--junitxml={report}", "test_it.py"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True)
    return report


def test_every_end_is_counted_once(tmp_path: Path) -> None:
    assert testing.junit_count(report_of(tmp_path, TESTS)) == Count(passed=1, failed=4, skipped=1)


def test_a_file_that_cannot_be_read_by_pytest_is_a_failure(tmp_path: Path) -> None:
    assert testing.junit_count(report_of(tmp_path, "import nothing_of_that_name")).failed == 1


@pytest.mark.parametrize("text", [None, "", "<testsuites><testsuite"])
def test_a_report_that_is_missing_or_cut_short_is_a_failure(tmp_path: Path, text: str | None) -> None:
    report = tmp_path / "report.xml"
    if text is not None:
        report.write_text(text)
    assert testing.junit_count(report) == Count(failed=1)


def test_the_numbers_of_node_are_read() -> None:
    output = "TAP version 13\nok 1 - a\n# tests 9\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 1\n"
    assert testing.tap_count(output) == Count(passed=5, failed=2, skipped=2)


def test_the_line_is_plain() -> None:
    assert str(Count(1, 2, 3) + Count(1, 0, 0)) == "2 passed, 2 failed, 3 skipped"


def test_pytest_that_dies_without_a_report_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert testing.on_sqlite([]) == Count(failed=1)


def test_without_postgres_its_tests_are_one_skip_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reviewapp.ops.machine.Need.path", lambda self: None)
    assert testing.on_postgres([]) == Count(skipped=1)
    assert "PostgreSQL is not installed" in capsys.readouterr().out


def test_a_terminated_run_leaves_no_database_server_behind(tmp_path: Path) -> None:
    """SIGTERM while pytest works on PostgreSQL: the cluster is stopped and its folder removed."""
    if machine.POSTGRES.path() is None:
        pytest.skip("PostgreSQL is not installed on this machine (Debian's package postgresql)")
    tmp_path.chmod(0o755)  # the cluster's own user goes through it
    for parent in [*tmp_path.parents][:2]:
        parent.chmod(0o755)
    sleeps, begun = tmp_path / "test_sleeps.py", tmp_path / "begun"
    sleeps.write_text(
        f"import pathlib, time\ndef test_it(db):\n    pathlib.Path({str(begun)!r}).touch()\n    time.sleep(60)\n"
    )
    code = (
        "from reviewapp.ops import testing; testing.on_sqlite = lambda a, output=None: testing._pytest(a, {}); "
        "from django.core.management import execute_from_command_line as run; "
        f"run(['manage.py', 'test', {str(sleeps)!r}])"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    run = subprocess.Popen([sys.executable, "-c", code], cwd=testing.BASE_DIR, env=environment, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.glob("reviewapp-postgres-*"))
    run.terminate()
    run.communicate(timeout=60)
    assert run.returncode == 128 + signal.SIGTERM
    assert not list(tmp_path.glob("reviewapp-postgres-*"))
