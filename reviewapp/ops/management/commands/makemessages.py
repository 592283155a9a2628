"""`manage.py makemessages`: what is there to translate, and what did the translators write? Needs the gettext tools."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

#: The head of a new catalogue, which waits to be filled in, and the headers that change with every run: who and when stands
#: in the repository's own history.
_HEAD = re.compile(r"\A(?:#.*\n)+(?<=#, fuzzy\n)")
_HEADERS = re.compile(
    r'^"(?:Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team): .*\n',
    re.MULTILINE,
)


class Command(makemessages.Command):
    """Django's, with the project's ways as defaults: our own files, every language that has a catalogue, no places.

    A text that has no translation yet stays empty: a guess from a similar one would be taken for a translation. After
    the extraction each catalogue is compiled, so that .po and .mo go into the same commit.
    """

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(ignore_patterns=["tests", "static", "var"], no_location=True, no_obsolete=True)

    def handle(self, *args: Any, **options: Any) -> None:
        options["all"] = not options["locale"]
        super().handle(*args, **options)
        for catalogue in Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"):
            text = _HEADERS.sub("", _HEAD.sub("", catalogue.read_text(encoding="utf-8")))
            language = catalogue.parent.parent.name
            catalogue.write_text(text.replace('"Language: \\n"', f'"Language: {language}\\n"'), encoding="utf-8")
            compiled = catalogue.with_suffix(".mo")
            subprocess.run(["msgfmt", "--check-format", "--output-file", str(compiled), str(catalogue)], check=True)
