"""What the judges stand on: a live server of ours, a person who reviews by the acts, an API key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from reviewapp.accounts.models import User
from reviewapp.api.compat import answers
from reviewapp.documents import vault
from reviewapp.extraction.jsontext import Json
from reviewapp.extraction.model import Kind
from reviewapp.results import ledger
from reviewapp.results.models import Job
from tests.clients import environments
from tests.factories import AT, create_key, create_queue, create_user
from tests.ops.test_samples import DOCUMENTS

PAPER = DOCUMENTS / "invoice-harrow-vale.pdf"
Asking = Callable[..., Any]
#: A break: it changes an answer's tree in place.
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> None:
    """The vault lies in a folder of this test alone."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def ana(transactional_db: None) -> User:
    return create_user(username="ana", queues=[create_queue()])


@pytest.fixture
def secret(transactional_db: None) -> str:
    return create_key(upstreams=[kind.value for kind in Kind])[1]


@pytest.fixture
def judge(live_server: LiveServer, secret: str) -> Asking:
    """`judge(client, [name, *arguments], …)`: what the vendor's client says, whose base URL and key alone were changed."""

    def asked(client: str, *calls: list[Any], key: str = secret, **options: Any) -> Any:
        vendor = client.split("-")[0].replace("llama", "llamacloud")
        said = environments.ask(client, *calls, base_url=f"{live_server.url}/compat/{vendor}", key=key, **options)
        return said[0] if len(said) == 1 else said

    return asked


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Plant breaks into answers with 200: `planted(change, …)`, the first into the first, and so on; then none more.

    Each changes the tree in place.
    """
    honest = answers.json_response

    def plant(*changes: Change) -> None:
        left = list(changes)

        def broken(tree: Json, **options: Any) -> Any:
            if options.get("status", 200) == 200 and isinstance(tree, dict) and left:
                left.pop(0)(tree)
            return honest(tree, **options)

        monkeypatch.setattr(answers, "json_response", broken)

    return plant


def attach(job: Job) -> bytes:
    """Attach the paper to a job; its bytes."""
    ledger.link_document(job=job, document=vault.keep_file(PAPER, at=AT), name=PAPER.name, at=AT)
    return PAPER.read_bytes()
