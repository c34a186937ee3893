
import django.db.models.deletion
from django.db import migrations, models

from trueup.audit.append_only import keep_rows


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('program', models.CharField(blank=True, max_length=20)),
                ('jurisdiction', models.CharField(blank=True, max_length=3)),
                ('functions', models.JSONField(default=list)),
                ('recommends', models.JSONField(default=list)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('granted_by', models.CharField(max_length=60)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('ended_by', models.CharField(blank=True, default='', max_length=60)),
                ('end_reason', models.CharField(blank=True, default='', max_length=1000)),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'from_at'], name='grant_by_person'), models.Index(fields=['program', 'role'], name='grant_by_program')],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ('administrator', 'technical', 'state_official', 'state_agent', 'market_monitor', 'auditor', 'verifier'))), name='grant_role'), models.CheckConstraint(condition=models.Q(('until_at', None), ('until_at__gte', models.F('from_at')), _connector='OR'), name='grant_not_backwards'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('role__in', ('state_official', 'state_agent')), _negated=True), ('jurisdiction', '')), models.Q(('role__in', ('state_official', 'state_agent')), models.Q(('jurisdiction', ''), _negated=True), models.Q(('program', ''), _negated=True)), _connector='OR'), name='grant_of_state'), models.CheckConstraint(condition=models.Q(('granted_by', ''), _negated=True), name='grant_says_who'), models.UniqueConstraint(condition=models.Q(('until_at', None)), fields=('person', 'role', 'program', 'jurisdiction'), name='grant_once')],
            },
        ),
        keep_rows('officials_grant'),
    ]
