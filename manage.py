#!/usr/bin/env python3
"""The project's one command. It prepares its own environment when that is missing (reviewapp/ops/bootstrap.py)."""

import os
import sys
from pathlib import Path

from reviewapp.ops import bootstrap


def main() -> None:
    bootstrap.enter(sys.argv)
    testing = sys.argv[1:2] == ["test"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings" if testing else "reviewapp.settings")
    if sys.argv[1:2] == ["demo"]:
        # The demo's users have known passwords: it never touches the data of a real installation beside it.
        os.environ.setdefault("REVIEWAPP_DATA", str(Path(__file__).resolve().parent / "var" / "demo"))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
