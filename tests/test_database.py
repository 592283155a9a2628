"""Does the database keep what a 200 promises? The rules for SQLite and the reading of a PostgreSQL URL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import ConnectionHandler

from reviewapp import database

ASKED = ("foreign_keys", "recursive_triggers", "journal_mode", "synchronous")


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),  # Debian 12
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_wal_is_used_only_where_it_is_safe(version: database.Version, safe: bool) -> None:
    assert database.wal_is_safe(version) is safe
    assert ("journal_mode=WAL" in database.sqlite(Path("x"), version=version)["OPTIONS"]["init_command"]) is safe


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(("version", "journal"), [((3, 40, 1), "delete"), ((3, 53, 4), "wal")])
def test_a_connection_has_what_was_asked_for(tmp_path: Path, version: database.Version, journal: str) -> None:
    handler = ConnectionHandler({"default": database.sqlite(tmp_path / "db.sqlite3", version=version)})
    one = handler["default"]
    try:
        with one.temporary_connection() as cursor:
            found = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ASKED}
    finally:
        one.close()
    assert found == {"foreign_keys": 1, "recursive_triggers": 1, "journal_mode": journal, "synchronous": 2}


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_transaction_takes_the_write_lock_at_its_beginning() -> None:
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False


@pytest.mark.sqlite
def test_the_bundled_sqlite_is_the_one_that_is_used() -> None:
    pysqlite3 = pytest.importorskip("pysqlite3", reason="pysqlite3 has no wheel for this platform")
    from django.db.backends.sqlite3.base import Database

    assert Database.sqlite_version == pysqlite3.sqlite_version
    assert settings.SQLITE_VERSION >= (3, 51, 3)


def read(url: str) -> dict[str, Any]:
    return database.postgres(url, lock_timeout=1, statement_timeout=2, idle_timeout=3, max_age=4)


def test_a_url_is_read_whole() -> None:
    found = read("postgres://us%40er:p%2Fw@db.example.org:6543/review?sslmode=require")
    assert {key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "CONN_MAX_AGE")} == {
        "NAME": "review",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example.org",
        "PORT": "6543",
        "CONN_MAX_AGE": 4,
    }
    assert found["OPTIONS"] == {
        "sslmode": "require",
        "options": "-c lock_timeout=1 -c statement_timeout=2 -c idle_in_transaction_session_timeout=3",
    }


def test_a_socket_folder_stands_in_the_query() -> None:
    found = read("postgresql:///review?host=/run/postgresql&port=5433")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("/run/postgresql", "5433", "review")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hidden@h/db",
        "postgres://u:hidden@h",
        "postgres://u:hidden@h/",
        "postgres://u:hidden@h:99999/db",
        "postgres://u:hidden@h:x/db",
        "postgres://u:hidden@h/db?sslmod=require",
    ],
)
def test_a_wrong_url_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(database.BadDatabase) as refused:
        read(url)
    assert "hidden" not in str(refused.value)


def test_the_described_database_shows_no_password() -> None:
    line = database.described(read("postgres://u:hidden@h.example.org/db"), version=(3, 40, 1))
    assert line == "PostgreSQL database db at h.example.org"


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("REVIEWAPP_DEBUG", "maybe", "yes or no"),
        ("REVIEWAPP_DATA", "relative/folder", "absolute path"),
        ("REVIEWAPP_URL", "review.example.org", "address"),
        ("REVIEWAPP_SECRET_KEY", "short", "32 characters"),
        ("REVIEWAPP_API_REQUESTS_PER_MINUTE", "-1", "whole number"),
        ("REVIEWAPP_DATABASE_URL", "mysql://h/db", "postgres://"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_names_itself(name: str, value: str, word: str, tmp_path: Path) -> None:
    done = start({"REVIEWAPP_DATA": str(tmp_path), name: value})
    assert done.returncode != 0
    assert name in done.stderr
    assert word in done.stderr


def test_the_secret_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    first, second = (start({"REVIEWAPP_DATA": str(tmp_path / "data")}) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert len(first.stdout.strip()) > 60
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


def start(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Load the product's settings in a Python of its own."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("REVIEWAPP_")}
    code = "from reviewapp import settings; print(settings.SECRET_KEY)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**plain, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
