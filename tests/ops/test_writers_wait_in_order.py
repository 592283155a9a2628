"""Do the threads of one process write to SQLite in the order in which they asked?"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, OperationalError, connection, connections, transaction

from reviewapp.ops.sqlite3 import base
from reviewapp.ops.sqlite3.base import Turnstile

LONG_ENOUGH = 30.0
file_database = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def waiting(gate: Turnstile, n: int) -> None:
    """Return when n stand in front of it."""
    ends = time.monotonic() + LONG_ENOUGH
    while len(gate._waiting) != n:
        assert time.monotonic() < ends, f"{len(gate._waiting)} wait, not {n}"
        time.sleep(0.001)


def test_they_are_let_in_in_the_order_of_arrival() -> None:
    gate, order = Turnstile(), []

    def come(number: int) -> None:
        assert gate.enter(timeout=LONG_ENOUGH)
        order.append(number)
        gate.leave()

    assert gate.enter(timeout=0)
    with ThreadPoolExecutor(20) as pool:
        for number in range(20):
            pool.submit(come, number)
            waiting(gate, number + 1)
        gate.leave()
    assert order == list(range(20))
    assert gate.enter(timeout=0), "and it is free again"


def test_who_gave_up_is_passed_over() -> None:
    gate = Turnstile()
    assert gate.enter(timeout=0)
    assert not gate.enter(timeout=0.01)
    gate.leave()
    assert gate.enter(timeout=0)


def test_never_two_at_once() -> None:
    gate, inside, most = Turnstile(), 0, 0

    def come(_: int) -> None:
        nonlocal inside, most
        assert gate.enter(timeout=LONG_ENOUGH)
        inside += 1
        most = max(most, inside)
        time.sleep(0)
        inside -= 1
        gate.leave()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come, range(400)))
    assert (inside, most) == (0, 1)


class TestOnTheDatabase:
    pytestmark = file_database

    def test_transactions_begin_in_the_order_in_which_they_were_asked_for(self) -> None:
        gate, order = base.turnstile(str(connection.settings_dict["NAME"])), []

        def write(number: int) -> None:
            with transaction.atomic():
                order.append(number)
            connections.close_all()

        threads = [threading.Thread(target=write, args=[number]) for number in range(8)]
        with transaction.atomic():
            for number, thread in enumerate(threads):
                thread.start()
                waiting(gate, number + 1)
        for thread in threads:
            thread.join(LONG_ENOUGH)
        assert order == list(range(8))

    @pytest.mark.parametrize("ends", ["commit", "rollback", "error in the database", "closed inside"])
    def test_however_a_transaction_ends_the_next_one_comes_in(self, ends: str) -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                if ends == "rollback":
                    transaction.set_rollback(True)
                elif ends == "error in the database":
                    cursor.execute("INSERT INTO there_is_no_such_table VALUES (1)")
                elif ends == "closed inside":
                    connection.close()
        except DatabaseError:
            assert ends != "commit"
        gate = base.turnstile(str(connection.settings_dict["NAME"]))
        assert gate.enter(timeout=0)
        gate.leave()

    def test_when_another_process_holds_the_file_the_turn_is_given_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        other = connections.create_connection("default")
        options = {**connection.settings_dict["OPTIONS"], "timeout": 0.05}
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
        connection.close()
        try:
            other.cursor().execute("BEGIN IMMEDIATE")  # past the queue, as another process is
            with pytest.raises(OperationalError, match="locked"), transaction.atomic():
                pass
            other.cursor().execute("ROLLBACK")
        finally:
            other.close()
        with transaction.atomic():
            assert connection.in_atomic_block
        connection.close()

    def test_a_savepoint_asks_for_no_second_turn(self) -> None:
        with transaction.atomic(), transaction.atomic():
            assert connection.in_atomic_block
