import django.db.models.deletion
import trueup.emissions.quantities
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):
    """What a project of early action rests on, and what was left after all awards."""

    dependencies = [
        ("allocation", "0003_changes"),
        ("ledger", "0001_initial"),
        ("resources", "0007_set_aside_awards"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlyActionFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_2020", trueup.emissions.quantities.QuantityField()),
                ("asked_2021", trueup.emissions.quantities.QuantityField()),
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="file",
                        to="allocation.earlyactionproject",
                    ),
                ),
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="early_action",
                        to="resources.resource",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EarlyActionLeftover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("program", models.CharField(max_length=20)),
                ("jurisdiction", models.CharField(max_length=3)),
                ("vintage", models.PositiveSmallIntegerField()),
                ("quantity", models.PositiveBigIntegerField()),
                ("distributed_at", models.DateTimeField()),
                ("distributed_by", models.CharField(max_length=60)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("program", "jurisdiction", "vintage"), name="early_leftover_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="early_leftover_of_some"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlyActionLeftoverShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.PositiveBigIntegerField()),
                ("tx", models.BigIntegerField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "leftover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="allocation.earlyactionleftover",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.affectedunit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("leftover", "unit"), name="early_leftover_unit_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quantity", 0), ("tx__isnull", True)),
                            models.Q(("quantity__gt", 0), ("tx__isnull", False)),
                            _connector="OR",
                        ),
                        name="early_leftover_recorded",
                    ),
                ],
            },
        ),
        protect("allocation_earlyactionfile", keys=(("id",), ("project_id",), ("resource_id",))),
        protect(
            "allocation_earlyactionleftover", keys=(("id",), ("program", "jurisdiction", "vintage"))
        ),
        protect("allocation_earlyactionleftovershare", keys=(("id",), ("leftover_id", "unit_id"))),
    ]
