"""A task knows its reasons' codes, and the order of all tasks holds all that the queue page filters by."""

from django.conf import settings
from django.db import migrations, models

#: rules.BITS as it was when the column came.
CODES = (
    "upstream_review",
    "partial",
    "no_confidence",
    "low_confidence",
    "missing_required",
    "mismatch",
    "upstream_flag",
    "not_found",
    "box_outside",
    "box_unusable",
    "lines_doubtful",
    "page_failed",
    "pages_disagree",
    "pattern_not_checked",
    "conflict",
)


def fill(apps, editor):
    tasks, reasons = (apps.get_model("review", name).objects for name in ("Task", "TaskReason"))
    tasks.update(codes=0)
    for place, code in enumerate(CODES):
        found = reasons.filter(code=code).values("task")
        tasks.filter(pk__in=found).update(codes=models.F("codes") + (1 << place))


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0002_guards"),
        ("review", "0003_figures_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="task",
            name="task_order_idx",
        ),
        migrations.RemoveIndex(
            model_name="task",
            name="task_queue_order_idx",
        ),
        migrations.AddField(
            model_name="task",
            name="codes",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["queue", "state", "position", "id", "postponed_until"],
                name="task_queue_order_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=[
                    "state",
                    "position",
                    "id",
                    "queue",
                    "lowest",
                    "codes",
                    "kind",
                    "upstream",
                    "opened_at",
                    "due_at",
                    "holder",
                    "lease_until",
                    "postponed_until",
                    "document_name",
                ],
                name="task_order_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["position", "id"], name="task_any_order_idx"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["state", "-decided_at", "-id"], name="task_decided_order_idx"),
        ),
    ]
