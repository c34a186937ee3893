"""A transfer and the one that gives it back know of each other."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from trueup.audit.append_only import protect

FOREIGN = {
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "db_constraint": False,
    "db_index": False,
}


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0001_initial"),
        ("accounts", "0001_initial"),
        ("signing", "0002_draft_changed_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="TransferReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("side", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("ground", models.CharField(max_length=400)),
                ("asked_by", models.ForeignKey(to="accounts.person", **FOREIGN)),
                ("signature", models.ForeignKey(null=True, to="signing.signature", **FOREIGN)),
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_to_return",
                        to="transfers.transfer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(side__in=("sender", "receiver")), name="transfer_return_side"
                    ),
                    models.CheckConstraint(
                        condition=~Q(ground=""), name="transfer_return_says_why"
                    ),
                ],
            },
        ),
        protect("transfers_transferreturn", keys=[("id",), ("key",), ("transfer_id",)]),
    ]
