"""A double of the review screen's server: the real templates, scripts, headers; its values are invented and kept in memory.

It answers what docs/screen.md asks of the views, no more: it shows a field, takes a verdict, and refuses "refuse me".
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from whitenoise import WhiteNoise

from reviewapp.web.staticfiles import file_headers

Box = Sequence[float]
BANDS = ((0.9, "very-high", "very high"), (0.8, "high", "high"), (0.7, "good", "good"), (0.6, "medium", "medium"))
TEXTS = {"approved": "approved", "corrected": "corrected", "cleared": "not in the document", "illegible": "illegible"}


@dataclass(kw_only=True)
class Value:
    """One field as docs/screen.md names it (FieldView)."""

    path: str
    label: str
    value_text: str = ""
    type: str = "text"
    confidence: str = ""
    citations: list[dict[str, Any]] = field(default_factory=list)
    needs_eyes: bool = False
    doubt: bool = False
    reasons: list[tuple[str, str]] = field(default_factory=list)
    scores_text: str = ""
    description: str = ""
    options: list[str] = field(default_factory=list)
    allow_other: bool = False
    page_says: str = ""
    multiline: bool = False
    number: bool = False
    in_array: bool = False
    line: int = 0
    lines_id: str = ""
    enter_kind: str = ""
    editable: bool = True
    verdict: str = ""
    error: str = ""
    entered: str = ""
    current: bool = False
    seen: int = 0
    original_text: str = ""
    history_url: str = ""
    added: bool = False
    of_line: bool = False
    is_class: bool = False
    page: int | None = None
    why: str = ""
    empty_text: str = ""

    def __post_init__(self) -> None:
        self.original_text = self.original_text or self.value_text

    @property
    def dom_id(self) -> str:
        return "field" + self.path.replace("/", "-").replace("+", "new")

    @property
    def focus_url(self) -> str:
        return f"/tasks/1/?field={quote(self.path)}"

    @property
    def boxes(self) -> str:
        parts = [{"p": one["page"], "b": list(one["box"]), "s": list(one["size"])} for one in self.citations]
        return json.dumps(parts, separators=(",", ":")) if parts else ""

    @property
    def find_texts(self) -> str:
        return json.dumps([self.original_text]) if self.original_text else ""

    @property
    def band(self) -> str:
        return self._band[0]

    @property
    def band_text(self) -> str:
        return self._band[1]

    @property
    def _band(self) -> tuple[str, str]:
        if not self.confidence:
            return "none", "none given"
        return next(((key, word) for least, key, word in BANDS if float(self.confidence) >= least), ("low", "low"))

    @property
    def complaints(self) -> list[tuple[str, str]]:
        return self.reasons

    @property
    def verdict_text(self) -> str:
        return TEXTS.get(self.verdict, "")

    @property
    def shown(self) -> str:
        return self.entered if self.error else self.value_text

    @property
    def shown_is_option(self) -> bool:
        return self.shown in self.options

    @property
    def is_null(self) -> bool:
        return not self.value_text


def cited(page: int, box: Box, size: Box) -> dict[str, Any]:
    return {"page": page, "box": box, "size": size, "problem": ""}


@dataclass(kw_only=True)
class Desk:
    """One task and its document. `documents`: address below /documents/ -> file."""

    name: str
    values: list[Value]
    arrays: list[dict[str, Any]] = field(default_factory=list)
    documents: dict[str, bytes] = field(default_factory=dict)
    document: dict[str, Any] | None = None
    reasons_text: str = ""
    read_only: bool = False
    refused: dict[str, Any] | None = None
    said: list[dict[str, str]] = field(default_factory=list)
    native_posts: int = 0

    # -- what the views would do

    def every(self) -> list[Value]:
        return self.values + [cell for array in self.arrays for line in array["lines"] for cell in line["cells"]]

    def at(self, path: str) -> Value | None:
        return next((one for one in self.every() if one.path == path), None)

    def next(self, after: str = "") -> Value | None:
        every = [one for one in self.every() if one.enter_kind == "" or one.needs_eyes]
        start = next((at for at, one in enumerate(every) if one.path == after), -1) + 1
        return next((one for one in every[start:] + every[:start] if one.needs_eyes and not one.verdict), None)

    def take(self, form: dict[str, str]) -> tuple[int, Value | None, Value]:
        """Store a verdict -> status, the field that comes into focus, the field that was said something about."""
        self.said.append(form)
        value = self.at(form["path"])
        assert value is not None
        kind, text = form.get("kind", ""), form.get("value", "")
        if "page_says" in form:
            kind, text = "corrected", form["page_says"]
        if text == "refuse me":
            value.error, value.entered = "This is refused by the double.", text
            return 422, value, value
        value.error = value.entered = ""
        if kind == "enter":
            kind = "approved" if text == value.value_text else "corrected"
        if kind == "restored":
            value.verdict, value.value_text = "", value.original_text
        else:
            value.verdict = kind
            value.value_text = {"corrected": text, "cleared": "", "illegible": ""}.get(kind, value.value_text)
        return 200, self.next(value.path), value

    def context(self, focus: Value | None) -> dict[str, Any]:
        for one in self.every():
            one.current = one is focus
        for array in self.arrays:
            array["open"] = any(cell is focus for line in array["lines"] for cell in line["cells"])
        checked = [one for one in self.every() if one.needs_eyes]
        ticks = ["done" if one.verdict else "now" if one is focus else "todo" for one in checked]
        position = checked.index(focus) + 1 if focus in checked else 0
        task = {"id": 1, "version": 3, "document_name": self.name, "queue_name": "Invoices", "queue_url": "/queue/"}
        task |= {"reasons_text": self.reasons_text, "read_only": self.read_only}
        listed = [one for one in self.values if one.needs_eyes], [one for one in self.values if not one.needs_eyes]
        left = sum(1 for one in checked if not one.verdict)
        return {
            "task": task,
            "document": self.document,
            "fields": self.every(),
            "sections": [
                {"id": "to-check", "title": "To check", "note": f"{left} of {len(checked)} left", "fields": listed[0]},
                {"id": "the-others", "title": "The other fields", "note": "at or above 0.80", "fields": listed[1]},
            ],
            "focus": focus,
            "arrays": [_as_view(array) for array in self.arrays],
            "progress": {
                "checked": len(checked) - left,
                "to_check": len(checked),
                "ticks": ticks,
                "position": position,
                "left_text": f"{left} of {len(checked)} left",
            },
            "all_checked": not left,
            "urls": {name: f"/tasks/1/{name}/" for name in ("verdicts", "lines", "undo", "redo", "decision", "release")}
            | {"postpone": "/tasks/1/postpone/", "screen": "/tasks/1/", "attach": "/tasks/1/attach/"},
            "orders": [("check", "To check first"), ("page", "By place on the page"), ("schema", "Schema order")],
            "order": "check",
            "postpone_choices": [("1h", "in an hour"), ("1d", "tomorrow"), ("7d", "in a week")],
            "refused": self.refused,
        }

    # -- the wire

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], parse_qs(environ.get("QUERY_STRING", ""))
        if path.startswith("/documents/"):
            return self._document(path.removeprefix("/documents/"), start_response)
        if path == "/" or path == "/queue/":
            return _answer(start_response, 200, "<!doctype html><title>double</title>")
        status, template, context = 200, "review/screen.html", self.context(None)
        if environ["REQUEST_METHOD"] == "POST":
            self.native_posts += "HTTP_HX_REQUEST" not in environ
            length = int(environ.get("CONTENT_LENGTH") or 0)
            raw = parse_qs(environ["wsgi.input"].read(length).decode(), keep_blank_values=True)
            form = {name: values[-1] for name, values in raw.items()}
            if path == "/tasks/1/verdicts/":
                status, focus, said = self.take(form)
                template, context = "review/_said.html", self.context(focus)
                cells = [said] if said.in_array else []
                context |= {"cells": cells, "changed": [] if said.in_array else [said]}
            else:
                self.said.append(form | {"to": path})
                template, context = "review/_said.html", self.context(self.next())
        elif "field" in query:
            context = self.context(self.at(query["field"][0]))
        else:
            context = self.context(self.next())
        request = RequestFactory().get(path)
        request.user = AnonymousUser()
        return _answer(start_response, status, render_to_string(template, context, request))

    def _document(self, name: str, start_response: Any) -> Iterable[bytes]:
        body = self.documents.get(name)
        if body is None:
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"no such document"]
        start_response("200 OK", [("Content-Type", "application/pdf"), ("Content-Length", str(len(body)))])
        return [body]


def _as_view(array: dict[str, Any]) -> SimpleNamespace:
    lines = [SimpleNamespace(**{"removed": False, "added": False} | line) for line in array["lines"]]
    columns = [SimpleNamespace(**column) for column in array["columns"]]
    return SimpleNamespace(**{"verdict_text": "", "open": False} | array | {"lines": lines, "columns": columns})


def _answer(start_response: Any, status: int, html: str) -> Iterable[bytes]:
    policy = build_policy(config=settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    head = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", policy)]
    start_response(f"{status} {'OK' if status == 200 else 'refused'}", head)
    return [html.encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class Served:
    """A desk on a free port of this machine, with the product's static files and their headers."""

    def __init__(self, desk: Desk) -> None:
        application = WhiteNoise(desk, add_headers_function=file_headers, autorefresh=True)
        application.add_files(str(Path(settings.BASE_DIR) / "static"), prefix="static/")
        htmx = finders.find("django_htmx/htmx-2.min.js") or finders.find("django_htmx/htmx.min.js")
        assert htmx is not None
        application.add_files(str(Path(htmx).parent), prefix="static/django_htmx/")
        self._server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
        self.desk = desk
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
