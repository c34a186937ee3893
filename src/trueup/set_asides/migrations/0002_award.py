"""Awards of a set-aside by decision of two officials; rows that are kept."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    dependencies = [
        ("ledger", "0004_holdings_summed"),
        ("set_asides", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("program", models.CharField(max_length=20)),
                ("jurisdiction", models.CharField(max_length=3)),
                ("vintage", models.PositiveSmallIntegerField()),
                ("purpose", models.CharField(max_length=20)),
                ("quantity", models.PositiveBigIntegerField()),
                ("ground", models.CharField(max_length=500)),
                ("proposed_by", models.CharField(max_length=60)),
                ("approved_by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account")),
                ("tx", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.transaction")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("quantity__gte", 1), models.Q(("ground", ""), _negated=True), models.Q(("approved_by", models.F("proposed_by")), _negated=True)), name="award_by_two")],
            },
        ),
        protect("set_asides_award", keys=(("id",), ("tx_id",))),
    ]
