"""A refusal says what happened, what was kept and what to do, as a page or as one element for htmx."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from reviewapp.accounts.roles import Role
from reviewapp.web import errors
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frame_alone")]

PART = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("/nothing-here/", errors.NOT_FOUND),
        ("/workers-only/", errors.FORBIDDEN),
        ("/conflict/", errors.CONFLICT),
        ("/refused/", errors.REFUSED),
    ],
)
def test_a_refusal_is_a_page_and_a_part(client: Client, address: str, problem: errors.Problem) -> None:
    client.force_login(factories.create_user(role=Role.AUDITOR), backend="django.contrib.auth.backends.ModelBackend")
    page, part = client.get(address), client.get(address, headers=PART)
    for answer in (page, part):
        assert answer.status_code == problem.status
        for sentence in (problem.title, problem.happened, problem.kept, problem.todo):
            assert str(sentence) in answer.content.decode()
    assert page.content.startswith(b"<!doctype html>")
    assert part.content.startswith(b'<div id="problem"') and b"<html" not in part.content


def test_a_form_without_its_token_says_that_nothing_was_saved() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "ana", "password": "x"})
    assert answer.status_code == 403 and str(errors.FORM_TOO_OLD.kept) in answer.content.decode()


@pytest.mark.parametrize("part", [False, True])
def test_a_breakage_names_its_number_and_asks_no_database(client: Client, part: bool) -> None:
    client.raise_request_exception = False
    answer = client.get("/breaks/", headers=PART if part else None)
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    assert (b"<html" in answer.content) is not part


def test_a_breakage_of_the_page_for_breakages_still_answers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> str:
        raise RuntimeError("no templates today")

    monkeypatch.setattr(errors, "render_to_string", broken)
    client.raise_request_exception = False
    answer = client.get("/breaks/")
    assert answer.status_code == 500 and b"was not saved" in answer.content
