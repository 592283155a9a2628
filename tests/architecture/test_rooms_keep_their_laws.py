"""Does each kind of file do only its own work? Views do not write, the core is pure, the clock stays at the edge."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import source

Rule = Callable[[ast.Module], list[str]]

WRITES = {"save", "create", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
NAMES_THAT_HOLD_ANYTHING = {"utils", "util", "helpers", "helper", "common", "services", "service", "managers", "misc"}
CORE_NEVER = ("django", "httpx", "urllib.request", "socket", "time", "sqlite3", "subprocess")
NEVER = tuple(f"{name}." for name in CORE_NEVER)


def writes(tree: ast.Module) -> list[str]:
    """Calls that write to the database by themselves."""
    return [
        f"line {node.lineno}: .{node.func.attr}("
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    ]


def clocks(tree: ast.Module) -> list[str]:
    """Looks at the clock: called, handed on as a default, or by Django's own auto_now."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if (owner, node.attr) in CLOCKS:
                found.append(f"line {node.lineno}: {owner}.{node.attr}")
        elif isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
            found.append(f"line {node.value.lineno}: {node.arg}")
    return found


def impure_imports(tree: ast.Module) -> list[str]:
    """Imports that the core may not have."""
    found = []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        found += [f"line {node.lineno}: {name}" for name in names if f"{name}.".startswith(NEVER)]
    return found


def unsafe_markup(tree: ast.Module) -> list[str]:
    """Python that tells Django to trust a text. `SafeString` as a type is fine: format_html makes them."""
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = []
    for node in ast.walk(tree):
        word = getattr(node, "id", getattr(node, "attr", ""))
        if word == "mark_safe" or (word in {"SafeString", "SafeText"} and node in called):
            found.append(f"line {getattr(node, 'lineno', 0)}: {word}")
    return found


def at_the_edge(path: Path) -> bool:
    """Where the clock may be read: views, commands, the middleware that gives `request.at`, and the switchboard."""
    room = path.relative_to(source.PACKAGE).parts[0]
    return source.is_view(path) or room == "ops" or source.name(path) == "reviewapp/web/middleware.py"


def broken(paths: list[Path], rule: Rule) -> dict[str, list[str]]:
    found = {source.name(path): rule(source.tree(path)) for path in paths}
    return {name: lines for name, lines in found.items() if lines}


def test_no_view_writes() -> None:
    assert broken([path for path in source.modules() if source.is_view(path)], writes) == {}


def test_the_clock_is_read_at_the_edge_only() -> None:
    assert broken([path for path in source.modules() if not at_the_edge(path)], clocks) == {}


def test_the_normal_form_is_pure() -> None:
    assert broken(list(source.files(source.PACKAGE / "extraction", ".py")), impure_imports) == {}


def test_no_python_marks_a_text_as_safe() -> None:
    assert broken(source.modules(), unsafe_markup) == {}


def test_no_file_has_a_name_that_could_hold_anything() -> None:
    paths = [*source.files(source.PACKAGE, ".py"), *source.files(source.ROOT / "static", ".js")]
    assert [source.name(path) for path in paths if path.stem in NAMES_THAT_HOLD_ANYTHING] == []


def test_every_module_says_in_its_first_line_what_it_answers() -> None:
    silent = [
        source.name(path)
        for path in source.modules()
        if path.read_text().strip() and not ast.get_docstring(source.tree(path))
    ]
    assert silent == []


def test_erasable_texts_live_in_the_audit_room_alone() -> None:
    holders = [
        source.name(path)
        for path in source.modules()
        for node in ast.walk(source.tree(path))
        if isinstance(node, ast.ClassDef) and node.name == "Content"
    ]
    assert holders == ["reviewapp/audit/models.py"]


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (writes, "def view(request):\n    form.save()"),
        (writes, "Task.objects.create(state='open')"),
        (writes, "task.delete()"),
        (clocks, "at = timezone.now()"),
        (clocks, "at = datetime.datetime.now()"),
        (clocks, "at = models.DateTimeField(default=timezone.now)"),
        (clocks, "at = models.DateTimeField(auto_now_add=True)"),
        (clocks, "time.time()"),
        (impure_imports, "from django.db import models"),
        (impure_imports, "def f():\n    import httpx"),
        (unsafe_markup, "html = mark_safe(text)"),
        (impure_imports, "import urllib.request"),
        (unsafe_markup, "html = SafeString(text)"),
        (unsafe_markup, "html = safestring.mark_safe(text)"),
    ],
)
def test_a_planted_break_is_found(rule: Rule, planted: str) -> None:
    assert rule(ast.parse(planted))


@pytest.mark.parametrize("rule", [writes, clocks, impure_imports, unsafe_markup])
def test_honest_code_is_not_complained_of(rule: Rule) -> None:
    assert (
        rule(
            ast.parse(
                "import json\nfrom urllib.parse import unquote\n\ndef act(*, at):\n    return decisions.approve(task, at=at)"
            )
        )
        == []
    )
