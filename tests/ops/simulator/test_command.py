"""Does the command say what it is, play what it was told, and end when it is asked to? In a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reviewapp.ops.management.commands import simulate_upstream
from reviewapp.ops.simulator import FAULTS, KEYS, Hook, Vendor
from reviewapp.ops.simulator.routes import OPERATIONS

#: Options that every command has.
DJANGOS = {
    "help",
    "version",
    "verbosity",
    "settings",
    "pythonpath",
    "traceback",
    "no_color",
    "force_color",
    "skip_checks",
}
ROOT = Path(__file__).resolve().parents[3]


def test_it_runs_without_a_database_and_ends_on_sigterm(tmp_path: Path) -> None:
    arguments = ["--port", "0", "--vendor", "unsiloed", "--vendor", "talonic", "--fault", "bad_gateway:health:1"]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "simulate_upstream", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "REVIEWAPP_BOOTSTRAP": "off", "REVIEWAPP_DATA": str(tmp_path)},
    )
    try:
        assert process.stdout is not None
        said = ""
        while "Ctrl+C ends it." not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            said += line
        assert "This is a simulator" in said and "fake" in said
        found = re.search(r"unsiloed +(http://127\.0\.0\.1:\d+/unsiloed) +(\S+)", said)
        assert found is not None and found[2] == KEYS[Vendor.UNSILOED]
        assert KEYS[Vendor.TALONIC] in said and KEYS[Vendor.LLAMACLOUD] not in said
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{found[1]}/health", timeout=5)
        assert caught.value.code == 502
        caught.value.close()
        with urllib.request.urlopen(f"{found[1]}/health", timeout=5) as answer:
            assert answer.headers["x-simulated"] == "reviewapp"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()
    assert list(tmp_path.glob("*.sqlite3")) == []


def test_it_lists_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("simulate_upstream", "--list-faults")
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()] == list(FAULTS)


@pytest.mark.parametrize("fault", ["stall", "none_such:poll", "stall:nothing", "stall:poll:0", "stall:poll:often"])
def test_a_fault_that_is_none_is_refused(fault: str) -> None:
    with pytest.raises(CommandError, match=re.escape(fault)):
        call_command("simulate_upstream", "--port", "0", "--fault", fault)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no folder"):
        call_command("simulate_upstream", "--port", "0", "--folder", str(tmp_path / "none"))


def test_webhooks_go_to_one_vendor_or_to_all() -> None:
    assert simulate_upstream._hooks("talonic=http://a/") == [Hook(Vendor.TALONIC, "http://a/")]
    assert simulate_upstream._hooks("http://a/?b=c") == [Hook(vendor, "http://a/?b=c") for vendor in Vendor]


def test_the_page_about_it_names_every_fault_operation_and_option() -> None:
    page = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    parser = simulate_upstream.Command().create_parser("manage.py", "simulate_upstream")
    own = {word for action in parser._actions for word in action.option_strings if action.dest not in DJANGOS}
    named = set(re.findall(r"`(?:\*|([\w-]+))(?: [A-Z\[][^`]*)?`", page))
    assert [name for name in (*FAULTS, *OPERATIONS, *own) if name not in named] == []
