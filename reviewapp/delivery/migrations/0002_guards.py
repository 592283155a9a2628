"""What was tried and what was answered is never changed."""

from django.db import migrations

from reviewapp.audit import append_only


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("audit", "0002_guards")]

    operations = [append_only.guard("delivery", "Attempt")]
