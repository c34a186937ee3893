"""Drafts are kept while somebody works on them, page by page."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q


def begun(apps, schema_editor):
    apps.get_model("signing", "Draft").objects.update(changed_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("signing", "0001_initial")]

    operations = [
        migrations.AddField("draft", "changed_at", models.DateTimeField(null=True)),
        migrations.RunPython(begun, migrations.RunPython.noop),
        migrations.AlterField("draft", "changed_at", models.DateTimeField()),
        migrations.AddIndex(
            "draft",
            models.Index(
                fields=["program", "act", "id"],
                condition=Q(done_at=None),
                name="signing_draft_open",
            ),
        ),
    ]
