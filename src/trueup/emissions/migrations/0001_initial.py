import django.db.models.deletion
import trueup.emissions.quantities
from django.db import migrations, models

from trueup.audit.append_only import protect



class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('audit', '0002_notice'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonitoringLocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('location_id', models.CharField(max_length=40)),
                ('operating_from', models.DateField(null=True)),
                ('retired_on', models.DateField(null=True)),
                ('facility', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='monitoring_locations', to='accounts.facility')),
                ('unit', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='monitoring_location', to='accounts.affectedunit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('facility', 'location_id'), name='location_once_a_facility'), models.CheckConstraint(condition=models.Q(('location_id', ''), _negated=True), name='location_has_id'), models.CheckConstraint(condition=models.Q(('unit', None), models.Q(('operating_from', None), ('retired_on', None)), _connector='OR'), name='location_of_unit_has_units_days'), models.CheckConstraint(condition=models.Q(('operating_from', None), ('retired_on', None), ('retired_on__gte', models.F('operating_from')), _connector='OR'), name='location_days_in_order')],
            },
        ),
        migrations.CreateModel(
            name='LocationUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='location_links', to='accounts.affectedunit')),
                ('location', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='unit_links', to='emissions.monitoringlocation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('location', 'unit'), name='location_unit_once')],
            },
        ),
        migrations.CreateModel(
            name='SubmittedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('size_bytes', models.PositiveBigIntegerField()),
                ('format', models.CharField(max_length=30)),
                ('feed', models.CharField(max_length=30)),
                ('is_resubmission', models.BooleanField()),
                ('received_at', models.DateTimeField()),
                ('actor', models.CharField(max_length=60)),
            ],
            options={
                'indexes': [models.Index(fields=['sha256'], name='submitted_file_by_digest')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('actor', ''), _negated=True), models.Q(('format', ''), _negated=True), models.Q(('feed', ''), _negated=True)), name='submitted_file_says_what')],
            },
        ),
        migrations.CreateModel(
            name='EmissionRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('quarter', models.PositiveSmallIntegerField()),
                ('version', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=12)),
                ('co2_tons', trueup.emissions.quantities.QuantityField(null=True)),
                ('gross_mwh', trueup.emissions.quantities.QuantityField(null=True)),
                ('net_mwh', trueup.emissions.quantities.QuantityField(null=True)),
                ('useful_thermal_mwh', trueup.emissions.quantities.QuantityField(null=True)),
                ('operating_hours', trueup.emissions.quantities.QuantityField(null=True)),
                ('actor', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
                ('ground', models.CharField(blank=True, max_length=300)),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='emissions.monitoringlocation')),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='emissions.submittedfile')),
            ],
            options={
                'indexes': [models.Index(fields=['year', 'location'], name='emission_record_by_year')],
                'constraints': [models.UniqueConstraint(fields=('location', 'year', 'quarter', 'version'), name='emission_record_version'), models.CheckConstraint(condition=models.Q(('quarter__range', (0, 4)), ('version__gte', 1)), name='emission_record_period'), models.CheckConstraint(condition=models.Q(('kind__in', ('reported', 'resubmitted', 'adjusted', 'withdrawn'))), name='emission_record_kind'), models.CheckConstraint(condition=models.Q(models.Q(('co2_tons', None), ('co2_tons__gte', 0), _connector='OR'), models.Q(('gross_mwh', None), ('gross_mwh__gte', 0), _connector='OR'), models.Q(('net_mwh', None), ('net_mwh__gte', 0), _connector='OR'), models.Q(('useful_thermal_mwh', None), ('useful_thermal_mwh__gte', 0), _connector='OR'), models.Q(('operating_hours', None), ('operating_hours__gte', 0), _connector='OR')), name='emission_record_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'withdrawn'), _negated=True), ('co2_tons', None), _connector='OR'), name='emission_record_withdrawn_is_missing'), models.CheckConstraint(condition=models.Q(('kind__in', ('reported', 'resubmitted')), models.Q(('ground', ''), _negated=True), _connector='OR'), name='emission_record_change_has_ground'), models.CheckConstraint(condition=models.Q(('actor', ''), _negated=True), name='emission_record_says_who')],
            },
        ),
        migrations.CreateModel(
            name='Finalization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('program', models.CharField(max_length=20)),
                ('finalized_at', models.DateTimeField()),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.decision')),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='finalizations', to='emissions.emissionrecord')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record', 'program'), name='finalization_once')],
            },
        ),
        protect("emissions_submittedfile"),
        protect("emissions_emissionrecord"),
        protect("emissions_finalization"),
    ]
