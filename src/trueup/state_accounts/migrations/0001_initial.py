"""A State's general accounts: years, divisions, applications; what was done is kept."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0300_delegation_contacts'),
        ('ledger', '0004_holdings_summed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('key', models.UUIDField(unique=True)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('purpose', models.CharField(max_length=20)),
                ('year', models.PositiveSmallIntegerField()),
                ('export_percent', models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ('contract', models.CharField(blank=True, max_length=300)),
                ('viability', models.CharField(blank=True, max_length=300)),
                ('finding', models.CharField(blank=True, max_length=300)),
                ('in_service_on', models.DateField(null=True)),
                ('mwh', models.DecimalField(decimal_places=3, max_digits=18, null=True)),
                ('quantity', models.PositiveBigIntegerField()),
                ('is_short_of_years', models.BooleanField(default=False)),
                ('state', models.CharField(default='filed', max_length=10)),
                ('filed_by', models.CharField(max_length=60)),
                ('filed_at', models.DateTimeField()),
                ('completed_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('executed_by', models.CharField(blank=True, max_length=60)),
                ('executed_at', models.DateTimeField(null=True)),
                ('given', models.PositiveBigIntegerField(null=True)),
                ('missing', models.PositiveBigIntegerField(null=True)),
                ('price_cents', models.PositiveBigIntegerField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('applicant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('facility', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
                ('tx', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'year', 'id'], name='state_application_browse')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('filed', 'complete', 'approved', 'refused', 'executed'))), name='state_application_state'), models.UniqueConstraint(condition=models.Q(('facility__isnull', False), models.Q(('state', 'refused'), _negated=True)), fields=('program', 'purpose', 'year', 'facility'), name='state_application_once'), models.CheckConstraint(condition=models.Q(models.Q(('completed_at__isnull', True), ('decided_at__isnull', True), ('state', 'filed')), models.Q(('completed_at__isnull', False), ('decided_at__isnull', True), ('state', 'complete')), models.Q(('decided_at__isnull', False), ('state', 'refused')), models.Q(('state__in', ('approved', 'executed')), ('completed_at__isnull', False), ('decided_at__isnull', False), ('decided_at__gte', models.F('completed_at')), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='state_application_in_order'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'executed'), _negated=True), ('executed_at__isnull', True), ('given__isnull', True), ('missing__isnull', True), ('tx__isnull', True)), models.Q(('executed_at__isnull', False), ('state', 'executed'), ('given__isnull', False), ('missing__isnull', False), models.Q(models.Q(('given', 0), ('tx__isnull', True)), models.Q(('given__gte', 1), ('tx__isnull', False)), _connector='OR')), _connector='OR'), name='state_application_executed')],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('serial', models.CharField(max_length=80)),
                ('retired_on', models.DateField()),
                ('is_released', models.BooleanField(default=False)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='state_accounts.application')),
            ],
            options={
                'indexes': [models.Index(fields=['application', 'id'], name='certificate_browse')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_released', False)), fields=('program', 'serial'), name='certificate_used_once'), models.CheckConstraint(condition=models.Q(('serial', ''), _negated=True), name='certificate_has_serial')],
            },
        ),
        migrations.CreateModel(
            name='Distribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('year', models.PositiveSmallIntegerField()),
                ('budget', models.PositiveBigIntegerField()),
                ('is_late', models.BooleanField()),
                ('actor', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'year'), name='state_distribution_once')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(max_length=20)),
                ('quantity', models.PositiveBigIntegerField()),
                ('distribution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='state_accounts.distribution')),
                ('tx', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('distribution', 'purpose'), name='state_share_once_a_purpose'), models.CheckConstraint(condition=models.Q(models.Q(('quantity', 0), ('tx__isnull', True)), models.Q(('quantity__gte', 1), ('tx__isnull', False)), _connector='OR'), name='state_share_recorded')],
            },
        ),
        migrations.CreateModel(
            name='Shift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('key', models.UUIDField(unique=True)),
                ('source', models.CharField(max_length=20)),
                ('destination', models.CharField(max_length=20)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('quantity', models.PositiveBigIntegerField()),
                ('reason', models.CharField(max_length=500)),
                ('decided_by', models.CharField(max_length=60)),
                ('decided_at', models.DateTimeField()),
                ('tx', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'jurisdiction', 'id'], name='shift_browse')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), models.Q(('source', models.F('destination')), _negated=True)), name='state_shift_moves'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='state_shift_reason')],
            },
        ),
        migrations.CreateModel(
            name='StateYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('year', models.PositiveSmallIntegerField()),
                ('budget', models.PositiveBigIntegerField()),
                ('tons_per_mwh', models.DecimalField(decimal_places=6, max_digits=12, null=True)),
                ('decided_by', models.CharField(max_length=60)),
                ('decided_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'year'), name='state_year_once'), models.CheckConstraint(condition=models.Q(('budget__gte', 1)), name='state_year_has_budget'), models.CheckConstraint(condition=models.Q(('tons_per_mwh__isnull', True), models.Q(('tons_per_mwh__gte', 0), ('tons_per_mwh__isnull', False)), _connector='OR'), name='state_year_factor')],
            },
        ),
        keep_rows("state_accounts_stateyear", keys=(("id",), ("program", "jurisdiction", "year"))),
        protect("state_accounts_distribution", keys=(("id",), ("program", "jurisdiction", "year"))),
        protect("state_accounts_share", keys=(("id",), ("distribution_id", "purpose"))),
        keep_rows("state_accounts_application", keys=(("id",), ("key",))),
        keep_rows("state_accounts_certificate"),
        protect("state_accounts_shift", keys=(("id",), ("key",), ("tx_id",))),
    ]
