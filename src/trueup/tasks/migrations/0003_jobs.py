"""Jobs that the worker does, and how far each is."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0101_certificates'),
        ('tasks', '0002_officials_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='JobProgress',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('done', models.PositiveBigIntegerField(default=0)),
                ('of', models.PositiveBigIntegerField(default=0)),
                ('sentence', models.CharField(blank=True, max_length=200)),
                ('told_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('program', models.CharField(blank=True, max_length=20)),
                ('function', models.CharField(blank=True, max_length=40)),
                ('jurisdiction', models.CharField(blank=True, max_length=3)),
                ('values', models.JSONField(default=dict)),
                ('dedupe', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('task', models.CharField(blank=True, max_length=64)),
                ('result', models.JSONField(default=dict)),
                ('address', models.CharField(blank=True, max_length=400)),
                ('refusals', models.JSONField(default=list)),
                ('error', models.CharField(blank=True, max_length=400)),
                ('asked_at', models.DateTimeField()),
                ('began_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='accounts.person')),
            ],
            options={
                'indexes': [models.Index(fields=['ended_at'], name='job_by_end'), models.Index(fields=['name', 'program', 'id'], name='job_by_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'running', 'done', 'refused', 'failed'))), name='job_state'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='job_says_what'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('waiting', 'running'))), models.Q(models.Q(('state__in', ('waiting', 'running')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='job_ended_when'), models.UniqueConstraint(condition=models.Q(models.Q(('dedupe', ''), _negated=True), ('ended_at', None)), fields=('dedupe',), name='job_once')],
            },
        ),
    ]
