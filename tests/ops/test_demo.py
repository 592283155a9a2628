"""Does the demo keep its hands off other people's data, and do its processes start and stop as one?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reviewapp.accounts.models import User
from reviewapp.ops import demo as filling
from reviewapp.ops import serving
from reviewapp.ops.management.commands import demo
from reviewapp.review import queue_rules
from reviewapp.review.models import Queue, Task
from reviewapp.review.queue_forms import QueueForm, initial
from reviewapp.upstreams.models import Upstream
from tests import factories

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    return tmp_path / "data"


@pytest.fixture
def nothing_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database and the files of the test are there already."""
    monkeypatch.setattr(demo, "call_command", lambda *names, **options: None)


@pytest.mark.django_db(transaction=True)
def test_what_the_demo_makes_can_be_used_as_it_stands(data: Path) -> None:
    filling.fill(at=factories.AT)
    assert set(Upstream.objects.values_list("name", flat=True)) == {
        *("Unsiloed", "Unsiloed classify", "LlamaCloud", "LlamaCloud v2", "Talonic")
    }
    without = Task.objects.exclude(job__document_links__isnull=False)
    assert [task.document_name for task in without] == ["bill-eastmere-water.pdf"]
    sol = User.objects.get(username="sol")
    for queue in Queue.objects.all():
        rule = queue_rules.rule_of(queue)
        form = QueueForm(
            {name: one for name, one in initial(rule).items() if one is not None},
            people=list(User.objects.all()),
            upstreams=[],
            is_default=queue.is_default,
        )
        assert form.is_valid(), (queue.slug, form.errors)
        queue_rules.change(queue_id=queue.pk, rule=form.rule(), user=sol, at=factories.AT, via=factories.VIA)


@pytest.mark.django_db
@pytest.mark.usefixtures("nothing_is_prepared")
def test_a_database_with_people_of_its_own_is_left_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[bool] = []
    monkeypatch.setattr(demo.demo, "fill", lambda at: filled.append(True))
    factories.create_user()
    with pytest.raises(CommandError, match="left alone"):
        call_command("demo", "--no-input")
    assert not filled
    assert not (data / demo.MARK).exists()


def test_reset_leaves_a_folder_alone_that_the_demo_did_not_make(data: Path) -> None:
    (data / "reviewapp.sqlite3").write_text("evidence")
    with pytest.raises(CommandError, match="not made by the demo"):
        call_command("demo", "--reset", "--no-input")
    assert (data / "reviewapp.sqlite3").read_text() == "evidence"


def test_reset_has_nothing_to_ask_about_a_folder_with_the_secret_alone(data: Path) -> None:
    (data / demo.KEPT).write_text("x")
    demo.Command()._reset(data, ask=True)
    assert [path.name for path in data.iterdir()] == [demo.KEPT]


def test_reset_throws_all_away_but_the_secret(data: Path) -> None:
    for name in (demo.MARK, "reviewapp.sqlite3", demo.KEPT):
        (data / name).write_text("x")
    (data / "vault" / "ab").mkdir(parents=True)
    demo.Command()._reset(data, ask=False)
    assert [path.name for path in data.iterdir()] == [demo.KEPT]


def test_reset_asks_before_it_does_anything(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / demo.MARK).touch()
    monkeypatch.setattr("builtins.input", lambda question: "n")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("demo", "--reset")
    assert (data / demo.MARK).exists()


def test_reset_takes_nobody_to_ask_for_a_no(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(question: str) -> str:
        raise EOFError

    (data / demo.MARK).write_text("")
    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("demo", "--reset")
    assert (data / demo.MARK).exists()


def test_a_taken_port_is_passed_over_unless_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setattr(demo, "FIRST_PORT", port)
        assert port < demo.free_port("127.0.0.1", None) < port + demo.PORTS
        with pytest.raises(CommandError, match=f"Port {port}"):
            demo.free_port("127.0.0.1", port)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The Python that the children run instead of the simulator, the web server and the worker."""
    programs = ["import time; time.sleep(60)"] * 3
    real = subprocess.Popen
    started: list[int] = []

    def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        started.append(1)
        return real([sys.executable, "-c", programs[len(started) - 1]], stdout=subprocess.PIPE, start_new_session=True)

    monkeypatch.setattr(serving.subprocess, "Popen", start)
    return programs


def test_when_one_ends_the_others_are_ended_too(commands: list[str]) -> None:
    commands[1] = "raise SystemExit(3)"
    with (
        pytest.raises(CommandError, match="ended with 3"),
        serving.running(host="127.0.0.1", port=1, simulator=2) as processes,
    ):
        serving.wait_until_one_ends(processes)
    assert all(process.poll() is not None for process in processes)
    close(processes)


def test_sigterm_ends_all_and_the_block_quietly(commands: list[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
    with serving.running(host="127.0.0.1", port=1, simulator=2) as processes:
        serving.wait_until_one_ends(processes)
    assert [process.poll() for process in processes] == [-signal.SIGTERM] * 3
    assert signal.getsignal(signal.SIGTERM) is before
    close(processes)


def test_one_that_does_not_listen_is_killed(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "STOP_WITHIN_SECONDS", 1)
    commands[0] = STUBBORN
    with serving.running(host="127.0.0.1", port=1, simulator=2) as processes:
        assert processes[0].stdout
        processes[0].stdout.readline()  # from here on it ignores the signal
    assert processes[0].poll() == -signal.SIGKILL
    close(processes)


def test_a_server_that_never_answers_is_given_up(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "READY_WITHIN_SECONDS", 1)
    begun = time.monotonic()
    with (
        pytest.raises(CommandError, match="did not answer"),
        serving.running(host="127.0.0.1", port=1, simulator=2) as processes,
    ):
        serving.wait_until_it_answers("http://127.0.0.1:1", processes)
    assert time.monotonic() - begun < 30
    close(processes)


def close(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.stdout:
            process.stdout.close()


def test_the_simulator_keeps_what_was_handed_in_among_the_demos_data(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def start(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        commands.append(command)
        raise KeyboardInterrupt

    monkeypatch.setattr(serving.subprocess, "Popen", start)
    with pytest.raises(RuntimeError), serving.running(host="127.0.0.1", port=1, simulator=2):
        pass
    kept = Path(commands[0][commands[0].index("--keep") + 1])
    assert kept.parent == data
    (data / demo.MARK).touch()
    kept.mkdir()
    demo.Command()._reset(data, ask=False)
    assert not kept.exists()
