"""What is there to translate, and what do the catalogues say? Read without the gettext tools, as the guards need it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.architecture import source

LOCALES = source.PACKAGE / "locale"
#: A text as a catalogue knows it: its context, the text, its plural; "" for what it has not.
Key = tuple[str, str, str]

_ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_MANY = {"ngettext", "ngettext_lazy"}
_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_CALL = re.compile(r"\b(?:n?p?n?gettext(?:_lazy|_noop)?|_)\(")


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/django.po"))


def written(language: str) -> Catalog:
    """The catalogue as the translator wrote it."""
    with (LOCALES / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compiled(language: str) -> Catalog:
    """The catalogue that the program reads."""
    with (LOCALES / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        return read_mo(file)


def messages(catalogue: Catalog) -> list[Message]:
    """Every text of a catalogue without its head."""
    return [one for one in catalogue if one.id]


def key(message: Message) -> Key:
    text, plural = message.id if isinstance(message.id, tuple | list) else (message.id, "")
    context = message.context or ""
    # Babel reads the context in a .mo as bytes.
    return context.decode() if isinstance(context, bytes) else context, text, plural


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a text: one, or one for each plural form."""
    return tuple(message.string) if isinstance(message.string, tuple | list) else (message.string or "",)


def of_python(text: str) -> Iterator[Key]:
    """Every text that a module marks, those inside an f-string as well, which xgettext passes over."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield from _marked(node)


def of_template(text: str) -> Iterator[Key]:
    """Every text that a template marks, as Django itself turns the template into calls."""
    calls = templatize(text)
    for start in _CALL.finditer(calls):
        node = _call_at(calls, start.start())
        if node is not None:
            yield from _marked(node)


def marked() -> dict[Key, str]:
    """Every text that our files mark, and one file that does."""
    found: dict[Key, str] = {}
    for path in source.modules():
        found |= dict.fromkeys(of_python(path.read_text(encoding="utf-8")), source.name(path))
    for path in source.files(source.ROOT / "templates", ".html", ".txt", ".svg"):
        found |= dict.fromkeys(of_template(path.read_text(encoding="utf-8")), source.name(path))
    return found


def _call_at(text: str, start: int) -> ast.Call | None:
    for end in re.finditer(r"\)", text[start:]):
        try:
            node = ast.parse(text[start : start + end.end()].strip(), mode="eval").body
        except SyntaxError:
            continue
        return node if isinstance(node, ast.Call) else None
    return None


def _marked(call: ast.Call) -> Iterator[Key]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name in _ONE and texts and len(call.args) == 1:
        yield "", texts[0], ""
    elif name in _MANY and len(texts) > 1:
        yield "", texts[0], texts[1]
    elif name in _IN_CONTEXT and len(texts) > 1:
        yield texts[0], texts[1], ""
