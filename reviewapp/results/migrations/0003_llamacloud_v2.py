"""LlamaCloud v2 as a kind; when a job was begun, and what its upstream calls its file."""

from django.db import migrations, models
from django.db.models import F

KINDS = ["unsiloed_extract", "unsiloed_classify", "talonic", "llamacloud", "llamacloud_v2"]


def begun_when_it_came(apps, schema_editor):
    apps.get_model("results", "Job").objects.update(begun_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("results", "0002_guards")]

    operations = [
        migrations.AlterField("job", "kind", models.CharField(max_length=32, choices=[(kind, kind) for kind in KINDS])),
        migrations.AddField(
            "job", "file_id", models.CharField(blank=True, default="", max_length=200), preserve_default=False
        ),
        migrations.AddField("job", "begun_at", models.DateTimeField(null=True)),
        migrations.RunPython(begun_when_it_came, migrations.RunPython.noop),
        migrations.AlterField("job", "begun_at", models.DateTimeField()),
        migrations.AddIndex("job", models.Index(fields=["kind", "-begun_at", "-id"], name="job_begun_idx")),
        migrations.AddIndex("job", models.Index(fields=["file_id"], name="job_file_idx")),
    ]
