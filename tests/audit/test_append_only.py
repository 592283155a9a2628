"""The database itself refuses: whatever statement somebody with the application's rights tries."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from reviewapp.accounts.roles import Role
from reviewapp.audit import append_only, apps, content, trail
from reviewapp.audit.actions import Action
from reviewapp.audit.models import Content, Entry
from reviewapp.delivery import outbox
from reviewapp.results import ledger
from reviewapp.results.models import ResultRow
from reviewapp.review.models import Verdict
from tests.delivery import receiver
from tests.factories import AT, VIA, create_queue, create_task, create_user
from tests.review.test_decisions import approve, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def everything():
    """At least one row in every append-only table."""
    queue = create_queue()
    ana = create_user(username="ana", queues=[queue])
    # An address that our own rules refuse: an attempt is written down, and nothing is called.
    receiver.create_destination("http://127.0.0.1:9/", private="")
    task = create_task()
    say(task, ana, "/total", "approved")
    approve(task, ana)
    outbox.run(at=AT)
    receiver.run()
    from reviewapp.documents.models import Document

    document = Document.objects.create(
        sha256="0" * 64,
        size=1,
        media_type="application/pdf",
        state="ready",
        page_count=1,
        pages="[[1,1]]",
        created_at=AT,
    )
    ledger.link_document(job=task.job, document=document, name="paper.pdf", at=AT)
    return task


def refused(sql: str, parameters: tuple = ()) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
    except DatabaseError:
        return True
    return False


def test_no_row_of_an_append_only_table_is_updated_or_deleted(everything):
    for table in append_only.guarded_tables():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0, f"{table} is empty, so nothing would be refused"
        assert refused(f"UPDATE {table} SET id = id + 1000"), table
        assert refused(f"DELETE FROM {table}"), table


def test_negative_control_a_table_that_is_not_guarded_lets_it_pass(everything):
    assert not refused("UPDATE review_task SET priority = 4")


@pytest.mark.sqlite
def test_a_replace_does_not_slip_past_the_guards(everything):
    for table in append_only.guarded_tables():
        assert refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"), table


@pytest.mark.postgres
def test_truncate_and_the_replication_role_do_not_slip_past_the_guards(everything):
    for table in append_only.guarded_tables():
        assert refused(f"TRUNCATE {table} CASCADE"), table
        assert refused(f"SET LOCAL session_replication_role = replica; DELETE FROM {table}"), table


def test_erasing_a_content_is_the_one_change_that_passes(everything):
    one = _kept("secret")
    table = Content._meta.db_table
    assert refused(f"UPDATE {table} SET text = 'other' WHERE id = %s", (one.pk,))
    assert refused(f"UPDATE {table} SET text = NULL WHERE id = %s", (one.pk,))
    assert refused(
        f"UPDATE {table} SET commitment = 'x', text = NULL, salt = NULL, erased_at = %s WHERE id = %s", (AT, one.pk)
    )
    assert not refused(f"UPDATE {table} SET text = NULL, salt = NULL, erased_at = %s WHERE id = %s", (AT, one.pk))
    assert refused(f"UPDATE {table} SET erased_at = %s WHERE id = %s", (AT, one.pk)), "and only once"


def _kept(text: str) -> Content:
    with transaction.atomic():
        return content.keep(type="text", text=text)


def test_an_entry_that_does_not_follow_its_stream_is_refused(everything):
    table = Entry._meta.db_table
    columns = "stream, seq, body, leaf, previous, at, action, actor_type, actor_id, object_type, object_id, path"
    values = "%s, %s, %s, %s, %s, %s, 'a', 'a', 'a', 'a', 'a', ''"
    insert = f"INSERT INTO {table} ({columns}) VALUES ({values})"
    assert refused(insert, ("new", 2, b"x", "1" * 64, "0" * 64, AT)), "a gap"
    assert refused(insert, ("new", 1, b"x", "2" * 64, "f" * 64, AT)), "a first entry with a predecessor"
    assert not refused(insert, ("new", 1, b"x", "3" * 64, "0" * 64, AT)), "a true first entry"
    assert refused(insert, ("new", 2, b"x", "4" * 64, "f" * 64, AT)), "a wrong predecessor"


def test_a_row_keeps_to_its_chain(everything):
    row = ResultRow.objects.get(source="upstream")
    fields = {field.column for field in ResultRow._meta.concrete_fields} - {"id", "supersedes_id", "base_id", "key"}
    names = ", ".join(sorted(fields))
    table = ResultRow._meta.db_table
    copy = f"INSERT INTO {table} ({names}, key, supersedes_id, base_id) SELECT {names}, %s, %s, %s FROM {table} WHERE id = %s"
    assert refused(copy, ("other", row.pk, None, row.pk)), "a predecessor from another chain"
    assert refused(copy, (row.key, None, None, row.pk)), "a second beginning of the chain"
    assert not refused(copy, (row.key, row.pk, None, row.pk)), "the next of its own chain"
    assert refused(copy, (row.key, row.pk, None, row.pk)), "a second successor"


def test_the_system_check_names_a_guard_that_is_gone(everything):
    assert apps.guards_stand(None, ["default"]) == []
    table = Verdict._meta.db_table
    name = f"{table}_no_update"
    drop = f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(drop)
        found = apps.guards_stand(None, ["default"])
        transaction.set_rollback(True)
    assert [name in error.msg for error in found] == [True]
    assert apps.guards_stand(None, ["default"]) == []


def test_nothing_is_written_where_the_trail_cannot_be(everything, monkeypatch):
    """Law 7, for the acts of people: each is tried with a trail that fails, and leaves the database as it was."""
    from reviewapp.review import claims, decisions, verdicts

    sol = create_user(username="sol-2", role=Role.SUPERVISOR)
    task = create_task()
    before = _counts()

    def fail(*notes: object, **rest: object) -> None:
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(trail, "record", fail)
    who = {"task_id": task.pk, "user": sol, "at": AT, "via": VIA}
    said = verdicts.Said(path="/total", kind=Verdict.Kind.APPROVED)
    asked = decisions.Asked(version=task.version, reason="because")
    acts = {
        "claim": lambda: claims.take(**who),
        "next": lambda: claims.next_task(user=sol, at=AT, via=VIA),
        "take over": lambda: claims.take_over(**who),
        "assign": lambda: claims.assign(**who, to=None),
        "verdict": lambda: verdicts.give(**who, said=said),
        "line": lambda: verdicts.add_line(**who, array="/lines"),
        "approve": lambda: decisions.approve(**who, asked=asked, sign_off=True),
        "reject": lambda: decisions.reject(**who, asked=asked),
        "postpone": lambda: decisions.postpone(**who, until=AT),
        "escalate": lambda: decisions.escalate(**who, reason="help"),
    }
    for name, act in acts.items():
        with pytest.raises(RuntimeError, match="cannot be written"):
            act()
        assert _counts() == before, name


def _counts() -> dict[str, object]:
    from django.apps import apps as django_apps

    found = {}
    for model in django_apps.get_models():
        if model._meta.app_label in ("audit", "results", "review", "intake"):
            found[model.__name__] = list(model._default_manager.order_by("pk").values_list())
    return found


def test_an_entry_outside_a_transaction_is_refused():
    with pytest.raises(trail.NotInTransaction):
        trail.record(
            trail.Note(stream="s", action=Action.SIGNED_IN, object_type="user", object_id="1"), at=AT, by=trail.SYSTEM
        )
