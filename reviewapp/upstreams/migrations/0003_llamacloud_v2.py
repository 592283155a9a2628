"""LlamaCloud v2 as a kind of upstream."""

from django.db import migrations, models

KINDS = [
    ("unsiloed_extract", "Unsiloed extract"),
    ("unsiloed_classify", "Unsiloed classify"),
    ("talonic", "Talonic"),
    ("llamacloud", "LlamaCloud"),
    ("llamacloud_v2", "LlamaCloud v2"),
]


class Migration(migrations.Migration):
    dependencies = [("upstreams", "0002_live_connections")]

    operations = [migrations.AlterField("upstream", "kind", models.CharField(max_length=32, choices=KINDS))]
