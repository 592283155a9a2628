"""Does the API keep what its OpenAPI promises? Schemathesis asks every operation, as a key that reads and as one that works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    has_only_additional_properties_in_non_body_parameters,
    negative_data_rejection,
    positive_data_acceptance,
)

from reviewapp.accounts import apikeys
from reviewapp.accounts.models import Scope
from reviewapp.accounts.roles import Role
from reviewapp.api.v1 import openapi
from reviewapp.delivery import outbox
from reviewapp.delivery.models import Delivery
from tests import factories
from tests.delivery import receiver

pytestmark = [pytest.mark.django_db, pytest.mark.once]
READING = [one for one in Scope if one not in apikeys.WRITING]
#: What the id in an address is one of.
THINGS = {"jobs": "job", "rows": "row", "tasks": "task", "deliveries": "delivery"}


def promises(*, edges: bool) -> Any:
    """The OpenAPI as Schemathesis asks it, in this process. `edges`: also each limit of each parameter, and just beyond."""
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": edges}}})
    found = schemathesis.openapi.from_dict(openapi.document(), config=config)
    found.app = get_wsgi_application()
    return found


def examples(count: int) -> hypothesis.settings:
    """The same cases every time."""
    return hypothesis.settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """As Django's own test client does it: a request does not end the connection that the test's transaction is on."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


#: What no schema can say: it depends on the task, on the clock, or on what was asked before.
FIT_BUT_REFUSED = {
    "bad_cursor",
    "unknown_path",
    "value_refused",
    "reason_missing",
    "not_to_come",
    "idempotency_key_reused",
}


class Undo(Exception):
    """What a case did is taken back, so that the next one meets the same desk."""


@pytest.fixture
def desk(request: Any, settings: Any) -> dict[str, str]:
    """A job with an open task, one whose row is on its way, and the header of who asks."""
    settings.API_REQUESTS_PER_MINUTE = 10**9
    queue = factories.create_queue()
    sol = factories.create_user(role=Role.SUPERVISOR, queues=[queue])
    task = factories.create_task()
    receiver.create_destination()
    factories.create_job(factories.unsiloed({"total": (1, 0.99)}))
    outbox.run(at=factories.AT)
    delivery = str(Delivery.objects.get().pk)
    scopes, person = (list(Scope), sol) if request.param == "works" else (READING, None)
    _, secret = factories.create_key(upstreams=[task.upstream], scopes=scopes, acts_for=person)
    things = {"task": str(task.pk), "job": str(task.job_id), "row": str(task.row_id), "delivery": delivery}
    return {**things, "secret": secret}


def put_right(case: Any, desk: dict[str, str], n: int) -> None:
    """The second time each question is about what is there, unless a wrong address is what it tries."""
    where = case.meta.components.get(ParameterLocation.PATH)
    if n % 2 and "id" in (case.path_parameters or {}) and where is not None and where.mode.is_positive:
        case.path_parameters["id"] = desk[THINGS[case.operation.path.split("/")[3]]]
    body = case.body
    if n % 2 and isinstance(body, dict) and case.meta.generation.mode.is_positive and "revision" in body:
        body["revision"] = 1


def only_unknown_parameters(case: Any, headers: dict[str, str]) -> bool:
    """With the key that is sent along, nothing but parameters that nobody declared is wrong: that is refused nowhere.
    (Schemathesis knows the exception, but not that a key which it left out at the same time is sent all the same.)"""
    before = dict(case.headers or {})
    case.headers.update(headers)
    only = has_only_additional_properties_in_non_body_parameters(case)
    case.headers.clear()
    case.headers.update(before)
    return bool(only)


@pytest.mark.parametrize("desk", ["reads", "works"], indirect=True)
@promises(edges=False).parametrize()
@examples(4)
def test_every_answer_is_one_that_was_declared(desk: dict[str, str], case: Any) -> None:
    ask(desk, case)


@pytest.mark.long
@pytest.mark.parametrize("desk", ["reads", "works"], indirect=True)
@promises(edges=True).parametrize()
@examples(150)
def test_every_answer_to_many_more_questions_was_declared(desk: dict[str, str], case: Any) -> None:
    ask(desk, case)


def ask(desk: dict[str, str], case: Any) -> None:
    """No 5xx, no answer, header or body that was not declared, nothing accepted that the schema refuses, no way round the
    key: all of Schemathesis' checks. And what fits is refused for reasons alone that no schema can say."""
    headers = {"Authorization": f"Bearer {desk['secret']}"}
    for n in range(2):
        put_right(case, desk, n)
        try:
            with transaction.atomic():
                response = case.call(headers=headers)
                raise Undo
        except Undo:
            pass
        excluded = [positive_data_acceptance]
        if only_unknown_parameters(case, headers):
            excluded.append(negative_data_rejection)
        case.validate_response(response, headers=headers, excluded_checks=excluded)
        if case.meta.generation.mode.is_positive and response.status_code in (400, 422):
            assert response.json()["error"]["code"] in FIT_BUT_REFUSED, response.text
