"""Does what every test stands on hold? Guards come back after a flush, the network is off, the choice of tests is right."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_socket import SocketConnectBlockedError

from reviewapp.audit import append_only, content
from reviewapp.audit.models import Content
from reviewapp.ops import trial_postgres
from tests.conftest import touches_the_database


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_append_only_tables_are_empty_again_and_guarded_again(turn: int) -> None:
    assert not Content.objects.exists()
    assert append_only.missing_triggers(connection) == []
    with transaction.atomic():
        content.keep(type="text", text=f"turn {turn}")
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_content")


@pytest.mark.django_db
def test_the_look_for_guards_sees_one_that_is_gone() -> None:
    table = append_only.guarded_tables()[0]
    name = append_only.guard_names(table, connection.vendor)[1]
    with connection.cursor() as cursor:
        cursor.execute(append_only._drop(name, table, connection.vendor))
    assert append_only.missing_triggers(connection) == [name]


def test_no_test_reaches_another_machine() -> None:
    # pytest-socket warns before it refuses, and a warning is an error here.
    with socket.socket() as outward, pytest.raises((SocketConnectBlockedError, UserWarning), match=r"192\.0\.2\.1"):
        outward.connect(("192.0.2.1", 80))


def test_a_test_may_talk_to_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


@pytest.mark.parametrize(
    ("fixtures", "marked", "touches"),
    [({"page"}, False, False), ({"db"}, False, True), ({"live_server"}, False, True), (set(), True, True)],
)
def test_what_runs_on_both_databases_is_chosen_by_what_a_test_asks_for(
    fixtures: set[str], marked: bool, touches: bool
) -> None:
    item: Any = SimpleNamespace(fixturenames=fixtures, cls=None, get_closest_marker=lambda name: marked or None)
    assert touches_the_database(item) is touches


def test_a_throw_away_cluster_answers_and_is_gone_afterwards() -> None:
    try:
        with trial_postgres.cluster() as url:
            port = int(url.rsplit(":", 1)[1].split("/")[0])
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except trial_postgres.NoPostgres as reason:
        pytest.skip(str(reason))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
