"""Is each judge the very client that its lock names, and nothing else beside it?"""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.clients import environments

every_client = pytest.mark.parametrize("client", environments.CLIENTS)


def locked(client: str) -> dict[str, str]:
    text = (environments.HERE / "requirements" / f"{client}.lock").read_text()
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE))


def test_these_four_judge() -> None:
    assert environments.CLIENTS == [
        "llama-cloud-0.1.46",
        "llama-cloud-1.6.0",
        "llama-cloud-2.19.0",
        "unsiloed-sdk-0.1.7",
    ]


@every_client
def test_a_lock_names_its_client_and_every_pin_has_a_hash(client: str) -> None:
    name, _, version = client.rpartition("-")
    assert locked(client)[name] == version
    text = (environments.HERE / "requirements" / f"{client}.lock").read_text()
    pins = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    assert len(pins) == len(locked(client)) and all("--hash=sha256:" in pin for pin in pins)


@every_client
def test_its_environment_holds_exactly_what_is_locked(client: str) -> None:
    question = (
        "import importlib.metadata as m, json; "
        "print(json.dumps({d.metadata['Name'].lower().replace('_', '-'): d.version for d in m.distributions()}))"
    )
    done = subprocess.run([environments.python(client), "-c", question], capture_output=True, text=True, check=True)
    held = json.loads(done.stdout)
    assert {name: held.get(name) for name in locked(client)} == locked(client)
    assert held.keys() - locked(client).keys() <= {"pip", "setuptools"}
