"""How does a person work through HTTP? As a browser would: sign in, press buttons of forms that a page really has, follow.

Reads nothing but the answers; the database is looked at by the tests afterwards.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.factories import PASSWORD

#: A machine with little to give takes long to answer sixteen at once; a server that hangs is still found out.
_ANSWER_WITHIN_SECONDS = 120


@dataclass
class Form:
    """A form as the page has it: where it goes, and what it would send without a button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms of a page by id, or by action where they have none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Form] = {}
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._open = Form(given.get("action", ""))
            self.found[given.get("id") or self._open.action] = self._open
        elif tag == "input" and self._open is not None and "name" in given:
            is_sent = given.get("type") not in ("radio", "checkbox", "submit") or "checked" in given
            self._open.fields |= {given["name"]: given.get("value", "")} if is_sent else {}

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms(page: str) -> dict[str, Form]:
    """The forms of a page by id, or by action where they have none."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


@dataclass
class Person:
    """One signed-in browser. `script`: with htmx, as the page is meant; without, as it must work too.

    `opened` are the tasks that were given to this person, `said` the verdicts and `decided` the decisions that the server
    confirmed, `trouble` every answer that was no success.
    """

    url: str
    name: str
    script: bool = True
    opened: list[int] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    said: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    trouble: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = httpx.Client(base_url=self.url, timeout=_ANSWER_WITHIN_SECONDS, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def sign_in(self) -> None:
        form = forms(self._get("/sign-in/").text)["/sign-in/"]
        answer = self._send(form, {"username": self.name, "password": PASSWORD}, script=False)
        assert answer.status_code == 302, f"{self.name} could not sign in: {answer.status_code}"

    def review_next(self) -> httpx.Response:
        """Press "Review next" on the queue page; the page that it leads to."""
        form = forms(self._get("/queue/").text).get("/queue/next/")
        return self._get("/queue/") if form is None else self._follow(self._send(form, {}, script=False))

    def get_one(self) -> None:
        """Press "Review next" once."""
        if task_id := _task_of(self.review_next()):
            self.opened.append(task_id)

    def claim(self, task_id: int) -> int:
        """Ask for one certain task; the status of the answer."""
        queue = forms(self._get("/queue/").text)["/queue/next/"]
        form = Form(f"/tasks/{task_id}/claim/", queue.fields)
        return self._http.post(form.action, data=form.fields).status_code

    def drain(self) -> None:
        """Review until nothing is given out any more: approve or correct each field that needs eyes, then decide."""
        page = self.review_next()
        while task_id := _task_of(page):
            self.opened.append(task_id)
            page = self._decide(task_id, page)

    def _decide(self, task_id: int, page: httpx.Response) -> httpx.Response:
        shown = forms(page.text)
        while focus := shown.get("focus"):
            if "path" not in focus.fields or _all_checked(page.text):
                break
            typed = {"value": f"{task_id}.50"} if focus.fields["path"] == "/total" else {}
            answer = self._send(focus, {"kind": "enter", **typed}, script=self.script)
            if not answer.is_success and not answer.is_redirect:
                return answer
            self.said += 1
            page = self._follow(answer)
            shown |= forms(page.text)
        answer = self._send(shown["decision"], {}, script=self.script)
        if answer.is_redirect or "HX-Redirect" in answer.headers:
            self.decided.append(task_id)
        return self._follow(answer)

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        where = answer.headers.get("HX-Redirect") or answer.headers.get("Location")
        return self._get(where) if where else answer

    def _get(self, address: str) -> httpx.Response:
        return self._noted(self._http.get(address))

    def _send(self, form: Form, pressed: dict[str, str], *, script: bool) -> httpx.Response:
        headers = {"HX-Request": "true"} if script else {}
        return self._noted(self._http.post(form.action, data={**form.fields, **pressed}, headers=headers))

    def _noted(self, answer: httpx.Response) -> httpx.Response:
        self.asked[re.sub(r"\d+", "N", f"{answer.request.method} {answer.request.url.path}")] += 1
        if answer.status_code >= 400:
            self.trouble.append(f"{answer.request.method} {answer.request.url.path}: {answer.status_code}")
        return answer


def all_at_once(people: Sequence[Person], act: str) -> None:
    """Everybody does it at the same time, each in a thread of their own; an exception of one is raised here."""
    ready = threading.Barrier(len(people))

    def run(person: Person) -> None:
        ready.wait()
        getattr(person, act)()

    with ThreadPoolExecutor(len(people)) as pool:
        for done in [pool.submit(run, person) for person in people]:
            done.result()


def _all_checked(page: str) -> bool:
    """What the page's counter says; a part of a page without it says nothing."""
    found = re.search(r"<b>(\d+) of (\d+)</b>", page)
    return found is not None and found[1] == found[2]


def _task_of(page: httpx.Response) -> int:
    found = re.fullmatch(r"/tasks/(\d+)/", page.request.url.path) if page.is_success else None
    return int(found[1]) if found else 0
