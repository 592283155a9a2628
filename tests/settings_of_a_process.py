"""The tests' settings for a process that a test starts: the same, on the very database of that test."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

if name := os.environ.get("REVIEWAPP_TESTS_SQLITE"):
    DATABASES["default"]["NAME"] = name
