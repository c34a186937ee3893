"""Compliance certification reports, and certifications of monitoring equipment."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from trueup.audit.append_only import protect

FOREIGN = {
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "db_index": False,
}
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("compliance", "0002_affected_egus"),
        ("accounts", "0001_initial"),
        ("ledger", "0001_initial"),
        ("signing", "0002_draft_changed_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificationReport",
            fields=[
                ("id", KEY.clone()),
                ("program", models.CharField(max_length=20)),
                ("period", models.CharField(max_length=9)),
                ("filed_at", models.DateTimeField()),
                ("filed_on", models.DateField()),
                ("due_on", models.DateField()),
                ("answers", models.JSONField()),
                ("remark", models.CharField(blank=True, max_length=2000)),
                ("account", models.ForeignKey(to="ledger.account", **FOREIGN)),
                ("facility", models.ForeignKey(to="accounts.facility", **FOREIGN)),
                ("filed_by", models.ForeignKey(to="accounts.person", **FOREIGN)),
                ("signature", models.ForeignKey(null=True, to="signing.signature", **FOREIGN)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["program", "period", "account"], name="certification_of_period"
                    ),
                    models.Index(fields=["account", "id"], name="certification_of_account"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MonitoringRecord",
            fields=[
                ("id", KEY.clone()),
                ("program", models.CharField(max_length=20)),
                ("quantity", models.CharField(max_length=40)),
                ("certified_on", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                ("not_applicable", models.CharField(blank=True, max_length=400)),
                ("recorded_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=60)),
                ("facility", models.ForeignKey(to="accounts.facility", **FOREIGN)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["program", "facility", "id"], name="monitoring_of_facility"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(not_applicable="", certified_on__isnull=False)
                        | ~Q(not_applicable="")
                        & Q(certified_on__isnull=True, valid_until__isnull=True),
                        name="monitoring_certified_or_not",
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_until__isnull=True)
                        | Q(certified_on__isnull=False, valid_until__gte=F("certified_on")),
                        name="monitoring_valid_after",
                    ),
                ],
            },
        ),
        protect("compliance_certificationreport"),
        protect("compliance_monitoringrecord"),
    ]
