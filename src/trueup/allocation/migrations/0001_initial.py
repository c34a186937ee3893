"""Budgets as created and allocations as recorded: rows that are never changed."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AllocationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('kind', models.CharField(max_length=10)),
                ('key', models.UUIDField(unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('file_name', models.CharField(blank=True, max_length=200)),
                ('rows', models.PositiveIntegerField()),
                ('quantity', models.PositiveBigIntegerField()),
                ('actor', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['program', 'id'], name='allocation_run_browse')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('table', 'plan', 'formula', 'reserve'))), name='allocation_run_kind'), models.UniqueConstraint(condition=models.Q(('kind', 'plan')), fields=('program', 'digest'), name='allocation_plan_once')],
            },
        ),
        migrations.CreateModel(
            name='SetAsideSize',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('purpose', models.CharField(max_length=20)),
                ('quantity', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'vintage', 'purpose'), name='set_aside_size_once'), models.CheckConstraint(condition=models.Q(('purpose__in', ('renewable_energy', 'output_based', 'early_action'))), name='set_aside_size_purpose')],
            },
        ),
        migrations.CreateModel(
            name='AllocationRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(max_length=3)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('quantity', models.PositiveBigIntegerField()),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('tx', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affectedunit')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='allocation.allocationrun')),
            ],
            options={
                'indexes': [models.Index(fields=['account', 'vintage', 'id'], name='allocation_of_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='allocation_whole')],
            },
        ),
        migrations.CreateModel(
            name='BudgetPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('purpose', models.CharField(max_length=20)),
                ('first', models.PositiveBigIntegerField()),
                ('last', models.PositiveBigIntegerField()),
                ('originated_at', models.DateTimeField()),
                ('tx', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'vintage', 'first'), name='budget_part_once'), models.CheckConstraint(condition=models.Q(('purpose__in', ('reserve', 'renewable_energy', 'output_based', 'early_action'))), name='budget_part_purpose'), models.CheckConstraint(condition=models.Q(('first__gte', 1), ('last__gte', models.F('first'))), name='budget_part_not_empty')],
            },
        ),
        protect("allocation_budgetpart"),
        protect("allocation_allocationrun"),
        protect("allocation_allocationrecord"),
    ]
