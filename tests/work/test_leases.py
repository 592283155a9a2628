"""One worker at a time has a due row; what it had comes back when it is killed; who lost it saves nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections, models, transaction
from django.test.utils import isolate_apps

from reviewapp.work import leases
from reviewapp.work.models import Due

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


with isolate_apps("reviewapp.work"):  # no other test that looks at every table shall look for this one

    class Errand(Due):
        """Something due, for these tests alone."""

        class Meta:
            app_label = "work"
            db_table = "tests_errand"


@pytest.fixture
def errands(transactional_db: None) -> Iterator[models.QuerySet[Errand]]:
    with connection.schema_editor() as editor:
        editor.create_model(Errand)
    yield Errand.objects.all()
    with connection.schema_editor() as editor:
        editor.delete_model(Errand)


def due(errands: models.QuerySet[Errand], *minutes: int | None) -> list[Errand]:
    return [errands.create(next_at=None if minute is None else AT + timedelta(minutes=minute)) for minute in minutes]


def test_the_longest_due_comes_first_and_what_is_not_due_stays(errands: models.QuerySet[Errand]) -> None:
    later, now, before, _never, ahead = due(errands, -1, 0, -5, None, 1)
    taken = leases.take(errands, at=AT, worker="a", seconds=60, limit=10)
    assert [lease.row.pk for lease in taken] == [before.pk, later.pk, now.pk]
    assert ahead.pk not in [lease.row.pk for lease in taken]
    assert {errand.leased_by for errand in errands.filter(lease_until=AT + timedelta(seconds=60))} == {"a"}


def test_a_row_in_somebodys_hands_is_not_taken_until_the_lease_ends(errands: models.QuerySet[Errand]) -> None:
    due(errands, 0)
    assert len(leases.take(errands, at=AT, worker="a", seconds=60)) == 1
    assert leases.take(errands, at=AT + timedelta(seconds=59), worker="b", seconds=60) == []
    assert len(leases.take(errands, at=AT + timedelta(seconds=60), worker="b", seconds=60)) == 1


def test_who_lost_the_lease_saves_nothing_of_the_act(errands: models.QuerySet[Errand]) -> None:
    due(errands, 0)
    (slow,) = leases.take(errands, at=AT, worker="slow", seconds=60)
    (quick,) = leases.take(errands, at=AT + timedelta(seconds=61), worker="quick", seconds=60)
    with pytest.raises(leases.Lost), transaction.atomic():
        errands.create(last_error="what the slow one did")
        leases.settle(slow, at=AT, next_at=None)
    assert not errands.filter(last_error="what the slow one did").exists()
    with pytest.raises(leases.Lost):
        leases.extend(slow, at=AT, seconds=60)
    leases.settle(quick, at=AT, next_at=None)


def test_a_longer_act_keeps_its_row(errands: models.QuerySet[Errand]) -> None:
    due(errands, 0)
    (lease,) = leases.take(errands, at=AT, worker="a", seconds=60)
    leases.extend(lease, at=AT + timedelta(seconds=50), seconds=60)
    assert leases.take(errands, at=AT + timedelta(seconds=100), worker="b", seconds=60) == []


def test_failures_in_a_row_are_counted_and_a_success_ends_the_count(errands: models.QuerySet[Errand]) -> None:
    (errand,) = due(errands, 0)
    for number in (1, 2):
        (lease,) = leases.take(errands, at=AT, worker="a", seconds=60)
        leases.settle(lease, at=AT, next_at=AT, failed=True, code="unavailable", error="the host is down")
        errand.refresh_from_db()
        assert (errand.attempts, errand.last_code, errand.last_error) == (number, "unavailable", "the host is down")
        assert (errand.lease_until, errand.leased_by) == (None, "")
    (lease,) = leases.take(errands, at=AT, worker="a", seconds=60)
    leases.settle(lease, at=AT, next_at=None)
    errand.refresh_from_db()
    assert (errand.attempts, errand.last_code, errand.last_error, errand.next_at) == (0, "", "", None)


def test_many_workers_do_each_row_once(errands: models.QuerySet[Errand]) -> None:
    due(errands, *[0] * 60)
    done: list[int] = []

    def work(name: str) -> None:
        try:
            while taken := leases.take(errands.all(), at=AT, worker=name, seconds=60, limit=3):
                for lease in taken:
                    leases.settle(lease, at=AT, next_at=None)
                    done.append(lease.row.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # On PostgreSQL a worker may find all due rows in other hands and end: what is left is for the next look.
    work("last")
    assert sorted(done) == sorted(errands.values_list("pk", flat=True))
    assert set(errands.values_list("fence", flat=True)) == {1}
