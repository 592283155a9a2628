#!/usr/bin/env python3
"""The project's one command. It prepares its own environment when that is missing (reviewapp/ops/bootstrap.py)."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewapp.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
