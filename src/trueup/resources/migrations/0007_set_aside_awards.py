import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):
    """Allowances of a set-aside that went to a resource: append-only."""

    dependencies = [
        ("resources", "0006_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="SetAsideAward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.CharField(max_length=20)),
                ("year", models.PositiveSmallIntegerField()),
                ("quantity", models.PositiveBigIntegerField()),
                ("tx", models.BigIntegerField(unique=True)),
                ("awarded_at", models.DateTimeField()),
                ("awarded_by", models.CharField(max_length=60)),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="awards",
                        to="resources.resource",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("resource", "purpose", "year"), name="set_aside_award_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purpose__in", ("renewable_energy", "early_action", "matching"))
                        ),
                        name="set_aside_award_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="set_aside_award_of_some"
                    ),
                ],
            },
        ),
        protect("resources_setasideaward", keys=(("id",), ("tx",))),
    ]
