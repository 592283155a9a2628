"""One simulator for each test, and none of them may have failed by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reviewapp.ops.simulator import Simulator, running


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Every look at a job is a step: queued, processing twice, then its end."""
    with running() as simulator:
        yield simulator
        assert simulator.broken == []


@pytest.fixture
def done() -> Iterator[Simulator]:
    """Every job of the samples has ended, and Extract Review is enabled."""
    with running(settled=True, extract_review=True) as simulator:
        yield simulator
        assert simulator.broken == []
