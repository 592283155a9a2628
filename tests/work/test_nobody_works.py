"""Pages on which something is waited for say when nobody works, each to its reader; a worker of whatever kind ends that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reviewapp.accounts.roles import Role
from reviewapp.work import workers
from reviewapp.work.models import Worker
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("/jobs/", "/jobs/hand-in/", "/deliveries/")
COMMAND = "<code>manage.py work</code>"
SOFTLY = "Just now nothing comes in and nothing goes out."


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
def test_who_can_act_is_told_what_to_do(role: Role, page: str) -> None:
    client = factories.sign_in(factories.create_user(role=role))
    said = client.get(page).content.decode()
    assert COMMAND in said and 'href="/work/"' in said and SOFTLY not in said


@pytest.mark.parametrize("page", ["/jobs/", "/deliveries/"])
def test_who_only_reads_is_told_that_it_waits(page: str) -> None:
    client = factories.sign_in(factories.create_user(role=Role.AUDITOR))
    said = client.get(page).content.decode()
    assert SOFTLY in said and COMMAND not in said and 'href="/work/"' not in said


@pytest.mark.parametrize("page", PAGES)
def test_it_is_said_only_while_nobody_works(page: str) -> None:
    client = factories.sign_in(factories.create_user(role=Role.SUPERVISOR))
    now = timezone.now()
    workers.begin(name="one", at=now)
    assert COMMAND not in client.get(page).content.decode()
    Worker.objects.update(seen_at=now - workers.SILENT - timedelta(seconds=1))
    assert COMMAND in client.get(page).content.decode()
    workers.beat(name="one", at=timezone.now())
    assert COMMAND not in client.get(page).content.decode()
    workers.end(name="one", at=timezone.now())
    assert COMMAND in client.get(page).content.decode()


def test_a_worker_of_celerys_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from reviewapp.ops import engine

    monkeypatch.setattr(engine, "_seen", {})
    first = timezone.now()
    assert {engine._here(first), engine._here(first + timedelta(seconds=1))} == {Worker.objects.get().name}
    assert workers.any_alive(at=first) and Worker.objects.get().seen_at == first
    engine._here(first + workers.EVERY)
    assert Worker.objects.get().seen_at == first + workers.EVERY
    engine._goodbye()
    assert not workers.any_alive(at=timezone.now()) and engine._seen == {}
