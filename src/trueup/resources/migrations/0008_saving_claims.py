import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Savings that were claimed, each customer and measure once a year."""

    dependencies = [
        ("resources", "0007_set_aside_awards"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavingClaim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("program", models.CharField(max_length=20)),
                ("year", models.PositiveSmallIntegerField()),
                ("customer", models.CharField(max_length=100)),
                ("measure", models.CharField(max_length=100)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="saving_claims",
                        to="resources.report",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("program", "year", "customer", "measure"),
                        name="saving_claimed_once",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(customer="") & ~models.Q(measure=""),
                        name="saving_claim_named",
                    ),
                ],
            },
        ),
    ]
