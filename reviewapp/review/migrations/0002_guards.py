"""What a person said is never changed, and a second review is never by the first reviewer."""

from django.db import migrations

from reviewapp.audit import append_only

BY_ANOTHER = "NOT EXISTS (SELECT 1 FROM review_task t WHERE t.id = NEW.task_id AND t.not_by_id = NEW.by_id)"


class Migration(migrations.Migration):
    dependencies = [("review", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        append_only.guard("review", "Verdict"),
        append_only.guard("review", "Decision"),
        append_only.check_insert(
            "review",
            "Decision",
            name="is_by_another_person",
            holds=BY_ANOTHER,
            message="the second review is by another person than the first",
        ),
    ]
