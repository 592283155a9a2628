"""Here the frame is tested alone: with the addresses of urls.py and the template of the page that uses everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def frame_alone(settings: Any) -> None:
    """Serve tests/web/urls.py instead of the program's addresses."""
    settings.ROOT_URLCONF = "tests.web.urls"
    engine = {**settings.TEMPLATES[0]}
    engine["DIRS"] = [*engine["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [engine]
