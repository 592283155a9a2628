"""Which database, with which guarantees? SQLite by default, PostgreSQL by URL; no Django in here, settings.py calls it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Version = tuple[int, int, int]

#: What may stand behind the question mark of a PostgreSQL URL (libpq's own words).
POSTGRES_WORDS = frozenset({"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"})


class BadDatabase(ValueError):
    """The database cannot be understood from what was configured; the message never shows the password."""


def use_bundled_sqlite() -> None:
    """Let `sqlite3` be the newer library that pysqlite3 brings, where that is installed. Call it before Django connects.

    Debian 12 links a SQLite whose write-ahead log can lose pages (fixed in 3.51.3); the bundled one has the fix.
    """
    if "django.db.backends.sqlite3.base" in sys.modules:
        return  # too late: Django's backend holds the other library already
    try:
        import pysqlite3
        from pysqlite3 import dbapi2
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = dbapi2


def linked_sqlite() -> Version:
    """The version of the SQLite library that `import sqlite3` gives now."""
    import sqlite3

    major, minor, patch = sqlite3.sqlite_version_info
    return major, minor, patch


def wal_is_safe(version: Version) -> bool:
    """Whether this SQLite has the fix of the WAL-reset race: 3.51.3, or its backports 3.50.7 and 3.44.6."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def sqlite(path: Path, *, version: Version) -> dict[str, Any]:
    """Django's settings for a SQLite file, with what the trail's promises need (a commit that was answered is on disk)."""
    journal = "WAL" if wal_is_safe(version) else "DELETE"
    pragmas = ("foreign_keys=ON", "recursive_triggers=ON", f"journal_mode={journal}", "synchronous=FULL")
    return {
        "ENGINE": "reviewapp.ops.sqlite3",  # Django's, in which threads wait in order
        "NAME": path,
        "CONN_MAX_AGE": None,  # one connection a thread; a new one for each request halves the throughput
        "OPTIONS": {
            "timeout": 20,
            # DEFERRED transactions upgrade their lock and fail at once under load; IMMEDIATE ones wait their turn.
            "transaction_mode": "IMMEDIATE",
            "init_command": ";".join(f"PRAGMA {pragma}" for pragma in pragmas),
        },
    }


def postgres(url: str, *, lock_timeout: int, statement_timeout: int, idle_timeout: int, max_age: int) -> dict[str, Any]:
    """Django's settings for `postgres://user:password@host:port/name?sslmode=require`. Timeouts in milliseconds, age in seconds.

    A socket folder goes into `?host=/folder`. Raises BadDatabase.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadDatabase("a database URL begins with postgres:// or postgresql://")
    name = unquote(parts.path.lstrip("/"))
    if not name or "/" in name:
        raise BadDatabase("a database URL ends with /NAME, the database's name")
    words = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(words) - POSTGRES_WORDS)
    if unknown:
        raise BadDatabase(f"a database URL knows no {', '.join(unknown)}; it knows {', '.join(sorted(POSTGRES_WORDS))}")
    port = words.pop("port", "")
    try:
        port = str(parts.port or port)
    except ValueError as error:
        raise BadDatabase("the port of a database URL is a number up to 65535") from error
    session = {
        "lock_timeout": lock_timeout,
        "statement_timeout": statement_timeout,
        "idle_in_transaction_session_timeout": idle_timeout,
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": words.pop("host", "") or parts.hostname or "",
        "PORT": port,
        "CONN_MAX_AGE": max_age,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**words, "options": " ".join(f"-c {key}={value}" for key, value in session.items())},
    }


def described(database: dict[str, Any], *, version: Version) -> str:
    """One line for the log and the health page: which database this is, and what it promises. Holds no credential."""
    if "sqlite3" not in database["ENGINE"]:
        return f"PostgreSQL database {database['NAME']} at {database['HOST'] or 'the local socket'}"
    number = ".".join(map(str, version))
    if wal_is_safe(version):
        return f"SQLite {number} in WAL mode, synchronous=FULL, at {database['NAME']}"
    return (
        f"SQLite {number} with a rollback journal (its WAL has a known fault), synchronous=FULL, at {database['NAME']}"
    )
