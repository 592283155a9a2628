"""How does a migration rebuild a guarded table on SQLite? With its triggers back on it, and without tripping over others'.

SQLite alters a table by making another one, copying, dropping and renaming. Dropping takes the table's triggers away; and
the renaming is refused while some trigger elsewhere names the table that is gone for a moment, unless SQLite alters in its
older way, which leaves other objects' texts alone.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import schema
from django.db.models import Model


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Django's, for a database with triggers."""

    def _remake_table(self, model: type[Model], *args: Any, **kwargs: Any) -> None:
        table = model._meta.db_table
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            triggers = [sql for (sql,) in cursor.fetchall()]
            cursor.execute("PRAGMA legacy_alter_table = ON")
        try:
            super()._remake_table(model, *args, **kwargs)  # type: ignore[misc]
        finally:
            with self.connection.cursor() as cursor:
                cursor.execute("PRAGMA legacy_alter_table = OFF")
        for sql in triggers:
            self.execute(sql, params=None)
