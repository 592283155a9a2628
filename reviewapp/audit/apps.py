"""Refuses to start when a guard of the append-only tables is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks


class AuditConfig(AppConfig):
    name = "reviewapp.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        checks.register(guards_stand, checks.Tags.database)


def guards_stand(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Every append-only table has its triggers; a table that is not there yet is not asked for them."""
    from django.db import connections

    from . import append_only

    errors: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        tables = set(connection.introspection.table_names())
        if not set(append_only.guarded_tables()) <= tables:
            continue
        errors += [
            checks.Error(
                f"The trigger {name} is missing: the database would let the trail be changed.",
                hint="Restore the database from a backup, or find out who dropped it before anything else is written.",
                id="audit.E001",
            )
            for name in append_only.missing_triggers(connection)
        ]
    return errors
