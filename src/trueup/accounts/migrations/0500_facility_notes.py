import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):
    """Permits and captured CO2, as they were noted: append-only."""

    dependencies = [
        ("accounts", "0400_auction_submissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="PermitNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=20)),
                ("noted_at", models.DateTimeField()),
                ("noted_by", models.CharField(max_length=60)),
                (
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="permit_notes",
                        to="accounts.facility",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True),
                        name="permit_note_names_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("in_force", "revision_pending", "ended"))
                        ),
                        name="permit_note_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaptureNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("captures", models.BooleanField()),
                ("receiver", models.CharField(blank=True, max_length=200)),
                ("reports", models.BooleanField(default=False)),
                ("noted_at", models.DateTimeField()),
                ("noted_by", models.CharField(max_length=60)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="capture_notes",
                        to="accounts.affectedunit",
                    ),
                ),
            ],
        ),
        protect("accounts_permitnote"),
        protect("accounts_capturenote"),
    ]
