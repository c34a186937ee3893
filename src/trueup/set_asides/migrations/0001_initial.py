"""Projects, projections, shortfalls and distributions of set-asides; rows that are kept."""

import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows, protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0300_delegation_contacts'),
        ('ledger', '0004_holdings_summed'),
        ('resources', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Distribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('purpose', models.CharField(max_length=20)),
                ('state', models.CharField(default='proposed', max_length=10)),
                ('quantity', models.PositiveBigIntegerField()),
                ('surplus', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('proposed_by', models.CharField(max_length=60)),
                ('proposed_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('is_late', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('program', 'jurisdiction', 'vintage', 'purpose'), name='distribution_once'), models.CheckConstraint(condition=models.Q(('purpose__in', ('renewable_energy', 'output_based'))), name='distribution_purpose'), models.CheckConstraint(condition=models.Q(('state__in', ('proposed', 'recorded', 'refused'))), name='distribution_state'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'proposed')), models.Q(('state__in', ('recorded', 'refused')), ('decided_at__isnull', False), models.Q(('decided_by', ''), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='distribution_by_two'), models.CheckConstraint(condition=models.Q(('surplus__lte', models.F('quantity'))), name='distribution_surplus')],
            },
        ),
        migrations.CreateModel(
            name='OutputNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('period', models.CharField(max_length=9)),
                ('digest', models.CharField(max_length=64)),
                ('published_by', models.CharField(max_length=60)),
                ('published_at', models.DateTimeField()),
                ('comment_until', models.DateField()),
                ('is_late', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'period'), name='output_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('name', models.CharField(max_length=200)),
                ('located_in', models.CharField(max_length=3)),
                ('category', models.CharField(max_length=3)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('capacity_mw', models.DecimalField(decimal_places=3, max_digits=12)),
                ('in_service_on', models.DateField()),
                ('grid', models.CharField(max_length=10)),
                ('uprate_on', models.DateField(null=True)),
                ('uprate_from_mw', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('uprate_to_mw', models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ('derated_on', models.DateField(null=True)),
                ('is_relicensed', models.BooleanField(default=False)),
                ('is_utility_scale', models.BooleanField(default=True)),
                ('is_affected_egu', models.BooleanField(default=False)),
                ('is_date_accepted', models.BooleanField(default=False)),
                ('state', models.CharField(default='submitted', max_length=10)),
                ('filed_by', models.CharField(max_length=60)),
                ('dispatched_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('ground', models.CharField(blank=True, max_length=500)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('resource', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='resources.resource')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'name'), name='project_once_a_state'), models.CheckConstraint(condition=models.Q(('state__in', ('submitted', 'approved', 'rejected', 'suspended', 'revoked'))), name='project_state'), models.CheckConstraint(condition=models.Q(('state', 'submitted'), models.Q(('decided_at__isnull', False), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='project_decided'), models.CheckConstraint(condition=models.Q(models.Q(('uprate_from_mw__isnull', True), ('uprate_on__isnull', True), ('uprate_to_mw__isnull', True)), models.Q(('uprate_from_mw__isnull', False), ('uprate_on__isnull', False), ('uprate_to_mw__isnull', False)), _connector='OR'), name='project_uprate_whole')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation_year', models.PositiveSmallIntegerField()),
                ('projected_mwh', models.DecimalField(decimal_places=3, max_digits=18)),
                ('actual_mwh', models.DecimalField(decimal_places=3, max_digits=18)),
                ('is_to_explain', models.BooleanField()),
                ('explanation', models.TextField(blank=True)),
                ('explained_at', models.DateTimeField(null=True)),
                ('verified_by', models.CharField(max_length=60)),
                ('verified_at', models.DateTimeField()),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='set_asides.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'generation_year'), name='delivery_once_a_year'), models.CheckConstraint(condition=models.Q(('actual_mwh__gte', 0), ('projected_mwh__gte', 0)), name='delivery_mwh'), models.CheckConstraint(condition=models.Q(models.Q(('explained_at__isnull', True), ('explanation', '')), models.Q(('explained_at__isnull', False), ('is_to_explain', True), models.Q(('explanation', ''), _negated=True)), _connector='OR'), name='delivery_explained')],
            },
        ),
        migrations.CreateModel(
            name='Projection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation_year', models.PositiveSmallIntegerField()),
                ('projected_mwh', models.DecimalField(decimal_places=3, max_digits=18)),
                ('eligible_mwh', models.DecimalField(decimal_places=3, max_digits=18)),
                ('method', models.TextField()),
                ('state', models.CharField(default='submitted', max_length=10)),
                ('filed_by', models.CharField(max_length=60)),
                ('dispatched_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projections', to='set_asides.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'rejected'), _negated=True), fields=('project', 'generation_year'), name='projection_once_a_year'), models.CheckConstraint(condition=models.Q(('state__in', ('submitted', 'approved', 'rejected'))), name='projection_state'), models.CheckConstraint(condition=models.Q(('eligible_mwh__gte', 0), ('eligible_mwh__lte', models.F('projected_mwh'))), name='projection_eligible_part'), models.CheckConstraint(condition=models.Q(('state', 'submitted'), models.Q(('decided_at__isnull', False), models.Q(('decided_by', ''), _negated=True)), _connector='OR'), name='projection_decided')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_surplus', models.BooleanField(default=False)),
                ('net_mwh', models.DecimalField(decimal_places=3, max_digits=18, null=True)),
                ('quantity', models.PositiveBigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('distribution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='set_asides.distribution')),
                ('project', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='set_asides.project')),
                ('tx', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.transaction')),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affectedunit')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('is_surplus', False), ('project__isnull', False), ('unit__isnull', True)), models.Q(('project__isnull', True), ('unit__isnull', False)), _connector='OR'), name='share_of_one'), models.CheckConstraint(condition=models.Q(models.Q(('quantity', 0), ('tx__isnull', True)), models.Q(('quantity__gte', 1), ('tx__isnull', False)), _connector='OR'), name='share_recorded')],
            },
        ),
        migrations.CreateModel(
            name='ShortfallEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mwh', models.DecimalField(decimal_places=3, max_digits=18)),
                ('at', models.DateTimeField()),
                ('delivery', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='shortfall', to='set_asides.delivery')),
                ('distribution', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='set_off', to='set_asides.distribution')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shortfalls', to='set_asides.project')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('delivery__isnull', False), ('distribution__isnull', True), ('mwh__gt', 0)), models.Q(('delivery__isnull', True), ('distribution__isnull', False), ('mwh__lt', 0)), _connector='OR'), name='shortfall_has_cause'), models.UniqueConstraint(condition=models.Q(('distribution__isnull', False)), fields=('project', 'distribution'), name='shortfall_set_off_once')],
            },
        ),
        migrations.CreateModel(
            name='Bar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('jurisdiction', models.CharField(max_length=3)),
                ('vintage', models.PositiveSmallIntegerField()),
                ('period', models.CharField(max_length=9)),
                ('found_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('program', 'jurisdiction', 'account', 'vintage'), name='bar_once')],
            },
        ),
        migrations.CreateModel(
            name='OutputFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('net_summer_mw', models.DecimalField(decimal_places=3, max_digits=9)),
                ('net_mwh', models.DecimalField(decimal_places=3, max_digits=18)),
                ('quantity', models.PositiveBigIntegerField()),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.affectedunit')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='figures', to='set_asides.outputnotice')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('notice', 'unit'), name='output_figure_once')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=60)),
                ('text', models.TextField()),
                ('dispatched_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('is_late', models.BooleanField()),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='set_asides.outputnotice')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='comment_says_something')],
            },
        ),
        keep_rows("set_asides_project", keys=(("id",), ("program", "jurisdiction", "name"))),
        keep_rows("set_asides_projection"),
        keep_rows("set_asides_delivery", keys=(("id",), ("project_id", "generation_year"))),
        keep_rows("set_asides_distribution"),
        protect("set_asides_share"),
        protect("set_asides_shortfallentry", keys=(("id",), ("delivery_id",))),
        protect("set_asides_bar", keys=(("id",), ("program", "jurisdiction", "account_id", "vintage"))),
        protect("set_asides_outputnotice", keys=(("id",), ("program", "jurisdiction", "period"))),
        protect("set_asides_outputfigure", keys=(("id",), ("notice_id", "unit_id"))),
        protect("set_asides_comment"),
    ]
