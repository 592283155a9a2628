"""A delivery knows its document's name, and each way back to an upstream is taken once.

Of several write-backs in one way, the first stays as it is; the others, which said each decision once more, are disabled.
"""

import json

from django.db import migrations, models

AT_ONCE = 500
WHY = "Another destination writes back to this upstream in the same way."


def name(apps, editor):
    deliveries, links = (
        apps.get_model(*one).objects for one in (("delivery", "Delivery"), ("results", "DocumentLink"))
    )
    last = 0
    while True:
        found = deliveries.filter(pk__gt=last).select_related("job", "row__facts").order_by("pk")[:AT_ONCE]
        few = list(found)
        if not few:
            return
        for one in few:
            key = one.order_key.partition(":")[2]
            link = links.filter(job=one.job_id, key__in=[key, ""]).select_related("name").order_by("-id").first()
            read = json.loads(one.row.facts.text).get("file_name") if one.row.facts.text else ""
            one.document_name = ((link.name.text if link else "") or read or one.job.file_name or "")[:500]
        deliveries.bulk_update(few, ["document_name"])
        last = few[-1].pk


def disable_further_ones(apps, editor):
    destinations = apps.get_model("delivery", "Destination").objects
    taken = set()
    for one in destinations.filter(kind="write_back").exclude(state="disabled").order_by("pk"):
        if (one.upstream_id, one.way) in taken:
            destinations.filter(pk=one.pk).update(state="disabled", reason=WHY)
        taken.add((one.upstream_id, one.way))


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0004_acts_of_delivery"),
        ("delivery", "0002_guards"),
        ("results", "0003_llamacloud_v2"),
        ("upstreams", "0003_llamacloud_v2"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="document_name",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.RunPython(name, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["-id", "document_name", "job"], name="delivery_name_idx"),
        ),
        migrations.RunPython(disable_further_ones, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "write_back"), models.Q(("state", "disabled"), _negated=True)),
                fields=("upstream", "way"),
                name="one_write_back_in_each_way_to_an_upstream",
            ),
        ),
    ]
