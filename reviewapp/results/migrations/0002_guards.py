"""Rows are only added, and stay in their chain (design law 3)."""

from django.db import migrations

from reviewapp.audit import append_only

IN_ITS_CHAIN = (
    "(NEW.supersedes_id IS NULL OR EXISTS (SELECT 1 FROM results_resultrow r WHERE r.id = NEW.supersedes_id "
    "AND r.job_id = NEW.job_id AND r.key = NEW.key AND r.source = NEW.source)) "
    "AND (NEW.base_id IS NULL OR EXISTS (SELECT 1 FROM results_resultrow b WHERE b.id = NEW.base_id "
    "AND b.job_id = NEW.job_id AND b.key = NEW.key AND b.source = 'upstream'))"
)


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial"), ("audit", "0002_guards")]

    operations = [
        append_only.guard("results", "Payload"),
        append_only.guard("results", "PayloadPart"),
        append_only.guard("results", "ResultRow"),
        append_only.guard("results", "DocumentLink"),
        append_only.guard("results", "Final"),
        append_only.check_insert(
            "results",
            "ResultRow",
            name="keeps_its_chain",
            holds=IN_ITS_CHAIN,
            message="a row supersedes a row of its own chain and is based on an upstream row of the same key",
        ),
    ]
