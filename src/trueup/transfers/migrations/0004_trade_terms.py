"""Transfers say what was agreed, where a program asks for it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from trueup.audit.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("transfers", "0003_transfer_by_state")]

    operations = [
        migrations.CreateModel(
            name="TradeTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("program", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=40)),
                ("agreed_on", models.DateField()),
                ("price_cents", models.PositiveBigIntegerField(null=True)),
                ("pricing_method", models.CharField(blank=True, max_length=200)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("needs_buyer", models.BooleanField()),
                ("at_arms_length", models.BooleanField()),
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="terms",
                        to="transfers.transfer",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["program", "kind", "agreed_on"], name="trade_terms_kind"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(reason="", price_cents__isnull=False)
                        | Q(reason="", price_cents__isnull=True) & ~Q(pricing_method="")
                        | ~Q(reason="") & Q(price_cents__isnull=True, pricing_method=""),
                        name="trade_terms_price_or_reason",
                    ),
                    models.CheckConstraint(
                        condition=Q(price_cents__isnull=True) | Q(price_cents__gte=1),
                        name="trade_terms_price",
                    ),
                ],
            },
        ),
        protect("transfers_tradeterms", keys=[("id",), ("transfer_id",)]),
    ]
