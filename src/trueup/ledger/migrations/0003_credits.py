"""What pays a debt in credits, and credits that do not qualify any more."""

from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0002_brake"),
    ]

    operations = [
        # Written by hand: Django would make SQLite's table anew.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE ledger_claim ADD COLUMN barred varchar(100) NOT NULL DEFAULT ''",
                    "ALTER TABLE ledger_claim DROP COLUMN barred",
                ),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="claim",
                    name="barred",
                    field=models.CharField(blank=True, db_default="", max_length=100),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Disqualification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lot_id", models.BigIntegerField()),
                ("lo", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("ground", models.CharField(max_length=200)),
                ("actor", models.CharField(max_length=60)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["lot_id", "lo"], name="disqualification_by_lot")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("hi__gte", models.F("lo")), ("lo__gte", 1)), name="disqualification_not_empty"),
                    models.CheckConstraint(condition=models.Q(models.Q(("actor", ""), _negated=True), models.Q(("ground", ""), _negated=True)), name="disqualification_says_why"),
                ],
            },
        ),
        protect("ledger_disqualification"),
    ]
