"""How does the database itself refuse to change or delete a row? Triggers, the same promise on SQLite and PostgreSQL.

A model that inherits `AppendOnly` is guarded; its migration creates the triggers with `guard(...)`, and `missing_triggers`
tells the system check when one is gone. SQLite's `INSERT OR REPLACE` deletes without a DELETE trigger unless
`recursive_triggers` is on, so an insert trigger refuses an id that exists as well. On PostgreSQL TRUNCATE has a trigger of
its own and all are ENABLE ALWAYS, so that `session_replication_role` does not switch them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from django.apps import apps as django_apps
from django.db import migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Refuses in Python what the triggers refuse in the database, with the better sentence."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only: add a row instead")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__} is append-only: nothing is deleted")


class AppendOnly(models.Model):
    """A table of facts. Rows are inserted, never changed, never deleted."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only: add a row instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is append-only: nothing is deleted")


def guard(app_label: str, model_name: str, *, except_when: str = "") -> migrations.RunPython:
    """Migration operation: refuse UPDATE, DELETE, REPLACE and TRUNCATE on the model's table.

    `except_when`: an SQL condition over OLD and NEW under which an UPDATE is let through (valid on both databases).
    """

    def forward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app_label, model_name)._meta.db_table
        make = _sqlite_guard if editor.connection.vendor == "sqlite" else _postgres_guard
        for statement in make(table, except_when):
            editor.execute(statement, params=None)

    def backward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app_label, model_name)._meta.db_table
        for name in guard_names(table, editor.connection.vendor):
            editor.execute(_drop(name, table, editor.connection.vendor))

    return migrations.RunPython(forward, backward)


def check_insert(app_label: str, model_name: str, *, name: str, holds: str, message: str) -> migrations.RunPython:
    """Migration operation: refuse an INSERT unless the SQL condition `holds` (over NEW, valid on both databases) is true.

    `name` ends the trigger's name, `message` is what the refused writer reads.
    """

    def forward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app_label, model_name)._meta.db_table
        full = f"{table}_{name}"
        if editor.connection.vendor == "sqlite":
            editor.execute(
                f"CREATE TRIGGER {full} BEFORE INSERT ON {table} WHEN NOT COALESCE(({holds}), 0) "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            return
        for statement in (
            f"CREATE FUNCTION {full}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF NOT COALESCE(({holds}), false) THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; "
            "END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {full} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {full}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {full}",
        ):
            editor.execute(statement, params=None)

    def backward(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app_label, model_name)._meta.db_table
        editor.execute(_drop(f"{table}_{name}", table, editor.connection.vendor))
        if editor.connection.vendor != "sqlite":
            editor.execute(f"DROP FUNCTION {table}_{name}()")

    return migrations.RunPython(forward, backward)


def guard_names(table: str, vendor: str) -> tuple[str, ...]:
    """The names of the triggers that `guard` makes on a table."""
    last = "no_replace" if vendor == "sqlite" else "no_truncate"
    return (f"{table}_no_update", f"{table}_no_delete", f"{table}_{last}")


def guarded_tables() -> tuple[str, ...]:
    """Every table whose model inherits AppendOnly."""
    return tuple(sorted(model._meta.db_table for model in django_apps.get_models() if issubclass(model, AppendOnly)))


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """The guards that should stand in this database and do not (or do not fire always)."""
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name for (name,) in cursor.fetchall()}
    wanted = [name for table in guarded_tables() for name in guard_names(table, connection.vendor)]
    return [name for name in wanted if name not in there]


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For tests only: the flush that ends a transactional test is a DELETE or TRUNCATE, which the guards refuse.

    Drops the delete and truncate guards and puts the very same ones back.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_delete'")
            found = cursor.fetchall()
            for name, _ in found:
                cursor.execute(f"DROP TRIGGER {name}")

            def restore(c: Any) -> None:
                for _, sql in found:
                    c.execute(sql)
        else:
            names = [
                (table, name)
                for table in guarded_tables()
                for name in guard_names(table, connection.vendor)
                if not name.endswith("_no_update")
            ]
            for table, name in names:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")

            def restore(c: Any) -> None:
                for table, name in names:
                    c.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

    try:
        yield
    finally:
        with connection.cursor() as cursor:
            restore(cursor)


def _sqlite_guard(table: str, except_when: str) -> tuple[str, ...]:
    unless = f"WHEN NOT COALESCE(({except_when}), 0) " if except_when else ""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless}{refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refuse}",
    )


def _postgres_guard(table: str, except_when: str) -> tuple[str, ...]:
    unless = f"WHEN (NOT COALESCE(({except_when}), false)) " if except_when else ""
    return (
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {unless}"
        "EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name in guard_names(table, "postgresql")),
    )


def _drop(name: str, table: str, vendor: str) -> str:
    return f"DROP TRIGGER {name}" if vendor == "sqlite" else f"DROP TRIGGER {name} ON {table}"
