"""A migration that rebuilds a table on SQLite leaves every trigger standing: the table's own, and those that name it."""

from __future__ import annotations

import pytest
from django.db import connection, models

from reviewapp.audit import append_only
from reviewapp.audit.models import Content
from reviewapp.review.models import Task, Verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


def triggers() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        return list(cursor.fetchall())


@pytest.mark.parametrize("model", [Task, Verdict, Content])
def test_a_rebuilt_table_keeps_its_triggers(model: type[models.Model]) -> None:
    before = triggers()
    assert any(model._meta.db_table in sql for _, sql in before), "a table without a trigger would prove nothing"
    with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
        editor._remake_table(model)
    assert triggers() == before
    assert append_only.missing_triggers(connection) == []
