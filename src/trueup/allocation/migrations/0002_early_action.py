import django.db.models.deletion
import trueup.emissions.quantities
from django.db import migrations, models
from trueup.audit.append_only import keep_rows, protect


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0001_initial"),
        ("ledger", "0004_holdings_summed"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlyActionProject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("program", models.CharField(max_length=20)),
                ("jurisdiction", models.CharField(max_length=3)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=30)),
                ("started_on", models.DateField()),
                ("shows", models.CharField(max_length=4000)),
                ("state", models.CharField(default="applied", max_length=10)),
                ("applied_at", models.DateTimeField()),
                ("applied_by", models.CharField(max_length=60)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=60)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("program", "name"), name="early_action_project_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("wind", "solar", "low_income_efficiency"))
                        ),
                        name="early_action_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by", ""), ("state", "applied")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("state__in", ("approved", "rejected")),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="early_action_decided_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlyActionAward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("mwh", trueup.emissions.quantities.QuantityField()),
                ("early", models.PositiveBigIntegerField()),
                ("entitled", models.PositiveBigIntegerField()),
                ("matching", models.PositiveBigIntegerField()),
                ("early_tx", models.BigIntegerField(null=True)),
                ("matching_tx", models.BigIntegerField(null=True)),
                ("awarded_at", models.DateTimeField()),
                ("awarded_by", models.CharField(max_length=60)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="allocation.earlyactionproject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "year"), name="early_action_award_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__in", (2020, 2021))),
                        name="early_action_award_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("matching__lte", models.F("entitled"))),
                        name="early_action_match_limited",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(("early", 0), ("early_tx__isnull", True)),
                                models.Q(("early__gt", 0), ("early_tx__isnull", False)),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("matching", 0), ("matching_tx__isnull", True)),
                                models.Q(("matching__gt", 0), ("matching_tx__isnull", False)),
                                _connector="OR",
                            ),
                        ),
                        name="early_action_award_moved",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EarlyActionSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("program", models.CharField(max_length=20)),
                ("jurisdiction", models.CharField(max_length=3)),
                ("per_mwh", trueup.emissions.quantities.QuantityField(null=True)),
                ("per_ton", trueup.emissions.quantities.QuantityField(null=True)),
                ("renewable_share", trueup.emissions.quantities.QuantityField(null=True)),
                ("mechanism", models.CharField(blank=True, max_length=20)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.CharField(max_length=60)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["program", "jurisdiction", "id"], name="early_action_setting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("mechanism", ""),
                            ("mechanism__in", ("retire_later", "withhold")),
                            _connector="OR",
                        ),
                        name="early_action_mechanism",
                    )
                ],
            },
        ),
        keep_rows("allocation_earlyactionproject", keys=(("id",), ("program", "name"))),
        protect("allocation_earlyactionaward", keys=(("id",), ("project_id", "year"))),
        protect("allocation_earlyactionsetting"),
    ]
