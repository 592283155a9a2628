"""The database itself refuses to change the trail."""

from django.db import migrations

from reviewapp.audit import append_only

ERASURE = (
    "OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.text IS NULL AND NEW.salt IS NULL "
    "AND NEW.id = OLD.id AND NEW.type = OLD.type AND NEW.commitment = OLD.commitment"
)
FOLLOWS = (
    f"(NEW.seq = 1 AND NEW.previous = '{'0' * 64}') OR EXISTS (SELECT 1 FROM audit_entry e "
    "WHERE e.stream = NEW.stream AND e.seq = NEW.seq - 1 AND e.leaf = NEW.previous)"
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        append_only.guard("audit", "Content", except_when=ERASURE),
        append_only.guard("audit", "Entry"),
        append_only.check_insert(
            "audit",
            "Entry",
            name="follows_its_stream",
            holds=FOLLOWS,
            message="an entry follows the one before it in its stream",
        ),
    ]
