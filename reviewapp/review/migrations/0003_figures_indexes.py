from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("results", "0002_guards"),
        ("review", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["opened_at"], name="task_opened_idx"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["state", "due_at"], name="task_due_idx"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["postponed_until"],
                condition=models.Q(("postponed_until__isnull", False)),
                name="task_postponed_idx",
            ),
        ),
    ]
