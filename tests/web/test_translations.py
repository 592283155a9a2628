"""Is each catalogue whole? Compiled as written, nothing missing, nothing left over, and every placeholder in its place."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from tests.web import catalogues
from tests.web.catalogues import Key, key, strings

LANGUAGES = catalogues.languages()
#: What a translation must keep: %(name)s, {name}, a doubled percent sign, a tag.
_KEPT = re.compile(r"%\(\w+\)[a-z]|%%|{\w+}|</?\w+>")

every_language = pytest.mark.parametrize("language", LANGUAGES)


def untranslated(catalogue: Catalog) -> list[Key]:
    return [key(one) for one in catalogues.messages(catalogue) if one.fuzzy or not all(strings(one))]


def otherwise_compiled(written: Catalog, compiled: Catalog) -> set[Key]:
    """Texts for which the program would read another translation than the one written."""
    said, read = ({key(one): strings(one) for one in catalogues.messages(each)} for each in (written, compiled))
    return {one for one in said.keys() | read.keys() if said.get(one) != read.get(one)}


def misplaced(message: Message) -> str:
    """What a translation does to placeholders, tags and the spaces around it; "" when all is kept."""
    _context, singular, plural = key(message)
    for index, text in enumerate(strings(message)):
        original = singular if index == 0 or not plural else plural
        if sorted(_KEPT.findall(text)) != sorted(_KEPT.findall(original)):
            return f"{original!r} and {text!r} hold other placeholders"
        if _edges(text) != _edges(original):
            return f"{original!r} and {text!r} have other spaces around them"
    return ""


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def unknown(marked: Iterable[Key], catalogue: Catalog) -> set[Key]:
    return set(marked) - {key(one) for one in catalogues.messages(catalogue)}


def test_german_is_among_the_languages_and_each_but_english_has_a_catalogue() -> None:
    assert "de" in LANGUAGES
    assert {tag for tag, _name in settings.LANGUAGES} == {*LANGUAGES, "en"}
    assert [str(catalogues.LOCALES)] == [str(path) for path in settings.LOCALE_PATHS]


@every_language
def test_the_program_reads_what_was_written(language: str) -> None:
    assert otherwise_compiled(catalogues.written(language), catalogues.compiled(language)) == set()


@every_language
def test_nothing_is_untranslated_or_a_guess(language: str) -> None:
    assert untranslated(catalogues.written(language)) == []


@every_language
def test_every_marked_text_is_in_the_catalogue_and_no_other(language: str) -> None:
    marked, catalogue = catalogues.marked(), catalogues.written(language)
    missing = {one: marked[one] for one in unknown(marked, catalogue)}
    assert missing == {}, "run: python3 manage.py makemessages, and translate what is new"
    assert {key(one) for one in catalogues.messages(catalogue)} - marked.keys() == set()


@every_language
def test_placeholders_tags_and_spaces_are_those_of_the_original(language: str) -> None:
    assert [problem for one in catalogues.messages(catalogues.written(language)) if (problem := misplaced(one))] == []


@every_language
def test_a_catalogue_tells_of_no_person_no_machine_and_no_date(language: str) -> None:
    text = (catalogues.LOCALES / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    assert not re.search(r"^#:|POT-Creation-Date|Last-Translator|PO-Revision-Date|@|/home/|/tmp/", text, re.MULTILINE)


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="the gettext tools are not installed on this machine")
def test_our_reading_of_templates_and_modules_is_that_of_the_gettext_tools(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text('_("one")\nngettext("%(n)d two", "%(n)d twos", n)\npgettext("where", "three")\n_("fo" "ur")\n')
    command = ["xgettext", "--language=Python", "--keyword=_", "--keyword=pgettext:1c,2", "--output=-", str(planted)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    theirs = set(re.findall(r'^msgid "(.+)"$', found, re.MULTILINE))
    assert {text for _context, text, _plural in catalogues.of_python(planted.read_text())} == theirs


# -- Every guard finds what it is there to find


def a_catalogue(**over: str) -> Catalog:
    catalogue = Catalog(locale="de")
    catalogue.add("Queue", "Warteschlange")
    catalogue.add(("%(n)s page", "%(n)s pages"), ("%(n)s Seite", "%(n)s Seiten"))
    for text, said in over.items():
        catalogue.add(text, said)
    return catalogue


def test_a_catalogue_compiled_before_the_last_change_is_found() -> None:
    assert otherwise_compiled(a_catalogue(), a_catalogue()) == set()
    assert otherwise_compiled(a_catalogue(Job="Auftrag"), a_catalogue()) == {("", "Job", "")}
    assert otherwise_compiled(a_catalogue(), a_catalogue(Job="Auftrag")) == {("", "Job", "")}
    assert otherwise_compiled(a_catalogue(Job="Auftrag"), a_catalogue(Job="Job")) == {("", "Job", "")}


def test_a_missing_half_or_guessed_translation_is_found() -> None:
    assert untranslated(a_catalogue(Job="")) == [("", "Job", "")]
    half = a_catalogue()
    half.add(("%(n)s day", "%(n)s days"), ("%(n)s Tag", ""))
    half.add("Field", "Feld", flags=["fuzzy"])
    assert untranslated(half) == [("", "%(n)s day", "%(n)s days"), ("", "Field", "")]


@pytest.mark.parametrize(
    ("read", "planted"),
    [
        (catalogues.of_python, 'title = _("Planted")'),
        (catalogues.of_python, "text = f\"{n}: {_('Planted')}\""),
        (catalogues.of_python, 'words = gettext_lazy(\n    "Plan"\n    "ted"\n)'),
        (catalogues.of_template, "<p title=\"{% translate 'Planted' %}\">"),
        (catalogues.of_template, "{% blocktranslate %}Planted{% endblocktranslate %}"),
        (catalogues.of_template, '{% icon "look" _("Planted") %}'),
    ],
)
def test_a_text_that_no_catalogue_knows_is_found(read: Callable[[str], Iterable[Key]], planted: str) -> None:
    assert unknown(read(planted), a_catalogue()) == {("", "Planted", "")}


def test_plurals_and_contexts_are_read_too() -> None:
    template = "{% blocktranslate count n=n %}{{ n }} page{% plural %}{{ n }} pages{% endblocktranslate %}"
    assert list(catalogues.of_template(template)) == [("", "%(n)s page", "%(n)s pages")]
    assert list(catalogues.of_template('{% translate "Open" context "act" %}')) == [("act", "Open", "")]
    assert list(catalogues.of_template('{% translate "100 %" %}')) == [("", "100 %%", "")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%(n)s waiting", "wartend"),
        ("%(n)s waiting", "%(m)s wartend"),
        ("Page {page}", "Seite {seite}"),
        ("<b>%(n)s</b> checked", "%(n)s geprüft"),
        (" and ", "und"),
    ],
)
def test_a_lost_placeholder_tag_or_space_is_found(text: str, said: str) -> None:
    [message] = [one for one in catalogues.messages(a_catalogue(**{text: said})) if one.id == text]
    assert misplaced(message)
