import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from trueup.audit.append_only import protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0002_notice'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeductionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=9)),
                ('actor', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('settled', models.PositiveIntegerField(default=0)),
                ('left_out', models.PositiveIntegerField(default=0)),
                ('obligation', models.PositiveBigIntegerField(default=0)),
                ('deducted', models.PositiveBigIntegerField(default=0)),
                ('excess_due', models.PositiveBigIntegerField(default=0)),
                ('excess_deducted', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'period', 'id'], name='deduction_run_browse')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('program', 'period'), name='deduction_run_one_at_a_time'), models.CheckConstraint(condition=models.Q(('deducted__lte', models.F('obligation'))), name='deduction_run_not_over')],
            },
        ),
        migrations.CreateModel(
            name='HoldingsReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=9)),
                ('lead_days', models.PositiveSmallIntegerField()),
                ('reviewed_at', models.DateTimeField()),
                ('short', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'period', 'lead_days'), name='holdings_review_once')],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=9)),
                ('obligation', models.PositiveBigIntegerField()),
                ('held', models.PositiveBigIntegerField()),
                ('deducted', models.PositiveBigIntegerField()),
                ('waived', models.PositiveBigIntegerField(default=0)),
                ('retired_by_owner', models.PositiveBigIntegerField(default=0)),
                ('excess_due', models.PositiveBigIntegerField()),
                ('passed_over', models.JSONField(default=list)),
                ('settled_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.claim')),
                ('decision', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.decision')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='settlements', to='compliance.deductionrun')),
            ],
            options={
                'indexes': [models.Index(fields=['facility', 'program'], name='settlement_of_facility')],
                'constraints': [models.UniqueConstraint(fields=('program', 'period', 'account'), name='settlement_once_a_period'), models.CheckConstraint(condition=models.Q(('obligation__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('deducted'), '+', models.F('waived')), '+', models.F('retired_by_owner')))), name='settlement_not_over')],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filed_at', models.DateTimeField()),
                ('reasons', models.TextField(blank=True)),
                ('state', models.CharField(default='pending', max_length=10)),
                ('ruling', models.TextField(blank=True)),
                ('returned', models.PositiveBigIntegerField(default=0)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.decision')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
                ('settlement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='compliance.settlement')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('pending', 'decided'))), name='appeal_state'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('returned', 0), ('state', 'pending')), models.Q(('decided_at__isnull', False), ('state', 'decided')), _connector='OR'), name='appeal_decided'), models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('settlement',), name='appeal_one_pending')],
            },
        ),
        migrations.CreateModel(
            name='Omission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=9)),
                ('reason', models.CharField(max_length=24)),
                ('missing', models.JSONField(default=list)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.facility')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='omissions', to='compliance.deductionrun')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run', 'account'), name='omission_once_a_run'), models.CheckConstraint(condition=models.Q(('reason__in', ('emissions_incomplete', 'emissions_not_final'))), name='omission_reason')],
            },
        ),
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=9)),
                ('quantity', models.PositiveBigIntegerField()),
                ('taken', models.PositiveBigIntegerField()),
                ('is_too_late', models.BooleanField()),
                ('ground', models.CharField(max_length=400)),
                ('found_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.claim')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affectedunit')),
            ],
            options={
                'verbose_name_plural': 'recoveries',
                'constraints': [models.UniqueConstraint(fields=('program', 'period', 'unit'), name='recovery_once_a_period'), models.CheckConstraint(condition=models.Q(('taken__lte', models.F('quantity')), models.Q(('is_too_late', False), models.Q(('claim', None), ('taken', 0)), _connector='OR')), name='recovery_not_over')],
            },
        ),
        migrations.CreateModel(
            name='SerialRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('period', models.CharField(max_length=9)),
                ('submitted_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('is_late', models.BooleanField()),
                ('blocks', models.JSONField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'period', 'submitted_at'], name='serial_request_of_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('received_at__gte', models.F('submitted_at'))), name='serial_request_received')],
            },
        ),
        protect("compliance_omission"),
        protect("compliance_recovery"),
        protect("compliance_serialrequest"),
    ]
