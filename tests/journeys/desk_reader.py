"""What does a reviewer see on the screen? The page's HTML as the marks that a person would go by; nothing else is known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: How the screen asks about a list whose own score is low.
LINES_QUESTION = "Are all lines there?"


@dataclass(slots=True)
class Lines:
    """A list's table: its address, whether the screen asks about its lines, and the address of each line."""

    path: str = ""
    asked: bool = False
    lines: list[str] = field(default_factory=list)


class Screen(HTMLParser):
    """One review screen.

    `name`: the heading. `flagged`: addresses of values marked to be looked at, lists left out. `values`: every value's
    address. `lists`: the tables of lines. `focus`: the controls of the form in focus: name -> kind of control, or the
    choices offered.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.name = ""
        self.values: list[str] = []
        self.flagged: list[str] = []
        self.lists: list[Lines] = []
        self.hidden: dict[str, dict[str, str]] = {}
        self.focus: dict[str, list[str]] = {}
        self._in_heading = self._in_reason = False
        self._form = ""
        self._select = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        classes = said.get("class", "").split()
        if tag == "h1":
            self._in_heading = True
        elif tag == "form":
            self._form = said.get("id", "")
        elif tag == "section" and "lines" in classes:
            self.lists.append(Lines())
        elif tag in ("a", "td") and "data-path" in said and "data-lines" not in said:
            self.values.append(said["data-path"])
            if "data-needs-eyes" in said:
                self.flagged.append(said["data-path"])
        elif tag == "span" and "reason" in classes and self.lists:
            self._in_reason = True
        elif tag == "button" and self.lists and said.get("name") == "line_added":
            self.lists[-1].path = said["value"]
        elif tag == "button" and self.lists and said.get("name") == "line_removed":
            self.lists[-1].lines.append(said["value"])
        self._controls(tag, said)

    def _controls(self, tag: str, said: dict[str, str]) -> None:
        name = said.get("name", "")
        if tag == "input" and said.get("type") == "hidden":
            self.hidden.setdefault(self._form, {})[name] = said.get("value", "")
        elif self._form != "focus":
            return
        elif tag == "select":
            self._select = name
            self.focus[name] = []
        elif tag == "option":
            self.focus[self._select].append(said.get("value", ""))
        elif tag in ("input", "textarea") and name:
            self.focus.setdefault(name, [])
            if said.get("type") == "radio":
                self.focus[name].append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self._in_heading = False
        elif tag == "section":
            self._in_reason = False
        elif tag == "form":
            self._form = ""

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if self._in_heading:
            self.name += text
        elif self._in_reason and text.startswith(LINES_QUESTION):
            self.lists[-1].asked = True
