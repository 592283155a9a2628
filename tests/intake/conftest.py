"""An upstream that can be asked, and a vendor behind it whose answers are written down beforehand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviewapp.extraction.model import Kind
from reviewapp.upstreams import http, outbound, registry, sealing
from reviewapp.upstreams.models import Upstream
from tests import factories

from .scripted import Scripted


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    scripted = Scripted()
    monkeypatch.setitem(registry.CLIENTS, Kind.UNSILOED_EXTRACT, scripted)
    return scripted


@pytest.fixture
def live(db: None) -> Upstream:
    upstream = factories.create_upstream(slug="live")
    upstream.base_url = "https://api.example.com"
    upstream.credential = sealing.seal("a credential of tests")
    upstream.webhook_secrets = sealing.seal('["newest", "older"]')
    upstream.save()
    return upstream


@pytest.fixture(scope="session")
def client_out() -> Iterator[http.Client]:
    yield outbound.client()
