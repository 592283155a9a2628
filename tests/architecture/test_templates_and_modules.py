"""Do the browser's files keep the rules? Nothing inline, nothing unescaped, partials with one root, no requests by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.architecture import source

TEMPLATES = source.ROOT / "templates"
MODULES = source.ROOT / "static" / "js"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
DJANGO_COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", re.DOTALL)
DJANGO_TAG = re.compile(r"{%.*?%}", re.DOTALL)
DJANGO_VALUE = re.compile(r"{{.*?}}", re.DOTALL)

FORBIDDEN_IN_TEMPLATES = {
    "an unescaped value": re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off"),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc\s*=)", re.IGNORECASE),
    "an inline handler": re.compile(r"\s(?:on[a-z]{3,}|hx-on[\w:-]*)\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:|\bhx-(?:vals|vars|headers)\s*=\s*[\"']\s*js", re.IGNORECASE),
    "an unquoted value": re.compile(r"<[^>{]*\s[\w-]+={{"),
}
FORBIDDEN_IN_MODULES = {
    "a request by hand": re.compile(r"\bfetch\s*\(|\bXMLHttpRequest\b|\bsendBeacon\b|\bEventSource\b|\bWebSocket\b"),
    "text made into code or markup": re.compile(
        r"\beval\s*\(|\bnew Function\b|\b(?:inner|outer)HTML\b|insertAdjacentHTML"
    ),
}
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.DOTALL)


def forbidden_in_template(text: str) -> list[str]:
    text = DJANGO_COMMENT.sub("", text)
    return [what for what, pattern in FORBIDDEN_IN_TEMPLATES.items() if pattern.search(text)]


def forbidden_in_module(text: str) -> list[str]:
    text = JS_COMMENT.sub("", text)
    return [what for what, pattern in FORBIDDEN_IN_MODULES.items() if pattern.search(text)]


class Roots(HTMLParser):
    """The elements (and bare texts) that stand at the top of a partial."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.found.append((tag, dict(attrs).get("id") or ""))
        if tag not in VOID:
            self.depth += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.found.append((tag, dict(attrs).get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth == 0 and data.strip():
            self.found.append((f"text {data.strip()[:20]!r}", ""))


def partial_problem(text: str) -> str:
    """Why a partial is not one element with an id; "" when it is."""
    roots = Roots()
    roots.feed(DJANGO_VALUE.sub("x", DJANGO_TAG.sub("", DJANGO_COMMENT.sub("", text))))
    roots.close()
    if len(roots.found) != 1:
        return f"{len(roots.found)} roots: {[tag for tag, _ in roots.found]}"
    return "" if roots.found[0][1] else "its root has no id"


def broken(paths: list[Path], rule: Callable[[str], object]) -> dict[str, object]:
    found = {source.name(path): rule(path.read_text(encoding="utf-8")) for path in paths}
    return {name: problem for name, problem in found.items() if problem}


def test_no_template_holds_anything_inline_or_unescaped() -> None:
    assert broken(list(source.files(TEMPLATES, ".html", ".svg", ".txt")), forbidden_in_template) == {}


def test_every_partial_is_one_element_with_an_id() -> None:
    partials = [path for path in source.files(TEMPLATES, ".html") if path.name.startswith("_")]
    assert broken(partials, partial_problem) == {}


def test_no_module_of_the_browser_makes_requests_or_markup_by_hand() -> None:
    found = broken(list(source.files(MODULES, ".js", ".mjs")), forbidden_in_module)
    # A page that is left can tell the server in no other way.
    assert found == {"static/js/review/leaving.js": ["a request by hand"]}
    leaving = (MODULES / "review" / "leaving.js").read_text(encoding="utf-8")
    assert forbidden_in_module(leaving.replace("navigator.sendBeacon(", "", 1)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "{{ name|safe }}",
        "{% autoescape off %}",
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>go()</script>",
        '<button onclick="go()">',
        '<button hx-on:click="go()">',
        '<a href="javascript:go()">',
        "<input value={{ name }}>",
    ],
)
def test_a_planted_break_in_a_template_is_found(planted: str) -> None:
    assert forbidden_in_template(planted)


@pytest.mark.parametrize(
    "planted",
    [
        "<p id='a'></p><p id='b'></p>",
        "<p>no id</p>",
        "words <p id='a'></p>",
        "",
        "{% if a %}<b id='x'></b>{% else %}<i id='x'></i>{% endif %}",
    ],
)
def test_a_planted_bad_partial_is_found(planted: str) -> None:
    assert partial_problem(planted)


@pytest.mark.parametrize(
    "planted", ["await fetch(url)", "new XMLHttpRequest()", "el.innerHTML = text", "eval(text)", "a // x\nfetch ( b )"]
)
def test_a_planted_break_in_a_module_is_found(planted: str) -> None:
    assert forbidden_in_module(planted)


def test_honest_files_are_not_complained_of() -> None:
    assert forbidden_in_template('{# style="x" #}<script src="{% static "js/app.js" %}" type="module"></script>') == []
    assert partial_problem('{% load i18n %}\n<li id="f-{{ id }}"><img src="x"><input name="a"></li>\n') == ""
    assert forbidden_in_module("// no fetch() here\nelement.textContent = 'https://example.org/';") == []


def test_the_screen_asks_for_every_one_of_its_modules_at_once() -> None:
    page = (source.ROOT / "templates" / "review" / "screen.html").read_text(encoding="utf-8")
    asked = set(re.findall(r"modulepreload\" href=\"\{% static 'js/review/(\w+)\.js' %\}", page))
    assert asked == {path.stem for path in (source.ROOT / "static" / "js" / "review").glob("*.js")} - {"screen"}
