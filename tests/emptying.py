"""How is the database emptied after a transactional test? Only what the test filled, and nothing is made again.

Django's own flush empties every table and then makes the content types and permissions anew: a third of a second a test
on PostgreSQL, a tenth on SQLite. These two tables are left as they are instead; they hold nothing that a test writes.
"""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.backends.base.base import BaseDatabaseWrapper

from reviewapp.audit import append_only

STAYS = {ContentType._meta.db_table, Permission._meta.db_table}


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete every row but content types and permissions; the append-only tables' guards stand again afterwards."""
    if filled := _filled(connection):
        # Not TRUNCATE, which on PostgreSQL makes new files for every table that refers to one of these. In one
        # transaction the order is free there: Django's foreign keys are checked at its end.
        quote = connection.ops.quote_name
        with append_only.lifted(connection), connection.constraint_checks_disabled():
            connection.ops.execute_sql_flush([f"DELETE FROM {quote(name)}" for name in filled])
    gone = append_only.missing_triggers(connection)
    assert not gone, f"guards that did not come back after a test: {gone}"


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - STAYS)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        questions = [
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in tables if name in existing
        ]
        found: list[str] = []
        for start in range(0, len(questions), 100):  # SQLite takes 500 in one compound SELECT
            cursor.execute(" UNION ALL ".join(questions[start : start + 100]))
            found += [name for (name,) in cursor.fetchall()]
    return found
